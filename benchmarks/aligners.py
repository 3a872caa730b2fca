"""How much processor time does the usual way take: STAR, featureCounts and R's DESeq2, on the reads of the study in pipeline.py?

The genome is made of the simulated reference: the exons of its annotation in one chromosome, with random introns of 200 and random
sequence of 1,000 nucleotides between genes. At about 90 Mbp and without repeats it is far easier to index and to align to than the
2,700 Mbp of a mouse: the peer is measured at its best. Skipped, with the reason, where a program is missing.
"""

import gzip
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from differential import R_PROGRAM, has_r
from measuring import Cost, measure

SEED = 1
THREADS = "2"
_ID = re.compile(r'transcript_id "([^"]+)"; transcript_version "([^"]+)"')
_COMPLEMENT = bytes.maketrans(b"ACGT", b"TGCA")


def missing_programs() -> list[str]:
    """List what is not installed; Debian's packages are rna-star, subread and r-bioc-deseq2."""
    missing = [program for program in ("STAR", "featureCounts") if shutil.which(program) is None]
    return missing if has_r() else [*missing, "DESeq2 of R"]


def build_genome(transcripts: dict[str, bytes], annotation: list[str]) -> bytes:
    """Lay the exons of all transcripts out on one chromosome.

    Args:
        transcripts: sequences in capitals by id with version.
        annotation: lines of a GTF with transcript_version, exons in the order of transcription.

    Returns:
        The chromosome; where no exon lies it is random, from a fixed seed.
    """
    exons = [line.split("\t") for line in annotation if "\texon\t" in line]
    length = max(int(fields[4]) for fields in exons) + 1_000
    genome = bytearray(np.frombuffer(b"ACGT", np.uint8)[np.random.default_rng(SEED).integers(0, 4, length)].tobytes())
    done: dict[str, int] = {}
    for fields in exons:
        found = _ID.search(fields[8])
        assert found
        name = ".".join(found.groups())
        start, stop, first = int(fields[3]) - 1, int(fields[4]), done.get(name, 0)
        done[name] = first + stop - start
        exon = transcripts[name][first : done[name]]
        genome[start:stop] = exon if fields[6] == "+" else exon.translate(_COMPLEMENT)[::-1]
    return bytes(genome)


def prepare(reference: Path, folder: Path) -> None:
    """Write `genome.fa` and `annotation.gtf` from the simulated `transcripts.fa.gz` and `annotation.gtf.gz`."""
    folder.mkdir(parents=True, exist_ok=True)
    with gzip.open(reference / "transcripts.fa.gz") as stream:
        records = [record.split(b"\n", 1) for record in stream.read().split(b">")[1:]]
    transcripts = {head.split(b"|")[0].decode(): sequence.replace(b"\n", b"") for head, sequence in records}
    with gzip.open(reference / "annotation.gtf.gz", "rt") as stream:
        lines = stream.readlines()
    chromosome = lines[0].split("\t")[0]
    (folder / "annotation.gtf").write_text("".join(lines))
    (folder / "genome.fa").write_bytes(b">%s\n%s\n" % (chromosome.encode(), build_genome(transcripts, lines)))


def run(reference: Path, reads: dict[str, list[Path]], folder: Path) -> Iterator[tuple[str, Cost]]:
    """Index, align, count and compare; what unpacks the reads for STAR is not counted, since STAR does not wait for it.

    Args:
        reference: folder of the simulated reference.
        reads: FASTQ files of each sample, mate 1 first; samples of the two groups one after the other.
        folder: scratch.

    Yields:
        Name and cost of each step.
    """
    prepare(reference, folder)
    yield "STAR, index", _index(folder)
    alignments = []
    for sample, files in reads.items():
        prefix = f"{folder / sample}."
        command = ["STAR", "--runThreadN", THREADS, "--genomeDir", folder / "index", "--readFilesIn", *files]
        command += [
            "--readFilesCommand",
            "gzip",
            "-dc",
            "--outSAMtype",
            "BAM",
            "Unsorted",
            "--outFileNamePrefix",
            prefix,
        ]
        yield f"STAR, {sample}", measure(command, log=folder / f"{sample}.log", cwd=folder)
        alignments.append(f"{prefix}Aligned.out.bam")
    counts = folder / "counts.txt"
    command = ["featureCounts", "-p", "--countReadPairs", "-T", THREADS, "-a", folder / "annotation.gtf", "-o", counts]
    yield "featureCounts", measure([*command, *alignments], log=folder / "featureCounts.log", cwd=folder)
    table = pd.read_csv(counts, sep="\t", comment="#", index_col=0).iloc[:, 5:]
    table.columns = list(reads)
    table.to_csv(folder / "counts.tsv", sep="\t")
    (folder / "deseq2.R").write_text(R_PROGRAM)
    command = ["Rscript", folder / "deseq2.R", folder / "counts.tsv", folder / "genes.tsv"]
    yield "DESeq2 of R", measure(command, log=folder / "deseq2.log", cwd=folder)


def _index(folder: Path) -> Cost:
    """Index the genome with the word length that STAR's manual gives for its size."""
    size = (folder / "genome.fa").stat().st_size
    word = min(14, int(np.log2(size) / 2 - 1))
    command = ["STAR", "--runMode", "genomeGenerate", "--runThreadN", THREADS, "--genomeDir", folder / "index"]
    command += ["--genomeFastaFiles", folder / "genome.fa", "--sjdbGTFfile", folder / "annotation.gtf"]
    command += ["--sjdbOverhang", "99", "--genomeSAindexNbases", str(word), "--outFileNamePrefix", folder / "index."]
    return measure(command, log=folder / "index.log", cwd=folder)
