"""The covariate is chosen by the ladder and explained; a design that cannot separate the groups is found."""

import numpy as np
import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.deseq2.covariates import choose_covariates, stated_design
from claimcheck.deseq2.design import Design, amounts, metadata_of, model_matrix, require_covariates_that_vary

GROUPS = Design("ko", "wt")


def sheet(groups, **columns):
    names = [f"s{number}" for number in range(len(groups))]
    return pd.DataFrame({"sample": names, "condition": list(groups), **columns})


def chosen(samples):
    design, steps = choose_covariates(samples, GROUPS, min_residual_df=4, min_cell=2)
    assert steps["chosen"].sum() == 1
    taken = steps.loc[steps["chosen"], "covariate"].iloc[0]
    assert design.covariates == (() if taken == "none" else (taken,))
    reasons = dict(zip(steps["covariate"], steps["reason"], strict=True))
    return taken, reasons


EIGHT = ["wt"] * 4 + ["ko"] * 4


def test_sex_is_taken_where_each_cell_has_two():
    taken, reasons = chosen(sheet(EIGHT, sex=["female", "female", "male", "male"] * 2, batch=list("abababab")))
    assert taken == "sex"
    assert "female ko 2" in reasons["sex"]
    assert "5 residual degrees of freedom" in reasons["sex"]
    assert reasons["batch"].startswith("sex comes first")


def test_sex_is_not_taken_where_a_cell_has_one():
    samples = sheet(EIGHT, sex=["female", "male", "male", "male", "female", "female", "male", "male"])
    taken, reasons = chosen(samples)
    assert taken == "none"
    assert "not every combination" in reasons["sex"]


def test_three_a_group_leave_too_few_degrees_of_freedom():
    taken, reasons = chosen(sheet(["wt"] * 3 + ["ko"] * 3, batch=list("abbabb")))
    assert taken == "none"
    assert "3 residual degrees of freedom, fewer than 4" in reasons["batch"]


@pytest.mark.parametrize(
    ("column", "values", "taken", "reason"),
    [
        ("sex", ["male"] * 8, "none", "all samples have the same sex"),
        ("sex", ["male"] * 7 + [""], "none", "not known for every sample"),
        ("batch", list("aabbaabb"), "batch", "residual"),
        ("batch", list("abcdefgh"), "none", "of its own"),
        ("batch", list("aaaabbbb"), "none", "confounded"),
        ("batch", list("aabbccdd"), "none", "confounded"),
        ("litter", list("aabbaabb"), "litter", "residual"),
        ("litter", list("aabbaabc"), "none", "not every litter"),
    ],
)
def test_a_covariate_alone(column, values, taken, reason):
    found, reasons = chosen(sheet(EIGHT, **{column: values}))
    assert found == taken
    assert reason in reasons[column]


def test_a_stated_design_is_described():
    samples = sheet(EIGHT, batch=list("abababab"))
    row = stated_design(samples, Design("ko", "wt", ("batch",))).iloc[0]
    assert (row["covariate"], row["formula"], row["residual_df"]) == ("batch", "~ batch + condition", 5)
    assert stated_design(samples, GROUPS)["covariate"].tolist() == ["none"]


def test_the_condition_is_the_last_column_and_the_reference_its_zero():
    samples = sheet(EIGHT, batch=list("abcabcab"))
    matrix = model_matrix(metadata_of(samples, Design("ko", "wt", ("batch",))))
    assert matrix.shape == (8, 4)
    np.testing.assert_array_equal(matrix[:, -1], [0] * 4 + [1] * 4)
    np.testing.assert_array_equal(matrix[:, 0], 1)


@pytest.mark.parametrize(
    ("samples", "covariates", "complaint"),
    [
        (
            sheet(["wt", "wt", "ko", "ko"], sex=list("ffmm")),
            ("sex",),
            "condition cannot be told apart from sex: one follows from the other",
        ),
        (sheet(["wt", "wt", "ko", "ko"], sex=["f", "m", "f", ""]), ("sex",), "'sex' is not known"),
        (sheet(["wt", "wt", "ko", "ko"]), ("sex",), "'sex' is not known"),
        (sheet(["wt", "ko"]), (), "2 samples are too few"),
        (sheet(["wt", "wt", "ko", "ko"], sex=list("fmfm"), batch=list("abba")), ("sex", "batch"), "too few|told apart"),
    ],
    ids=["confounded", "empty value", "no column", "no replicates", "no degree of freedom"],
)
def test_a_design_that_cannot_be_fitted_stops(samples, covariates, complaint):
    with pytest.raises(StudyError, match=complaint):
        metadata_of(samples, Design("ko", "wt", covariates))


@pytest.mark.parametrize(
    ("columns", "covariates", "complaint"),
    [
        ({"tissue": ["bone"] * 8}, ["tissue"], "all samples have the same tissue (bone)"),
        ({"age": ["8"] * 8}, ["age"], "all samples have the same age (8)"),
        ({"donor": list("abcdefgh")}, ["donor"], "each sample has a donor of its own"),
        ({"bmi": list("12345678")}, ["bmi"], "or one has decimals"),
        (
            {"plate": list("aaaabbbb")},
            ["plate"],
            "the condition cannot be told apart from plate: one follows from the other",
        ),
        ({"cage": list("aabbccdd")}, ["cage"], "the condition cannot be told apart from cage"),
        (
            {"sex": list("fmfmfmfm"), "cage": list("xyxyxyxy")},
            ["sex", "cage"],
            "cage cannot be told apart from sex: one follows from the other",
        ),
        (
            {"sex": list("fmfmfmfm"), "day": list("aabbaabb"), "lane": list("12341234")},
            ["sex", "day", "lane"],
            "lane cannot be told apart from day: one",
        ),
        (
            {"batch": list("aabbaabb"), "weight": ["1", "2", "3", "4"] * 2, "dose": ["3", "5", "7", "9"] * 2},
            ["batch", "weight", "dose"],
            "dose cannot be told apart from weight: one follows from the other",
        ),
        (
            {"batch": list("aaaabbaa"), "side": list("lrrllrrl"), "row": list("xxxxxxyy")},
            ["side", "batch", "row"],
            "the condition cannot be told apart from batch and row: together, one follows",
        ),
    ],
)
def test_a_stated_covariate_that_says_nothing_of_its_own_is_named(columns, covariates, complaint):
    samples = sheet(EIGHT, **columns)
    with pytest.raises(StudyError) as stopped:
        require_covariates_that_vary(samples, Design("ko", "wt", tuple(covariates)))
    assert complaint in str(stopped.value)


def test_sex_that_expression_will_tell_is_no_matter_before_it_does():
    samples = sheet(EIGHT, sex=[""] * 8, batch=list("abababab"))
    require_covariates_that_vary(samples, Design("ko", "wt", ("sex", "batch")))


def test_a_factor_that_a_left_out_sample_makes_constant_is_no_mistake():
    samples = sheet(EIGHT, batch=["a"] * 8)
    assert model_matrix(metadata_of(samples, Design("ko", "wt", ("batch",)))).shape == (8, 2)


# numbers, and what is crossed with the condition


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("age", ["8", "10", "12", "9"], [8.0, 10.0, 12.0, 9.0]),
        ("age_weeks", ["8 weeks", "P21", "12 weeks", "3 months"], [56.0, 21.0, 84.0, 91.3125]),
        ("RIN", ["8.1", "9.2", "7.5", "8.1"], [8.1, 9.2, 7.5, 8.1]),
        ("batch", ["1", "2", "3", "1"], None),
        ("age", ["young", "old", "older", "old"], None),
        ("age", ["8 weeks", "12 weeks", "8 weeks", "12 weeks"], None),
        ("bmi", ["21.5", "23", "30", "25"], [21.5, 23.0, 30.0, 25.0]),
        ("passage", ["4", "5", "6", "4"], None),
        ("passage", ["4.0", "5.0", "6.5", "4.0"], [4.0, 5.0, 6.5, 4.0]),
        ("run date", ["3.2024", "4.2024", "5.2024", "3.2024"], None),
        ("weight", ["21", "inf", "30", "25"], None),
        ("weight_g", ["21", "22", "about 30", "25"], None),
    ],
)
def test_amounts_are_numbers_and_names_of_batches_are_not(column, values, expected):
    found = amounts(pd.Series(values, name=column))
    assert (found is None) == (expected is None)
    if expected:
        assert found.tolist() == pytest.approx(expected)


def test_an_amount_costs_one_degree_of_freedom_and_is_centred():
    samples = sheet(EIGHT, age=["8 weeks", "9 weeks", "10 weeks", "11 weeks"] * 2)
    metadata = metadata_of(samples, Design("ko", "wt", ("age",)))
    assert metadata["age"].mean() == pytest.approx(0)
    assert model_matrix(metadata).shape == (8, 3)
    assert stated_design(samples, Design("ko", "wt", ("age",)))["residual_df"].item() == 5


def test_pairs_are_considered_and_taken_where_they_leave_enough():
    twelve = ["wt"] * 6 + ["ko"] * 6
    taken, reasons = chosen(sheet(twelve, donor=list("abcdef") * 2))
    assert (taken, "5 residual degrees" in reasons["donor"]) == ("donor", True)
    taken, reasons = chosen(sheet(EIGHT, donor=list("abcd") * 2))
    assert (taken, "3 residual degrees of freedom, fewer than 4" in reasons["donor"]) == ("none", True)


def test_a_column_that_only_some_levels_share_between_the_conditions_is_no_candidate():
    _, reasons = chosen(sheet(EIGHT, donor=list("aabbbbcc")))
    assert "donor" not in reasons
