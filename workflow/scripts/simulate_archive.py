"""Simulate a study with planted truth, as its archive would hand it out.

From the curated gene sets, usual expression in the tissue and the simulation's settings: an archive mirror
(file report and FASTQ), the reference transcripts and their annotation, and tables of what was planted.
"""

import logging
from pathlib import Path
from typing import Any

import numpy as np

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.gene_sets.curated import read_curated
from claimcheck.simulation.mirror import archived_samples, plan_runs, write_archive, write_packed
from claimcheck.simulation.reads import build_pool, sequence_weights
from claimcheck.simulation.transcriptome import build_transcriptome, fasta_lines, gtf_lines
from claimcheck.simulation.world import build_world

logger = logging.getLogger("claimcheck.simulate_archive")


def main(
    *,
    gene_sets: list[Path],
    expression: Path,
    simulation: dict[str, Any],
    archive: Path,
    transcripts: Path,
    annotation: Path,
    genes: Path,
    sets: Path,
    samples: Path,
) -> None:
    """Build the world, write its archive, reference and truth.

    Args:
        gene_sets: tables of the curated sets.
        expression: usual expression; columns gene_id, tpm_clean, and the one that `world.expression.admixed` names.
        simulation: the `simulation` section of the configuration.
        archive: folder of the mirror.
        transcripts: reference transcripts, FASTA with GENCODE headers, gzip.
        annotation: their exons, GTF, gzip.
        genes: planted changes of genes.
        sets: planted changes of sets.
        samples: animals with their runs, group, sex and composition.
    """
    _, members = read_curated(gene_sets)
    reference = read_table(expression, columns=("gene_id", "tpm_clean", simulation["world"]["expression"]["admixed"]))
    parts = np.random.SeedSequence(simulation["seed"]).generate_state(5)
    world_seed, sequence_seed, pool_seed, order_seed, read_seed = (int(part) for part in parts)

    world = build_world(simulation["world"], members, reference, world_seed)
    deletion = simulation["world"]["deletion"]
    transcriptome = build_transcriptome(simulation["transcriptome"], world.genes, deletion, sequence_seed)
    logger.info("%d genes, %d transcripts", len(world.genes), len(transcriptome.transcripts))
    pool = build_pool(transcriptome, pool_seed)
    weights = sequence_weights(simulation["reads"], world, transcriptome, pool)
    # The run outside the study holds only what is in no reference.
    outside = np.zeros(len(weights))
    outside[len(transcriptome.sequences) + 1 :] = 1.0
    plan = plan_runs(simulation["archive"], world.samples, simulation["reads"]["pairs"], order_seed)

    chromosome = simulation["transcriptome"]["chromosome"]
    write_packed(fasta_lines(transcriptome), transcripts)
    write_packed(gtf_lines(transcriptome, chromosome), annotation)
    truth = ["gene_id", "symbol", "planted_log2_fold_change", "expected_log2_fold_change"]
    write_table(world.genes[truth], genes)
    write_table(world.sets, sets)
    write_table(archived_samples(world.samples, plan), samples)

    write_archive(
        archive,
        plan,
        simulation,
        list(world.samples["animal"]),
        pool,
        weights=weights,
        outside=outside,
        seed=read_seed,
    )


run(main)
