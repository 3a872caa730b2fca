"""Four real fly samples in two groups, as an archive serves them, and a study of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.archive import Archive, shared_data
from support.studies import write_study

FLY = "reads/smn_fly"
PROJECT = "PRJNA0000002"

Change = Callable[[int, list[bytes]], list[bytes]]
"""What becomes of the mates of a sample, by its number from 1."""


def as_sequenced(_: int, mates: list[bytes]) -> list[bytes]:
    """Leave the mates of a sample as they are."""
    return mates


def fly_archive(change: Change = as_sequenced) -> Archive:
    """Publish the samples, two of group A and two of group B."""
    reads = shared_data(FLY)
    archive = Archive()
    for number, group in enumerate("AABB", start=1):
        mates = [(reads / f"sample{number}.tiny_R{mate}.fastq.gz").read_bytes() for mate in (1, 2)]
        archive.add_run(
            PROJECT,
            f"SRR000000{number}",
            change(number, mates),
            tax_id="7227",
            scientific_name="Drosophila melanogaster",
            sample_title=f"group {group} replicate {number}",
            experiment_title="group A and group B of a fly study",
        )
    return archive


def write_fly_study(folder: Path, archive: Archive, **reference: Any) -> Path:
    """Write a study of the samples; thresholds are those of their 10,100 pairs each."""
    transcripts = str(shared_data(FLY) / "dm6.small.transcriptome.fa")
    return write_study(
        folder,
        {
            "study": {"title": "Four fly samples", "bioproject": PROJECT, "tax_id": 7227},
            "archive": archive.addresses(),
            "samples": {"patterns": {"A": ["group A"], "B": ["group B"]}},
            "design": {"test": "B", "reference": "A"},
            "reference": {"name": "FlyBase, a slice", "transcripts": transcripts} | reference,
            "quantification": {"threads": 2},
            "quality": {"pseudoaligned_reads": {"warn": 5000, "fail": 1000}},
        },
    )
