"""Studies of bone drawn from what real bones show: levels, variation between animals with its correlations, a planted difference.

What differs, and so what is true, stands in `worlds.yaml`; levels and variation in
`config/gene_sets/reference/bone_animals.tsv`. An animal's log2 level of a gene is its mean, plus three factors of all genes,
plus a deviation of the gene's own (gamma), plus what the world changes. Levels are shares of a library of uneven size, so that what
rises dilutes all else; counts are Poisson draws, and so negative binomial.

Five animals have four degrees of freedom: three factors and a remainder are all that they can show. The mean over a set of genes
varies as in the five; a single gene's variance is that of five animals, more uneven from gene to gene than true ones are.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from claimcheck.claims.model import Register
from claimcheck.claims.register import read_register
from claimcheck.claims.resolve import planned_sets, read_reference
from claimcheck.gene_sets.curated import read_collection
from claimcheck.gene_sets.variation import FACTORS, draw_counts, draw_deviations, read_variation
from claimcheck.simulation.truth import FALSE, SMALLER, TRUE, planted_claims

Floats = NDArray[np.float64]

HERE = Path(__file__).parent
CONFIG = HERE.parent / "config"
REFERENCE = CONFIG / "gene_sets/reference/bone_expression.tsv"
SETS, MEMBERS = read_collection(CONFIG / "gene_sets")
CONTROL, KNOCKOUT = "control", "knockout"
SHEET = ("sample", "condition", "sex", "age", "tissue", "batch", "runs", "evidence", "litter")
ABSENT, EXPRESSED = -4.0, 6.0
"""log2 CPM of a gene of the other sex, and of the female gene in females; the reference's animals are male."""


@dataclass(frozen=True)
class Study:
    """What a laboratory would have: counts (genes x samples, int64) and the sheet of the samples, columns SHEET."""

    counts: pd.DataFrame
    samples: pd.DataFrame


@cache
def settings() -> dict[str, Any]:
    """Read the worlds and what they have in common."""
    return yaml.safe_load((HERE / "worlds.yaml").read_text())


@cache
def animals() -> pd.DataFrame:
    """Read levels and variation, by gene id."""
    return read_variation(REFERENCE.with_name("bone_animals.tsv"))


@cache
def register() -> Register:
    """Read the register that the project ships."""
    return read_register(CONFIG / "claims.yaml", sets=SETS, members=MEMBERS)


@cache
def tested_sets() -> pd.DataFrame:
    """Resolve the sets that the register tests."""
    return planned_sets(register(), SETS, MEMBERS, read_reference(register(), REFERENCE))


def world_of(name: str) -> dict[str, Any]:
    """Return a world, one of those for the pattern among them."""
    return settings()["worlds"].get(name) or settings()["further"][name]


def draw_study(world: str, n: int, seed: int, *, reference: pd.DataFrame | None = None) -> Study:
    """Draw a study.

    Args:
        world: its name.
        n: animals in each group.
        seed: same seed, same counts; the animals of a seed are the same in all worlds without litters.
        reference: in place of `animals()`.
    """
    genes = animals() if reference is None else reference
    common = settings()
    given = world_of(world)
    rng = np.random.default_rng([seed, n])
    knockout = np.repeat([0.0, 1.0], n)

    litter = np.arange(2 * n) * 2 // n
    shared = given.get("litter", 0.0)
    of_animal, of_litter = (draw_deviations(genes, 2 * n, part, rng) for part in (1 - shared, shared))
    deviations = of_animal + of_litter[:, litter]
    if "outlier" in given:
        deviations[:, -1] += given["outlier"] * genes["factor_1"].to_numpy()
    second = _uneven(n)
    for factor in ("sex", "batch"):
        between_two = np.sqrt(2) * draw_deviations(genes, 1, 1.0, rng)
        deviations += given.get(factor, 0.0) * between_two * second

    levels = genes["log2_cpm"].to_numpy()[:, None] + deviations + tissue_change(world, genes)[:, None] * knockout
    if "sex" in given:
        levels[np.ix_(_in_set("QC_SEX_M", genes), second == 0)] = ABSENT
        levels[np.ix_(_in_set("QC_SEX_F", genes), second == 0)] = EXPRESSED
    size = common["library"]["millions"] * (2 ** genes["log2_cpm"]).sum()
    sizes = size * 2 ** rng.normal(0, common["library"]["log2_sd"], 2 * n) * given.get("depth", 1) ** knockout
    counts = draw_counts(levels, sizes, rng)

    condition = np.where(knockout == 1, KNOCKOUT, CONTROL)
    pairs = given.get("swapped", 0)
    condition[:pairs], condition[n : n + pairs] = KNOCKOUT, CONTROL
    names = [f"animal_{number:02d}" for number in range(1, 2 * n + 1)]
    samples = pd.DataFrame({"sample": names, "condition": condition}).reindex(columns=list(SHEET), fill_value="")
    samples["sex"] = np.where(second == 1, "male", "female") if "sex" in given else "male"
    samples["batch"] = np.where(second == 1, "second", "first") if "batch" in given else ""
    samples["litter"] = [f"litter_{number}" for number in litter] if "litter" in given else ""
    return Study(pd.DataFrame(counts, index=genes.index, columns=names), samples)


def genotype_change(world: str, genes: pd.DataFrame) -> Floats:
    """Give the log2 change that the deletion makes in the cells that it reaches, the deleted gene's aside; (genes,)."""
    given = world_of(world)
    return given.get("scale", 1.0) * _changes(given.get("genotype", {}), genes)


def tissue_change(world: str, genes: pd.DataFrame) -> Floats:
    """Give the log2 difference of the tissue, knockout / control, for whatever reason, before dilution; (genes,)."""
    common = settings()
    given = world_of(world)
    change = genotype_change(world, genes)
    share = np.where(_in_set(given.get("only", ""), genes), 1.0, given.get("share", 1.0))
    change = np.log2(1 - share + share * 2**change)
    change[genes.index == common["deletion"]["gene"]] = common["deletion"]["change"] * given.get("deleted", True)
    change += _changes(given.get("shift", {}), genes)
    change += genes[FACTORS].to_numpy() @ np.array(given.get("factors", [0, 0, 0]))
    change += given.get("length", 0.0) * genes["log2_length"].to_numpy()
    return change + _marrow_change(given.get("marrow", 1.0), common["marrow_left"], genes)


def truth(world: str) -> dict[str, str]:
    """Say of every claim with a verdict what the world makes of it: true, false or smaller than claimed."""
    given, genes, asked = world_of(world), animals(), register()
    change = genotype_change(world, genes)
    table = pd.DataFrame(
        {"gene_id": genes.index, "planted_log2_fold_change": change, "expected_log2_fold_change": change}
    )
    found = planted_claims(asked, tested_sets(), table)
    holds = dict(zip(found["claim"], found["holds"].replace("", FALSE), strict=True))
    premises = {"knockout": given.get("deleted", True) and not given.get("swapped"), "tissue": True}
    for claim in asked.claims.values():
        if claim.kind == "quality":
            holds[claim.id] = TRUE if premises[claim.question] else FALSE
    return holds


def forbidden(kind: str, holds: str) -> tuple[str, ...]:
    """List the beginnings of verdicts that are wrong about a claim of a kind.

    No world moves a claim the other way by more than its threshold, so `contradicted` is never right about a change.
    """
    if kind == "quality":
        return ("contradicted",) if holds == TRUE else ("supported",)
    if kind in ("equivalence", "noninferiority"):
        return ("contradicted", "supported (higher)") if holds == TRUE else ("supported",)
    return {
        TRUE: ("contradicted", "not supported"),
        SMALLER: ("contradicted", "supported"),
        FALSE: ("contradicted", "supported"),
    }[holds]


def _uneven(n: int) -> Floats:
    """Mark the animals of the second kind: a quarter of the controls and three quarters of the knockouts."""
    quarter = max(1, round(n / 4))
    return np.repeat([1.0, 0.0, 1.0, 0.0], [quarter, n - quarter, n - quarter, quarter])


def _changes(given: dict[str, dict[str, float]], genes: pd.DataFrame) -> Floats:
    """Give every gene its own change, else that of the first listed set that holds it, else 0."""
    change = np.zeros(len(genes))
    for name, value in reversed(given.get("sets", {}).items()):
        change[_in_set(name, genes)] = value
    for symbol, value in given.get("genes", {}).items():
        change[genes["symbol"] == symbol] = value
    return change


def _marrow_change(times: float, left: float, genes: pd.DataFrame) -> Floats:
    """Mix in more or less marrow: `left` is the share of marrow-containing bone's marrow that cleaned bone holds."""
    ratio = 2 ** genes["log2_marrow"].to_numpy()
    mixed = 1 + left * (times - 1) / (1 - left) * (ratio - 1)
    return np.log2(np.maximum(mixed, times) if times < 1 else np.minimum(mixed, times))


def _in_set(name: str, genes: pd.DataFrame) -> NDArray[np.bool_]:
    return genes.index.isin(MEMBERS.loc[MEMBERS["set"] == name, "gene_id"])
