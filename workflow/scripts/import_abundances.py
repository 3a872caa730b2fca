"""Sum the transcript abundances of all samples to gene counts and TPM."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.quantification.abundances import import_abundances


def main(*, samples: Path, transcripts: Path, abundances: list[Path], counts: Path, tpm: Path) -> None:
    """Write counts and TPM, genes x samples in the order of the sheet."""
    by_sample = {path.parent.name: path for path in abundances}
    names = read_table(samples)["sample"]
    gene_counts, gene_tpm = import_abundances({name: by_sample[name] for name in names}, read_table(transcripts))
    write_table(gene_counts.reset_index(), counts)
    write_table(gene_tpm.reset_index(), tpm)


run(main)
