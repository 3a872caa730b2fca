"""Columns of the sample sheet that may be the explanation, and families as the unit that is compared."""

import pandas as pd
import pytest

import import_counts
from claimcheck.core.tables import read_table, write_table
from claimcheck.sourcing.confounding import POOLED, explanations, members_of, pool_families

EIGHT = ["control"] * 4 + ["knockout"] * 4


def sheet(conditions=EIGHT, **columns):
    names = [f"s{number}" for number in range(len(conditions))]
    return pd.DataFrame({"sample": names, "condition": conditions, "runs": [f"SRR{n}" for n in names], **columns})


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("sex", ["male"] * 4 + ["female"] * 4),
        ("batch", EIGHT),
        ("plate", list("aaaabbbb")),
        ("instrument", ["NovaSeq"] * 4 + ["HiSeq"] * 4),
        ("read_length", ["50"] * 4 + ["100"] * 4),
        ("library layout", ["SINGLE"] * 4 + ["PAIRED"] * 4),
        ("age", ["10"] * 4 + ["12"] * 4),
        ("age_weeks", ["10", "10", "11", "11", "12", "12", "13", "13"]),
        ("cage", list("aabbccdd")),
        ("collected by", ["A"] * 4 + ["B"] * 4),
        ("date", ["2024-01-01"] * 4 + ["2024-02-01"] * 4),
        ("anything at all", list("xxxyzzzz")),
    ],
)
def test_whatever_goes_with_the_condition_may_be_the_explanation(column, values):
    (found,) = explanations(sheet(**{column: values}))
    assert found.column == column
    assert f"all of control: {values[0]}" in found.reason


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("batch", list("abababab")),
        ("batch", list("aaabbbba")),
        ("batch", ["a"] * 8),
        ("batch", list("abcdefgh")),
        ("batch", ["a"] * 4 + ["b"] * 3 + [""]),
        ("genotype", ["Lcn2 fl/fl"] * 4 + ["Dmp1-Cre; Lcn2 fl/fl"] * 4),
        ("group", ["A"] * 4 + ["B"] * 4),
        ("description", ["mice without Cre"] * 4 + ["mice with Cre"] * 4),
        ("folder", ["Control_1"] * 4 + ["Knockout_1"] * 4),
        ("evidence", list("aaaabbbb")),
    ],
)
def test_what_varies_within_the_groups_or_restates_the_condition_explains_nothing(column, values):
    assert explanations(sheet(**{column: values})) == []


def test_the_column_that_the_condition_was_read_from_is_none():
    samples = sheet(line=["a"] * 4 + ["b"] * 4)
    assert [one.column for one in explanations(samples)] == ["line"]
    assert explanations(samples, factor="line") == []


LITTERS = list("aabbccc") + list("ddeeff")
SEVEN_SIX = ["control"] * 7 + ["knockout"] * 6


def test_three_nested_litters_a_group_are_the_unit():
    samples = sheet(SEVEN_SIX, litter=LITTERS, sex=["male", "female"] + ["male"] * 11, tissue=["bone"] * 13)
    pooled = pool_families(samples)
    assert pooled["sample"].tolist() == [f"litter_{name}" for name in "abcdef"]
    assert pooled["condition"].tolist() == ["control"] * 3 + ["knockout"] * 3
    assert pooled[POOLED].tolist()[2] == "s4;s5;s6"
    assert pooled["runs"].tolist()[2] == "SRRs4;SRRs5;SRRs6"
    assert pooled["sex"].tolist() == ["", *["male"] * 5]
    assert set(pooled["tissue"]) == {"bone"}
    assert members_of(pooled)["litter_c"] == ["s4", "s5", "s6"]
    assert explanations(pooled) == []


@pytest.mark.parametrize(
    "columns",
    [
        {"litter": list("aabbbbb") + list("ccddee")},  # two litters in a group
        {"litter": list("aabbccd") + list("ddeeff")},  # one holds both conditions
        {"litter": list("abcdefghijklm")},  # an animal a litter
        {"cage": LITTERS},  # no family
        {},
    ],
)
def test_other_litters_leave_the_animal_as_the_unit(columns):
    samples = sheet(SEVEN_SIX, **columns)
    assert pool_families(samples) is samples
    assert members_of(samples)["s0"] == ["s0"]


def test_counts_of_a_family_are_summed(tmp_path):
    samples = sheet(SEVEN_SIX, litter=LITTERS)
    for column in ("sex", "age", "tissue", "batch", "evidence"):
        samples[column] = ""
    stable = ["sample", "condition", "sex", "age", "tissue", "batch", "runs", "evidence"]
    path = tmp_path / "results/samples/samples.tsv"
    write_table(pool_families(samples[[*stable, "litter"]]), path)
    lines = ["gene\t" + "\t".join(samples["sample"]), "ENSMUSG00000000001\t" + "\t".join(str(n) for n in range(1, 14))]
    (tmp_path / "counts.tsv").write_text("\n".join(lines))
    import_counts.main(table=tmp_path / "counts.tsv", samples=path, output=tmp_path / "results/counts/gene_counts.tsv")
    counts = read_table(tmp_path / "results/counts/gene_counts.tsv").set_index("gene_id").loc["ENSMUSG00000000001"]
    assert counts.to_dict() == dict(zip([f"litter_{n}" for n in "abcdef"], [3, 7, 18, 17, 21, 25], strict=True))
