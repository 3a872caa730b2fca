"""List the exons of the deleted gene with their sequences, from the annotation and the transcripts of the reference."""

from pathlib import Path

from claimcheck.sourcing.annotation import list_exons
from claimcheck.steps import step
from claimcheck.tables import write_table


def main(*, annotation: Path, transcripts: Path, gene: str, transcript: str | None, output: Path) -> None:
    """Write one row an exon of `transcript`, or of the transcript of `gene` that shows most of it."""
    write_table(list_exons(annotation, transcripts, gene, transcript), output)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            annotation=Path(snakemake.input.annotation),
            transcripts=Path(snakemake.input.transcripts),
            gene=snakemake.params.gene,
            transcript=snakemake.params.transcript,
            output=Path(snakemake.output[0]),
        )
