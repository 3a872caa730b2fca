"""The page over all comparisons of a study: one HTML file, which links to the page of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck import __version__
from claimcheck.core.comparisons import FOLDER
from claimcheck.core.nested import FINISHED
from claimcheck.figures.claims import MARKS, kind_of, records
from claimcheck.page.set_names import true_minus
from claimcheck.page.tables import two
from claimcheck.page.templates import page_environment


@dataclass(frozen=True)
class ComparisonView:
    """A comparison as the page shows it.

    Attributes:
        name, title: what it is called.
        address: of its page, from this one; "" where it stopped.
        compared: its groups, or the effects that are compared.
        samples: which rows of the sheet it is made of, or "".
        groups: numbers of samples in each group.
        formula: its model.
        genes: how many differ, in words.
        verdicts: how many claims have which kind of verdict, in words.
        problem: lines that say why it stopped.
    """

    name: str
    title: str
    address: str
    compared: str
    samples: str
    groups: str
    formula: str
    genes: str
    verdicts: str
    problem: list[str]


@dataclass(frozen=True)
class Cell:
    """The verdict on a claim in a comparison: its mark, words, class, and effect with its interval; all "" where it has none."""

    mark: str = ""
    verdict: str = ""
    kind: str = ""
    effect: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Row:
    """A claim over all comparisons."""

    claim: str
    statement: str
    cells: list[Cell]


def write_index(
    comparisons: pd.DataFrame, verdicts: pd.DataFrame, *, title: str, accession: str, template: Path
) -> str:
    """Write the page over all comparisons of a study.

    Args:
        comparisons: results/comparisons/comparisons.tsv.
        verdicts: results/comparisons/verdicts.tsv.
        title: of the study.
        accession: of its data, or "".
        template: the page's Jinja template; its style lies beside it.

    Returns:
        HTML in which all text of the study is escaped.
    """
    environment = page_environment(template.parent)
    views = [_view(row, verdicts[verdicts["comparison"] == row["comparison"]]) for row in records(comparisons)]
    with_claims = [view.name for view in views if view.name in set(verdicts["comparison"])]
    return environment.get_template(template.name).render(
        title=title,
        accession=accession,
        version=__version__,
        comparisons=views,
        stopped=[view for view in views if view.problem],
        columns=[view for view in views if view.name in with_claims],
        rows=_rows(verdicts, with_claims),
        interactions=[view for view in views if "effect of" in view.compared],
    )


def _view(row: Mapping[str, Any], verdicts: pd.DataFrame) -> ComparisonView:
    name, test, reference = (str(row[key]) for key in ("comparison", "test", "reference"))
    is_finished = row["outcome"] == FINISHED
    compared = f"{test} against {reference}"
    if row["interaction"]:
        factor, _, levels = str(row["interaction"]).partition(": ")
        compared = f"effect of {compared}: difference between levels of {factor}, {levels}"
    return ComparisonView(
        name,
        str(row["title"]),
        f"../../{FOLDER}/{name}/results/report/index.html" if is_finished else "",
        compared,
        str(row["samples"]),
        str(row["groups"]),
        str(row["formula"]),
        _genes(row) if is_finished else "",
        _tally(verdicts),
        [] if is_finished else str(row["problem"]).split(" | "),
    )


def _genes(row: Mapping[str, Any]) -> str:
    up, down = ("more", "less") if row["interaction"] else ("higher", "lower")
    return f"{row['n_up']:,.0f} {up}, {row['n_down']:,.0f} {down}, of {row['n_genes']:,.0f} tested"


def _tally(verdicts: pd.DataFrame) -> str:
    found = [kind_of(int(rule)) for rule in verdicts.loc[verdicts["kind"] != "quality", "rule"].dropna()]
    return ", ".join(f"{found.count(kind)} {kind}" for kind in MARKS if kind in found)


def _rows(verdicts: pd.DataFrame, names: list[str]) -> list[Row]:
    """Lay out the claims: those with the same words are one row, whatever register they stand in."""
    asked = verdicts[verdicts["kind"] != "quality"]
    rows = []
    for (claim, statement), found in asked.groupby(["claim", "statement"], sort=False):
        by_name = {str(one["comparison"]): one for one in records(found)}
        cells = [_cell(by_name[name]) if name in by_name else Cell() for name in names]
        rows.append(Row(str(claim), str(statement), cells))
    return rows


def _cell(found: Mapping[str, Any]) -> Cell:
    kind = kind_of(int(found["rule"])) if pd.notna(found["rule"]) else "no verdict"
    effect = ""
    if pd.notna(found["effect"]):
        effect = two(found["effect"])
        if pd.notna(found["ci95_low"]):
            effect += f" ({two(found['ci95_low'])} to {two(found['ci95_high'])})"
    return Cell(MARKS[kind], str(found["verdict"]), kind.replace(" ", "-"), true_minus(effect), str(found["reason"]))
