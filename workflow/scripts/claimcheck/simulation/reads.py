"""Paired reads of a planted world's animals, as FASTQ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from claimcheck.simulation.transcriptome import LETTERS, Bases, Transcriptome, mutated, random_bases
from claimcheck.simulation.world import Floats, World

QUALITIES = np.frombuffer(b"F:,", dtype=np.uint8)
"""Phred scores 37, 25 and 11, the values of a current two-colour instrument."""

_CONTIGS, _CONTIG_LENGTH = 20, 1000


@dataclass(frozen=True)
class Pairs:
    """Read pairs: bases (0 to 3) and quality letters, uint8, pairs x read length, of both mates."""

    bases: tuple[Bases, Bases]
    qualities: tuple[Bases, Bases]

    def part(self, start: int, stop: int) -> "Pairs":
        """Give the pairs from `start` up to, not including, `stop`."""
        first, second = ((mate[0][start:stop], mate[1][start:stop]) for mate in (self.bases, self.qualities))
        return Pairs(first, second)


@dataclass(frozen=True)
class Pool:
    """What a library is drawn from: sequences end to end, with the start and length of each."""

    bases: Bases
    starts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def build_pool(transcriptome: Transcriptome, seed: int) -> Pool:
    """Join the reference, the recombined transcript, and sequence that is in no reference, in this order."""
    rng = np.random.default_rng(seed)
    foreign = [random_bases(_CONTIG_LENGTH, rng) for _ in range(_CONTIGS)]
    sequences = [*transcriptome.sequences, transcriptome.recombined, *foreign]
    lengths = np.array([len(bases) for bases in sequences])
    return Pool(np.concatenate(sequences), np.cumsum(lengths) - lengths, lengths)


def sequence_weights(settings: Mapping[str, Any], world: World, transcriptome: Transcriptome, pool: Pool) -> Floats:
    """Give the probability that a fragment comes from a sequence: molecules x effective length.

    Args:
        settings: the `reads` section of the simulation's configuration.
        world: says how many molecules of a gene an animal has.
        transcriptome: says how a gene's molecules share out among transcripts.
        pool: made from the same transcriptome.

    Returns:
        float64, sequences of the pool x animals, columns sum to 1. Effective length is length - mean fragment
        length + 1 (Pachter 2011, arXiv:1104.3889).
    """
    molecules = world.expression.to_numpy()
    gene, usage = transcriptome.transcripts["gene"].to_numpy(), transcriptome.transcripts["usage"].to_numpy()
    intact = molecules.copy()
    intact[world.deleted] *= 1 - world.recombined_share
    recombined = molecules[world.deleted] * world.recombined_share
    made = np.vstack([intact[gene] * usage[:, None], recombined])
    effective = np.maximum(pool.lengths - settings["fragment_mean"] + 1, 1.0)
    weights = np.zeros((len(pool.lengths), molecules.shape[1]))
    weights[: len(made)] = made * effective[: len(made), None]
    weights *= (1 - settings["off_reference_share"]) / weights.sum(axis=0)
    weights[len(made) :] = settings["off_reference_share"] / _CONTIGS
    return weights


def draw_pairs(
    settings: Mapping[str, Any], pool: Pool, weights: Floats, n_pairs: int, rng: np.random.Generator
) -> Pairs:
    """Sequence `n_pairs` fragments.

    Args:
        settings: the `reads` section of the simulation's configuration.
        pool: what is sequenced.
        weights: probability of every sequence of the pool.
        n_pairs: number of fragments.
        rng: same state, same reads.
    """
    size = settings["length"]
    source = np.repeat(np.arange(len(weights)), rng.multinomial(n_pairs, weights / weights.sum()))
    source = rng.permutation(source)
    drawn = rng.normal(settings["fragment_mean"], settings["fragment_sd"], n_pairs).round().astype(np.int64)
    fragment = np.clip(drawn, size, pool.lengths[source])
    start = pool.starts[source] + rng.integers(0, pool.lengths[source] - fragment + 1)
    reads = sliding_window_view(pool.bases, size)
    sense = reads[start]
    antisense = 3 - reads[start + fragment - size][:, ::-1]
    flipped = np.full(n_pairs, True) if settings["strandedness"] == "reverse" else rng.random(n_pairs) < 0.5
    first, second = np.where(flipped[:, None], antisense, sense), np.where(flipped[:, None], sense, antisense)
    mates = [_sequenced(mate, settings["error_rate"], rng) for mate in (first, second)]
    return Pairs((mates[0][0], mates[1][0]), (mates[0][1], mates[1][1]))


def fastq(run: str, mate: int, bases: Bases, qualities: Bases) -> bytes:
    """Write reads as FASTQ with the names that ENA gives: `@RUN.1 1/1`.

    Args:
        run: run accession.
        mate: 1 or 2.
        bases: uint8, 0 to 3, reads x length.
        qualities: uint8 letters, reads x length.
    """
    number = np.arange(1, len(bases) + 1)
    width = np.char.str_len(number.astype(str))
    blocks = [
        _block(run, mate, number[width == digits], LETTERS[bases[width == digits]], qualities[width == digits])
        for digits in range(1, int(width.max(initial=0)) + 1)
    ]
    return b"".join(blocks)


def _block(run: str, mate: int, number: NDArray[np.int64], letters: Bases, qualities: Bases) -> bytes:
    """Write reads whose numbers have the same count of digits, so that all records are of one size."""
    digits = len(str(number[0]))
    spelled = (number[:, None] // 10 ** np.arange(digits - 1, -1, -1) % 10 + ord("0")).astype(np.uint8)

    def text(value: str) -> Bases:
        return np.tile(np.frombuffer(value.encode(), dtype=np.uint8), (len(number), 1))

    record = [text(f"@{run}."), spelled, text(" "), spelled, text(f"/{mate}\n")]
    record += [letters, text("\n+\n"), qualities, text("\n")]
    return np.hstack(record).tobytes()


def _sequenced(bases: Bases, error_rate: float, rng: np.random.Generator) -> tuple[Bases, Bases]:
    """Add errors and qualities; quality falls along the read, and errors are mostly of low quality."""
    seen = mutated(bases, error_rate, rng)
    good = np.linspace(0.97, 0.88, bases.shape[1])
    draw = rng.random(bases.shape, dtype=np.float32)
    level = (draw > good).astype(np.uint8) + (draw > (good + 2) / 3)
    wrong = seen != bases
    level[wrong] = np.where(draw[wrong] < 0.8, 2, 1)
    return seen, QUALITIES[level]
