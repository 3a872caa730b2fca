"""Fetch the FASTQ files of one run, verify their size and MD5, and link them under the names that the workflow uses."""

from pathlib import Path

from claimcheck.errors import StudyError
from claimcheck.sourcing.addresses import parse_address
from claimcheck.sourcing.download import Expected, link, obtain
from claimcheck.sourcing.http import open_session
from claimcheck.steps import step
from claimcheck.tables import read_table

DOWNLOADS = Path("resources/downloads")


def main(*, run: str, read_files: Path, fastq: str, outputs: list[Path]) -> None:
    """Provide the files of `run`, mate 1 first, as `outputs`."""
    base = parse_address(fastq, key="archive.fastq")
    table = read_table(read_files, text=True)
    files = table[table["run_accession"] == run]
    if len(files) != len(outputs):
        raise StudyError(
            f"the run {run} has {len(files)} files, {len(outputs)} are asked for",
            where=str(read_files),
            expected="the files of a run that is in use",
            remedy="ask for results/report/index.html, or for a file of a run in that table",
        )
    with open_session() as session:
        for file, output in zip(files.itertuples(), outputs, strict=True):
            source = base.join(file.path)
            store = DOWNLOADS / run / Path(file.path).name
            expected = Expected(size=int(file.size), algorithm="md5", digest=file.md5)
            link(obtain(source, store, expected, session=session), output)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            run=snakemake.wildcards.run,
            read_files=Path(snakemake.input.read_files),
            fastq=snakemake.params.fastq,
            outputs=[Path(path) for path in snakemake.output],
        )
