"""What exploratory claims look at: their genes and sets as forests, without a p-value and without a verdict."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from claimcheck.claims.model import SHOWN, Register
from claimcheck.figures.forest import MOST_ROWS, ROW_COLUMNS, Section, draw_forest
from claimcheck.figures.gene_forest import gene_rows
from claimcheck.figures.named import genes_of_figure, standards_of
from claimcheck.figures.style import TEXT_COLOUR

EXPLORATORY_COLUMNS = ("claim", "set", "gene_id", *ROW_COLUMNS)
WHOLE = "full"
NO_VERDICT = "exploratory: no verdict, no p-value"


def draw_exploratory(
    genes: pd.DataFrame, set_tests: pd.DataFrame, register: Register, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the fold change and 95 % interval of every gene and set that exploratory claims look at, a section a set.

    Args:
        genes: from `named.genes_of_figure`, at least one row; panel is the claim, part the set.
        set_tests: results/claims/set_tests.tsv; sets of fewer genes than a verdict needs are shown gene by gene only.
        register: the claims register.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a set, variant and gene with the columns EXPLORATORY_COLUMNS.
    """
    rows = gene_rows(genes).assign(threshold=float("nan"), mde=float("nan"))
    sections, parts = [], []
    asked: set[str] = set()
    for (panel, part), of_part in rows.groupby(["panel", "part"], sort=False):
        claim = register.claims[str(panel)]
        shown = of_part.head(MOST_ROWS)
        tested = set_tests[set_tests["n_genes"] >= register.rules.min_set_genes]
        sets = _set_rows(tested, claim.id, str(part), claim.variant)
        section = pd.concat([frame for frame in (sets, shown) if len(frame)], ignore_index=True)
        words = "" if claim.id in asked else claim.statement
        if len(shown) < len(of_part):
            words = f"{words} The first {len(shown)} of {len(of_part)} genes.".strip()
        asked.add(claim.id)
        sections.append(Section(f"{claim.id}  {part or 'single genes'}", words, section))
        parts.append(section.assign(claim=claim.id, set=str(part)))
    drawn = pd.concat(parts, ignore_index=True)[list(EXPLORATORY_COLUMNS)]
    hollow = Line2D(
        [], [], linestyle="none", marker="o", markersize=3.6, color=TEXT_COLOUR, markerfacecolor="white",
        label="hollow: contaminant, left out of the set",
    )  # fmt: skip
    more = [hollow] if drawn["left_out"].any() else []
    figure = draw_forest(sections, test=test, reference=reference, simulated=simulated, more=more)
    stamp = f"{figure.get_suptitle()}   {NO_VERDICT}".strip()
    figure.suptitle(stamp, x=0.005, ha="left", fontsize=8.5, fontweight="bold", color="#7A0019")
    return figure, drawn


def _set_rows(set_tests: pd.DataFrame, claim: str, part: str, variant: str) -> pd.DataFrame:
    """Lay out the tests of a set, whole and as the claim's variant thins it out, as rows of a forest."""
    own = set_tests[(set_tests["claim"] == claim) & (set_tests["role"] == SHOWN) & (set_tests["run"] == part)]
    own = own[own["variant"].isin([WHOLE, variant])].drop_duplicates("variant")
    words = own["variant"].map(lambda name: "all" if name == WHOLE else "without ○")
    return pd.DataFrame(
        {
            "panel": claim,
            "part": part,
            "gene_id": "",
            "label": words + own["n_genes"].map(lambda n: f" ({n:.0f})"),
            "kind": "set",
            "state": "tested",
            "detected": True,
            "left_out": False,
            "effect": own["effect"],
            "ci95_low": own["ci95_low"],
            "ci95_high": own["ci95_high"],
            "threshold": float("nan"),
            "mde": float("nan"),
            "mean_count": float("nan"),
        }
    )


def draw_explored_genes(
    genes: pd.DataFrame,
    set_tests: pd.DataFrame,
    register: Register,
    *,
    figure: str,
    detected_counts: float,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the genes that exploratory claims look at, from results/differential/named_genes.tsv."""
    named = genes_of_figure(genes, figure, standards_of(register, detected_counts))
    return draw_exploratory(named, set_tests, register, test=test, reference=reference, simulated=simulated)
