"""Hold the library size of each sample of a table of counts against the thresholds."""

from pathlib import Path

from claimcheck.expression.quality import gate
from claimcheck.steps import step
from claimcheck.tables import read_table, write_table


def main(*, counts: Path, thresholds: dict[str, dict[str, float]], gates: Path) -> None:
    """Write the gates on library size."""
    sizes = read_table(counts, text=["gene_id"]).set_index("gene_id").sum()
    write_table(gate("library_size", sizes.to_dict(), **thresholds["library_size"]), gates)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            counts=Path(snakemake.input[0]),
            thresholds=snakemake.params.thresholds,
            gates=Path(snakemake.output[0]),
        )
