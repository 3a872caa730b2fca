"""Count the animals of each group; with too few to compare the study stops here, before any read is fetched."""

from pathlib import Path

import pandas as pd

from claimcheck.sourcing.samples import require_animals
from claimcheck.steps import step
from claimcheck.tables import read_table, write_table


def main(*, samples: Path, test: str, reference: str, animals: Path) -> None:
    """Write one row a group: condition, animals."""
    sheet = read_table(samples, text=True)
    require_animals(sheet, test=test, reference=reference, where=str(samples))
    sizes = sheet["condition"].value_counts().reindex([reference, test])
    write_table(pd.DataFrame({"condition": sizes.index, "animals": sizes.to_numpy()}), animals)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            samples=Path(snakemake.input.samples),
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            animals=Path(snakemake.output.animals),
        )
