"""Real animals under labels that mean nothing: how often does a verdict say that something changes?

`PYTHONPATH=workflow/scripts:tests python benchmarks/nulls.py DATA [--labellings 60] [--jobs 1]` writes `nulls.tsv`: a row a source
and size, a column a claim: % of labellings with a false verdict; `any`: with at least one. DATA is that of `known.py`. A change of
anything is false, and so are `contradicted` and `higher` of what is to stay. Each labelling goes from counts to verdicts as studies
of `card.py` do.

- cerebellum: animals of one day and one state of infection, the sexes evenly spread over both groups, 3 + 3 and 4 + 4;
- bone: every way to call two of the five marrow-depleted bones knockout. Two animals a group are too few for any verdict; here the
  rule is set aside, so that the others are tried.
"""

import argparse
import itertools
import logging
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from card import decide, judged, plain, register
from claimcheck.gene_sets.curated import read_collection
from claimcheck.quantification.counts import read_count_table
from known import ROOT, bone
from worlds import SHEET, Study

HERE = Path(__file__).parent
SEED = 20260101
FILLERS = 4000
"""Genes of no claim, set or panel that are kept, evenly taken from the rest; `rest` is all others together, as in the worlds."""


class Labelling(NamedTuple):
    """A study without any difference, where it is from, and the fewest animals a group that its verdicts ask for."""

    source: str
    groups: str
    study: Study
    min_animals: int


def labelled(counts: pd.DataFrame, knockout: list[str], control: list[str], sex: "pd.Series[str]") -> Study:
    """Lay out a study of some samples, whose sexes are known by name."""
    names = [*control, *knockout]
    sheet = pd.DataFrame({"sample": names, "condition": ["control"] * len(control) + ["knockout"] * len(knockout)})
    sheet = sheet.reindex(columns=list(SHEET), fill_value="")
    return Study(counts[names], sheet.assign(sex=list(sex[names])))


def thinned(counts: pd.DataFrame) -> pd.DataFrame:
    """Keep the genes of the collection and the register and some others, and sum the rest."""
    _, members = read_collection(ROOT / "config/gene_sets")
    claimed = {gene.gene_id for claim in register().claims.values() for gene in claim.genes}
    named = counts.index.isin([*members["gene_id"], *claimed])
    others = counts.index[~named & (counts.sum(axis=1) > 0)]
    kept = [*counts.index[named], *others[np.linspace(0, len(others) - 1, FILLERS).astype(int)]]
    kept = list(dict.fromkeys(kept))
    return pd.concat([counts.loc[kept], counts.drop(kept).sum().to_frame("rest").T]).astype("int64")


def cerebellum(data: Path, labellings: int) -> list[Labelling]:
    """Draw labellings of the animals of each day, sexes spread evenly over the groups."""
    counts = read_count_table(data / "sex_GSE96870/GSE96870_counts_cerebellum.csv").counts
    animals = pd.read_csv(data / "sex_GSE96870/GSE96870_coldata_cerebellum.csv").set_index("sample")
    _, members = read_collection(ROOT / "config/gene_sets")
    ids = members.drop_duplicates("symbol").set_index("symbol")["gene_id"].to_dict()
    ids |= {gene.symbol: gene.gene_id for claim in register().claims.values() for gene in claim.genes}
    counts = thinned(counts.rename(index=ids))
    rng = np.random.default_rng(SEED)
    days = sorted(animals["time"].unique())
    sex = animals["sex"].str.lower()
    found = []
    for number in range(labellings):
        size, day = (3, 4)[number % 2], days[number // 2 % len(days)]
        of_day = animals[animals["time"] == day]
        by_sex = [list(rng.permutation(part.index)) for _, part in of_day.groupby("sex")]
        mixed = [name for pair in itertools.zip_longest(*by_sex) for name in pair if name is not None]
        turns = ([0, 1, 1, 0] * len(mixed))[: len(mixed)]  # of each sex every second animal
        groups = [[name for name, turn in zip(mixed, turns, strict=True) if turn == one][:size] for one in (0, 1)]
        if min(map(len, groups)) == size:
            found.append(Labelling("cerebellum", f"{size}+{size}", labelled(counts, *groups, sex), 3))
    return found


def halves(data: Path) -> list[Labelling]:
    """Call each pair of the marrow-depleted bones knockout."""
    counts = thinned(bone(data).filter(like="Clean_"))
    sex = pd.Series("male", counts.columns)
    pairs = [list(pair) for pair in itertools.combinations(counts.columns, 2)]
    rest = [[name for name in counts if name not in pair] for pair in pairs]
    return [
        Labelling("bone", "2+3", labelled(counts, pair, others, sex), 2)
        for pair, others in zip(pairs, rest, strict=True)
    ]


def run(one: Labelling) -> dict[str, object]:
    """Decide a labelling: source, groups, and of each claim whether its verdict is false."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, threadpool_limits(1):
        verdicts = decide(one.study, Path(folder), min_animals=one.min_animals).set_index("claim")["verdict"]
    row: dict[str, object] = {"source": one.source, "groups": one.groups}
    for name in judged():
        claim, word = register().claims[name], plain(verdicts[name])
        if claim.kind != "quality":
            wrong = ("contradicted", "supported (higher)") if claim.margins else ("contradicted", "supported")
            row[name] = word.startswith(wrong)
    return row


def main() -> None:
    """Run all labellings, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--labellings", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=1)
    arguments = parser.parse_args()
    jobs = [*halves(arguments.data), *cerebellum(arguments.data, arguments.labellings)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        found = pd.DataFrame(list(pool.map(run, jobs)))
    claims = found.columns.drop(["source", "groups"])
    found["any"] = found[claims].any(axis=1)
    by = found.groupby(["source", "groups"])
    table = (100 * by[["any", *claims]].mean().astype(float)).reset_index()
    table.insert(2, "labellings", by.size().to_numpy())
    table.to_csv(HERE / "nulls.tsv", sep="\t", index=False, float_format="%.0f", lineterminator="\n")


if __name__ == "__main__":
    main()
