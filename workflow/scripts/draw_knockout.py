"""Draw whether the deleted gene is deleted: its level, what other cells add to it, its exons and junctions."""

from pathlib import Path

from claimcheck.expression.genes import folder_of, read_annotation
from claimcheck.figures.identity import draw_knockout
from claimcheck.figures.style import save_figure
from claimcheck.steps import step
from claimcheck.tables import read_table


def main(
    *,
    levels: Path,
    effects: Path,
    exons: Path,
    junctions: Path,
    outcome: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    symbol: str,
    marker: str,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    of_sample = ["sample", "condition"]
    level = read_table(levels, columns=[*of_sample, "log2_cpm", "marker_score", "residual"], text=of_sample)
    changes = read_table(effects, columns=["effect", "estimate", "ci_low", "ci_high", "p_value"], text=["effect"])
    profile = read_table(exons, columns=[*of_sample, "exon", "n_positions", "relative_depth"], text=of_sample)
    joined = read_table(junctions, columns=[*of_sample, "left", "right", "n_reads", "skipping"], text=of_sample)
    outcomes = read_table(outcome, columns=["question", "outcome", "sentence"], text=True)
    sentence = " ".join(outcomes.loc[outcomes["question"] == "knockout", "sentence"])
    save_figure(
        lambda: draw_knockout(
            level,
            changes,
            profile,
            joined,
            symbol=symbol,
            marker=marker,
            sentence=sentence,
            test=test,
            reference=reference,
            simulated=simulated,
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        annotation = read_annotation(
            Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
            folder_of(snakemake.input.gene_sets),
            {snakemake.params.deleted_gene: snakemake.params.deleted_gene_symbol},
        )
        main(
            levels=Path(snakemake.input.levels),
            effects=Path(snakemake.input.effects),
            exons=Path(snakemake.input.exons),
            junctions=Path(snakemake.input.junctions),
            outcome=Path(snakemake.input.outcome),
            svg=Path(snakemake.output.svg),
            pdf=Path(snakemake.output.pdf),
            table=Path(snakemake.output.table),
            symbol=annotation.symbols_of([snakemake.params.deleted_gene])[0],
            marker=snakemake.params.marker,
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            simulated=snakemake.params.simulated,
        )
