"""A mirror of the archive on disk, in ENA's own formats and folders."""

import hashlib
import io
import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from xopen import xopen

from claimcheck.core.own_files import remove_link
from claimcheck.core.tables import whole_file, write_table
from claimcheck.simulation.reads import Pairs, Pool, draw_pairs, fastq
from claimcheck.simulation.world import Floats

HOST = "ftp.sra.ebi.ac.uk"
REPORT_COLUMNS = [
    "run_accession",
    "experiment_accession",
    "sample_accession",
    "study_accession",
    "tax_id",
    "scientific_name",
    "library_layout",
    "library_source",
    "library_strategy",
    "library_name",
    "instrument_model",
    "read_count",
    "base_count",
    "fastq_ftp",
    "fastq_md5",
    "fastq_bytes",
    "sample_title",
    "sample_alias",
    "experiment_title",
    "run_alias",
]
_LEVEL = 1

logger = logging.getLogger("claimcheck.simulation")


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path`; rename it to `path` on success, remove it on any failure."""
    partial = path.with_name(f".{path.name}.part")
    remove_link(partial)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        shutil.rmtree(path, ignore_errors=True)
        partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def plan_runs(settings: Mapping[str, Any], samples: pd.DataFrame, n_pairs: int, seed: int) -> pd.DataFrame:
    """Decide which animal is sequenced in which run, in an order that does not tell the groups.

    Args:
        settings: the `archive` section of the simulation's configuration.
        samples: one row an animal: animal, condition, sex, replicate.
        n_pairs: read pairs an animal.
        seed: of the order.

    Returns:
        One row a run, sorted by accession: the columns of a file report that need no files (all but fastq_*,
        read_count and base_count), animal (missing where the run is none of the study's), first_pair and
        last_pair (which of the animal's pairs it holds).
    """
    shuffled = samples.sample(frac=1, random_state=seed).reset_index(drop=True)
    extra = settings["excluded_run"]
    place = int(np.random.default_rng(seed).integers(1, len(shuffled)))
    entries: list[dict[str, Any]] = []
    for row in shuffled.to_dict("records"):
        title = settings["titles"][row["condition"]].format(sex=row["sex"], replicate=row["replicate"])
        entries.append({"animal": row["animal"], "title": title, "cuts": [0, n_pairs]})
    for entry in entries[: settings["animals_in_two_runs"]]:
        entry["cuts"] = [0, n_pairs * 3 // 5, n_pairs]
    entries.insert(place, {"animal": pd.NA, "title": extra["title"], "cuts": [0, extra["pairs"]]})

    runs: list[dict[str, Any]] = []
    for number, entry in enumerate(entries, 1):
        outside = entry["animal"] is pd.NA
        alias = settings["sample_alias"].format(number=number)
        for part, (first, last) in enumerate(zip(entry["cuts"], entry["cuts"][1:], strict=False), 1):
            runs.append(
                {
                    "run_accession": settings["run_accession"].format(number=len(runs) + 1),
                    "experiment_accession": settings["experiment_accession"].format(number=number),
                    "sample_accession": settings["sample_accession"].format(number=number),
                    "study_accession": settings["study_accession"],
                    "tax_id": settings["tax_id"],
                    "scientific_name": settings["scientific_name"],
                    "library_layout": "PAIRED",
                    "library_source": extra["library_source"] if outside else "TRANSCRIPTOMIC",
                    "library_strategy": extra["library_strategy"] if outside else "RNA-Seq",
                    "library_name": alias,
                    "instrument_model": settings["instrument_model"],
                    "sample_title": entry["title"],
                    "sample_alias": alias,
                    "experiment_title": f"{settings['instrument_model']} sequencing; {entry['title']}",
                    "run_alias": f"{alias}_{part}",
                    "animal": entry["animal"],
                    "first_pair": first,
                    "last_pair": last,
                }
            )
    return pd.DataFrame(runs)


def write_run(folder: Path, run: str, pairs: Pairs) -> dict[str, str | int]:
    """Write both files of a run where ENA keeps them.

    Returns:
        The file report's read_count, base_count, fastq_ftp, fastq_md5 and fastq_bytes.
    """
    home = Path("vol1/fastq") / run[:6] / f"00{run[-1]}" / run
    (folder / home).mkdir(parents=True, exist_ok=True)
    addresses, sums, sizes = [], [], []
    mates = (fastq(run, mate, *read) for mate, read in enumerate(zip(pairs.bases, pairs.qualities, strict=True), 1))
    for mate, packed in enumerate(map(compressed, mates), 1):
        name = home / f"{run}_{mate}.fastq.gz"
        (folder / name).write_bytes(packed)
        addresses.append(f"{HOST}/{name.as_posix()}")
        sums.append(hashlib.md5(packed, usedforsecurity=False).hexdigest())
        sizes.append(str(len(packed)))
    return {
        "read_count": len(pairs.bases[0]),
        "base_count": sum(bases.size for bases in pairs.bases),
        "fastq_ftp": ";".join(addresses),
        "fastq_md5": ";".join(sums),
        "fastq_bytes": ";".join(sizes),
    }


def write_archive(
    archive: Path,
    plan: pd.DataFrame,
    settings: Mapping[str, Any],
    animals: Sequence[str],
    pool: Pool,
    *,
    weights: Floats,
    outside: Floats,
    seed: int,
) -> None:
    """Draw the reads of all runs and write them as the archive keeps them, with its file report; whole or not at all.

    Args:
        archive: folder of the mirror.
        plan: from `plan_runs`.
        settings: the `simulation` section of the configuration.
        animals: in the order of the columns of `weights`.
        pool: what reads are drawn from.
        weights: sequences of the pool x animals.
        outside: (sequences of the pool,), of the run that is none of the study's.
        seed: of the reads.
    """
    with whole_folder(archive) as partial:
        files = pd.DataFrame(index=plan.index, columns=[])
        for accession, runs in plan.groupby("sample_accession", sort=True):
            animal = runs["animal"].iloc[0]
            column = None if pd.isna(animal) else list(animals).index(animal)
            source = outside if column is None else weights[:, column]
            rng = np.random.default_rng([seed, len(weights) if column is None else column])
            pairs = draw_pairs(settings["reads"], pool, source, int(str(runs["last_pair"].max())), rng)
            for row in runs.itertuples():
                part = pairs.part(int(str(row.first_pair)), int(str(row.last_pair)))
                for name, value in write_run(partial, str(row.run_accession), part).items():
                    files.loc[row.Index, name] = value
            logger.info("%s: %s", accession, ", ".join(runs["run_accession"]))
        study = settings["archive"]["study_accession"]
        write_table(plan.join(files)[list(REPORT_COLUMNS)], partial / "filereport" / f"{study}.tsv")


def archived_samples(samples: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    """Name animals as the archive does, with their runs joined by `;`.

    Args:
        samples: one row an animal: animal, condition, sex, admixed_level, adhering_level.
        plan: from `plan_runs`.
    """
    runs = plan.dropna(subset="animal").groupby("animal")
    named = samples.assign(
        run=samples["animal"].map(runs["run_accession"].agg(";".join)),
        animal=samples["animal"].map(runs["sample_accession"].first()),
    )
    columns = ["animal", "run", "condition", "sex", "admixed_level", "adhering_level"]
    return named[columns].sort_values("animal")


def write_packed(lines: Iterable[str], path: Path) -> None:
    """Write lines as gzip, whole or not at all."""
    with whole_file(path) as partial:
        partial.write_bytes(compressed("".join(lines).encode()))


def compressed(content: bytes) -> bytes:
    """Pack with gzip without a time or a name, so that same content gives same bytes."""
    packed = io.BytesIO()
    with xopen(packed, "wb", compresslevel=_LEVEL, threads=0, format="gz") as stream:
        stream.write(content)
    return packed.getvalue()
