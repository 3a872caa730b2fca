"""Hold the share and number of pseudoaligned reads of each sample against the thresholds."""

from pathlib import Path

import pandas as pd

from claimcheck.expression.quality import gate, read_mapping
from claimcheck.steps import step
from claimcheck.tables import read_table, write_table


def main(
    *,
    samples: Path,
    run_infos: list[Path],
    thresholds: dict[str, dict[str, float]],
    mapping: Path,
    gates: Path,
) -> None:
    """Write the mapping of each sample, and the gates on it."""
    by_sample = {path.parent.name: path for path in run_infos}
    names = read_table(samples, text=True)["sample"]
    table = read_mapping({name: by_sample[name] for name in names})
    columns = {"pseudoaligned_share": "share_pseudoaligned", "pseudoaligned_reads": "n_pseudoaligned"}
    by_name = table.set_index("sample")
    results = [gate(name, by_name[column].to_dict(), **thresholds[name]) for name, column in columns.items()]
    write_table(table, mapping)
    write_table(pd.concat(results), gates)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            samples=Path(snakemake.input.samples),
            run_infos=[Path(path) for path in snakemake.input.run_infos],
            thresholds=snakemake.params.thresholds,
            mapping=Path(snakemake.output.mapping),
            gates=Path(snakemake.output.gates),
        )
