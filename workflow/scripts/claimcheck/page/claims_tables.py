"""The tables behind the verdicts: all numbers, what other analyses say, vetoes, proxies, controls, and the planted truth."""

from typing import Any

import pandas as pd

from claimcheck.claims.model import SHOWN, THREE_PRIME_BIAS, Claim, Register
from claimcheck.core.tables import listed
from claimcheck.figures.claims import confirmatory_rows, in_reading_order, records
from claimcheck.page.study_words import Study
from claimcheck.page.tables import (
    Column,
    Table,
    as_table,
    interval_text,
    percent,
    probability,
    sentence,
    short,
    together,
    two,
    whole,
    words,
)


def numbers_table(verdicts: pd.DataFrame, register: Register, study: Study) -> Table:
    """Lay out every number that a verdict rests on."""
    rows = confirmatory_rows(verdicts, register)
    rows = rows.assign(
        interval=[interval_text(row["ci95_low"], row["ci95_high"]) for row in records(rows)],
        interval90=[interval_text(row["ci90_low"], row["ci90_high"]) for row in records(rows)],
        notes=[register.claims[name].notes for name in rows["claim"]],
    )
    columns = [
        Column("claim", "claim", words),
        Column("verdict", "verdict", sentence),
        Column("rule", "rule", whole),
        Column("kind", "kind", lambda kind: words(kind).replace("_", " ")),
        Column("of", "of", words),
        Column("effect", "effect", two),
        Column("interval", "95 % interval", together, "ci95_low"),
        Column("interval90", "90 % interval", together, "ci90_low"),
        Column("threshold", "threshold", short),
        Column("mde", "MDE", two),
        Column("p_value", "p", probability),
        Column("p_adjusted", "p, adjusted by the procedure", probability),
        Column("p_adjusted_opposite", "opposite: p, adjusted", probability),
        Column("p_adjusted_smaller", "smaller change: p, adjusted", probability),
        Column("p_camera", "p of CAMERA", probability),
        Column("agreement", "k", two),
        Column("n_genes", "genes", whole),
        Column("share_detected", "expressed", percent),
        Column("variant", "variant", words),
        Column("false_support_rate", "false support", percent),
        Column("lost_by_chance", "lost by chance", percent),
        Column("notes", "caveats", sentence),
    ]
    return as_table(
        rows,
        columns,
        f"Effects: log2 {study.ratio}. Of: the gene or set whose numbers these are; of several that decide, "
        "the one whose p the claim's is made from. p: before adjustment, in the claim's direction (two-sided where it "
        "has none; of sets by rotation). Adjusted: over all claims, by the procedure of the register; the opposite and a smaller "
        "change each on its own. CAMERA: do other genes move as much, in the direction of the effect, not adjusted. Threshold: "
        "smallest effect of interest, or margin. MDE: minimum detectable effect. k: share of other analyses that agree. Rule: row "
        "of the table of verdicts. Lost by chance: share of studies with groups alike in which other explanations would take the "
        "verdict. "
        "All: results/claims/verdicts.tsv.",
    )


def robustness_table(verdicts: pd.DataFrame, robustness: pd.DataFrame, register: Register) -> Table:
    """Sum up what other analyses say of every claim: how many agree, their effects, and the one that says least."""
    rows = []
    for row in records(confirmatory_rows(verdicts, register)):
        own = robustness[
            (robustness["claim"] == row["claim"]) & robustness["counted"].eq(True) & robustness["agrees"].notna()
        ]
        effects = own["effect"].dropna()
        sign = 1 if row["effect"] >= 0 else -1
        towards = row["direction"] if row["kind"] == "noninferiority" else sign
        weakest = own.loc[effects.mul(towards).idxmin()] if len(effects) else None
        rows.append(
            {
                "claim": row["claim"],
                "k": row["agreement"],
                "agreeing": f"{int(own['agrees'].eq(True).sum())} of {len(own)}",
                "median": effects.median(),
                "range": f"{two(effects.min())} to {two(effects.max())}" if len(effects) else "",
                "same_sign": (effects * row["effect"] > 0).mean() if pd.notna(row["effect"]) else float("nan"),
                "weakest": ""
                if weakest is None
                else f"{weakest['axis'].replace('_', ' ')}, {weakest['specification']}: {two(weakest['effect'])}",
            }
        )
    columns = [
        Column("claim", "claim", words),
        Column("k", "k", two),
        Column("agreeing", "agree", together),
        Column("median", "median effect", two),
        Column("range", "range", together),
        Column("same_sign", "same sign", percent),
        Column("weakest", "analysis that weakens it most", sentence),
    ]
    return as_table(
        pd.DataFrame(rows, columns=[column.name for column in columns]),
        columns,
        "What other analyses than the primary one say. They can weaken a verdict, never better it. All: "
        "results/claims/robustness.tsv.",
    )


def veto_table(rows: pd.DataFrame, verdicts: pd.DataFrame) -> Table:
    """Lay out how much of each effect another explanation can make, and whether the verdict stands beside it.

    Args:
        rows: of results/claims/vetoes.tsv, panels only.
        verdicts: results/claims/verdicts.tsv.
    """
    rules = dict(zip(verdicts["claim"], verdicts["rule"], strict=True))
    shown = rows.assign(
        difference=[f"{two(row['difference'])} (p {probability(row['p_value'])})" for row in records(rows)],
        left=[f"{two(row['left'])} ({interval_text(row['ci90_low'], row['ci90_high'])})" for row in records(rows)],
        stands=[_stands(bool(row["stands"]), int(rules.get(row["claim"], 0))) for row in records(rows)],
        panel=rows["panel"].replace(THREE_PRIME_BIAS, "coverage of the 3' end"),
    )
    columns = [
        Column("claim", "claim", words),
        Column("veto", "other explanation", words),
        Column("panel", "measured by", words),
        Column("difference", "its difference between the groups", together),
        Column("of", "effect of", words),
        Column("effect", "effect", two),
        Column("explained", "can be explained", two),
        Column("left", "left (90 % interval)", together),
        Column("stands", "does the verdict stand", words),
    ]
    return as_table(
        shown,
        columns,
        "How much of each effect another explanation can make: its difference between the groups times the slope with which "
        "genes follow it. A verdict falls if what is left does not carry it, the uncertainty of the slope included. Log2; p "
        "two-sided, not adjusted. All: results/claims/vetoes.tsv.",
    )


def _stands(stands: bool, rule: int) -> str:
    """Say whether a verdict stands beside one explanation; one that something else leaves open has nothing to lose."""
    if rule in _OPEN:
        return "open without it"
    return "yes" if stands else "no"


_OPEN = (0, 1, 2, 3, 4, 10, 11)
"""Rows of the table of verdicts that another explanation takes nothing from."""


def beyond_table(rows: pd.DataFrame) -> Table:
    """Lay out what sets do beyond others that move along, both ways round."""
    shown = rows.assign(
        interval=[interval_text(row["ci90_low"], row["ci90_high"]) for row in records(rows)],
        stands=rows["stands"].map({True: "yes", False: "no"}),
    )
    columns = [
        Column("claim", "claim", words),
        Column("of", "set", words),
        Column("panel", "given the score of", words),
        Column("left", "effect", two),
        Column("interval", "90 % interval", together, "ci90_low"),
        Column("stands", "does it move beyond it", words),
    ]
    return as_table(
        shown,
        columns,
        "Sets that move along with others: the effect of one, given the score of the other in each sample.",
    )


def proxy_table(
    verdicts: pd.DataFrame, register: Register, set_tests: pd.DataFrame, gene_tests: pd.DataFrame, study: Study
) -> Table:
    """Lay out the statements that RNA cannot test, why, and what transcripts near them do."""
    rows = _shown(verdicts, register, "not_testable", set_tests, gene_tests)
    rows = rows.assign(assay=[register.claims[name].assay for name in rows["claim"]])
    columns = [
        Column("claim", "id", words),
        Column("statement", "statement", sentence),
        Column("reason", "why not", sentence),
        Column("assay", "what would test it", sentence),
        Column("proxies", f"transcripts near it (log2 {study.ratio}, 95 % interval)", sentence),
        Column("notes", "what limits them", sentence),
    ]
    return as_table(
        rows, columns, "Not testable, whatever the data show. The transcripts are context and change no verdict."
    )


def exploratory_table(
    verdicts: pd.DataFrame, register: Register, set_tests: pd.DataFrame, gene_tests: pd.DataFrame, study: Study
) -> Table:
    """Lay out what is looked at without a verdict."""
    rows = _shown(verdicts, register, "exploratory", set_tests, gene_tests)
    rows = rows.assign(about=["; ".join(register.claims[name].about) for name in rows["claim"]])
    columns = [
        Column("claim", "id", words),
        Column("statement", "question", sentence),
        Column("about", "statement of the abstract", words),
        Column("proxies", f"what is seen (log2 {study.ratio}, 95 % interval)", sentence),
        Column("notes", "what limits it", sentence),
    ]
    return as_table(rows, columns, "Looked at without a verdict, and without a p-value.")


def control_sentences(controls: pd.DataFrame, register: Register) -> list[str]:
    """Say what the negative controls found, a sentence a control."""
    sentences = []
    limit = float(register.primary["negative_controls"]["false_support_warn"])
    for name, part in controls.dropna(subset=["share_supported"]).groupby("control", sort=False):
        over = part[part["share_supported"] > limit]
        low, high = (percent(value) for value in (part["share_supported"].min(), part["share_supported"].max()))
        rate = f"in {low}" if low == high else f"in {low} to {high}"
        verb = f"; above {percent(limit)}: {listed(over['claim'], most=20)}" if len(over) else ""
        n = listed(sorted({f"{n:,.0f}" for n in part["n_draws"]}))
        sentences.append(f"{str(name).capitalize()} ({n} draws a claim) are called supported {rate} of draws{verb}.")
    for row in records(controls.dropna(subset=["effect"])):
        sentences.append(
            f"{str(row['control']).capitalize()} ({words(row['note'])}): log2 {two(row['effect'])}, 95 % interval "
            f"{interval_text(row['ci95_low'], row['ci95_high'])}, p {probability(row['p_value'])}."
        )
    return sentences


def truth_table(truth: pd.DataFrame, verdicts: pd.DataFrame, register: Register, study: Study) -> Table:
    """Lay out what was planted for every claim beside what was found and concluded."""
    rows = in_reading_order(truth.merge(verdicts, on="claim", how="inner", validate="1:1"), register.lead)
    rows = rows.assign(
        interval=[interval_text(row["ci95_low"], row["ci95_high"]) for row in records(rows)],
        outcome=[_outcome(row) for row in records(rows)],
    )
    columns = [
        Column("claim", "claim", words),
        Column("statement", "statement", sentence),
        Column("planted", "planted effect", two),
        Column("expected", "with composition", two),
        Column("of", "of", words),
        Column("effect", "effect found", two),
        Column("interval", "95 % interval", together, "ci95_low"),
        Column("holds", "in the planted world", words),
        Column("verdict", "verdict", words),
        Column("outcome", "so the verdict is", words),
    ]
    return as_table(
        rows,
        columns,
        f"Effects: log2 {study.ratio}; of sets the mean over their genes with their weights. Planted: the "
        "effect in the cells. With composition: also what an uneven mixture of tissues adds. A claim is true there if "
        "the planted effect reaches its threshold, or keeps within its margin.",
    )


def tally_truth(truth: pd.DataFrame, verdicts: pd.DataFrame) -> str:
    """Count the verdicts that the planted truth bears out, refutes, and leaves open."""
    rows = truth.merge(verdicts, on="claim", how="inner", validate="1:1")
    counted = pd.Series([_outcome(row) for row in records(rows)]).replace("", "without planted truth").value_counts()
    told = ", ".join(f"{n} {outcome}" for outcome, n in counted.items())
    return f"Of {len(rows)} verdicts: {told}. Open: no verdict either way."


def _outcome(row: dict[str, Any]) -> str:
    verdict_row, holds = int(row["rule"]), row["holds"]
    if not holds:
        return ""
    if verdict_row == 6:
        return {"true": "right", "smaller than claimed": "too strong"}.get(holds, "wrong: false support")
    if verdict_row == 7:
        return "wrong: false support" if holds == "false" else "right"
    if verdict_row in (8, 9):
        return "wrong: a true claim is denied" if holds == "true" else "right"
    return "open"


def _shown(
    verdicts: pd.DataFrame, register: Register, kind: str, set_tests: pd.DataFrame, gene_tests: pd.DataFrame
) -> pd.DataFrame:
    rows = verdicts[verdicts["kind"] == kind]
    given = dict(zip(verdicts["claim"], verdicts["verdict"], strict=True))
    claims = [register.claims[name] for name in rows["claim"]]
    return rows.assign(
        notes=[claim.notes for claim in claims],
        proxies=["; ".join(_seen(claim, given, set_tests, gene_tests)) for claim in claims],
    )


def _seen(claim: Claim, given: dict[str, str], set_tests: pd.DataFrame, gene_tests: pd.DataFrame) -> list[str]:
    """Say what claims, sets and genes that a claim points to look like."""
    seen = [f"{name} {given[name]}" for name in claim.proxy_claims if name in given]
    own = set_tests[
        (set_tests["claim"] == claim.id) & (set_tests["role"] == SHOWN) & (set_tests["variant"] == claim.variant)
    ]
    measured = {str(row["run"]): row for row in records(own)}
    seen += [_number(test.run, measured.get(test.run)) for test in claim.sets]
    by_gene = {str(row["gene_id"]): row for row in records(gene_tests)}
    return seen + [_number(gene.symbol, by_gene.get(gene.gene_id)) for gene in claim.genes]


def _number(name: str, row: dict[str, Any] | None) -> str:
    if row is None or pd.isna(row["effect"]):
        return f"{name} not measured"
    return f"{name} {two(row['effect'])} ({interval_text(row['ci95_low'], row['ci95_high'])})"
