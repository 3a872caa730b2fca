"""Index the 31-mers that show from which strand, and from where along transcripts, reads are."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table
from claimcheck.read_scans.library import choose_anchors, write_anchors


def main(*, transcripts: Path, listed: Path, output: Path) -> None:
    """Write the index; `listed` describes `transcripts`."""
    write_anchors(choose_anchors(transcripts, read_table(listed)), output)


run(main)
