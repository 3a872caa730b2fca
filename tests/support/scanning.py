"""Scanning reads as the rule does, with a reference and settings of one's own."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

import index_anchors
import scan_reads
from claimcheck.core.tables import write_table
from claimcheck.sourcing.reference import read_reference
from support import tiny
from support.defaults import DEFAULTS


def scan(
    folder: Path,
    runs: Mapping[str, Sequence[Path]],
    *,
    transcripts: Mapping[str, str] | None = None,
    exons: pd.DataFrame | None = None,
    **settings: Any,
) -> dict[str, Path]:
    """Scan the reads of a sample `A`, by run, and return the tables by their names among the outputs of the rule.

    Args:
        folder: what is written goes here.
        runs: FASTQ files of each run, mate 1 first.
        transcripts: sequences by FASTA header; the tiny study's if not given.
        exons: columns exon and sequence.
        settings: in place of the defaults of the configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    fasta, listed, anchors = folder / "transcripts.fa", folder / "transcripts.tsv", folder / "anchors.npz"
    fasta.write_text(tiny.fasta(dict(transcripts or tiny.transcripts())))
    write_table(read_reference(fasta).transcripts, listed)
    index_anchors.main(transcripts=fasta, listed=listed, output=anchors)
    if exons is not None:
        write_table(exons, folder / "exons.tsv")
    tables = {
        "checked": folder / "quality/reads/A.tsv",
        "library": folder / "quality/libraries/A.tsv",
        "gene_body": folder / "quality/gene_body/A.tsv",
    } | ({} if exons is None else {"profile": folder / "quality/exons/A.tsv"})
    quality = DEFAULTS["quality"]
    configured = {"inspected_mb": quality["inspected_mb"], "most_reads": quality["subset_reads"]}
    scan_reads.main(
        sample="A",
        runs=list(runs),
        reads=[path for files in runs.values() for path in files],
        anchors=anchors,
        exons=None if exons is None else folder / "exons.tsv",
        **configured | settings,
        **tables,
    )
    return tables
