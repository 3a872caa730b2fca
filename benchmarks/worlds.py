"""Verdicts in planted worlds, over many seeds: how often is what was planted found, and what was not planted supported.

`PYTHONPATH=workflow/scripts:tests python benchmarks/worlds.py [--seeds 50] [--animals 2 2] [--worlds paper null …]` prints one row
a world and claim: the share of seeds with each verdict. Worlds are simulated at the level of counts.
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import pandas as pd
from threadpoolctl import threadpool_limits

from claimcheck.claims.evaluate import evaluate
from support.worlds import NOTHING, PAPER, plant

WORLDS: dict[str, dict] = {
    "paper": {"effects": PAPER},
    "strong paper": {"effects": PAPER | {"sets": {name: 2 * effect for name, effect in PAPER["sets"].items()}}},
    "null": {"effects": NOTHING},
    "cleaner knockout": {"effects": NOTHING, "carry_over": {"marrow": -2.0}},
    "dirtier knockout": {"effects": NOTHING, "carry_over": {"marrow": 2.0}},
    "muscle": {"effects": NOTHING, "carry_over": {"muscle": 2.0}},
    "swap": {"effects": PAPER, "outcomes": {"knockout": "contradicted"}},
}
"""Planted effects, carry-over that differs between the groups (log2, knockouts), and what identity found."""


def verdicts_of(world: str, animals: dict[str, int], seed: int) -> pd.DataFrame:
    """Plant a world and decide every claim; negative controls are few, since they change no verdict."""
    planted = plant(**WORLDS[world], animals=animals, seed=seed, rotations=999)
    controls = planted.register.primary["negative_controls"] | {"random_sets": 2}
    register = replace(planted.register, primary=planted.register.primary | {"negative_controls": controls})
    with threadpool_limits(1):
        table = evaluate(register, planted.data, planted.study)["verdicts"]
    return table[["claim", "verdict", "effect", "mde"]].assign(world=world, seed=seed)


def main() -> None:
    """Print the tally."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--animals", nargs=2, type=int, default=[2, 2], help="females and males in each group")
    parser.add_argument("--worlds", nargs="+", choices=sorted(WORLDS), default=list(WORLDS))
    arguments = parser.parse_args()
    animals = dict(zip(("female", "male"), arguments.animals, strict=True))
    jobs = [(world, animals, seed) for world in arguments.worlds for seed in range(1, arguments.seeds + 1)]
    started = time.monotonic()
    parts = []
    with ProcessPoolExecutor() as pool:
        for done, part in enumerate(pool.map(verdicts_of, *zip(*jobs, strict=True)), start=1):
            parts.append(part)
            left = (time.monotonic() - started) * (len(jobs) - done) / done
            print(f"\r{done} of {len(jobs)} worlds, {left / 60:.1f} min left ", end="", file=sys.stderr)
    print(file=sys.stderr)
    table = pd.concat(parts)
    tested = table[table["claim"].str.startswith("C")]
    short = tested["verdict"].str.replace(r" \(.*", "", regex=True)
    tally = pd.crosstab([tested["world"], tested["claim"]], short) / arguments.seeds
    tally["above_1.5_mde"] = (
        tested.assign(above=tested["effect"].abs() > 1.5 * tested["mde"]).groupby(["world", "claim"])["above"].mean()
    )
    tally.reset_index().to_csv(sys.stdout, sep="\t", index=False, float_format="%.2f")


if __name__ == "__main__":
    main()
