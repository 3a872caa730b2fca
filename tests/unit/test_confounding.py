"""Columns of the sample sheet that may be the explanation, and families as the unit that is compared."""

import pandas as pd
import pytest

import import_counts
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table, write_table
from claimcheck.sourcing.confounding import SUMMED, explanations, members_of, pool_families

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
        ("age", ["8 weeks"] * 4 + ["84 days"] * 4),
        ("date", ["2024-01-01"] * 4 + ["2024-02-01"] * 4),
        ("anything at all", list("xxxyzzzz")),
        ("cell type", ["osteocyte"] * 4 + ["osteoblast"] * 4),
        ("batch", ["a"] * 4 + ["b"] * 3 + [""]),
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
        ("genotype", ["Lcn2 fl/fl"] * 4 + ["Dmp1-Cre; Lcn2 fl/fl"] * 4),
        ("group", ["A"] * 4 + ["B"] * 4),
        ("description", ["mice without Cre"] * 4 + ["mice with Cre"] * 4),
        ("folder", ["Control_1"] * 4 + ["Knockout_1"] * 4),
        ("evidence", list("aaaabbbb")),
        ("age", ["16 weeks"] * 4 + ["112 days", "111 days", "113 days", "112 days"]),
        ("age_weeks", ["16"] * 4 + ["16.0"] * 4),
    ],
)
def test_what_varies_within_the_groups_or_restates_the_condition_explains_nothing(column, values):
    assert explanations(sheet(**{column: values})) == []


def test_the_column_that_the_condition_was_read_from_is_none():
    samples = sheet(line=["a"] * 4 + ["b"] * 4)
    assert [one.column for one in explanations(samples)] == ["line"]
    assert explanations(samples, factor="line") == []


def test_a_column_is_judged_by_the_samples_for_which_it_is_known():
    (found,) = explanations(sheet(batch=["a"] * 4 + ["b"] * 3 + [""]))
    assert "not known for s7" in found.reason
    assert explanations(sheet(batch=["a"] * 4 + [""] * 4)) == []


LITTERS = list("aabbccc") + list("ddeeff")
SEVEN_SIX = ["control"] * 7 + ["knockout"] * 6


def test_three_nested_litters_a_group_are_the_unit():
    samples = sheet(SEVEN_SIX, litter=LITTERS, sex=["male", "female"] + ["male"] * 11, tissue=["bone"] * 13)
    pooled = pool_families(samples)
    assert pooled["sample"].tolist() == [f"litter_{name}" for name in "abcdef"]
    assert pooled["condition"].tolist() == ["control"] * 3 + ["knockout"] * 3
    assert pooled[SUMMED].tolist()[2] == "s4;s5;s6"
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


@pytest.mark.parametrize("column", ["../litter", "Litter ID", "litter\tnumber"])
def test_names_of_families_are_names_of_samples(column):
    pooled = pool_families(sheet(SEVEN_SIX, **{column: [f"{name}/1" for name in LITTERS]}))
    assert len(pooled) == 6
    assert pooled["sample"].str.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]*").all()


def test_two_litters_never_share_a_name():
    litters = [f"1-{name}" if name != "b" else "1a" for name in LITTERS]
    assert pool_families(sheet(SEVEN_SIX, litter=litters))["sample"].is_unique
    alike = [{"a": "1 1", "b": "1/1"}.get(name, name) for name in LITTERS]
    with pytest.raises(StudyError, match="litter_1_1"):
        pool_families(sheet(SEVEN_SIX, litter=alike))


def test_a_word_in_another_is_no_family():
    samples = sheet(SEVEN_SIX, dna_damage=LITTERS)
    assert pool_families(samples) is samples


def test_counts_of_a_family_are_summed(tmp_path):
    samples = sheet(SEVEN_SIX, litter=LITTERS)
    for column in ("sex", "age", "tissue", "batch", "evidence"):
        samples[column] = ""
    stable = ["sample", "condition", "sex", "age", "tissue", "batch", "runs", "evidence"]
    path = tmp_path / "results/samples/samples.tsv"
    write_table(pool_families(samples[[*stable, "litter"]]), path)
    lines = ["gene\t" + "\t".join(samples["sample"]), "ENSMUSG00000000001\t" + "\t".join(str(n) for n in range(1, 14))]
    (tmp_path / "counts.tsv").write_text("\n".join(lines))
    folder = tmp_path / "results"
    import_counts.main(
        files=[tmp_path / "counts.tsv"],
        samples=path,
        curated=[],
        names=None,
        stated={},
        animals=[],
        left_out=[],
        column="auto",
        strandedness={},
        counts=folder / "counts/gene_counts.tsv",
        gene_names=folder / "counts/gene_names.tsv",
        gates=folder / "quality/gates/counts_table.tsv",
    )
    counts = read_table(tmp_path / "results/counts/gene_counts.tsv").set_index("gene_id").loc["ENSMUSG00000000001"]
    assert counts.to_dict() == dict(zip([f"litter_{n}" for n in "abcdef"], [3, 7, 18, 17, 21, 25], strict=True))
