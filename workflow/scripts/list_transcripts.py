"""List the transcripts of the reference with their genes, and the sequences that are indexed beside them."""

from functools import partial
from pathlib import Path

from claimcheck.core.steps import logger, run
from claimcheck.core.tables import listed, write_table
from claimcheck.quantification.transcript_genes import read_transcript_genes
from claimcheck.sourcing.reference import read_reference


def main(
    *,
    transcripts: Path,
    extra: list[Path],
    transcript_genes: Path | None,
    annotation: Path | None,
    listed_transcripts: Path,
    listed_extra: Path,
) -> None:
    """Write one row a transcript, and one row an extra sequence."""
    reference = read_reference(
        transcripts,
        extra,
        genes=read_transcript_genes(transcript_genes) if transcript_genes else None,
        annotated=partial(read_transcript_genes, annotation) if annotation else None,
    )
    if reference.n_empty:
        logger.warning("%d records of the reference have no sequence and are left out", reference.n_empty)
    if len(reference.extra):
        logger.info("indexed beside the transcripts: %s", listed(reference.extra["sequence"], most=200))
    write_table(reference.transcripts, listed_transcripts)
    write_table(reference.extra, listed_extra)


run(main)
