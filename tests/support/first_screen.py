"""Traces the numbers on a page's first screen, and on the cards of claims, to the cells that they were written from."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import yaml

from claimcheck.core.tables import read_table

NUMBER = re.compile(r"(?<![\w.])(?<!\w[-−])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-−]?\d+)?(?![\w])")
EMPTY = {"meta", "link", "img", "input", "br", "line", "rect", "circle", "path", "hr"}


@dataclass
class Node:
    """An element of a page: its tag, attributes, children, and text."""

    tag: str
    attributes: dict[str, str]
    children: list["Node | str"] = field(default_factory=list)

    def find(self, tag: str = "", name: str = "", **attributes: str) -> Iterator["Node"]:
        """Give the elements below with a tag, a class and attributes."""
        for child in self.children:
            if isinstance(child, Node):
                fits = tag in ("", child.tag) and (not name or name in child.attributes.get("class", "").split())
                if fits and all(child.attributes.get(key) == value for key, value in attributes.items()):
                    yield child
                yield from child.find(tag, name, **attributes)

    @property
    def text(self) -> str:
        """All text below, with plain minus signs and single spaces."""
        parts = [child if isinstance(child, str) else f" {child.text} " for child in self.children]
        return " ".join("".join(parts).replace("−", "-").split())


class Tree(HTMLParser):
    """Builds the tree of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("page", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in EMPTY:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def handle_endtag(self, tag: str) -> None:
        while len(self._open) > 1 and tag not in EMPTY:
            if self._open.pop().tag == tag:
                return


def numbers(text: str) -> list[str]:
    """Find the numbers in a text, as they are written."""
    return NUMBER.findall(text.replace("−", "-"))


def written_from(token: str, values: pd.Series) -> bool:
    """Say whether a number is one of these values, to half a unit of its last digit."""
    plain = token.replace(",", "")
    mantissa, _, exponent = plain.partition("e")
    half = 0.5 * 10 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return bool(((values.astype(float) - float(plain)).abs() <= half * (1 + 1e-9)).any())


class Trace:
    """Holds a page against the tables of its study.

    Args:
        study: the folder of a finished study with claims.

    Attributes:
        missing: what could not be traced, as `place claim: number in text`.
        traced: how many numbers were.
    """

    def __init__(self, study: Path) -> None:
        results = study / "results"
        self.missing: list[str] = []
        self.traced = 0
        tree = Tree()
        tree.feed((results / "report/index.html").read_text())
        self.page = tree.root
        words = ["claim", "statement", "kind", "verdict", "reason", "label", "sentence", "variant", "leading_edge"]
        self.verdicts = read_table(results / "claims/verdicts.tsv", text=words).set_index("claim", drop=False)
        self.samples = read_table(results / "samples/samples.tsv", text=True)
        self.gates = read_table(results / "quality/gates.tsv", text=True)
        self.fallbacks = read_table(results / "differential/fallbacks.tsv")
        self.of_claims = {
            name: read_table(results / f"claims/{name}.tsv")
            for name in ("levels", "robustness", "leave_one_out", "vetoes")
        }
        path = study / yaml.safe_load((results / "config.yaml").read_text())["claims"]
        self.register = yaml.safe_load(path.read_text())
        self.notes = {
            claim["id"]: f"{claim.get('notes', '')} {claim.get('at_least', '')}" for claim in self.register["claims"]
        }

    def hold(self, place: str, claim: str, text: str, known: pd.Series | str) -> None:
        """Look for every number of a text among numbers, or in another text."""
        for token in numbers(text):
            found = token in numbers(known) if isinstance(known, str) else written_from(token, known)
            self.traced += found
            self.missing += [] if found else [f"{place} {claim}: {token} in {text!r}"]

    def facts(self) -> None:
        """Trace the lines before the claims."""
        (facts,) = self.page.find("div", "facts")
        own = self.verdicts[~self.verdicts["kind"].isin(["quality", "not_testable", "exploratory"])]
        kinds = own["verdict"].str.partition(" (")[0].value_counts()
        untestable = int((self.verdicts["kind"] == "not_testable").sum())
        cells = self.samples.groupby(["condition", "sex"]).size()
        known = pd.Series(
            [
                *self.samples["condition"].value_counts(),
                *cells,
                untestable,
                len(own),
                *kinds,
                len(self.gates) + len(self.fallbacks),
            ]
        )
        known = pd.concat([known, self.gates["status"].value_counts()], ignore_index=True)
        said = " ".join([*own["verdict"], self.register["publication"]])
        for line in facts.find("p"):
            for token in numbers(line.text):
                self.hold("facts", "", token, said if token in numbers(said) else known)

    def rows(self) -> None:
        """Trace the row of every claim: its numbers, and what is drawn."""
        for group in self.page.find("div", "claims"):
            marks = [mark for axis in group.find("svg", "axis") for mark in axis.find("text")]
            places = {float(mark.attributes["x"][:-1]): float(mark.text) for mark in marks}
            for card in group.find("details", "claim"):
                claim = card.attributes["id"]
                row = self.verdicts.loc[claim]
                summary = next(card.find("summary"))
                (effect,) = summary.find("span", "effect")
                self.hold("effect", claim, effect.text, pd.to_numeric(row[["effect", "ci95_low", "ci95_high"]]))
                (verdict,) = summary.find("span", "verdict")
                self.hold("verdict", claim, verdict.text, str(row["verdict"]))
                if places and pd.notna(row["effect"]):
                    self._drawn(claim, summary, row, places)

    def _drawn(self, claim: str, summary: Node, row: pd.Series, places: dict[float, float]) -> None:
        (last, value) = max(places.items())
        per_cent = value / (last - 50)

        def shown(node: Node, name: str) -> str:
            return f"{(float(node.attributes[name][:-1]) - 50) * per_cent:.1f}"

        (circle,) = summary.find("circle")
        (interval,) = summary.find("line", "interval")
        self.hold("drawn effect", claim, shown(circle, "cx"), pd.Series([row["effect"]]))
        self.hold(
            "drawn interval", claim, f"{shown(interval, 'x1')} {shown(interval, 'x2')}", row[["ci95_low", "ci95_high"]]
        )
        for mark in summary.find("line", "mde"):
            self.hold("drawn mde", claim, shown(mark, "x1"), pd.Series([row["mde"], -row["mde"]]))

    def card(self, claim: str) -> None:
        """Trace what opens under a claim."""
        (card,) = (one for one in self.page.find("details", "claim") if one.attributes["id"] == claim)
        (evidence,) = card.find("div", "evidence")
        row = self.verdicts.loc[claim]
        own = {name: table[table["claim"] == claim] for name, table in self.of_claims.items()}
        (sentence,) = evidence.find("p", "sentence")
        self.hold("sentence", claim, sentence.text, f"{row['sentence']} {row['n_genes']}")
        for title in evidence.find("title"):
            sample, _, level = title.text.rpartition(" ")
            level_of = own["levels"].loc[own["levels"]["sample"] == sample.partition(",")[0], "level_adjusted"]
            self.hold("level", claim, level, level_of)
        found: dict[str, Callable[[], pd.Series]] = {
            "p of the claim's test": lambda: pd.Series([row["p_adjusted"]]),
            "effect": lambda: pd.Series([row["effect"]]),
            "90 % interval": lambda: row[["ci90_low", "ci90_high"]],
            "k,": lambda: pd.Series([row["agreement"]]),
            "p of CAMERA": lambda: pd.Series([row["p_camera"]]),
            "p without any": lambda: pd.Series([own["leave_one_out"]["p_value"].max()]),
            "what is left": lambda: pd.Series([(~own["vetoes"]["veto"].str.startswith("beyond")).sum()]),
        }
        for condition in evidence.find("tr"):
            cells = [cell.text for cell in condition.find("td")]
            values = next((get for start, get in found.items() if cells and cells[0].startswith(start)), None)
            if values and len(cells) == 4:
                told = re.sub(r"without \S+", "", cells[2])
                self.hold(cells[0], claim, told, values())
        counted = own["robustness"][own["robustness"]["counted"].eq(True) & own["robustness"]["agrees"].notna()]
        counts = [counted["agrees"].eq(True).sum(), len(counted), counted["axis"].eq("leave one out").sum()]
        others = pd.Series([*map(int, counts), counted["effect"].min(), counted["effect"].max()])
        for line in evidence.find("p"):
            if line.text.startswith("Other analyses"):
                self.hold("others", claim, line.text.partition("Those that do not")[0], others)
            if line.text.startswith("Decided by"):
                self.hold("test", claim, line.text, pd.Series([row["p_value"], row["p_adjusted"]]))


def trace_page(study: Path, cards: tuple[str, ...]) -> Trace:
    """Trace the first screen of a finished study, and some of its cards."""
    trace = Trace(study)
    trace.facts()
    trace.rows()
    for claim in cards:
        trace.card(claim)
    return trace
