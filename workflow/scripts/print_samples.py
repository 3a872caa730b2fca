"""Print the sample sheet with the evidence for each call."""

from pathlib import Path

from claimcheck.steps import step
from claimcheck.tables import read_table


def main(*, samples: Path) -> None:
    """Print one line a sample; columns without a value are left out."""
    table = read_table(samples, text=True)
    shown = table.loc[:, (table != "").any()]
    print(
        f"\n{shown.to_string(index=False, justify='left')}\n\nTo freeze this, copy {samples} to config/samples.tsv.\n"
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(samples=Path(snakemake.input[0]))
