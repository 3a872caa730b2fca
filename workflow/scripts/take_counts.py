"""Take over the counts of a comparison's samples, and what is known of their reads, from the study that it is one of."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table


def main(
    *,
    samples: Path,
    read_files: Path,
    all_counts: Path,
    all_tpm: Path,
    all_extra: Path,
    all_reads: Path,
    counts: Path,
    tpm: Path,
    extra: Path,
    reads: Path,
) -> None:
    """Write the columns, or rows, of these samples, in the order of the sheet; conditions are those of this comparison."""
    sheet = read_table(samples, text=True)
    names = list(sheet["sample"])
    for whole, part in ((all_counts, counts), (all_tpm, tpm)):
        write_table(read_table(whole)[["gene_id", *names]], part)
    conditions = dict(zip(names, sheet["condition"], strict=True))
    others = read_table(all_extra)
    others = others[others["sample"].isin(names)]
    write_table(others.assign(condition=others["sample"].map(conditions)), extra)
    checked = read_table(all_reads)
    write_table(checked[checked["run"].isin(read_table(read_files)["run_accession"])], reads)


run(main)
