"""The tables of the page: which columns, under which headings, in which notation."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.deseq2.methods import SIZE_FACTORS
from claimcheck.figures.animals import figures_of
from claimcheck.page.study_words import Study

N_TOP_GENES = 25
NORMAL_975 = 1.959964
"""Standard errors from an estimate to the end of its 95 % Wald interval."""
_MISSING = "–"


@dataclass(frozen=True)
class Cell:
    """A cell as the page shows it.

    Attributes:
        text: what it says.
        order: the raw value behind formatted text, by which the column sorts ("" where there is none); None where the
            column sorts by its text.
    """

    text: str
    order: str | None = None


@dataclass(frozen=True)
class Table:
    """A table as the page shows it.

    Attributes:
        caption: what it holds.
        headings: one a column, each with the kind of its cells: "number", "long" (text that needs
            room), "together" (text on one line), "gene" (one), "long genes" (several) or "text".
        rows: their cells.
    """

    caption: str
    headings: list[tuple[str, str]]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Column:
    """A column of the page's tables: where it comes from, its heading, its notation, and what it sorts by if not itself."""

    name: str
    heading: str
    notation: Callable[[Any], str]
    order: str = ""


def words(value: Any) -> str:
    """Write text, a dash where there is none."""
    return str(value) if pd.notna(value) and str(value) not in {"", "NA"} else _MISSING


def spaced(value: object) -> str:
    """Write a `;`-joined list, up to 15 of its items, so that lines can break."""
    return listed(str(value).split(";"), most=15) if words(value) != _MISSING else _MISSING


def gene_name(value: Any) -> str:
    """Write the symbol or id of a gene, which the page's script makes a link to the gene."""
    return words(value)


def gene_names(value: object) -> str:
    """Write a `;`-joined list of symbols as `spaced` does; the page's script makes each a link to the gene."""
    return spaced(value)


def whole(value: float) -> str:
    """Write a count."""
    return f"{value:,.0f}" if pd.notna(value) else _MISSING


def two(value: float) -> str:
    """Write a number with two decimals and a true minus sign, and no minus before a zero."""
    return figures_of(value, "{:.2f}") if pd.notna(value) else _MISSING


def percent(value: float) -> str:
    """Write a share as per cent."""
    return f"{100 * value:.1f} %" if pd.notna(value) else _MISSING


def probability(value: float) -> str:
    """Write a p-value: two significant digits, and never zero."""
    if math.isnan(value):
        return _MISSING
    return "< 1e-300" if value < 1e-300 else f"{value:.2g}"


def short(value: Any) -> str:
    """Write text, and what is a number with three significant digits, or whole from a thousand."""
    number = pd.to_numeric(value, errors="coerce")
    if pd.isna(number):
        return words(value)
    return figures_of(number, "{:.3g}") if abs(number) < 1000 else whole(number)


def together(value: Any) -> str:
    """Write text that stays on one line."""
    return words(value)


def plain(value: Any) -> str:
    """Write text on one line, and nothing where there is none."""
    return str(value)


def sentence(value: Any) -> str:
    """Write text that is long enough to need a column of some width."""
    return words(value)


_KINDS: dict[Callable[[Any], str], str] = {
    whole: "number",
    two: "number",
    percent: "number",
    probability: "number",
    gene_name: "gene",
    gene_names: "long genes",
    spaced: "long",
    sentence: "long",
    together: "together",
    plain: "together",
}

_GENE = [
    Column("symbol", "gene", gene_name),
    Column("gene_id", "id", words),
    Column("base_mean", "mean count", whole),
    Column("log2_fold_change", "log2 fold change", two),
    Column("interval", "95 % interval", together, "ci95_low"),
    Column("log2_fold_change_shrunken", "shrunken", two),
    Column("p_value", "p", probability),
    Column("p_adjusted", "adjusted p", probability),
]
_SAMPLE = [
    Column("condition", "group", words),
    Column("sex", "sex", words),
    Column("age", "age", words),
    Column("tissue", "tissue", words),
    Column("batch", "batch", words),
    Column("library_layout", "layout", words),
    Column("instrument_model", "sequencer", words),
    Column("read_length", "read length", words),
    Column("n_processed", "fragments", whole),
    Column("share_pseudoaligned", "mapped", percent),
    Column("fragment", "fragment (nt)", words),
    Column("library_size", "counts", whole),
    Column("size_factor", "size factor", two),
    Column("runs", "runs", spaced),
    Column("evidence", "group known from", sentence),
]
_DESIGN = [
    Column("covariate", "adjusted for", words),
    Column("formula", "model", together),
    Column("residual_df", "residual degrees of freedom", whole),
    Column("taken", "taken", words),
    Column("reason", "reason", sentence),
]
_PANEL = [
    Column("panel", "panel", words),
    Column("n_genes", "genes", whole),
    Column("n_detected", "detected", whole),
    Column("log2_ratio", "log2 ratio", two),
    Column("standardised_difference", "standardised difference", two),
    Column("p_t", "p (t test)", probability),
    Column("p_permutation", "p (permutation)", probability),
    Column("verdict", "differs", words),
]
_READS = [
    Column("run", "run", words),
    Column("mate", "mate", words),
    Column("n_reads", "reads", whole),
    Column("mean_length", "mean length", whole),
    Column("share_short", "too short", percent),
    Column("share_q30", "Q30 or better", percent),
    Column("share_gc", "GC", percent),
    Column("share_duplicate", "duplicates", percent),
    Column("share_adapter", "with adapter", percent),
    Column("adapter", "adapter", words),
    Column("notice", "noticed", words),
]
_GATE = [
    Column("status", "status", lambda status: str(status).upper()),
    Column("gate", "gate", words),
    Column("scope", "of", words),
    Column("value", "value", short),
    Column("threshold", "threshold", short),
    Column("reason", "reason", sentence),
    Column("accepted", "accepted because", sentence),
]
_SET_TEST = [
    Column("set", "set", words),
    Column("n_genes", "genes", whole),
    Column("effect", "mean log2 fold change", two),
    Column("p_rotation_two_sided", "p (rotation)", probability),
    Column("p_camera", "p (CAMERA)", probability),
    Column("p_max_adjusted", "larger of both, adjusted", probability),
    Column("nes", "NES", two),
    Column("p_prerank", "p (prerank)", probability),
    Column("leading_edge", "leading edge", gene_names),
]
_SET = [
    Column("set", "set", words),
    Column("family", "family", words),
    Column("description", "what it holds", sentence),
    Column("source", "source", words),
    Column("citation", "citation", sentence),
    Column("licence", "licence", words),
    Column("checked_on", "checked on", words),
    Column("n_listed", "listed", whole),
    Column("n_excluded", "excluded", whole),
    Column("n_not_counted", "not in the counts", whole),
    Column("n_not_ranked", "not tested", whole),
    Column("n_ranked", "ranked", whole),
    Column("lost", "genes lost", spaced),
]


def as_table(frame: pd.DataFrame, columns: Sequence[Column], caption: str) -> Table:
    """Lay out a frame; columns that it lacks, or that are empty throughout, are left out."""
    shown = [
        column
        for column in columns
        if column.name in frame and any(words(value) != _MISSING for value in frame[column.name])
    ]
    cells = [_cells(frame, column) for column in shown]
    return Table(
        caption,
        [(column.heading, _KINDS.get(column.notation, "text")) for column in shown],
        [list(row) for row in zip(*cells, strict=True)],
    )


def _cells(frame: pd.DataFrame, column: Column) -> list[Cell]:
    texts = [column.notation(value) for value in frame[column.name]]
    if column.order in frame:
        numbers = pd.to_numeric(frame[column.order], errors="coerce")
    elif column.notation is short or _KINDS.get(column.notation) == "number":
        numbers = pd.to_numeric(frame[column.name], errors="coerce")
    else:
        return [Cell(text) for text in texts]
    without = {_MISSING: ""}
    return [
        Cell(text, f"{number:.10g}" if pd.notna(number) else without.get(text, text))
        for text, number in zip(texts, numbers, strict=True)
    ]


def confidence_interval(genes: pd.DataFrame) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Give the ends of the 95 % Wald interval of each gene's fold change (± 1.96 standard errors)."""
    half = NORMAL_975 * genes["lfc_se"]
    return genes["log2_fold_change"] - half, genes["log2_fold_change"] + half


def interval_text(low: Any, high: Any) -> str:
    """Write an interval, nothing where there is none."""
    return f"{two(low)} to {two(high)}" if pd.notna(low) else ""


def gene_table(genes: pd.DataFrame, study: Study, caption: str) -> Table:
    """Lay out genes with their unshrunken fold change and its 95 % Wald interval."""
    low, high = confidence_interval(genes)
    interval = [interval_text(*ends) for ends in zip(low, high, strict=True)]
    return as_table(genes.assign(interval=interval, ci95_low=low), _GENE, f"{caption} Direction: {study.direction}.")


def top_genes(genes: pd.DataFrame, study: Study) -> Table:
    """Lay out the genes with the smallest p-values."""
    ranked = genes.assign(size=genes["stat"].abs()).dropna(subset=["p_value"])
    ranked = ranked.sort_values(["p_value", "size", "gene_id"], ascending=[True, False, True])
    return gene_table(
        ranked.head(N_TOP_GENES),
        study,
        f"The {min(N_TOP_GENES, len(ranked))} genes with the smallest p, called or not.",
    )


def sample_table(samples: pd.DataFrame, study: Study) -> Table:
    """Lay out the samples, their sequencing and why each is in its group."""
    if "fragment_length" in samples:
        measured = samples["fragment_length"].map("{:.0f}".format, na_action="ignore")
        assumed = samples["fragment_length_assumed"].map("{:.0f} assumed".format, na_action="ignore")
        samples = samples.assign(fragment=measured.fillna(assumed).fillna(""))
    columns = [Column("sample", study.subject, words), *_SAMPLE]
    return as_table(samples, columns, f"The {len(samples)} {study.subjects}, a row each.")


def extra_table(extra: pd.DataFrame, study: Study) -> Table:
    """Lay out the sequences that are no genes of the organism: what each group has of them.

    Args:
        extra: sequence, length, sample, condition, n_reads, per_million; a row a sequence and sample.
        study: names of the conditions.
    """
    rows = []
    for (sequence, length), part in extra.groupby(["sequence", "length"], sort=False):
        row: dict[str, Any] = {"sequence": sequence, "length": length}
        for group in (study.test, study.reference):
            found = part[part["condition"] == group]
            row[f"with_{group}"] = f"{int((found['n_reads'] >= 1).sum())} of {len(found)}"
            row[f"level_{group}"] = found["per_million"].median()
        rows.append(row)
    columns = [Column("sequence", "sequence", words), Column("length", "nucleotides", whole)]
    for group in (study.test, study.reference):
        columns += [
            Column(f"with_{group}", f"{group}: samples with reads", words),
            Column(f"level_{group}", f"{group}: median reads a million", two),
        ]
    return as_table(pd.DataFrame(rows), columns, "Sequences that are no genes of the organism, a row each; no test.")


def gate_table(gates: pd.DataFrame) -> Table:
    """Lay out the quality gates: each that fails or warns, and the passed ones of a kind together."""
    order = {"fail": 0, "warn": 1}
    open_gates = gates[gates["status"].isin(list(order))]
    open_gates = open_gates.assign(order=open_gates["status"].map(order)).sort_values("order", kind="stable")
    passed = gates[gates["status"] == "pass"]
    together = []
    for name, rows in passed.groupby("gate", sort=False):
        row = rows.iloc[0].to_dict()
        if len(rows) > 1:
            row |= {"scope": f"{len(rows)} passed", "reason": row["reason"].partition(":")[0]}
            values = pd.to_numeric(rows["value"], errors="coerce")
            low, high = short(values.min()), short(values.max())
            row["value"] = low if low == high else f"{low} to {high}"
            if values.isna().any():
                row |= {"value": "", "threshold": "", "reason": f"{name} as stated"}
        together.append(row)
    return as_table(
        pd.concat([open_gates, pd.DataFrame(together, columns=list(gates.columns))]),
        _GATE,
        "Quality gates: FAIL and WARN first, one by one; those of a kind that pass together. All: results/quality/gates.tsv and "
        "results/differential/fallbacks.tsv.",
    )


def gates_of_fallbacks(fallbacks: pd.DataFrame) -> pd.DataFrame:
    """Say as gates what was done in place of what was planned; of size factors a gate of their own says it."""
    chosen = fallbacks[fallbacks["step"] != SIZE_FACTORS]
    reasons = [
        f"{row.used} in place of {row.instead_of}: {row.reason} ({row.n_genes:,} {'gene' if row.n_genes == 1 else 'genes'})"
        for row in chosen.itertuples()
    ]
    return pd.DataFrame(
        {
            "gate": "planned_method",
            "scope": chosen["step"] + ", " + chosen["fit"],
            "status": chosen["status"],
            "value": chosen["n_genes"].astype(str),
            "threshold": "",
            "reason": reasons,
            "accepted": "",
        }
    )


def reads_table(reads: pd.DataFrame) -> Table:
    """Lay out the quality of the reads."""
    caption = (
        "Reads as sequenced. Too short: for kallisto to place. Q30: share of base calls. Duplicates: fragments that begin as "
        "another one does, as those of abundant transcripts do by chance."
    )
    return as_table(reads, _READS, caption)


def design_table(steps: pd.DataFrame) -> Table:
    """Lay out the models that were considered."""
    taken = steps["chosen"].map({True: "yes", False: ""})
    return as_table(
        steps.assign(taken=taken), _DESIGN, "What the comparison could be adjusted for, in the order considered."
    )


def panel_table(groups: pd.DataFrame, study: Study) -> Table:
    """Lay out the difference of the groups in each panel of composition, the largest first."""
    ordered = groups.assign(size=groups["log2_ratio"].abs()).sort_values(["size", "panel"], ascending=[False, True])
    verdict = ordered["differs"].map({True: "yes", False: ""})
    caption = (
        f"Panels of composition: difference of the mean log2 level and of the score, {study.test} / {study.reference}; positive = "
        f"higher in {study.test}. Differs: by size, not by p; with few {study.subjects} some panels do by chance alone."
    )
    return as_table(ordered.assign(verdict=verdict), _PANEL, caption)


def set_test_table(tests: pd.DataFrame, family: str) -> Table:
    """Lay out the tested sets of a family, smallest p first."""
    chosen = tests[tests["family"] == family].sort_values(["p_max", "set"])
    return as_table(
        chosen,
        _SET_TEST,
        f"Sets of the family {family}. p, two-sided: rotation asks whether the set moves, CAMERA whether it moves more than other "
        "genes; the larger of both is adjusted by Benjamini and Hochberg over all sets tested. NES and p of prerank describe "
        "the ranking.",
    )


def set_table(sets: pd.DataFrame) -> Table:
    """Lay out where the sets come from and which of their genes were tested."""
    return as_table(sets, _SET, "Where each set comes from, and what became of its genes.")
