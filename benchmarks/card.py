"""The false-verdict card: how often is a verdict one that the truth of a world forbids, and how often is what is true supported?

`PYTHONPATH=workflow/scripts:tests python benchmarks/card.py [--seeds 20] [--groups 3+3 4+4] [--worlds nothing …] [--jobs 1]`
draws studies of `worlds.yaml` and takes each from counts to verdicts by the steps of the workflow, in the configuration and by
the register of the project. It writes `card.tsv` (a row a world and size, a column a claim: % of studies with a false verdict;
`any`: with at least one) and `power.tsv` (% of studies in which a claim is supported, of claims that are true). Every study is
appended to `results/card_studies.tsv` when it is done, so that the command goes on where it was stopped; after a change of the
rules, give another `--cache`. `--table` makes the tables from what is there.

Two settings of the register are not used: there are no negative controls, which add a remark to verdicts and change none, and
1,999 rotations in place of 9,999, and of 99,999 for small p-values, so that those near 0.0125 have a standard error of 0.0025.
"""

import argparse
import logging
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from threadpoolctl import threadpool_limits

import assess_identity
import assess_samples
import choose_design
import collect_gates
import compare_groups
import evaluate_claims
from claimcheck.claims.evidence import Verdict
from claimcheck.claims.requests import Requests, read_requests
from claimcheck.core.errors import StudyError
from claimcheck.core.standards import Levels
from claimcheck.core.study import read_study
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.gene_sets.curated import list_tables
from claimcheck.simulation.truth import TRUE
from support.tables import place_table
from support.worlds import NO_MEMBERS, NO_SETS
from worlds import CONFIG, REFERENCE, Study, draw_study, forbidden, register, settings, truth

HERE = Path(__file__).parent
ROTATIONS = 1999
NO_CONTROLS = {"random_sets": 0, "labellings": 0}
GENE_SETS = [Path(path) for path in list_tables(str(CONFIG / "gene_sets"))]
STOPPED = "stopped"
"""In place of the verdict on a claim that a study never reached, since a gate failed."""
KEYS = ["world", "n", "seed"]

_FOLDERS = {
    "samples": ["samples"],
    "quality": ["shares", "composition", "composition_groups", "sex", "similarity", "outliers", "gates"],
    "expression": ["size_factors", "pca", "pca_covariates"],
    "identity": ["effects", "exons", "junctions", "carriers"],
    "differential": [
        "model",
        "genes",
        "summary",
        "gene_counts",
        "heterogeneity",
        "outlier_genes",
        "dispersions",
        "fallbacks",
    ],
    "gene_sets": ["downloaded_sets", "downloaded_members"],
    "claims": [one.name for one in fields(evaluate_claims.Outputs)],
}
TABLES = {name: f"{folder}/{name}" for folder, names in _FOLDERS.items() for name in names} | {
    "counts": "counts/gene_counts",
    "tpm": "counts/gene_tpm",
    "steps": "differential/design",
    "levels": "identity/deleted_gene",
    "claim_levels": "claims/levels",
    "outcomes": "identity/outcome",
    **{f"{part}_gates": f"quality/gates/{part}" for part in ("samples", "design", "identity")},
}
"""Path below results/ of each table by the name that the steps give it."""

Job = tuple[str, int, int]


@cache
def configuration() -> dict[str, Any]:
    """Read the configuration of the project's study."""
    return read_study(CONFIG.parent)


@cache
def requests() -> Requests:
    """Read what the register asks of the steps before it."""
    return read_requests(CONFIG / "claims.yaml", curated=str(CONFIG / "gene_sets"), reference_expression=REFERENCE)


@cache
def register_text(fast: bool, min_animals: int | None = None) -> str:
    """Write the register, as it is or with the settings of the card, and with another least number of animals if there is one."""
    text = (CONFIG / "claims.yaml").read_text()
    if not fast and min_animals is None:
        return text
    content = yaml.safe_load(text)
    if fast:
        content["primary"]["tests"] |= {"rotations": ROTATIONS, "small_p": 0}
        content["primary"]["negative_controls"] |= NO_CONTROLS
    if min_animals is not None:
        content["primary"]["verdict"]["min_animals"] = min_animals
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def decide(study: Study, folder: Path, *, fast: bool = True, min_animals: int | None = None) -> pd.DataFrame:
    """Take a study from counts to verdicts.

    Args:
        study: counts and samples.
        folder: an empty one, for the files of all steps.
        fast: without negative controls and with fewer rotations.
        min_animals: that each group needs, in place of the register's.

    Returns:
        results/claims/verdicts.tsv. Where a gate stops the study, the premises have the verdicts of theirs and all else STOPPED.
    """
    files = _Files(folder / "results")
    register_file = folder / "claims.yaml"
    register_file.write_text(register_text(fast, min_animals))
    write_table(study.counts.rename_axis("gene_id").reset_index(), files["counts"])
    write_table((study.counts / study.counts.sum() * 1e6).rename_axis("gene_id").reset_index(), files["tpm"])
    write_table(study.samples, files["samples"])
    place_table(NO_SETS, TABLES["downloaded_sets"], folder)
    place_table(NO_MEMBERS, TABLES["downloaded_members"], folder)

    config = configuration()
    groups = Design(config["design"]["test"], config["design"]["reference"])
    deleted = {key: config["study"][key] for key in ("deleted_gene", "deleted_gene_symbol")}
    annotated: dict[str, Any] = {"transcripts": None, "gene_sets": GENE_SETS, "groups": groups}
    asked = requests()
    assess_samples.main(
        **files.take("counts", "samples"),
        first_gates=[],
        **annotated,
        mapping=None,
        quality=config["quality"],
        identity=config["identity"],
        differential=config["differential"],
        outputs=files.of(assess_samples.Outputs, gates="samples_gates"),
    )
    choose_design.main(**files.take("samples", "sex", "steps", "model", "design_gates"), design=config["design"])
    assess_identity.main(
        **files.take("counts", "tpm", "samples", "size_factors", "levels", "effects", "exons", "junctions", "carriers"),
        **annotated,
        **deleted,
        composition=files["composition_groups"],
        profiles=[],
        identity=config["identity"],
        outcome=files["outcomes"],
        gates=files["identity_gates"],
    )
    parts = [files[name] for name in ("samples_gates", "identity_gates", "design_gates")]
    collect_gates.main(parts=parts, accepted=config["quality"]["accepted"], output=files["gates"])
    try:
        compare_groups.main(
            **files.take("counts", "model", "steps", "gates", "genes", "summary", "gene_counts", "heterogeneity"),
            **files.take("outlier_genes", "dispersions", "fallbacks", "size_factors"),
            **annotated,
            **deleted,
            settings=config["differential"],
            labelled=[],
            claimed=list(asked.kept_genes),
            levels=Levels(**asked.tests["levels"]),
        )
    except StudyError:
        return _stopped(read_table(files["outcomes"]))
    evaluate_claims.main(
        **files.take("counts", "tpm", "model", "steps", "genes", "gates", "composition"),
        **files.take("outcomes", "outliers", "downloaded_sets", "downloaded_members"),
        **annotated,
        claims=register_file,
        libraries=None,
        reference_expression=REFERENCE,
        reference_variation=None,
        complete_reference=False,
        configuration=config,
        outputs=files.of(evaluate_claims.Outputs, levels="claim_levels"),
    )
    return read_table(files["verdicts"])[["claim", "verdict"]]


class _Files(dict[str, Path]):
    """Files of a study's results by the names that the steps give their tables."""

    def __init__(self, results: Path) -> None:
        super().__init__()
        self.results = results

    def __missing__(self, name: str) -> Path:
        return self.results / f"{TABLES[name]}.tsv"

    def take(self, *names: str) -> dict[str, Path]:
        return {name: self[name] for name in names}

    def of(self, outputs: type, **others: str) -> Any:
        """Fill the outputs of a step, which are named as here but for `others`."""
        return outputs(**{one.name: self[others.get(one.name, one.name)] for one in fields(outputs)})


def _stopped(outcomes: pd.DataFrame) -> pd.DataFrame:
    words = {"confirmed": "supported", "contradicted": "contradicted", "unconfirmed": "inconclusive"}
    answers = dict(zip(outcomes["question"], outcomes["outcome"].map(words), strict=True))
    rows = [
        (claim.id, answers[claim.question] if claim.kind == "quality" else STOPPED)
        for claim in register().claims.values()
    ]
    return pd.DataFrame(rows, columns=["claim", "verdict"])


def plain(verdict: str) -> str:
    """Give support by its own name where a claim calls it otherwise."""
    if verdict == STOPPED or verdict.startswith(tuple(Verdict)):
        return verdict
    return str(Verdict.WEAK if verdict.endswith("(weakly)") else Verdict.SUPPORTED)


def judged() -> list[str]:
    """List the claims that a study may say something false about."""
    return [name for name, claim in register().claims.items() if claim.kind not in ("not_testable", "exploratory")]


def run(job: Job) -> dict[str, Any]:
    """Draw and decide one study: world, n, seed, CPU seconds, and the verdict on each claim."""
    world, n, seed = job
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        verdicts = decide(draw_study(world, n, seed), Path(folder)).set_index("claim")["verdict"]
    row: dict[str, Any] = {"world": world, "n": n, "seed": seed, "seconds": time.process_time() - started}
    return row | {name: verdicts[name] for name in judged()}


def tabulate(studies: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count false verdicts, and support of what is true.

    Args:
        studies: from `run`.

    Returns:
        Both with the columns world, groups, studies and one a claim, in % of the studies; the first also `any`, the second without
        worlds in which nothing but premises is true, and empty where a claim is not.
    """
    false_rows, power_rows = [], []
    for world in settings()["worlds"]:
        holds = truth(world)
        for n, part in studies[studies["world"] == world].groupby("n"):
            head = {"world": world, "groups": f"{n}+{n}", "studies": len(part)}
            plainly = part[judged()].map(plain)
            wrong = pd.DataFrame(
                {
                    name: plainly[name].str.startswith(forbidden(register().claims[name].kind, holds[name]))
                    for name in judged()
                }
            )
            false_rows.append(head | (100 * wrong.mean()).to_dict() | {"any": 100 * wrong.any(axis=1).mean()})
            true = [name for name in judged() if holds[name] == TRUE]
            supported = 100 * plainly[true].apply(lambda column: column.str.startswith("supported")).mean()
            power_rows.append(head | supported.to_dict())
    columns = ["world", "groups", "studies", *judged()]
    return pd.DataFrame(false_rows, columns=[*columns, "any"]), pd.DataFrame(power_rows, columns=columns)


def _jobs(worlds: Iterable[str], groups: Iterable[str], seeds: int, done: set[Job]) -> list[Job]:
    """List what is left to do, all worlds of a seed before the next, so that a run that is stopped has as many of each."""
    sizes = []
    for text in groups:
        first, _, second = text.partition("+")
        if not first.isdigit() or first != second:
            raise SystemExit(f"--groups {text}: expected two equal groups, such as 3+3")
        sizes.append(int(first))
    every = [(world, n, seed) for seed in range(1, seeds + 1) for n in sizes for world in worlds]
    return [job for job in every if job not in done]


def main() -> None:
    """Run what is left, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--groups", nargs="+", default=["3+3", "4+4"])
    parser.add_argument("--worlds", nargs="+", choices=list(settings()["worlds"]), default=list(settings()["worlds"]))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=HERE / "results/card_studies.tsv")
    parser.add_argument("--table", action="store_true", help="run nothing")
    arguments = parser.parse_args()
    cache_file: Path = arguments.cache
    cache_file.parent.mkdir(exist_ok=True)
    columns = [*KEYS, "seconds", *judged()]
    if not cache_file.exists():
        cache_file.write_text("\t".join(columns) + "\n")
    if list(read_table(cache_file).columns) != columns:
        raise SystemExit(f"{cache_file} holds studies of a register with other claims: give another --cache")
    done = {(str(row.world), int(row.n), int(row.seed)) for row in read_table(cache_file).itertuples()}
    jobs = [] if arguments.table else _jobs(arguments.worlds, arguments.groups, arguments.seeds, done)
    started = time.monotonic()
    with ProcessPoolExecutor(arguments.jobs) as pool:
        futures = [pool.submit(run, job) for job in jobs]
        for number, future in enumerate(as_completed(futures), start=1):
            row = pd.DataFrame([future.result()], columns=columns)
            row.to_csv(cache_file, sep="\t", mode="a", header=False, index=False, float_format="%.2f")
            left = (time.monotonic() - started) * (len(jobs) - number) / number
            print(f"\r{number} of {len(jobs)} studies, {left / 60:.0f} min left ", end="", file=sys.stderr)
    studies = read_table(cache_file).sort_values(KEYS)
    card, power = tabulate(studies)
    for name, table in (("card", card), ("power", power)):
        table.to_csv(HERE / f"{name}.tsv", sep="\t", index=False, float_format="%.0f", lineterminator="\n")
    print(f"\n{len(studies)} studies, {studies['seconds'].mean():.1f} CPU seconds each", file=sys.stderr)


if __name__ == "__main__":
    main()
