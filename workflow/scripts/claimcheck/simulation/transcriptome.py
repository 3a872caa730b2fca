"""A made-up transcriptome: transcripts that share exons, near-identical genes, the recombined transcript."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError

Bases = NDArray[np.uint8]
"""Nucleotides as numbers: 0 to 3 stand for A, C, G, T, so that the complement of b is 3 - b."""

LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)
_INTRON = 200
_BETWEEN_GENES = 1000


@dataclass(frozen=True)
class Gene:
    """A gene's exons in the order of transcription, and its transcripts as exon numbers from 1."""

    gene_id: str
    symbol: str
    biotype: str
    version: int
    strand: str
    exons: list[Bases]
    transcripts: list[tuple[int, ...]]


@dataclass(frozen=True)
class Transcriptome:
    """Transcripts of a reference, and the one that only a recombined allele makes.

    Attributes:
        genes: in the order of the world's genes.
        transcripts: one row a transcript: transcript_id and gene_id with version, name, symbol, biotype, gene
            (position in `genes`), usage (share of its gene's molecules).
        sequences: bases of every row of `transcripts`.
        recombined: bases of the deleted gene's first transcript without the deleted exons.
    """

    genes: list[Gene]
    transcripts: pd.DataFrame
    sequences: list[Bases]
    recombined: Bases


def build_transcriptome(
    settings: Mapping[str, Any], genes: pd.DataFrame, deletion: Mapping[str, Any], seed: int
) -> Transcriptome:
    """Give every gene exons, transcripts and sequences.

    Args:
        settings: the `transcriptome` section of the simulation's configuration.
        genes: columns gene_id, symbol.
        deletion: gene_id of the deleted gene and the numbers of its deleted exons.
        seed: same seed, same sequences.

    Raises:
        StudyError: a range is empty, or a near-identical gene is not among the genes.
    """
    for key in ("exons", "exon_length", "last_exon_length"):
        if settings[key][0] > settings[key][1]:
            raise StudyError(
                f"the range {key} is empty: {settings[key]}",
                where=f"simulation.transcriptome.{key}",
                expected="two numbers, the smaller one first",
                remedy="swap them",
            )
    rng = np.random.default_rng(seed)
    made: dict[str, Gene] = {}
    for gene_id, symbol in zip(genes["gene_id"], genes["symbol"], strict=True):
        fixed = tuple(deletion["exons"]) if gene_id == deletion["gene_id"] else ()
        made[symbol] = _gene(gene_id, symbol, fixed, settings, rng)
    for pair in settings["similar_genes"]:
        missing = {pair["original"], pair["copy"]} - made.keys()
        if missing:
            raise StudyError(
                f"a near-identical gene is not simulated: {', '.join(sorted(missing))}",
                where="simulation.transcriptome.similar_genes",
                expected="symbols of genes in the curated sets",
                remedy="correct the symbol",
            )
        made[pair["copy"]] = _copy(made[pair["original"]], made[pair["copy"]], pair["identity"], rng)

    models = list(made.values())
    rows: list[dict[str, Any]] = []
    sequences: list[Bases] = []
    for position, gene in enumerate(models):
        usage = np.sort(rng.dirichlet(np.full(len(gene.transcripts), 1.5)))[::-1]
        for number, (exons, share) in enumerate(zip(gene.transcripts, usage, strict=True)):
            rows.append(
                {
                    "transcript_id": f"{settings['transcript_id_prefix']}{len(rows) + 1:010d}.1",
                    "gene_id": f"{gene.gene_id}.{gene.version}",
                    "name": f"{gene.symbol}-{201 + number}",
                    "symbol": gene.symbol,
                    "biotype": gene.biotype,
                    "gene": position,
                    "usage": share,
                }
            )
            sequences.append(np.concatenate([gene.exons[exon - 1] for exon in exons]))
    recombinant = next(gene for gene in models if gene.gene_id == deletion["gene_id"])
    kept = [bases for number, bases in enumerate(recombinant.exons, 1) if number not in deletion["exons"]]
    return Transcriptome(models, pd.DataFrame(rows), sequences, np.concatenate(kept))


def fasta_lines(transcriptome: Transcriptome) -> Iterator[str]:
    """Write the reference as GENCODE does; the fields of Havana ids are empty."""
    for row, bases in zip(transcriptome.transcripts.itertuples(), transcriptome.sequences, strict=True):
        yield (
            f">{row.transcript_id}|{row.gene_id}|-|-|{row.name}|{row.symbol}|{len(bases)}|{row.biotype}|\n"
            f"{LETTERS[bases].tobytes().decode()}\n"
        )


def gtf_lines(transcriptome: Transcriptome, chromosome: str) -> Iterator[str]:
    """Write gene, transcript and exon lines as Ensembl does, one gene after the other on one chromosome."""
    cursor = 1
    by_gene: list[list[Any]] = [[] for _ in transcriptome.genes]
    for row in transcriptome.transcripts.itertuples():
        by_gene[int(str(row.gene))].append(row)
    for gene, rows in zip(transcriptome.genes, by_gene, strict=True):
        spans, end = _spans(gene, cursor)
        about_gene = (
            f'gene_id "{gene.gene_id}"; gene_version "{gene.version}"; '
            f'gene_name "{gene.symbol}"; gene_biotype "{gene.biotype}";'
        )
        place = f"{chromosome}\tsimulated\t{{}}\t{{}}\t{{}}\t.\t{gene.strand}\t.\t{{}}\n"
        yield place.format("gene", cursor, end, about_gene)
        for row, exons in zip(rows, gene.transcripts, strict=True):
            transcript_id, version = str(row.transcript_id).split(".")
            about = (
                f'{about_gene} transcript_id "{transcript_id}"; transcript_version "{version}"; '
                f'transcript_name "{row.name}"; transcript_biotype "{row.biotype}";'
            )
            covered = [spans[exon - 1] for exon in exons]
            first, last = min(span[0] for span in covered), max(span[1] for span in covered)
            yield place.format("transcript", first, last, about)
            for number, (start, stop) in enumerate(covered, 1):
                yield place.format("exon", start, stop, f'{about} exon_number "{number}";')
        cursor = end + _BETWEEN_GENES


def _spans(gene: Gene, start: int) -> tuple[list[tuple[int, int]], int]:
    """Lay a gene's exons out from `start`; on the minus strand the first exon comes last."""
    lengths = [len(exon) for exon in gene.exons]
    spans = []
    for length in lengths if gene.strand == "+" else lengths[::-1]:
        spans.append((start, start + length - 1))
        start += length + _INTRON
    end = spans[-1][1]
    return (spans if gene.strand == "+" else spans[::-1]), end


def _gene(
    gene_id: str, symbol: str, fixed: tuple[int, ...], settings: Mapping[str, Any], rng: np.random.Generator
) -> Gene:
    """Draw a gene; exons in `fixed` are internal and in all of its transcripts."""
    single = symbol.startswith(tuple(settings["single_exon_symbol_prefixes"]))
    low, high = settings["exons"]
    n_exons = 1 if single else max(int(rng.integers(low, high + 1)), max(fixed, default=0) + 2)
    shortest, longest = settings["exon_length"]
    lengths = rng.integers(shortest, longest + 1, n_exons)
    shortest, longest = settings["last_exon_length"]
    lengths[-1] = rng.integers(shortest, longest + 1)
    # The last exon always stays, and with it room for a fragment.
    skippable = [number for number in range(1, n_exons) if number not in fixed]
    wanted = int(rng.integers(0, settings["most_transcripts"]))
    skipped = sorted(rng.permutation(skippable)[:wanted]) if skippable else []
    everything = tuple(range(1, n_exons + 1))
    return Gene(
        gene_id=gene_id,
        symbol=symbol,
        biotype="lncRNA" if symbol in settings["lncrna_symbols"] else "protein_coding",
        version=int(rng.integers(1, 16)),
        strand="+" if rng.random() < 0.5 else "-",
        exons=[random_bases(int(length), rng) for length in lengths],
        transcripts=[everything, *(tuple(exon for exon in everything if exon != skip) for skip in skipped)],
    )


def _copy(original: Gene, duplicate: Gene, identity: float, rng: np.random.Generator) -> Gene:
    exons = [mutated(exon, 1 - identity, rng) for exon in original.exons]
    return Gene(
        duplicate.gene_id,
        duplicate.symbol,
        original.biotype,
        duplicate.version,
        duplicate.strand,
        exons,
        original.transcripts,
    )


def random_bases(length: int, rng: np.random.Generator) -> Bases:
    """Draw `length` bases, all four equally likely."""
    return rng.integers(0, 4, length, dtype=np.uint8)


def mutated(bases: Bases, rate: float, rng: np.random.Generator) -> Bases:
    """Substitute bases, each with probability `rate` and always by another one; any shape."""
    changed = bases.copy()
    at = rng.choice(bases.size, rng.binomial(bases.size, rate), replace=False, shuffle=False)
    changed.flat[at] = (changed.flat[at] + rng.integers(1, 4, at.size, dtype=np.uint8)) % 4
    return changed
