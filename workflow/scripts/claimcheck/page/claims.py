"""The claims as the page shows them: a row a claim on the first screen, and the tables behind it."""

from dataclasses import dataclass

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.core.tables import listed
from claimcheck.figures.claims import confirmatory_rows, records
from claimcheck.figures.procedure import name_of
from claimcheck.page.abstract import Statement, read_abstract
from claimcheck.page.artefacts import artefact_table, reading_rule, shown_by_artefacts
from claimcheck.page.cards import CardGroup, Evidence, group_cards
from claimcheck.page.claims_tables import (
    beyond_table,
    control_sentences,
    exploratory_table,
    numbers_table,
    proxy_table,
    robustness_table,
    tally_truth,
    truth_table,
    veto_table,
)
from claimcheck.page.pattern import PatternView, view_pattern
from claimcheck.page.power import PowerResults, PowerView, view_power
from claimcheck.page.set_names import SetNames
from claimcheck.page.study_words import Study
from claimcheck.page.tables import Table, two

TAKEN_BY_VETO = 5
"""Row of the table of verdicts by which another explanation takes one."""


@dataclass(frozen=True)
class ClaimResults:
    """The claims register and the tables of results/claims; the names are those of the files.

    Attributes:
        register: the claims register.
        identification: register.tsv, text.
        truth: planted effects of a simulated study: claim, planted, expected, holds; None where nothing was planted.
        power: the map of what the study can show; None where it is not known how reference animals vary.
    """

    register: Register
    verdicts: pd.DataFrame
    robustness: pd.DataFrame
    vetoes: pd.DataFrame
    procedure: pd.DataFrame
    artefacts: pd.DataFrame
    pattern: pd.DataFrame
    controls: pd.DataFrame
    leave_one_out: pd.DataFrame
    members: pd.DataFrame
    levels: pd.DataFrame
    set_tests: pd.DataFrame
    gene_tests: pd.DataFrame
    specifications: pd.DataFrame
    identification: pd.DataFrame
    truth: pd.DataFrame | None = None
    power: PowerResults | None = None


@dataclass(frozen=True)
class ClaimsView:
    """What the page says of claims.

    Attributes:
        banners: what weighs on every verdict, a sentence each.
        groups: a card a claim that has a verdict, those that lead first, by the unit of its effect.
        abstract: the statements of the abstract with their claims.
        reading: which claims artefacts imitate, a sentence each.
        deviations: where the configuration is not that of the primary analysis: key, found, registered.
        reach: which claims these data could have decided, a sentence each.
        procedure: how the claims share the level, a sentence each.
        digest, file_digest: checksums of the register.
        pattern: whole explanations weighed, None where they are not.
        artefacts, truth, power: None where there is nothing to compare.
        truth_tally: how many verdicts are right, wrong and open, where the truth is known.
        anchors: ids of claims that have a place on the page.
        vetoes, other_vetoes: what else may explain the effects, where it differs or takes a verdict, and elsewhere.
        beyond: sets beside others that move along.
    """

    title: str
    publication: str
    banners: list[str]
    groups: list[CardGroup]
    abstract: list[Statement]
    reading: list[str]
    reach: list[str]
    procedure: list[str]
    digest: str
    file_digest: str
    deviations: list[tuple[str, str, str]]
    pattern: PatternView | None
    artefacts: Table | None
    worlds: list[tuple[str, str]]
    not_testable: Table
    exploratory: Table
    numbers: Table
    robustness: Table
    vetoes: Table
    other_vetoes: Table
    beyond: Table
    left_undone: list[str]
    controls: list[str]
    truth: Table | None
    truth_tally: str
    anchors: frozenset[str]
    power: PowerView | None


def view_claims(
    results: ClaimResults,
    outcomes: pd.DataFrame,
    genes: pd.DataFrame,
    samples: pd.DataFrame,
    study: Study,
    *,
    names: SetNames,
) -> ClaimsView:
    """Put together what the page says of the claims.

    Args:
        results: register and tables.
        outcomes: question, outcome, sentence of the identity checks.
        genes: results/differential/genes.tsv.
        samples: the sample sheet.
        study: names of the conditions.
        names: of gene sets.
    """
    register, verdicts = results.register, results.verdicts
    numbers = dict(zip(results.identification["key"], results.identification["value"], strict=True))
    panels = results.vetoes[results.vetoes["veto"].isin(register.vetoes)]
    rules = panels["claim"].map(verdicts.set_index("claim")["rule"])
    taken = panels["stands"].eq(False) & rules.eq(TAKEN_BY_VETO)
    told = panels["differs"].eq(True) | taken
    worlds = results.artefacts.drop_duplicates("world")[["world", "explanation"]]
    in_words = results.artefacts.assign(looked_at=results.artefacts["looked_at"].fillna("").map(names.plain))
    evidence = Evidence(
        verdicts=verdicts,
        robustness=results.robustness,
        leave_one_out=results.leave_one_out,
        vetoes=results.vetoes,
        members=results.members,
        levels=results.levels,
        genes=genes,
        samples=samples,
        names=names,
    )
    power = None if results.power is None else view_power(results.power, verdicts, register, study.subjects)
    more = {
        "alone": shown_by_artefacts(results.artefacts, register),
        "vetoes": {str(name): veto_table(rows, verdicts) for name, rows in panels.groupby("claim", sort=False)},
        "power": {} if power is None else power.chances,
    }
    groups = group_cards(evidence, register, study, more)
    abstract = read_abstract(verdicts, register)
    anchors = {card.claim for group in groups for card in group.cards}
    anchors |= {mark.claim for statement in abstract for mark in statement.claims if mark.anchor}
    return ClaimsView(
        title=register.title,
        publication=register.publication,
        banners=_banners(outcomes),
        groups=groups,
        abstract=abstract,
        reading=reading_rule(results.artefacts, register),
        reach=_reach(verdicts, register),
        procedure=_procedure(results.procedure, register),
        digest=numbers["digest"],
        file_digest=numbers["file_digest"],
        deviations=_deviations(results.identification),
        pattern=view_pattern(results.pattern, register),
        artefacts=artefact_table(in_words, *study.effect) if len(results.artefacts) else None,
        worlds=list(worlds.itertuples(index=False, name=None)),
        not_testable=proxy_table(verdicts, register, results.set_tests, results.gene_tests, study),
        exploratory=exploratory_table(verdicts, register, results.set_tests, results.gene_tests, study),
        numbers=numbers_table(verdicts, register, study),
        robustness=robustness_table(verdicts, results.robustness, register),
        vetoes=veto_table(panels[told], verdicts),
        other_vetoes=veto_table(panels[~told], verdicts),
        beyond=beyond_table(results.vetoes[~results.vetoes["veto"].isin(register.vetoes)]),
        left_undone=_left_undone(results.specifications),
        controls=control_sentences(results.controls, register),
        truth=None if results.truth is None else truth_table(results.truth, verdicts, register, study),
        truth_tally="" if results.truth is None else tally_truth(results.truth, verdicts),
        anchors=frozenset(anchors),
        power=power,
    )


def _banners(outcomes: pd.DataFrame) -> list[str]:
    """Name the premises that are not established: they weigh on every verdict."""
    premises = {"knockout": "the deletion", "tissue": "the tissue"}
    banners = []
    for row in records(outcomes):
        premise = premises.get(row["question"], "this premise")
        consequence = {
            "unconfirmed": f"Every verdict below supposes {premise}; none of them shows it.",
            "contradicted": "Claims that need it are not testable.",
        }
        if row["outcome"] in consequence:
            why = str(row["sentence"]).removeprefix(f"{row['outcome']}: ")
            banners.append(f"{why}. {consequence[row['outcome']]}")
    return banners


def _procedure(procedure: pd.DataFrame, register: Register) -> list[str]:
    """Say what the procedure controls, which claims it established in which order, and which have no part in it."""
    level = f"{100 * register.rules.alpha:g} %"
    names = {node: name_of(node, register) for node in procedure["node"]}
    established = procedure.dropna(subset=["step"]).sort_values("step")
    in_order = [f"{names[row['node']]} (at {row['level']:.2g})" for row in records(established)]
    untested = [names[node] for node in procedure.loc[procedure["p_value"].isna(), "node"]]
    own = [name for name in register.confirmatory if not register.claims[name].members]
    outside = [name for name in own if name not in names]
    sentences = [
        f"The register fixed before the data how its claims share the level of {level}: whichever of them are true, at most "
        f"{level} of studies establish a false one. What speaks against claims, the opposite or a smaller change, has the same "
        "limit of its own.",
        f"Established in this order: {listed(in_order, most=len(in_order))}."
        if in_order
        else "No claim was established.",
    ]
    if untested:
        sentences.append(f"Not tested, so that the share went to others: {listed(untested, most=len(untested))}.")
    if outside:
        sentences.append(f"Without a share, and so weakly supported at best: {listed(outside, most=len(outside))}.")
    return sentences


def _reach(verdicts: pd.DataFrame, register: Register) -> list[str]:
    """Say which claims these data could have decided, by the minimum detectable effect and the claim's threshold."""
    own = confirmatory_rows(verdicts, register).dropna(subset=["mde", "threshold"])
    within, beyond = own[own["mde"] <= own["threshold"]], own[own["mde"] > own["threshold"]]
    tests = register.tests
    asked = "a change as large as the claim asks for"
    sentences = []
    if len(within):
        named = listed(within["claim"], most=len(within))
        share = f"{100 * tests.power:.0f} % of studies like this one"
        sentences.append(f"One test at {1 - tests.interval:.2g} would find {asked} in {share} for {named}.")
    if len(beyond):
        pairs = zip(beyond["claim"], beyond["mde"], beyond["threshold"], strict=True)
        named = listed(
            (f"{name} ({two(mde)} needed, {two(least)} asked)" for name, mde, least in pairs), most=len(beyond)
        )
        sentences.append(f"It would not for {named}: there, finding nothing says little.")
    return sentences


def _deviations(identification: pd.DataFrame) -> list[tuple[str, str, str]]:
    rows = identification[identification["key"].str.startswith("deviation: ")]
    return [(row["key"].removeprefix("deviation: "), row["value"], row["note"]) for row in records(rows)]


def _left_undone(specifications: pd.DataFrame) -> list[str]:
    """List the ways to analyse that the register names and that were not run, with the reason."""
    rows = specifications[specifications["run"].eq(False)]
    return [
        f"{axis.replace('_', ' ')} {name}: {reason}"
        for axis, name, reason in rows[["axis", "specification", "reason"]].itertuples(index=False, name=None)
        if reason != "is the primary choice"
    ]
