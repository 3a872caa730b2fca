"""How often the pattern of all readouts points to the right explanation.

`PYTHONPATH=workflow/scripts:tests python benchmarks/pattern.py [--seeds 100] [--animals 3 4] [--worlds nothing …]` draws studies of
`worlds.yaml`, weighs the explanations of the register in each, and writes `pattern.tsv`: a row a world and size, in % of the
studies how often each explanation comes first, and how often the posterior odds for and against the claimed explanation, alone or
with an artefact, exceed the register's number. Odds for it are wrong where it does not hold, odds against it where it does. With
`--animals 3 --variation 1.5 --output benchmarks/pattern_noisier.tsv` animals vary more than the model knows.

The worlds are not made by the model: their sizes are not those of the register, single members of a set move in place of the whole,
or each by its marrow or its length, and what rises dilutes all else. Several are no explanation of the register: litters, sex,
batch, depth, an outlier, dilution, key genes, exchanged labels, lymphocytes, a shift along a factor of the variation.
"""

import argparse
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.artefacts import add_readouts
from claimcheck.claims.explanations import odds_against
from claimcheck.claims.pattern import TOGETHER, weigh_pattern
from claimcheck.claims.resolve import planned_genes, readout_genes
from claimcheck.core.study import read_study
from claimcheck.deseq2.filtering import filter_genes
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.comparison import Comparison, make_comparison
from claimcheck.gene_sets.variation import FACTORS
from claimcheck.qc.panels import select_genes
from claimcheck.quantification.genes import read_annotation
from worlds import CONFIG, KNOCKOUT, MEMBERS, Study, animals, draw_study, register, settings, tested_sets, world_of

HERE = Path(__file__).parent
WITH_ARTEFACT = "the claimed explanation and an artefact"


@cache
def differential() -> dict[str, Any]:
    """Read how the project's study compares its groups."""
    return read_study(CONFIG.parent)["differential"]


@cache
def composition_genes() -> frozenset[str]:
    """List the genes that the project's study estimates size factors without."""
    annotation = read_annotation(None, sorted((CONFIG / "gene_sets").glob("*.tsv")))
    chosen = differential()["size_factors_without"]
    return select_genes(chosen, annotation.members, annotation.genes, where="") or frozenset()


@cache
def planned() -> pd.DataFrame:
    """Resolve the sets of the register, those of the readouts among them."""
    return add_readouts(tested_sets(), register(), MEMBERS)


def compare(study: Study) -> Comparison:
    """Filter and normalise the counts of a study as the primary analysis does, without covariates."""
    keep = {*planned_genes(register())["gene_id"], *readout_genes(register())}
    filtered = filter_genes(study.counts, study.samples, min_count=differential()["min_count"], keep=keep)
    factors = estimate_size_factors(filtered, composition_genes())["size_factor"].to_numpy(dtype=float)
    of_test = (study.samples["condition"] == KNOCKOUT).to_numpy(dtype=float)
    return make_comparison(filtered, factors, np.column_stack([np.ones_like(of_test), of_test]))


def weigh(world: str, n: int, seed: int, variation: float = 1.0) -> pd.DataFrame:
    """Draw a study and weigh the explanations.

    Args:
        world, n, seed: as of `draw_study`.
        variation: factor of the standard deviations between animals in the draw, of which the model knows nothing.

    Returns:
        As `pattern` of `weigh_pattern`.
    """
    drawn = animals().copy()
    drawn[FACTORS] *= variation
    drawn["dispersion"] *= variation**2
    study = draw_study(world, n, seed, reference=drawn)
    return weigh_pattern(register(), planned(), compare(study), animals())["pattern"]


def names() -> list[str]:
    """List the worlds, those for the pattern alone at the end."""
    return [*settings()["worlds"], *settings()["further"]]


def summarise(world: str, n: int, seeds: int, variation: float = 1.0) -> dict[str, Any]:
    """Weigh the explanations in studies of one world: a row of the table, see `main`."""
    rules = register().artefacts["pattern"]
    first: list[str] = []
    odds: list[float] = []
    for seed in range(1, seeds + 1):
        pattern = weigh(world, n, seed, variation)
        first.append(str(pattern["explanation"].iloc[0]))
        odds.append(odds_against(pattern))
    ranked = pd.Series(first).where(~pd.Series(first).str.contains(TOGETHER), WITH_ARTEFACT)
    shares = 100 * ranked.value_counts(normalize=True)
    against = np.array(odds)
    return {
        "world": world,
        "groups": f"{n}+{n}",
        "studies": seeds,
        "claim_holds": "yes" if world_of(world).get("genotype") else "no",
        **shares.reindex(explanations(), fill_value=0.0).to_dict(),
        "odds_for": 100 * float(np.mean(against < 1 / rules["odds"])),
        "odds_against": 100 * float(np.mean(against > rules["odds"])),
    }


def explanations() -> list[str]:
    """List the explanations as columns: those of the register, what is claimed with an artefact, and none of these."""
    section = register().artefacts
    return [*(world["name"] for world in section["worlds"]), WITH_ARTEFACT, section["pattern"]["unknown"]["name"]]


def main() -> None:
    """Draw, weigh, and write the table, row by row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--animals", nargs="+", type=int, default=[3, 4], help="in each group")
    parser.add_argument("--worlds", nargs="+", choices=names(), default=names())
    parser.add_argument(
        "--variation", type=float, default=1.0, help="factor of the standard deviations between animals"
    )
    parser.add_argument("--output", type=Path, default=HERE / "pattern.tsv")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = []
    for world in arguments.worlds:
        for n in arguments.animals:
            rows.append(summarise(world, n, arguments.seeds, arguments.variation))
            table = pd.DataFrame(rows)
            table.to_csv(arguments.output, sep="\t", index=False, float_format="%.1f", lineterminator="\n")
            print(f"{world}, {n} + {n}", file=sys.stderr)


if __name__ == "__main__":
    main()
