"""Simulate a study with planted truth, as its archive would hand it out.

From the curated gene sets, usual expression in the tissue and the simulation's settings: an archive mirror
(file report and FASTQ), the reference transcripts and their annotation, and tables of what was planted.
"""

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, whole_file, write_table
from claimcheck.gene_sets.curated import read_collection
from claimcheck.simulation.mirror import REPORT_COLUMNS, compressed, plan_runs, whole_folder, write_run
from claimcheck.simulation.reads import build_pool, draw_pairs, sequence_weights
from claimcheck.simulation.transcriptome import build_transcriptome, fasta_lines, gtf_lines
from claimcheck.simulation.world import World, build_world

logger = logging.getLogger("claimcheck.simulate_archive")


def main(
    *,
    gene_sets: Path,
    expression: Path,
    simulation: dict[str, Any],
    archive: Path,
    transcripts: Path,
    annotation: Path,
    genes: Path,
    set_truth: Path,
    samples: Path,
) -> None:
    """Build the world, write its archive, reference and truth.

    Args:
        gene_sets: folder of the curated sets.
        expression: usual expression; columns gene_id, tpm_clean, log2_marrow_over_clean.
        simulation: the `simulation` section of the configuration.
        archive: folder of the mirror.
        transcripts: reference transcripts, FASTA with GENCODE headers, gzip.
        annotation: their exons, GTF, gzip.
        genes: planted changes of genes.
        set_truth: planted changes of sets.
        samples: animals with their runs, group, sex and composition.
    """
    _, members = read_collection(gene_sets)
    reference = read_table(expression, columns=("gene_id", "tpm_clean", "log2_marrow_over_clean"))
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
    _write_packed(fasta_lines(transcriptome), transcripts)
    _write_packed(gtf_lines(transcriptome, chromosome), annotation)
    truth = ["gene_id", "symbol", "planted_log2_fold_change", "expected_log2_fold_change"]
    write_table(world.genes[truth], genes)
    write_table(world.sets, set_truth)
    write_table(_sample_truth(world, plan), samples)

    with whole_folder(archive) as partial:
        files = pd.DataFrame(index=plan.index, columns=[])
        for accession, runs in plan.groupby("sample_accession", sort=True):
            animal = runs["animal"].iloc[0]
            column = None if pd.isna(animal) else list(world.samples["animal"]).index(animal)
            source = outside if column is None else weights[:, column]
            rng = np.random.default_rng([read_seed, len(weights) if column is None else column])
            pairs = draw_pairs(simulation["reads"], pool, source, int(runs["last_pair"].max()), rng)
            for row in runs.itertuples():
                part = pairs.part(int(row.first_pair), int(row.last_pair))
                for name, value in write_run(partial, str(row.run_accession), part).items():
                    files.loc[row.Index, name] = value
            logger.info("%s: %s", accession, ", ".join(runs["run_accession"]))
        report = plan.join(files)[list(REPORT_COLUMNS)]
        study = simulation["archive"]["study_accession"]
        write_table(report, partial / "filereport" / f"{study}.tsv")


def _write_packed(lines: Iterable[str], path: Path) -> None:
    with whole_file(path) as partial:
        partial.write_bytes(compressed("".join(lines).encode()))


def _sample_truth(world: World, plan: pd.DataFrame) -> pd.DataFrame:
    """Name animals as the archive does, with their runs joined by `;`."""
    runs = plan.dropna(subset="animal").groupby("animal")
    named = world.samples.assign(
        run=world.samples["animal"].map(runs["run_accession"].agg(";".join)),
        animal=world.samples["animal"].map(runs["sample_accession"].first()),
    )
    columns = ["animal", "run", "condition", "sex", "marrow_level", "muscle_level"]
    return named[columns].sort_values("animal")


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            gene_sets=Path(snakemake.input.gene_sets[0]).parent,
            expression=Path(snakemake.input.expression),
            simulation=snakemake.params.simulation,
            archive=Path(snakemake.output.archive),
            transcripts=Path(snakemake.output.transcripts),
            annotation=Path(snakemake.output.annotation),
            genes=Path(snakemake.output.genes),
            set_truth=Path(snakemake.output.sets),
            samples=Path(snakemake.output.samples),
        )
