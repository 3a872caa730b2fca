"""Sex, age, tissue, treatment and the like from what a submitter wrote."""

import pytest
from test_genotype import STUDY, rules_for

from claimcheck.sourcing.ages import group_ages
from claimcheck.sourcing.characteristics import Reading, join_values, read_field, read_samples, sex_of_text

RULES = rules_for(**STUDY)


def read(text: str, name: str = "sample_title") -> Reading:
    return read_field(name, text, RULES, names_genotypes=name == "sample_title")


def values(factor: str, **fields: str) -> set[str]:
    """Return a factor of the only sample of a study."""
    return join_values(read_samples({"S1": fields}, RULES)["S1"].values(), factor)


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("Control female rep 2", {"female"}),
        ("floxed, male", {"male"}),
        ("male and female pool", {"female", "male"}),
        ("\u2642 3", {"male"}),
        ("LCN2cKO-M3", {"male"}),
        ("flox_F1", {"female"}),
        ("Lcn2f/f_1", set()),
    ],
)
def test_sex(text: str, sex: set[str]) -> None:
    assert values("sex", sample_title=text) == sex


def test_letter_is_a_sex_only_if_all_samples_have_one() -> None:
    both = read_samples({"S1": {"sample_title": "KO_M1"}, "S2": {"sample_title": "KO_F1"}}, RULES)
    assert [join_values(row.values(), "sex") for row in both.values()] == [{"male"}, {"female"}]
    one = read_samples({"S1": {"sample_title": "KO_M1"}, "S2": {"sample_title": "KO_1"}}, RULES)
    assert [join_values(row.values(), "sex") for row in one.values()] == [set(), set()]


@pytest.mark.parametrize(("text", "sex"), [("F", "female"), ("XY", "male"), ("males", "male"), ("both", ""), ("", "")])
def test_sex_of_a_cell(text: str, sex: str) -> None:
    assert sex_of_text(text) == sex


@pytest.mark.parametrize(
    ("text", "age", "days"),
    [
        ("11 w.o.", "11 weeks", 77),
        ("16-week-old", "16 weeks", 112),
        ("8wk", "8 weeks", 56),
        ("4 mo", "4 months", 121.75),
        ("3.5 months", "3.5 months", 106.53),
        ("KO P21 femur", "P21", 21),
        ("E13.5 brain", "E13.5", -6),
    ],
)
def test_age_in_days(text: str, age: str, days: float) -> None:
    assert read(text).ages == {age: pytest.approx(days, abs=0.01)}


@pytest.mark.parametrize("text", ["12", "KO 3", "3D culture", "KO P1a", "GSE12 m"])
def test_text_without_an_age(text: str) -> None:
    assert read(text).ages == {}


@pytest.mark.parametrize(
    ("name", "text", "ages"),
    [
        ("age", "12", {"12 (no unit)": 12.0}),
        ("age_weeks", "16", {"16 weeks": 112.0}),
        ("age (days)", "84", {"84 days": 84.0}),
        ("age", "P60", {"P60": 60.0}),
        ("dev_stage", "4 months", {"4 months": 121.75}),
    ],
)
def test_field_of_ages(name: str, text: str, ages: dict[str, float]) -> None:
    assert read(text, name).ages == pytest.approx(ages)


@pytest.mark.parametrize(
    ("text", "tissues"),
    [
        ("left tibias", {"bone/tibia"}),
        ("femur, bone marrow flushed", {"bone/femur"}),
        ("marrow-free femoral shaft", {"bone/femur", "bone/cortical"}),
        ("tibia without muscle", {"bone/tibia"}),
        ("tibia, muscle and marrow removed", {"bone/tibia"}),
        ("femur flushed of marrow", {"bone/femur"}),
        ("KO bone marrow", {"marrow"}),
        ("femur with marrow", {"bone/femur", "marrow"}),
        ("osteocyte-specific knockout", set()),
        ("cortical bone", {"bone/cortical"}),
        ("osteocytes of the tibia", {"bone/tibia"}),
    ],
)
def test_tissue(text: str, tissues: set[str]) -> None:
    assert values("tissue", sample_title=text) == tissues


def test_tissue_of_a_shared_text_counts_only_where_nothing_else_tells() -> None:
    title = "Lcn2 in bone marrow fat"
    fields = {f"S{at}": {"description": title, "tissue": "tibia", "sample_title": f"KO {at}"} for at in range(2)}
    assert join_values(read_samples(fields, RULES)["S0"].values(), "tissue") == {"bone/tibia"}
    alone = {f"S{at}": {"description": title, "sample_title": f"KO {at}"} for at in range(2)}
    assert join_values(read_samples(alone, RULES)["S0"].values(), "tissue") == {"fat", "marrow"}


@pytest.mark.parametrize(
    ("name", "text", "treatments"),
    [
        ("treatment", "No treatment", set()),
        ("treatment", "control", set()),
        ("treatment", "PTH(1-34) 80 ug", {"PTH 80"}),
        ("treatment", "ABC-123", {"abc-123"}),
        ("sample_title", "KO_OVX_1", {"ovariectomy"}),
        ("sample_title", "WT + KO serum", {"ko serum"}),
        ("sample_title", "cKO AAV8-Lcn2 1", {"aav8 with the gene"}),
        ("sample_title", "cKO AAV8-GFP 1", {"aav8", "gfp"}),
        ("sample_title", "rLCN2 1", {"recombinant protein"}),
        ("sample_title", "without OVX", set()),
    ],
)
def test_treatment(name: str, text: str, treatments: set[str]) -> None:
    assert values("treatment", **{name: text}) == treatments


def test_dates_batches_and_file_names_leave_nothing_unknown() -> None:
    reading = read("20230415_KO3_S12_L001_R1_001.fastq.gz batch 2")
    assert reading.batches == {"date": "20230415", "batch": "batch 2", "lane": "L001"}
    assert set(reading.rest) <= set(" _.3")
    assert read("2", "library_prep_batch").batches == {"library_prep_batch": "2"}


def test_negation_and_culture() -> None:
    assert values("culture", sample_title="Primary osteoblast KO") != set()
    assert values("culture", sample_title="osteoblast-specific KO") == set()
    assert values("excluded", sample_title="KO 4 (excluded, failed QC)") != set()


def test_ages_within_the_tolerance_are_one() -> None:
    ages = [{"16 weeks": 112.0}, {"4 months": 121.75}, {"12 (no unit)": 12.0}, {"P21": 21.0}, {"P60": 60.0}, {}]
    assert group_ages(ages, 0.1) == ["16 weeks", "16 weeks", "12 (no unit)", "P21", "P60", ""]
    assert group_ages(ages[:2], 0.05) == ["16 weeks", "4 months"]
