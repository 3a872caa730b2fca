"""Reading what the page is made from."""

from dataclasses import dataclass
from pathlib import Path

from claimcheck.core.tables import read_table
from claimcheck.figures.claims_input import open_register, read_verdicts
from claimcheck.page.claims import ClaimResults
from claimcheck.page.page import Results


@dataclass(frozen=True)
class ResultFiles:
    """The files of `Results`, which says what they are; None where a study does not have one."""

    samples: Path
    gates: Path
    genes: Path
    summary: Path
    size_factors: Path
    outcomes: Path
    composition: Path
    design: Path
    heterogeneity: Path
    outlier_genes: Path
    mapping: Path | None
    reads: Path | None
    set_tests: Path | None
    sets: Path | None
    configuration: Path
    provenance: Path


@dataclass(frozen=True)
class ClaimFiles:
    """The files of `ClaimResults`, which says what they are; a study that is not simulated has no truth.

    Attributes:
        register: the claims register.
        collection: the tables of the curated sets.
    """

    register: Path
    collection: list[Path]
    verdicts: Path
    robustness: Path
    specifications: Path
    vetoes: Path
    artefacts: Path
    controls: Path
    claim_set_tests: Path
    gene_tests: Path
    identification: Path
    truth: Path | None


def read_results(files: ResultFiles, claims: ClaimFiles | None) -> Results:
    """Read the tables of a study; `claims` is None where it has no register."""
    considered = read_table(
        files.design,
        columns=["covariate", "formula", "residual_df", "chosen", "reason"],
        text=["covariate", "formula", "reason"],
    )
    return Results(
        samples=read_table(files.samples, columns=["sample", "condition"], text=True),
        gates=read_table(
            files.gates, columns=["gate", "scope", "status", "value", "threshold", "reason", "accepted"], text=True
        ),
        outcomes=read_table(files.outcomes, columns=["question", "outcome", "sentence"], text=True),
        composition=read_table(
            files.composition,
            columns=["panel", "n_genes", "n_detected", "log2_ratio", "standardised_difference", "differs"],
            text=["panel", "reason"],
        ),
        design=considered,
        heterogeneity=read_table(files.heterogeneity, columns=["symbol", "difference", "p_adjusted"], text=["symbol"]),
        outlier_genes=read_table(
            files.outlier_genes, columns=["sample", "n_outlier_genes", "flagged"], text=["sample"]
        ),
        genes=read_table(
            files.genes,
            columns=[
                "gene_id",
                "symbol",
                "base_mean",
                "log2_fold_change",
                "lfc_se",
                "stat",
                "p_value",
                "p_adjusted",
            ],
            text=["gene_id", "symbol"],
        ),
        summary=read_table(files.summary, columns=["quantity", "value", "meaning"], text=True),
        size_factors=read_table(files.size_factors, columns=["sample", "size_factor", "library_size"], text=["sample"]),
        mapping=read_table(files.mapping, columns=["sample", "n_processed", "share_pseudoaligned"], text=["sample"])
        if files.mapping
        else None,
        reads=read_table(files.reads, text=["run", "mate", "adapter"]) if files.reads else None,
        set_tests=read_table(
            files.set_tests,
            columns=[
                "set",
                "family",
                "n_genes",
                "effect",
                "p_max",
                "p_max_adjusted",
                "nes",
                "p_prerank",
                "p_prerank_adjusted",
            ],
            text=["set", "family", "source", "variant", "leading_edge"],
        ).loc[lambda tests: tests["variant"] == "full"]
        if files.set_tests
        else None,
        sets=read_table(
            files.sets,
            columns=["set", "family", "n_listed", "n_ranked"],
            text=["set", "family", "description", "source", "citation", "licence", "checked_on", "lost"],
        )
        if files.sets
        else None,
        configuration=files.configuration.read_text(encoding="utf-8"),
        provenance=read_table(
            files.provenance,
            columns=["kind", "name", "algorithm", "value", "size"],
            text=["kind", "name", "algorithm", "value"],
        ),
        claims=read_claims(claims) if claims else None,
    )


def read_claims(files: ClaimFiles) -> ClaimResults:
    """Read the register and the tables of the claims."""
    numbers = ["effect", "ci95_low", "ci95_high"]
    return ClaimResults(
        register=open_register(files.register, files.collection),
        verdicts=read_verdicts(files.verdicts),
        robustness=read_table(
            files.robustness,
            columns=["claim", "axis", "specification", *numbers, "counted", "agrees"],
            text=["claim", "axis", "specification"],
        ),
        specifications=read_table(
            files.specifications, columns=["axis", "specification", "run"], text=["axis", "specification", "reason"]
        ),
        vetoes=read_table(
            files.vetoes, columns=["claim", "veto", "fired"], text=["claim", "veto", "panels", "rerun", "reason"]
        ),
        artefacts=read_table(
            files.artefacts,
            columns=["world", "readout", "claim", "predicted", "observed", "fits", *numbers],
            text=["world", "explanation", "readout", "claim", "looked_at", "predicted", "observed", "fits"],
        ),
        controls=read_table(
            files.controls,
            columns=["control", "claim", "n_draws", "share_supported", *numbers],
            text=["control", "claim", "note"],
        ),
        set_tests=read_table(
            files.claim_set_tests,
            columns=["claim", "role", "run", "variant", *numbers],
            text=["claim", "role", "run", "variant", "leading_edge"],
        ),
        gene_tests=read_table(files.gene_tests, columns=["gene_id", *numbers], text=["gene_id", "symbol"]),
        identification=read_table(files.identification, columns=["key", "value", "note"], text=True),
        truth=read_table(files.truth, columns=["claim", "planted", "expected", "holds"], text=["claim", "holds"])
        if files.truth
        else None,
    )
