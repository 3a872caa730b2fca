"""Reading what the page is made from."""

from dataclasses import dataclass
from pathlib import Path

from claimcheck.core.tables import read_table
from claimcheck.figures.claims_input import open_register
from claimcheck.page.claims import ClaimResults
from claimcheck.page.explorer import GeneFiles, read_gene_tables
from claimcheck.page.page import Results
from claimcheck.page.power import PowerResults


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
    fallbacks: Path
    published: Path | None
    mapping: Path | None
    reads: Path | None
    extra: Path | None
    set_tests: Path | None
    sets: Path | None
    publication: Path
    configuration: Path
    provenance: Path
    gene_tables: GeneFiles


@dataclass(frozen=True)
class ClaimFiles:
    """The files of `ClaimResults`, which says what they are; not every study has planted truth, or a map of its power.

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
    procedure: Path
    artefacts: Path
    pattern: Path
    controls: Path
    leave_one_out: Path
    members: Path
    levels: Path
    claim_set_tests: Path
    gene_tests: Path
    identification: Path
    truth: Path | None
    power: Path | None
    animals: Path | None
    power_inputs: Path | None


def read_results(files: ResultFiles, claims: ClaimFiles | None) -> Results:
    """Read the tables of a study; `claims` is None where it has no register."""
    considered = read_table(files.design)
    return Results(
        samples=read_table(files.samples),
        gates=read_table(files.gates),
        outcomes=read_table(files.outcomes),
        composition=read_table(files.composition),
        design=considered,
        heterogeneity=read_table(files.heterogeneity),
        outlier_genes=read_table(files.outlier_genes),
        fallbacks=read_table(files.fallbacks),
        genes=read_table(files.genes),
        summary=read_table(files.summary),
        size_factors=read_table(files.size_factors),
        published=read_table(files.published) if files.published else None,
        mapping=read_table(files.mapping) if files.mapping else None,
        reads=read_table(files.reads) if files.reads else None,
        extra=read_table(files.extra) if files.extra else None,
        set_tests=read_table(files.set_tests).loc[lambda tests: tests["variant"] == "full"]
        if files.set_tests
        else None,
        sets=read_table(files.sets) if files.sets else None,
        publication=dict(read_table(files.publication).itertuples(index=False, name=None)),
        configuration=files.configuration.read_text(encoding="utf-8"),
        provenance=read_table(files.provenance),
        gene_tables=read_gene_tables(files.gene_tables),
        claims=read_claims(claims) if claims else None,
    )


def read_claims(files: ClaimFiles) -> ClaimResults:
    """Read the register and the tables of the claims."""
    return ClaimResults(
        register=open_register(files.register, files.collection),
        verdicts=read_table(files.verdicts),
        robustness=read_table(files.robustness),
        specifications=read_table(files.specifications),
        vetoes=read_table(files.vetoes),
        procedure=read_table(files.procedure),
        artefacts=read_table(files.artefacts),
        pattern=read_table(files.pattern),
        controls=read_table(files.controls),
        leave_one_out=read_table(files.leave_one_out),
        members=read_table(files.members),
        levels=read_table(files.levels),
        set_tests=read_table(files.claim_set_tests),
        gene_tests=read_table(files.gene_tests),
        identification=read_table(files.identification),
        truth=read_table(files.truth) if files.truth else None,
        power=read_power(files.power, files.animals, files.power_inputs)
        if files.power and files.animals and files.power_inputs
        else None,
    )


def read_power(power: Path, animals: Path, inputs: Path) -> PowerResults | None:
    """Read the map of a study's power; None where no claim has any."""
    results = PowerResults(*map(read_table, (power, animals, inputs)))
    return results if len(results.power) else None
