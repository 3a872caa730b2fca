"""Sum the transcript abundances of all samples to gene counts and TPM, and set extra sequences apart."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.quantification.abundances import import_abundances, read_extra


def main(
    *,
    samples: Path,
    transcripts: Path,
    listed_extra: Path,
    abundances: list[Path],
    counts: Path,
    tpm: Path,
    extra: Path,
) -> None:
    """Write counts and TPM, genes x samples in the order of the sheet, and the reads of each extra sequence and sample."""
    by_sample = {path.parent.name: path for path in abundances}
    sheet = read_table(samples)
    ordered = {name: by_sample[name] for name in sheet["sample"]}
    sequences = read_table(listed_extra)
    gene_counts, gene_tpm = import_abundances(ordered, read_table(transcripts), list(sequences["sequence"]))
    conditions = dict(zip(sheet["sample"], sheet["condition"], strict=True))
    totals = {str(name): float(total) for name, total in gene_counts.sum().items()}
    write_table(gene_counts.reset_index(), counts)
    write_table(gene_tpm.reset_index(), tpm)
    write_table(read_extra(ordered, sequences, conditions, totals), extra)


run(main)
