"""What lets a reader sort, search and point: the scripts that the page carries, the policy that runs these alone, and its genes."""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from itables.utils import read_package_file
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from claimcheck.figures.differential import NOT_CALLED_COLOUR
from claimcheck.figures.style import REFERENCE_COLOUR, TEST_COLOUR
from claimcheck.page.study_words import Study
from claimcheck.page.tables import confidence_interval

ENSEMBL = "https://www.ensembl.org/id/{gene_id}"
ENSEMBL_ID = r"^ENS[A-Z]*G\d+$"
ANY_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
_DIGITS = "%.6g"
_HEADINGS = {
    "gene_id": ("id", "text"),
    "symbol": ("gene", "text"),
    "base_mean": ("mean count", "whole"),
    "log2_fold_change": ("log2 fold change", "two"),
    "lfc_se": ("standard error", "two"),
    "ci95_low": ("95 % from", "two"),
    "ci95_high": ("95 % to", "two"),
    "log2_fold_change_shrunken": ("shrunken", "two"),
    "stat": ("Wald statistic", "two"),
    "p_value": ("p", "probability"),
    "p_adjusted": ("adjusted p", "probability"),
}
_MOST_POINTS = 5000
_SPOTS = 300
_EXPORTS = re.compile(r"export\{([^}]*)\}")


@dataclass(frozen=True)
class Script:
    """A script of the page, ready to stand in it: its type attribute, its text, and the hash by which the policy knows it."""

    kind: str
    text: Markup
    digest: str


@dataclass(frozen=True)
class Interaction:
    """What the page needs to be interactive.

    Attributes:
        style: CSS of the tables.
        scripts: in the order in which they run.
        genes: what the script knows of the genes, as JSON takes it.
    """

    style: Markup
    scripts: list[Script]
    genes: dict[str, Any]

    @property
    def policy(self) -> str:
        """The content security policy: nothing is fetched, and no script runs but those of this page."""
        own = " ".join(f"'{script.digest}'" for script in self.scripts)
        return (
            f"default-src 'none'; connect-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {own}; "
            "base-uri 'none'; form-action 'none'"
        )


def prepare_interaction(genes: pd.DataFrame, study: Study, folder: Path) -> Interaction:
    """Gather what makes the page of a study interactive.

    Args:
        genes: gene_id, symbol, base_mean, log2_fold_change, lfc_se, stat, p_value, p_adjusted and, where it was
            computed, log2_fold_change_shrunken; all genes of the differential test.
        study: names, direction, alpha, and the address of a gene's page.
        folder: holds page.js.
    """
    return Interaction(
        style=Markup(read_package_file("html", "dt_bundle.css")),
        scripts=[*_libraries(), inline_script((folder / "page.js").read_text(encoding="utf-8"), kind="module")],
        genes=gene_data(genes, study),
    )


def inline_script(text: str, *, kind: str) -> Script:
    """Write what would open or end a script in HTML as literals of the script write it (HTML standard, 4.12.1.3)."""
    safe = re.sub(r"<(?=!--|/?script)", r"\\x3C", text, flags=re.IGNORECASE)
    digest = base64.b64encode(hashlib.sha256(safe.encode()).digest()).decode("ascii")
    return Script(kind, Markup(safe), f"sha256-{digest}")


@cache
def _libraries() -> tuple[Script, Script]:
    tables = named_globally(read_package_file("html", "dt_bundle.js"), "DataTable")
    return inline_script(get_plotlyjs(), kind="text/javascript"), inline_script(tables, kind="module")


def named_globally(module: str, name: str) -> str:
    """Make the default export of a module a global variable: no other script can import from one that stands in a page.

    Raises:
        ValueError: the module does not end in one export clause with a default.
    """
    clauses = _EXPORTS.findall(module)
    default = re.search(r"([\w$]+) as default\b", clauses[0]) if len(clauses) == 1 else None
    if default is None:
        raise ValueError(f"the module for {name} has {len(clauses)} export clauses; one with a default was expected")
    return _EXPORTS.sub(lambda _: f"globalThis.{name}={default[1]}", module)


def gene_data(genes: pd.DataFrame, study: Study) -> dict[str, Any]:
    """Lay out all genes column by column, six significant digits a number, None where there is no number.

    Args:
        genes: as `prepare_interaction` takes them.
        study: names, alpha, and the address of a gene's page.

    Returns:
        columns: lists by name, the genes with the smallest p first; `call` is 1 (higher in test), -1 (higher in reference)
            or 0.
        headings: name, heading and notation of the columns that the table shows.
        plots: by name, which genes are `drawn` (1 or 0), and call, colour and words of each entry of the legend.
        direction, stamp, link, linked: words of the axis, words above the figures where data are simulated, address of a
            gene's page, and which ids have one.
    """
    low, high = confidence_interval(genes)
    ranked = genes.assign(ci95_low=low, ci95_high=high, size=genes["stat"].abs())
    ranked = ranked.sort_values(["p_value", "size", "gene_id"], ascending=[True, False, True])
    direction = ranked["log2_fold_change"].map(lambda change: 1 if change > 0 else -1)
    ranked = ranked.assign(call=direction.where(ranked["p_adjusted"] < study.alpha, 0))
    shown = [name for name in _HEADINGS if name in ranked]
    columns = {name: [_json_value(value) for value in ranked[name]] for name in (*shown, "call")}
    change, mean = ranked["log2_fold_change"], ranked["base_mean"].where(ranked["base_mean"] > 0)
    evidence = -np.log10(ranked["p_value"].clip(lower=np.finfo(float).tiny))
    return {
        "columns": columns,
        "headings": [[name, *_HEADINGS[name]] for name in shown],
        "plots": {
            "evidence": _plot(change, evidence, ranked["call"], study),
            "expression": _plot(np.log10(mean), change, ranked["call"], study),
        },
        "direction": study.direction,
        "stamp": "simulated data" if study.simulated else "",
        "link": "" if study.gene_link == "none" else study.gene_link,
        "linked": ENSEMBL_ID if study.gene_link == ENSEMBL else ANY_ID,
    }


def choose_points(x: "pd.Series[float]", y: "pd.Series[float]", always: "pd.Series[bool]") -> "pd.Series[bool]":
    """Choose the genes that are drawn: all up to 5,000; of more, the first on each spot of a grid of 300 x 300.

    Args:
        x, y: where the genes lie; those without a place are not drawn.
        always: genes that are drawn whatever they cover.
    """
    placed = x.notna() & y.notna()
    if placed.sum() <= _MOST_POINTS:
        return placed
    spots = pd.DataFrame({"across": _on_grid(x[placed]), "up": _on_grid(y[placed])})
    return placed & (~spots.duplicated().reindex(x.index, fill_value=True) | always)


def _on_grid(values: "pd.Series[float]") -> "pd.Series[float]":
    low, high = values.min(), values.max()
    return (_SPOTS * (values - low) / ((high - low) or 1.0)).round()


def _plot(x: "pd.Series[float]", y: "pd.Series[float]", call: "pd.Series[int]", study: Study) -> dict[str, Any]:
    placed, drawn = x.notna() & y.notna(), choose_points(x, y, call != 0)
    legend = []
    for value, colour, words in (
        (0, NOT_CALLED_COLOUR, "not called"),
        (-1, REFERENCE_COLOUR, f"higher in {study.reference}"),
        (1, TEST_COLOUR, f"higher in {study.test}"),
    ):
        n, n_drawn = (int((some & (call == value)).sum()) for some in (placed, drawn))
        legend.append([value, colour, f"{words}: {n:,}" + (f" ({n_drawn:,} spots)" if n_drawn < n else "")])
    return {"drawn": drawn.astype(int).tolist(), "legend": legend}


def _json_value(value: Any) -> Any:
    """Give text and whole numbers as they are, other numbers with six significant digits, and None for none."""
    if isinstance(value, float):
        return float(_DIGITS % value) if np.isfinite(value) else None
    return value
