"""Sex, age, tissue and treatment from what a submitter wrote."""

import pytest
from test_genotype import STUDY, rules_for

from claimcheck.sourcing.traits import call_age, call_sex, call_tissue, call_treatment


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("Control female rep 2", ("female", "word")),
        ("floxed, male", ("male", "word")),
        ("LCN2cKO-M3", ("male", "suffix")),
        ("flox_F1", ("female", "suffix")),
        ("male and female pool", ("", "")),
        ("Lcn2f/f_1", ("", "")),
    ],
)
def test_sex(text: str, sex: tuple[str, str]) -> None:
    assert call_sex({"sample_title": text}) == sex


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("11 w.o.", "11 weeks"),
        ("16-week-old", "16 weeks"),
        ("8wk", "8 weeks"),
        ("4 mo", "4 months"),
        ("3.5 months", "3.5 months"),
        ("E13.5 brain", "E13.5"),
        ("12", ""),
        ("KO 3", ""),
        ("3D culture", ""),
    ],
)
def test_age_has_a_unit(text: str, age: str) -> None:
    assert call_age({"sample_title": text}) == age


def test_tissue_and_treatment() -> None:
    rules = rules_for(**STUDY, treatments=["PTH"])
    assert call_tissue({"sample_title": "KO bone marrow"}, rules) == ("bone marrow", False)
    assert call_tissue({"sample_title": "KO left tibia"}, rules) == ("tibia", True)
    assert call_tissue({"tissue": "Liver"}, rules) == ("liver", False)
    assert call_treatment({"treatment": "No treatment"}, rules) == ""
    assert call_treatment({"sample_title": "KO_PTH_1"}, rules) == "pth"
