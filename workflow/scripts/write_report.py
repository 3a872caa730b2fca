"""Write the page of a study from its tables, its figures and its configuration."""

from dataclasses import replace
from pathlib import Path

from claimcheck.figures.captions import Study
from claimcheck.figures.page import Results, render_page
from claimcheck.steps import step
from claimcheck.tables import read_table, write_text


def main(
    *,
    samples: Path,
    gates: Path,
    genes: Path,
    summary: Path,
    size_factors: Path,
    outcomes: Path,
    composition: Path,
    design: Path,
    heterogeneity: Path,
    outlier_genes: Path,
    mapping: Path | None,
    reads: Path | None,
    set_tests: Path | None,
    sets: Path | None,
    configuration: Path,
    figures: list[Path],
    template: Path,
    page: Path,
    study: Study,
) -> None:
    """Read the tables, render the page and write it; tables that the study does not have are None."""
    considered = read_table(
        design,
        columns=["covariate", "formula", "residual_df", "chosen", "reason"],
        text=["covariate", "formula", "reason"],
    )
    study = replace(study, formula=considered.loc[considered["chosen"], "formula"].iloc[0])
    results = Results(
        samples=read_table(samples, columns=["sample", "condition"], text=True),
        gates=read_table(
            gates, columns=["gate", "scope", "status", "value", "threshold", "reason", "accepted"], text=True
        ),
        outcomes=read_table(outcomes, columns=["question", "outcome", "sentence"], text=True),
        composition=read_table(
            composition,
            columns=["panel", "n_genes", "n_detected", "log2_ratio", "standardised_difference", "differs"],
            text=["panel", "reason"],
        ),
        design=considered,
        heterogeneity=read_table(heterogeneity, columns=["symbol", "difference", "p_adjusted"], text=["symbol"]),
        outlier_genes=read_table(outlier_genes, columns=["sample", "n_outlier_genes", "flagged"], text=["sample"]),
        genes=read_table(
            genes,
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
        summary=read_table(summary, columns=["quantity", "value", "meaning"], text=True),
        size_factors=read_table(size_factors, columns=["sample", "size_factor", "library_size"], text=["sample"]),
        mapping=read_table(mapping, columns=["sample", "n_processed", "share_pseudoaligned"], text=["sample"])
        if mapping
        else None,
        reads=read_table(reads, text=["run", "mate", "adapter"]) if reads else None,
        set_tests=read_table(
            set_tests,
            columns=["set", "family", "n_genes", "effect", "nes", "p_prerank", "p_prerank_adjusted"],
            text=["set", "family", "source", "variant", "leading_edge"],
        ).loc[lambda tests: tests["variant"] == "full"]
        if set_tests
        else None,
        sets=read_table(
            sets,
            columns=["set", "family", "n_listed", "n_ranked"],
            text=["set", "family", "description", "source", "citation", "licence", "checked_on", "lost"],
        )
        if sets
        else None,
        configuration=configuration.read_text(encoding="utf-8"),
    )
    write_text(page, render_page(study, results, figures, template))


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            samples=Path(snakemake.input.samples),
            gates=Path(snakemake.input.gates),
            genes=Path(snakemake.input.genes),
            summary=Path(snakemake.input.summary),
            size_factors=Path(snakemake.input.size_factors),
            outcomes=Path(snakemake.input.outcomes),
            composition=Path(snakemake.input.composition),
            design=Path(snakemake.input.design),
            heterogeneity=Path(snakemake.input.heterogeneity),
            outlier_genes=Path(snakemake.input.outlier_genes),
            mapping=Path(snakemake.input.mapping) if snakemake.input.mapping else None,
            reads=Path(snakemake.input.reads) if snakemake.input.reads else None,
            set_tests=Path(snakemake.input.set_tests) if snakemake.input.set_tests else None,
            sets=Path(snakemake.input.sets) if snakemake.input.sets else None,
            configuration=Path(snakemake.input.configuration),
            figures=[Path(figure) for figure in snakemake.input.figures],
            template=Path(snakemake.input.template),
            page=Path(snakemake.output.page),
            study=Study(**snakemake.params.study),
        )
