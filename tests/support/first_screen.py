"""Traces every number on a page's first screen to the cell of a table that it was written from."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import yaml

from claimcheck.core.tables import read_table

NUMBER = re.compile(r"(?<![\w.])(?<!\w[-−])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-−]?\d+)?(?![\w])")
BLOCKS = {"p", "dt", "dd", "td", "th", "li", "h1"}
SKIPPED = {"details", "nav", "style", "script"}
GENE_SET_KINDS = {"quality", "not_testable", "exploratory"}


@dataclass
class Block:
    """A piece of text: its tag, classes, the heading of its column or the term before it, and the row that it stands in."""

    tag: str
    classes: str
    label: str
    row: int
    text: str = ""


@dataclass
class FirstScreen(HTMLParser):
    """Collects the blocks of the header and of the section on claims, without what is folded."""

    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._inside, self._skipping, self._row, self._term = 0, 0, 0, ""
        self._open: list[Block] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._inside += tag == "header" or (tag == "section" and (self._inside > 0 or given.get("id") == "claims"))
        self._skipping += tag in SKIPPED
        self._row += tag == "tr"
        if self._inside and not self._skipping and tag in BLOCKS:
            self._open.append(Block(tag, given.get("class", ""), given.get("data-label", self._term), self._row))

    def handle_data(self, data: str) -> None:
        if self._open and not self._skipping:
            self._open[-1].text += data

    def handle_endtag(self, tag: str) -> None:
        self._skipping -= tag in SKIPPED
        if self._open and self._open[-1].tag == tag:
            block = self._open.pop()
            block.text = " ".join(block.text.replace("−", "-").split())
            self._term = block.text if tag == "dt" else self._term
            self.blocks.append(block)
        if self._inside and tag in ("header", "section"):
            self._inside -= 1


def numbers(text: str) -> list[str]:
    """Find the numbers in a text, as they are written."""
    return NUMBER.findall(text)


def written_from(token: str, values: pd.Series) -> bool:
    """Say whether a number is one of these values, to half a unit of its last digit."""
    plain = token.replace(",", "").replace("−", "-")
    mantissa, _, exponent = plain.partition("e")
    half = 0.5 * 10 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
    return bool(((values.astype(float) - float(plain)).abs() <= half * (1 + 1e-9)).any())


def untraced(study: Path) -> tuple[list[str], int]:
    """Hold the first screen of a finished study against its tables.

    Returns:
        What could not be traced, as `label: number in text`; and how many numbers were traced.
    """
    screen = FirstScreen()
    screen.feed((study / "results/report/index.html").read_text())
    tables = _Tables(study / "results")
    missing, traced = [], 0
    claim = ""
    for block in screen.blocks:
        of_claim = block.tag == "th" and re.match(r"[A-Z]\d\d ", block.text)
        if "legend" in block.classes or block.tag in ("dt", "h1") or (block.tag == "th" and not of_claim):
            continue
        if of_claim:
            claim = block.text.partition(" ")[0]
        known = tables.values_of(block, claim)
        for token in numbers(block.text):
            if isinstance(known, str):
                found = token in numbers(known.replace("−", "-"))
            else:
                found = written_from(token, known)
            traced += found
            missing += [] if found else [f"{block.label or block.tag} {claim}: {token} in {block.text!r}"]
    return missing, traced


class _Tables:
    """The cells that a first screen may draw on."""

    def __init__(self, results: Path) -> None:
        text = {name: read_table(results / f"{name}.tsv", text=True) for name in ("samples/samples", "quality/gates")}
        self.samples, self.gates = text["samples/samples"], text["quality/gates"]
        self.outcomes = read_table(results / "identity/outcome.tsv", text=True)
        self.register = read_table(results / "claims/register.tsv", text=True)
        claims = yaml.safe_load((results / "config.yaml").read_text())["claims"]
        registered = yaml.safe_load((results.parent / claims).read_text())["claims"]
        self.notes = {claim["id"]: f"{claim.get('notes', '')} {claim.get('at_least', '')}" for claim in registered}
        words = ["claim", "statement", "kind", "verdict", "reason", "label", "sentence", "variant", "leading_edge"]
        self.verdicts = read_table(results / "claims/verdicts.tsv", text=words).set_index("claim", drop=False)
        self.composition = read_table(results / "quality/composition_groups.tsv", text=["panel", "reason"])
        self.design = read_table(results / "differential/design.tsv", text=["covariate", "formula", "reason"])
        self.genes = read_table(results / "differential/genes.tsv", text=["gene_id", "symbol"])
        self.alpha = float(
            read_table(results / "differential/summary.tsv", text=True).set_index("quantity").at["alpha", "value"]
        )

    def values_of(self, block: Block, claim: str) -> pd.Series | str:
        """Return the numbers, or the text, that a block may quote."""
        groups = self.samples["condition"].value_counts()
        by_label = {
            "Animals": lambda: groups,
            "Quality gates": lambda: (
                self.gates["status"].value_counts().reindex(["fail", "warn", "pass"], fill_value=0)
            ),
            "Deletion": lambda: " ".join(self.outcomes["sentence"]),
            "Tissue": lambda: " ".join(self.outcomes["sentence"]),
            "Composition": self._composition,
            "Model": self._model,
            "Outcome": lambda: self._outcome(groups),
        }
        if block.tag == "dd":
            return by_label.get(block.label, lambda: pd.Series(dtype=float))()
        if block.tag in ("td", "th"):
            return self._of_claim(block, self.verdicts.loc[claim]) if claim else pd.Series(dtype=float)
        if "note" in block.classes:
            own = self.verdicts[~self.verdicts["kind"].isin(GENE_SET_KINDS)]
            words = own["verdict"].str.partition(" (")[0].value_counts()
            untested = own["p_value"].isna().sum()
            return pd.Series([len(own), *words, untested, (self.verdicts["kind"] == "not_testable").sum()])
        if "register" in block.classes:
            return " ".join(self.register["value"])
        return " ".join(self.outcomes["sentence"]) if "stamp" in block.classes else pd.Series(dtype=float)

    def _of_claim(self, block: Block, row: pd.Series) -> pd.Series | str:
        columns = {
            "MDE": ["mde"],
            "n": ["n_test", "n_reference"],
            "k": ["agreement"],
            "p, adjusted by the procedure": ["p_adjusted", "p_adjusted_opposite", "p_adjusted_smaller"],
        }
        if block.label in columns:
            return pd.to_numeric(row[columns[block.label]], errors="coerce")
        if block.label.startswith("log2 "):
            return pd.to_numeric(row[["effect", "ci95_low", "ci95_high"]])
        n_genes = pd.to_numeric(pd.Series([row["n_genes"]]), errors="coerce").dropna()
        said = [row["statement"], row["verdict"], row["reason"], row["label"], self.notes[row["claim"]]]
        return " ".join([*said, *(f"{n:.0f}" for n in n_genes)])

    def _composition(self) -> pd.Series:
        different = self.composition[self.composition["differs"].eq(True)]
        banner = " ".join(self.gates.loc[self.gates["scope"] == "PC1", "reason"])
        quoted = [float(token.replace(",", "")) for token in numbers(banner)]
        # "log2" is a word; panels beyond the first few are counted
        return pd.Series(
            [len(different), len(self.composition), *different["log2_ratio"], *quoted, *range(1, len(different))]
        )

    def _model(self) -> str:
        taken = self.design[self.design["chosen"].eq(True)].iloc[0]
        return f"{taken['formula']} {taken['residual_df']:.0f} {taken['reason']}"

    def _outcome(self, groups: pd.Series) -> pd.Series:
        adjusted = self.genes["p_adjusted"]
        called = self.genes[adjusted < self.alpha]["log2_fold_change"]
        return pd.Series(
            [
                adjusted.notna().sum(),
                len(called),
                (called > 0).sum(),
                (called <= 0).sum(),
                self.alpha,
                adjusted.min(),
                *groups,
            ]
        )
