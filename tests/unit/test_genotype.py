"""Genotypes from free text, for a gene and a driver of the tests' own configuration."""

import random
from typing import Any

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import check, complete, load_schema
from claimcheck.sourcing.genotype import CRE_ALONE, CROSS, FLOX_ALONE, Call, call_genotypes
from claimcheck.sourcing.notation import (
    CONFLICT,
    CONTROL,
    HETEROZYGOUS,
    KNOCKOUT,
    LONGEST_FIELD,
    UNKNOWN,
    Rules,
    clean,
    compile_rules,
    read_text,
)

STUDY: dict[str, Any] = {
    "gene": ["Lcn2", "lipocalin-2"],
    "driver": ["Dmp1-Cre"],
    "words": {"conditional knockout": ["OcyKO"]},
    "tissues": ["bone"],
}


def rules_for(**section: Any) -> Rules:
    schema = load_schema("conditional_knockout.schema.yaml")
    check(section, schema, where="test")
    return compile_rules(complete(section, schema))


def call_genotype(fields: dict[str, str], rules: Rules) -> Call:
    """Call the only sample of a study."""
    return call_genotypes({"S1": fields}, rules)["S1"]


RULES = rules_for(**STUDY)

REQUIRED = [
    ("Lcn2 fl/fl;Dmp1-Cre+", KNOCKOUT, ""),
    ("Lcn2fl/fl; Dmp1-Cre-", CONTROL, ""),
    ("Lcn2f/f", CONTROL, FLOX_ALONE),
    ("LCN2cKO-M3", KNOCKOUT, ""),
    ("cKO_1", KNOCKOUT, ""),
    ("WT2", CONTROL, ""),
    ("Control female rep 2", CONTROL, ""),
    ("Dmp1Cre;Lcn2flox/flox_F1", KNOCKOUT, ""),
    ("Lcn2 floxed/floxed, Cre negative, male", CONTROL, ""),
    ("Lcn2 f/+;Dmp1-Cre+", HETEROZYGOUS, ""),
    ("Dmp1-Cre/+; Lcn2 fl/fl bone 4", KNOCKOUT, ""),
    ("Lcn2 +/+; Dmp1-Cre+", CONTROL, ""),
    ("Dmp1-Cre+", KNOCKOUT, CRE_ALONE),
    ("Lcn2 conditional knockout mouse", KNOCKOUT, ""),
    ("Lcn2dOcy", KNOCKOUT, ""),
    ("OcyKO3", KNOCKOUT, ""),
    ("KO_F_12", KNOCKOUT, ""),
    ("wild type mouse tibia", CONTROL, ""),
    ("Con3", CONTROL, ""),
    ("Ctrl-M1", CONTROL, ""),
    ("Sample_7", UNKNOWN, ""),
    ("NSD_LCN2_05", UNKNOWN, ""),
    ("osteocyte Lcn2 knockout vs control", CONFLICT, ""),
    ("rLCN2 treated OCY454", UNKNOWN, ""),
    ("bone RNA-seq of Lcn2 Dmp1-cre", UNKNOWN, ""),
]

OTHER_SPELLINGS = [
    ("Lcn2 fl/fl; Dmp1-Cre\u2212", CONTROL),
    ("Lcn2\u1da0\u02e1/\u1da0\u02e1; Dmp1-Cre\u207b", CONTROL),
    ("Lcn2<sup>fl/fl</sup>;Dmp1-Cre<sup>+</sup>", KNOCKOUT),
    ("Lcn2\u0394Ocy", KNOCKOUT),
    ("Lcn2\u0394/\u0394", KNOCKOUT),
    ("\u0394Lcn2", KNOCKOUT),
    ("Lcn2 fl/fl non-Cre", CONTROL),
    ("without Dmp1-Cre, Lcn2 fl/fl", CONTROL),
    ("Lcn2 fl/fl w/o Cre", CONTROL),
    ("Lcn2 fl/fl, Cre recombinase negative", CONTROL),
    ("Lcn2 fl/fl cre neg", CONTROL),
    ("Lcn2fl/flCreNeg", CONTROL),
    ("Lcn2fl/fl CrePos", KNOCKOUT),
    ("Lcn2 fl/fl Cre -ve", CONTROL),
    ("Lcn2 fl/fl Cre-ve", CONTROL),
    ("Lcn2 fl/fl Cre-deficient", CONTROL),
    ("Lcn2 fl/fl Cre -_6", CONTROL),
    ("Lcn2fl/fl -Cre", CONTROL),
    ("Lcn2fl/fl +Cre", KNOCKOUT),
    ("Dmp1-Cre-;Lcn2fl/fl", CONTROL),
    ("Dmp1-Cre-/-;Lcn2fl/fl", CONTROL),
    ("Dmp1-Cre+/-;Lcn2fl/fl", KNOCKOUT),
    ("Cre 0 Lcn2fl/fl", CONTROL),
    ("DMP1(8kb)-Cre tg/+; Lcn2fl/fl", KNOCKOUT),
    ("Lcn2fl/fl;Dmp1 10kb-Cre", KNOCKOUT),
    ("Tg(Dmp1-cre)1Jqfe Lcn2 fl/fl", KNOCKOUT),
    ("Lcn2ff-Cre+", KNOCKOUT),
    ("Lcn2 loxP/loxP Cre/+", KNOCKOUT),
    ("Lcn2-/-", KNOCKOUT),
    ("Lcn2+/-", HETEROZYGOUS),
    ("Lcn2 fl/-; Dmp1-Cre+", KNOCKOUT),
    ("Lcn2 fl/-; Dmp1-Cre-", HETEROZYGOUS),
    ("lipocalin 2 KO", KNOCKOUT),
    ("WT;Dmp1-Cre", CONTROL),
    ("control (fl/fl)", CONTROL),
    ("KO_vs_WT", CONFLICT),
    ("Lcn2 fl/fl control, Dmp1-Cre+", CONFLICT),
    ("non-KO", UNKNOWN),
    ("secreted Lcn2, increased", UNKNOWN),
]

UNDECIDABLE = [
    "Lcn2fl/fl-Dmp1-Cre-1",  # Cre-negative animal 1, or animal 1
    "Dmp1-Cre - Lcn2fl/fl bone",
    "Lcn2fl/fl Dmp1-Cre -6",
    "Lcn2 fl/fl; Dmp1-Cre +/+",  # two copies of the transgene, or of the wild-type allele
    "Lcn2 fl/fl; Ctsk-Cre+",
    "Dmp1-CreERT2+; Lcn2 fl/fl",  # nothing is deleted before the drug
    "Dmp1-Cre; Crebbp fl/fl",
    "Crebbpfl/fl",
]


@pytest.mark.parametrize(("text", "label", "provisional"), REQUIRED)
def test_spelling_has_its_required_answer(text: str, label: str, provisional: str) -> None:
    call = call_genotype({"sample_title": text}, RULES)
    assert (call.label, call.provisional) == (label, provisional)


@pytest.mark.parametrize(("text", "label"), OTHER_SPELLINGS)
def test_other_spelling(text: str, label: str) -> None:
    assert call_genotype({"genotype": text}, RULES).label == label


@pytest.mark.parametrize("text", UNDECIDABLE)
def test_notation_with_two_readings_is_unknown(text: str) -> None:
    assert call_genotype({"genotype": text}, RULES).label == UNKNOWN


def test_a_cross_is_provisional() -> None:
    call = call_genotype({"sample_title": "Lcn2 fl/fl x Dmp1-Cre"}, RULES)
    assert (call.label, call.provisional) == (KNOCKOUT, CROSS)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Lcn2 fl/fl; Dmp1-Cre-", "Cre-negative"),
        ("control (fl/fl)", "Cre-negative"),
        ("Lcn2 +/+; Dmp1-Cre+", "Cre-only"),
        ("WT;Dmp1-Cre", "Cre-only"),
        ("control Dmp1-Cre+", "Cre-only"),
        ("Lcn2 +/+", "wild type"),
        ("WT_1", "wild type"),
        ("Ctrl 1", "unknown"),
    ],
)
def test_kind_of_control(text: str, kind: str) -> None:
    call = call_genotype({"sample_title": text}, RULES)
    assert (call.label, call.kind) == (CONTROL, kind)


def test_fields_that_disagree_are_a_conflict_however_many_agree() -> None:
    fields = {"genotype": "Lcn2 fl/fl; Dmp1-Cre+", "sample_title": "cKO_1", "library_name": "WT_1"}
    call = call_genotype(fields, RULES)
    assert call.label == CONFLICT
    assert "library_name says control" in call.problem


def test_evidence_names_the_fields_that_spoke_in_any_order_of_fields() -> None:
    fields = {"sample_alias": "S1", "genotype": "Lcn2 fl/fl; Dmp1-Cre+", "sample_title": "cKO_1"}
    for order in (list(fields), list(reversed(fields))):
        call = call_genotype({name: fields[name] for name in order}, RULES)
        assert call.label == KNOCKOUT
        assert {name for name, _, _ in call.evidence} == {"genotype", "sample_title"}


def test_sex_age_and_treatment_have_no_vote() -> None:
    assert call_genotype({"treatment": "control", "sex": "WT", "Age": "KO"}, RULES).label == UNKNOWN


def test_inducible_cre_needs_a_stated_and_configured_inducer() -> None:
    fields = {"genotype": "Lcn2 fl/fl; Dmp1-CreERT2+", "treatment": "4-OHT"}
    assert call_genotype(fields, RULES).label == UNKNOWN
    induced = rules_for(**STUDY, inducers=["4-OHT"])
    assert call_genotype(fields, induced).label == KNOCKOUT
    assert call_genotype(fields | {"treatment": "no 4-OHT"}, induced).label == UNKNOWN


@pytest.mark.parametrize(("meaning", "label"), [("unknown", UNKNOWN), ("positive", KNOCKOUT), ("negative", CONTROL)])
def test_cre_plus_plus_means_what_is_configured(meaning: str, label: str) -> None:
    rules = rules_for(**STUDY, cre_plus_plus=meaning)
    assert call_genotype({"genotype": "Lcn2 fl/fl; Dmp1-Cre +/+"}, rules).label == label


def test_allele_pair_after_an_unknown_word_is_of_another_locus() -> None:
    assert call_genotype({"genotype": "line7b fl/fl; Dmp1-Cre-"}, RULES).background == ("line7b fl/fl",)
    rules = rules_for(**{**STUDY, "words": {"ordinary": ["line7b"]}})
    assert call_genotype({"genotype": "line7b fl/fl; Dmp1-Cre+"}, rules).label == KNOCKOUT


def test_another_gene_and_driver_need_only_another_configuration() -> None:
    rules = rules_for(gene=["Abc1"], driver=["Xyz-Cre"])
    assert call_genotype({"genotype": "Abc1fl/fl; Xyz-Cre"}, rules).label == KNOCKOUT
    assert call_genotype({"genotype": "Lcn2 fl/fl; Dmp1-Cre+"}, rules).label == UNKNOWN


def test_junk_never_becomes_a_genotype_without_a_field_that_says_it() -> None:
    source = random.Random(1)
    pieces = ["fl", "/", "+", "-", "Cre", "Dmp1", "Lcn2", "KO", "WT", " ", ";", "x", "no", "(", ")", "\u0394", "\u2642"]
    for _ in range(3000):
        alphabet = source.choice([pieces, [chr(source.randrange(1, 0x3000)) for _ in range(40)]])
        text = "".join(source.choices(alphabet, k=source.randrange(40)))
        call = call_genotype({"a": text, "b": "Sample_7"}, RULES)
        assert call.label in {KNOCKOUT, CONTROL, HETEROZYGOUS, UNKNOWN, CONFLICT}
        voted = {(name, label) for name, _, label in call.evidence}
        assert call.label == UNKNOWN or "a" in {name for name, _ in voted}
        if call.label in (KNOCKOUT, CONTROL):
            assert voted == {("a", call.label)}


def test_overlong_text_is_not_read() -> None:
    text = "KO " + "Lcn2 fl/" * LONGEST_FIELD
    assert read_text(clean(text), RULES) == []
    assert call_genotype({"sample_title": text}, RULES).label == UNKNOWN


@pytest.mark.parametrize(
    "wrong",
    [
        {"words": {"knockout": ["A1"], "control": ["a-1"]}},
        {"gene": ["Dmp1-Cre"]},
        {"words": {"control": ["a-"]}},
        {"words": {"control": ["Lcn2"]}},
    ],
)
def test_rules_that_contradict_themselves_are_refused(wrong: dict[str, list[str]]) -> None:
    with pytest.raises(StudyError, match="conditional_knockout"):
        rules_for(**{**STUDY, **wrong})


def test_rules_need_a_gene() -> None:
    with pytest.raises(StudyError, match="gene"):
        rules_for(driver=["Dmp1-Cre"])
