"""A study so small that a whole run takes seconds: 60 genes of one transcript, two samples a group."""

import gzip
import random
from functools import cache
from typing import Any

from support.archive import Archive

PROJECT = "PRJNA0000003"
RUNS = {"SRR0000011": "control", "SRR0000012": "control", "SRR0000013": "knockout", "SRR0000014": "knockout"}


def transcripts(seed: int = 1, genes: int = 60) -> dict[str, str]:
    """Draw random transcripts of 600 nucleotides by their GENCODE header."""
    draw = random.Random(seed)
    return {
        f"ENSMUST9{number:010d}.1|ENSMUSG9{number:010d}.2|-|-|Sim{number}-201|Sim{number}|600|protein_coding|": "".join(
            draw.choices("ACGT", k=600)
        )
        for number in range(genes)
    }


def fasta(sequences: dict[str, str]) -> str:
    """Write sequences as FASTA."""
    return "".join(f">{name}\n{sequence}\n" for name, sequence in sequences.items())


def read_pairs(sequences: dict[str, str], *, seed: int, pairs: int = 3000) -> list[bytes]:
    """Draw read pairs of 2 x 50 nucleotides as two gzipped FASTQ files; genes differ in abundance."""
    draw = random.Random(seed)
    bases = list(sequences.values())
    weights = [1 + 20 * random.Random(position).random() for position in range(len(bases))]
    complement = str.maketrans("ACGT", "TGCA")
    mates: list[list[str]] = [[], []]
    for number, sequence in enumerate(draw.choices(bases, weights, k=pairs)):
        start = draw.randrange(len(sequence) - 180)
        fragment = sequence[start : start + 180]
        for mate, read in enumerate((fragment[:50], fragment[-50:].translate(complement)[::-1])):
            mates[mate].append(f"@read{number}/{mate + 1}\n{read}\n+\n{'I' * 50}\n")
    return [gzip.compress("".join(lines).encode(), 1, mtime=0) for lines in mates]


@cache
def _reads(seed: int) -> tuple[bytes, ...]:
    return tuple(read_pairs(transcripts(), seed=seed))


def tiny_archive() -> Archive:
    """Publish the four runs of the tiny study."""
    archive = Archive()
    for seed, (run, condition) in enumerate(RUNS.items()):
        archive.add_run(
            PROJECT,
            run,
            list(_reads(seed)),
            tax_id="10090",
            scientific_name="Mus musculus",
            sample_title=f"{condition} {seed}",
            read_count="3000",
        )
    return archive


def tiny_configuration(archive: Archive) -> dict[str, Any]:
    """Configure the tiny study; its reference is config/transcripts.fa."""
    return {
        "study": {"title": "A tiny study", "bioproject": PROJECT},
        "archive": archive.addresses(),
        "samples": {"patterns": {"control": ["control"], "knockout": ["knockout"]}},
        "design": {"test": "knockout", "reference": "control"},
        "reference": {"transcripts": "config/transcripts.fa"},
        "quantification": {"threads": 1},
        "quality": {"pseudoaligned_reads": {"warn": 1000, "fail": 100}},
    }
