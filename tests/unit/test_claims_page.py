"""A reviewer reads verdicts first, with what weighs on them; every number is that of a table, and nothing is promised."""

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from test_claims_figures import only, some_controls, some_procedure, some_robustness, some_verdicts
from test_report import ALWAYS, N_SCRIPTS, STUDY, Reader, page_of, results, text_of

from claimcheck.claims.decide import VETO_COLUMNS
from claimcheck.claims.explanations import fits, least_change, word_of
from claimcheck.claims.pattern import PATTERN_COLUMNS
from claimcheck.claims.power import POWER_COLUMNS, animals_needed
from claimcheck.page.artefacts import reading_rule, verdict_on_fit
from claimcheck.page.claims import ClaimResults
from claimcheck.page.page import Results
from claimcheck.page.power import PowerResults
from support.own import REGISTER

FIGURES = ("claims", "procedure", "specifications", "leave_one_out", "controls")
SAMPLES = ("c1", "c2", "k1", "k2")
NAN = float("nan")
OBSERVED = {"C02": -0.3, "C08": 0.0, "C11": -1.0, "C12": -1.0, "C14": 0.5, "C15": 0.4, "Q01": -0.5}
PANELS = [name for name, readout in REGISTER.artefacts["readouts"].items() if readout.get("claim") not in OBSERVED]


@pytest.fixture
def drawings(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / f"{name}.svg" for name in (*ALWAYS, *FIGURES)}
    for path in paths.values():
        path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="400pt" height="300pt"></svg>')
    return paths


def some_artefacts(observed=OBSERVED) -> pd.DataFrame:
    rows = []
    for world in REGISTER.artefacts["worlds"]:
        for name, readout in REGISTER.artefacts["readouts"].items():
            if name in PANELS:
                continue
            effect = observed[readout["claim"]]
            seen = "uncertain" if effect == 0 else "up" if effect > 0 else "down"
            predicted = word_of(world["predicts"][name])
            found = fits(predicted, (effect - 0.1, effect + 0.1), least_change(REGISTER, readout))
            keys = (world["name"], world["explanation"], name, readout["claim"], name.upper())
            rows.append((*keys, predicted, seen, str(found), effect, effect - 0.1, effect + 0.1))
    names = ["world", "explanation", "readout", "claim", "looked_at", "predicted", "observed", "fits"]
    return pd.DataFrame(rows, columns=[*names, "effect", "ci95_low", "ci95_high"])


def some_pattern(claimed=0.9) -> pd.DataFrame:
    rest = 1 - claimed
    rows = [
        ("the paper's model", True, 0.25, 0.0, 0.8 * claimed, 1.0, NAN),
        ("the paper's model and cleaner knockout bones", True, 0.25, -0.6, 0.2 * claimed, 1.0, 0.5),
        ("younger bone or nearer the growth plate", False, 0.25, 0.3, 0.9 * rest, 1.2, NAN),
        ("no effect", False, 0.25, -0.7, 0.1 * rest, NAN, NAN),
    ]
    table = pd.DataFrame(rows, columns=list(PATTERN_COLUMNS))
    return table.sort_values("posterior", ascending=False).reset_index(drop=True)


def some_vetoes(*rows) -> pd.DataFrame:
    """C14 beside marrow, which does not differ, and beside osteoblasts; and further rows."""
    calm = ("C14", "marrow", "QC_ERYTHROID", -0.4, 0.31, False, 0.1, -0.04, "WNT", 0.5, 0.54, 0.3, 0.78, True)
    beside = ("C14", "beyond OSTEOBLAST", "OSTEOBLAST", NAN, NAN, False, NAN, NAN, "WNT", NAN, 0.12, -0.1, 0.34, False)
    return pd.DataFrame([calm, *rows, beside], columns=list(VETO_COLUMNS))


def some_left_out() -> pd.DataFrame:
    rows = [("C14", sample, 0.4, 0.1, 0.7, 0.01 * place, "WNT") for place, sample in enumerate(SAMPLES, start=1)]
    return pd.DataFrame(rows, columns=["claim", "sample", "effect", "ci95_low", "ci95_high", "p_value", "of"])


def some_members() -> pd.DataFrame:
    rows = [("C14", "WNT", "g1", 1.0), ("C14", "WNT", "g2", -1.0), ("C11", "Dkk1", "g3", 1.0)]
    return pd.DataFrame(rows, columns=["claim", "of", "gene_id", "weight"])


def some_levels() -> pd.DataFrame:
    rows = [
        (claim, of, sample, 3.0 + n, 3.1 + n)
        for claim, of in (("C14", "WNT"), ("C11", "Dkk1"))
        for n, sample in enumerate(SAMPLES)
    ]
    return pd.DataFrame(rows, columns=["claim", "of", "sample", "level", "level_adjusted"])


def some_claims(register=REGISTER, **changes) -> ClaimResults:
    tests = pd.DataFrame(
        [
            ("N06", "shown", "OSTEOCYTE", "full", -0.08, -0.38, 0.23),
            ("N06", "shown", "OSTEOCYTE", "strip_marrow", 9, 9, 9),
        ],
        columns=["claim", "role", "run", "variant", "effect", "ci95_low", "ci95_high"],
    )
    genes = pd.DataFrame(
        {
            "gene_id": ["ENSMUSG00000074483"],
            "symbol": ["Bglap"],
            "effect": [0.2],
            "ci95_low": [-0.17],
            "ci95_high": [0.56],
        }
    )
    specifications = pd.DataFrame(
        [("primary", "as registered", True, ""), ("annotation", "other release", False, "quantify again")],
        columns=["axis", "specification", "run", "reason"],
    )
    identification = pd.DataFrame(
        [("digest", "d1ge57", ""), ("file_digest", "f11e", ""), ("n_claims", "37", "")],
        columns=["key", "value", "note"],
    )
    tables = {
        "register": register,
        "verdicts": some_verdicts(register),
        "robustness": some_robustness(),
        "vetoes": some_vetoes(),
        "procedure": some_procedure(register),
        "artefacts": some_artefacts(),
        "pattern": some_pattern(),
        "controls": some_controls()[0],
        "leave_one_out": some_left_out(),
        "members": some_members(),
        "levels": some_levels(),
        "set_tests": tests,
        "gene_tests": genes,
        "specifications": specifications,
        "identification": identification,
    }
    return ClaimResults(**tables | changes)


def page_with(claims: ClaimResults | None, drawings, *, tables: Results | None = None, study=STUDY) -> str:
    whole = replace(tables or results(), claims=claims)
    return page_of(study, whole, drawings, *(FIGURES if claims else ()))


def with_verdict(claim: str, **values) -> pd.DataFrame:
    verdicts = some_verdicts()
    for name, value in values.items():
        verdicts.loc[verdicts["claim"] == claim, name] = value
    return verdicts


def card_of(page: str, claim: str) -> str:
    """Return the text of a claim's row, and of the evidence under it."""
    start = page.index(f'id="{claim}"')
    end = page.find('<details class="claim', start)
    return text_of("<body>" + page[page.rindex("<", 0, start) : end if end > 0 else page.index("</section>", start)])


def test_verdicts_stand_first_those_that_lead_before_the_others(drawings) -> None:
    page = page_with(some_claims(), drawings)
    places = [page.index(f'id="{name}"') for name in ("C11", "C12", "C01", "C02", "Q01")]
    assert places == sorted(places)
    assert places[-1] < page.index('id="abstract"')
    assert page.index('id="claims"') < page.index('id="artefacts"') < page.index('id="samples"')
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert len(reader.alternatives) == len(ALWAYS) + len(FIGURES)


def test_a_card_prints_the_numbers_of_the_tables(drawings) -> None:
    verdicts = with_verdict(
        "C14", effect=0.512, ci95_low=0.204, ci95_high=0.82, p_value=0.00412, p_adjusted=0.0123, agreement=0.854,
        verdict="supported", rule=6, reason="significant, large enough and robust", sentence="It rises – supported (log2 -0.51).",
    )  # fmt: skip
    card = card_of(page_with(some_claims(verdicts=verdicts), drawings), "C14")
    assert f"● supported C14 {REGISTER.claims['C14'].statement}" in card
    assert "↑ predicted: higher in knockout 0.51 (0.20 to 0.82) It rises – supported (log2 −0.51)." in card
    assert "p of the claim's test, adjusted over all claims 0.05 or less 0.012 yes" in card
    assert "effect (log2) of an object 0.2 or more 0.51 yes" in card
    assert "k, share of other analyses that agree 0.80 or more; 0.50 for weak support 0.85 yes" in card
    assert "p without any one sample, not adjusted 0.1 or less, and the same sign at most 0.04, without k2 yes" in card
    assert "one-sided, in the predicted direction: p = 0.0041, 0.012 after adjustment over all claims." in card
    assert "c1, sex unknown: 3.10" in card
    assert "WNT" in card


def test_a_card_says_which_condition_is_not_met(drawings) -> None:
    card = card_of(page_with(some_claims(verdicts=with_verdict("C14", p_adjusted=0.2, effect=0.1)), drawings), "C14")
    assert "adjusted over all claims 0.05 or less 0.2 no" in card
    assert "0.2 or more 0.10 no" in card


@pytest.mark.parametrize(("claim", "sides"), [("C11", [-1]), ("C14", [1]), ("C08", [-1]), ("C01", [-1, 1])])
def test_the_detectable_effect_stands_where_it_would_matter(drawings, claim: str, sides: list[int]) -> None:
    """Of a level that is said to be kept that is beyond its margin, as in the figure of all claims."""
    page = page_with(some_claims(), drawings)
    start = page.index(f'id="{claim}"')
    places = re.findall(r'class="mde" x1="([\d.]+)%', page[start : page.index("</svg>", start)])
    assert [1 if float(place) > 50 else -1 for place in places] == sides


def test_of_claims_that_several_tests_decide_a_row_says_whose_effect_it_prints(drawings) -> None:
    text = text_of(page_with(some_claims(verdicts=with_verdict("C18", of="APOPTOSIS_CTRL")), drawings))
    assert "decided by C02, C04 and controls; effect of APOPTOSIS_CTRL" in text
    assert "genes one by one; effect of an object, in the direction that the model says" in text
    untested = text_of(page_with(some_claims(verdicts=with_verdict("C18", of="", effect=NAN)), drawings))
    assert "decided by C02, C04 and controls; effect" not in untested


def test_a_contradicted_claim_shows_the_p_value_that_contradicts_it(drawings) -> None:
    verdicts = with_verdict("C11", p_adjusted=1.0, verdict="contradicted", rule=8).assign(p_adjusted_opposite=0.0042)
    page = page_with(some_claims(verdicts=verdicts), drawings)
    assert "p of the opposite, adjusted over all claims above 0.05 0.0042 no" in card_of(page, "C11")
    assert text_of(page).count("p of the opposite") == 1
    verdicts = with_verdict("C11", verdict="not supported", rule=9).assign(p_adjusted_smaller=0.003)
    card = card_of(page_with(some_claims(verdicts=verdicts), drawings), "C11")
    assert "⊖ not supported" in card
    assert "p of a change smaller than claimed, adjusted over all claims above 0.05 0.003 no" in card


def test_what_rna_cannot_test_is_folded_with_its_transcripts(drawings) -> None:
    page = page_with(some_claims(), drawings)
    start = page.index("Statements that RNA cannot test")
    folded = text_of("<body>" + page[start : page.index("</details>", start)])
    assert folded.startswith("Statements that RNA cannot test, with transcripts near them (14)")
    assert "OSTEOCYTE −0.08 (−0.38 to 0.23)" in folded
    assert "Bglap 0.20 (−0.17 to 0.56)" in folded
    assert "Col1a1 not measured" in folded
    assert "C01 inconclusive" in folded
    assert page.count('id="N03"') == 1
    abstract = text_of("<body>" + page[page.index('id="abstract"') - 9 : start])
    assert "N03 Systemic energy balance does not change. not testable ; indirect calorimetry" in abstract


@pytest.mark.parametrize(
    ("outcome", "banner"),
    [
        ("unconfirmed", "<b>Gone</b> cannot be read here. Every verdict below supposes the deletion"),
        ("contradicted", "<b>Gone</b> cannot be read here. Claims that need it are not testable."),
        ("confirmed", ""),
    ],
)
def test_a_deletion_that_is_not_established_is_a_banner(drawings, outcome: str, banner: str) -> None:
    tables = results()
    sentence = f"{outcome}: <b>Gone</b> cannot be read here"
    tables = replace(tables, outcomes=tables.outcomes.assign(outcome=outcome, sentence=sentence))
    text = text_of(page_with(some_claims(), drawings, tables=tables))
    first = text[: text.index("Verdict on each claim")]
    assert ("⚠" in first and "Gone" in first) is bool(banner)
    assert banner in first


def test_checksum_and_every_deviation_are_printed(drawings) -> None:
    text = text_of(page_with(some_claims(), drawings))
    assert "SHA-256 of its content d1ge57 , of the file f11e" in text
    assert "No deviation from its primary analysis." in text
    claims = some_claims()
    rows = [*claims.identification.itertuples(index=False), ("deviation: differential.min_count", "5", "it has 10")]
    changed = pd.DataFrame(rows, columns=["key", "value", "note"])
    text = text_of(page_with(replace(claims, identification=changed), drawings))
    assert "1 deviation from its primary analysis: differential.min_count is 5; it has 10." in text


def test_the_reading_rule_comes_from_what_the_register_says_of_artefacts() -> None:
    said = " ".join(reading_rule(some_artefacts(), REGISTER))
    assert "‘Cleaner knockout bones’ alone would imitate C02, C08, C14, C15, and show the opposite of C11, C12." in said
    assert "‘Younger bone or nearer the growth plate’ alone would imitate C08, C11, C12, C14, C15." in said
    assert "tell most" not in said
    assert "predicted by the paper's model alone" in said
    turned = some_artefacts()
    cleaner = turned["world"] == "cleaner knockout bones"
    turned.loc[cleaner, "predicted"] = turned.loc[cleaner, "predicted"].map({"up": "down", "down": "up"})
    said = " ".join(reading_rule(turned, REGISTER))
    assert "C02, C08, C14, C15" in said[said.index("show the opposite") :].partition(".")[0]
    assert reading_rule(some_artefacts().iloc[:0], REGISTER) == []


@pytest.mark.parametrize(
    ("predicted", "found", "judged"),
    [
        ("up", True, "agrees"),
        ("up", False, "opposite"),
        ("kept_or_up", False, "opposite"),
        ("unchanged", False, "disagrees"),
        ("up", None, "open"),
    ],
)
def test_an_uncertain_observation_speaks_against_nothing(predicted, found, judged) -> None:
    assert verdict_on_fit(predicted, found) == judged


@pytest.mark.parametrize(
    ("claimed", "odds", "head"),
    [
        (0.9, "9.0 to 1 for the paper's model", False),
        (0.2, "4.0 to 1 against the paper's model", False),
        (0.05, "19 to 1 against the paper's model", True),
        (1e-9, "more than 1,000 to 1 against the paper's model", True),
    ],
)
def test_high_odds_against_what_is_claimed_stand_in_the_head(drawings, claimed, odds, head) -> None:
    page = page_with(some_claims(pattern=some_pattern(claimed)), drawings)
    text = text_of(page)
    assert f"The odds are {odds}, alone or together with an artefact." in text
    said = "better explained by ‘younger bone or nearer the growth plate’"
    assert (said in text[: text.index("Verdict on each claim")]) == head
    assert page.index('id="claims"') < page.index('id="pattern"') < page.index('id="artefacts"')


def test_without_a_pattern_its_section_is_left_out(drawings) -> None:
    page = page_with(some_claims(pattern=some_pattern().iloc[:0]), drawings)
    assert "Which explanation fits the whole pattern" not in page
    assert "#pattern" not in page


def test_the_table_of_artefacts_counts_how_many_readouts_agree(drawings) -> None:
    text = text_of(page_with(some_claims(), drawings))
    assert "DKK1 C11 down −1.00 −1.10 to −0.90 unchanged ✗ up ✗ down ✓ down ✓ down ✓ unchanged ✗ down ✓" in text
    assert (
        "2 agree, 5 against, 0 open 4 agree, 2 against, 1 open 3 agree, 3 against, 1 open 3 agree, 3 against, 1 open "
        "6 agree, 1 against, 0 open 1 agree, 5 against, 1 open 7 agree, 0 against, 0 open" in text
    )


def test_text_of_the_register_and_of_the_tables_is_escaped(drawings) -> None:
    evil = "<script>alert(1)</script>"
    claims = {name: replace(claim, statement=evil, notes=evil) for name, claim in REGISTER.claims.items()}
    register = replace(REGISTER, claims=claims, title=evil, publication=evil, statements={"A1": evil})
    verdicts = some_verdicts(register).assign(verdict=evil, reason=evil, label=evil)
    artefacts = some_artefacts().assign(world=evil, explanation=evil, looked_at=evil)
    hostile = some_claims(register, verdicts=verdicts, artefacts=artefacts)
    hostile = replace(hostile, identification=hostile.identification.assign(value=evil))
    page = page_with(hostile, drawings)
    assert page.count("<script") == page.count("</script") == N_SCRIPTS + 1  # and the verdicts for programs
    assert evil in text_of(page)


def test_two_animals_in_a_group_are_said_row_by_row(drawings) -> None:
    verdicts = some_verdicts().assign(n_test=2, n_reference=2)
    own = verdicts["claim"].isin(REGISTER.confirmatory)
    verdicts.loc[own, ["verdict", "reason", "rule", "agreement"]] = ["inconclusive (n)", "2 and 2 animals", 4, NAN]
    text = text_of(page_with(some_claims(verdicts=verdicts), drawings))
    assert text.count("○ inconclusive (n) ") >= 18
    assert "All 18 claims are inconclusive." in text


def test_the_page_promises_nothing_about_the_paper(drawings) -> None:
    text = text_of(page_with(some_claims(), drawings))
    assert "It is no verdict on the paper" in text
    assert "no register of claims was evaluated" not in text
    assert "against the paper" not in text
    for banned in ("claim is confirmed", "claims are confirmed", "proves", "proven"):
        assert not re.search(rf"\b{banned}\b", text)


def test_a_study_without_claims_has_no_word_of_verdicts(drawings) -> None:
    page = page_with(None, drawings)
    assert "no register of claims was evaluated" in text_of(page)
    assert 'id="claims"' not in page
    assert "#artefacts" not in page
    assert "Register: " not in page


def test_a_register_without_a_claim_to_decide_gives_a_whole_page(drawings) -> None:
    register = replace(only("N03"), artefacts={}, statements={})
    nothing = {"artefacts": some_artefacts().iloc[:0], "pattern": some_pattern().iloc[:0]}
    claims = some_claims(register, **nothing, controls=some_controls()[0].iloc[:0], robustness=some_robustness(()))
    claims = replace(claims, vetoes=claims.vetoes.iloc[:0])
    text = text_of(page_with(claims, drawings))
    assert "The register holds no claim that a verdict could be given on." in text
    assert "The register says nothing of artefacts." in text
    assert "No negative control was run." in text
    assert "No other explanation was measured for any claim." in text
    assert "No claim was established." in text
    assert "How to read it" not in text


def test_false_support_vetoes_and_what_was_not_run_are_said(drawings) -> None:
    claims = some_claims()
    text = text_of(page_with(claims, drawings))
    assert "Random sets (100 draws a claim) are called supported in 7.0 % of draws; above 5.0 %: C14." in text
    assert "Housekeeping genes (HOUSEKEEPING): log2 0.02, 95 % interval −0.10 to 0.14, p 0.7." in text
    assert "Nothing that could explain an effect differs between the groups beyond chance" in text
    assert "Explanations that neither differ beyond chance nor take a verdict (1)" in text
    assert "annotation other release: quantify again" in text
    assert "2 of 3" in text[text.index("analysis that weakens it most") :]
    assert "covariates, way 2: 0.10" in text


def test_what_else_explains_an_effect_is_shown_where_it_differs_or_takes_a_verdict(drawings) -> None:
    differing = ("C11", "muscle", "QC_MUSCLE", 0.8, 0.004, True, 0.02, 0.016, "Dkk1", -0.9, -0.92, -1.2, -0.6, True)
    taking = ("C12", "age", "QC_PROLIF", -0.6, 0.2, False, 1.0, -0.6, "Sost", -0.9, -0.3, -0.8, 0.2, False)
    bias = ("C15", "degradation", "three_prime_bias", 0.3, 0.001, True, 1.0, 0.3, "OB", 0.4, 0.1, -0.2, 0.4, False)
    verdicts = with_verdict("C11", verdict="supported", rule=6)
    verdicts.loc[verdicts["claim"] == "C12", "rule"] = 5
    page = page_with(some_claims(vetoes=some_vetoes(differing, taking, bias), verdicts=verdicts), drawings)
    text = text_of(page)
    assert "C11 muscle QC_MUSCLE 0.80 (p 0.004) Dkk1 −0.90 0.02 −0.92 (−1.20 to −0.60) yes" in text
    assert "C12 age QC_PROLIF −0.60 (p 0.2) Sost −0.90 −0.60 −0.30 (−0.80 to 0.20) no" in text
    assert (
        "C15 degradation coverage of the 3' end 0.30 (p 0.001) OB 0.40 0.30 0.10 (−0.20 to 0.40) open without it"
        in text
    )
    folded = text[text.index("Explanations that neither differ") :]
    assert "C14 marrow QC_ERYTHROID −0.40 (p 0.31) WNT 0.50 −0.04 0.54 (0.30 to 0.78)" in folded
    assert "C11 muscle" not in folded
    assert "C14 WNT OSTEOBLAST 0.12 −0.10 to 0.34 no" in text


def test_the_procedure_is_said_with_its_order_and_what_has_no_part_in_it(drawings) -> None:
    text = text_of(page_with(some_claims(), drawings))
    assert "whichever of them are true, at most 5 % of studies establish a false one." in text
    assert "Established in this order: C11 (at 0.011), C02 (at 0.013)." in text
    assert "Not tested, so that the share went to others: C12, C08 higher." in text
    assert "Without a share, and so weakly supported at best: C05." in text


def test_verdicts_of_a_simulated_study_stand_beside_what_was_planted(drawings) -> None:
    truth = pd.DataFrame(
        [("C11", -1.0, -1.04, "true"), ("C12", 0.0, 0.0, "false"), ("C14", 0.1, 0.1, "smaller than claimed")],
        columns=["claim", "planted", "expected", "holds"],
    )
    verdicts = some_verdicts()
    verdicts.loc[verdicts["claim"].isin(["C11", "C12", "C14"]), ["verdict", "rule"]] = ["supported", 6]
    claims = some_claims(verdicts=verdicts, truth=truth)
    page = page_with(claims, drawings, study=replace(STUDY, simulated=True))
    shown = text_of("<body>" + page[page.index('<section id="truth">') :])
    assert "falls. −1.00 −1.04 an object −0.30 −0.50 to −0.10 true supported right" in shown
    assert "false supported wrong: false support" in shown
    assert "smaller than claimed supported too strong" in shown
    assert 'id="truth"' not in page_with(some_claims(), drawings)


def test_the_page_says_which_claims_the_data_could_have_decided(drawings) -> None:
    verdicts = some_verdicts()
    verdicts["mde"] = 0.25
    verdicts.loc[verdicts["claim"] == "C13", "mde"] = NAN
    text = text_of(page_with(some_claims(verdicts=verdicts), drawings))
    could, could_not = text.split("in 80 % of studies like this one for ")[1].split(" It would not for ")
    assert "C11" in could.split(". ")[0]
    assert "C14 (0.25 needed, 0.20 asked)" in could_not
    assert "C14" not in could.split(". ")[0]
    assert "C13" not in could.split(". ")[0]


def test_what_the_study_could_have_shown_stands_beside_what_was_seen(drawings) -> None:
    rows = [
        ("C11", n, multiple, -0.585 * multiple, 0.1 * n, 0, 0, 0, 1 - 0.1 * n, 0, 0.04, 100)
        for n in (3, 6)
        for multiple in (0, 1)
    ]
    mapped = pd.DataFrame(rows, columns=list(POWER_COLUMNS))
    inputs = pd.DataFrame([("register", REGISTER.digest, "")], columns=["key", "value", "note"])
    power = PowerResults(mapped, animals_needed(mapped, REGISTER), inputs)
    page = page_with(some_claims(power=power), drawings)
    text = text_of(page)
    assert "C11 The transcript of Dkk1 falls. 30 30 more than 6 inconclusive" in text
    assert 'href="#power"' in page
    assert "another register" not in text
    changed = replace(power, inputs=inputs.assign(value="0" * 64))
    assert "It was made with another register than the one that decided." in text_of(
        page_with(some_claims(power=changed), drawings)
    )
    assert 'id="power"' not in page_with(some_claims(), drawings)
