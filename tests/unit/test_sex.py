"""Sex is called from expression, held against what is stated, and never overrules it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from claimcheck.deseq2.levels import log2_cpm
from claimcheck.qc.sex import NOT_MEASURABLE, sex_gates
from claimcheck.quantification.counts import read_count_table
from claimcheck.sourcing.characteristics import sex_of_text
from support.archive import shared_data
from support.defaults import SEX, check_sex

EXACT = replace(SEX, trace=0)


def check(female, male, stated="", **options):
    """Check samples whose scores are given; the male genes y1 and y2 lie around the male score."""
    rows = {}
    if female is not None:
        rows["x"] = female
    if male is not None:
        rows |= {"y1": np.array(male) * 0.5, "y2": np.array(male) * 1.5}
    n = len(female if female is not None else male or [0])
    names = [f"s{number}" for number in range(n)]
    levels = pd.DataFrame.from_dict({**rows, "other": [5.0] * n}, orient="index", columns=names)
    said = dict(zip(names, [stated] * n if isinstance(stated, str) else stated, strict=True))
    return check_sex(levels, said, female_genes=["x", "absent"], male_genes=["y1", "y2"], **options)


@pytest.mark.parametrize(
    ("female", "male", "called"),
    [
        (0.99, 2.0, "male"),
        (1.0, 2.0, "undetermined"),
        (0.2, 1.99, "undetermined"),
        (3.0, 0.49, "female"),
        (2.99, 0.0, "undetermined"),
        (3.0, 0.5, "undetermined"),
        (3.0, 2.0, "mixed"),
        (8.0, 6.0, "mixed"),
        (0.1, 0.1, "undetermined"),
    ],
)
def test_the_thresholds_are_those_of_the_specification(female, male, called):
    row = check([female], [male], thresholds=EXACT).iloc[0]
    assert row["called"] == called
    assert row["female_score"] == female
    assert row["male_score"] == pytest.approx(male)


def test_thresholds_are_arguments():
    assert check([2.0], [0.0]).at[0, "called"] == "undetermined"
    assert check([2.0], [0.0], thresholds=replace(SEX, female_min=2)).at[0, "called"] == "female"


def test_a_trace_of_a_neighbour_s_reads_does_not_hide_a_sex():
    table = check([10.0, 1.3], [0.0, 6.0])
    assert list(table["called"]) == ["female", "male"]
    assert "trace" in table.at[1, "reason"]
    assert "trace" not in table.at[0, "reason"]
    assert check([10.0, 1.3], [0.0, 6.0], thresholds=EXACT).at[1, "called"] == "undetermined"
    assert check([6.0, 1.3], [0.0, 6.0]).at[1, "called"] == "undetermined"
    assert check([14.0, 4.0], [0.0, 6.0]).at[1, "called"] == "mixed"


@pytest.mark.parametrize("female", [None, [0.0, 0.0, 0.0]], ids=["not in the table", "not counted"])
def test_the_male_genes_decide_alone_without_a_female_gene(female):
    table = check(female, [5.0, 0.1, 1.0])
    assert list(table["called"]) == ["male", "female", "undetermined"]
    assert table["female_score"].isna().all()
    assert "one sex alone" in table.at[1, "reason"]


def test_without_male_genes_only_a_female_can_be_called():
    table = check([9.0, 0.0, 2.0], None)
    assert list(table["called"]) == ["female", "undetermined", "undetermined"]
    assert table["male_score"].isna().all()


def test_an_organism_without_these_genes_has_no_gate():
    table = check(None, None, stated="female")
    assert (table["status"] == NOT_MEASURABLE).all()
    assert (table["called"] == "undetermined").all()
    assert table[["female_score", "male_score"]].isna().all(axis=None)
    assert sex_gates(table) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *[
            (text, "female")
            for text in ("female", "Female", "FEMALE", "F", "f", "XX", "xx", " female ", "Females", "female mouse")
        ],
        *[(text, "male") for text in ("male", "Male", "M", "m", "XY", "males")],
        *[
            (text, "")
            for text in ("", "NA", "unknown", "not determined", "mixed", "male and female", "F1", "FM", "castrated")
        ],
    ],
)
def test_what_a_sheet_says_is_read_in_its_usual_forms(text, expected):
    assert sex_of_text(text) == expected


@pytest.mark.parametrize(
    ("stated", "female", "male", "status"),
    [
        ("F", 9, 0, "pass"),
        ("male", 0, 6, "pass"),
        ("", 9, 0, "pass"),
        ("unknown", 0, 6, "pass"),
        ("male", 9, 0, "fail"),
        ("XX", 0, 6, "fail"),
        ("female", 9, 6, "warn"),
        ("female", 1, 1, "warn"),
        ("", 9, 6, "warn"),
    ],
)
def test_only_a_contradiction_fails(stated, female, male, status):
    table = check([female], [male], stated=stated)
    (gate,) = sex_gates(table)
    assert (gate.gate, gate.scope, gate.status) == ("sex", "s0", status)
    assert table.at[0, "status"] == status
    assert table.at[0, "reason"] == gate.reason != ""


def test_samples_that_conflict_in_opposite_ways_are_named_as_a_possible_swap():
    table = check([9.0, 0.0, 9.0, 0.0], [0.0, 6.0, 0.0, 6.0], stated=["female", "male", "male", "female"])
    assert list(table["status"]) == ["pass", "pass", "fail", "fail"]
    assert "swapped with s3" in table.at[2, "reason"]
    assert "swapped with s2" in table.at[3, "reason"]


def test_conflicts_in_one_way_are_no_swap():
    table = check([9.0, 9.0, 0.0], [0.0, 0.0, 6.0], stated=["male", "male", "male"])
    assert list(table["status"]) == ["fail", "fail", "pass"]
    assert not table["reason"].str.contains("swapped").any()


@pytest.fixture(scope="module")
def cerebellum():
    folder = shared_data("counts/sex_GSE96870")
    counts = read_count_table(folder / "GSE96870_counts_cerebellum.csv").counts
    levels = log2_cpm(counts, counts.sum())
    sheet = pd.read_csv(folder / "GSE96870_coldata_cerebellum.csv", index_col="sample")
    return levels, sheet.loc[list(levels), "sex"].to_dict()


def check_cerebellum(levels, stated, female_genes=("Xist",), male_genes=("Ddx3y", "Eif2s3y", "Kdm5d", "Uty")):
    return check_sex(levels, stated, female_genes=female_genes, male_genes=male_genes).set_index("sample")


@pytest.mark.parametrize("female_genes", [("Xist",), ()])
def test_all_twenty_two_mice_are_called_right_from_expression_alone(cerebellum, female_genes):
    levels, stated = cerebellum
    blind = check_cerebellum(levels, dict.fromkeys(stated, ""), female_genes)
    assert len(blind) == 22
    assert blind["called"].to_dict() == {sample: sex.lower() for sample, sex in stated.items()}
    assert (check_cerebellum(levels, stated, female_genes)["status"] == "pass").all()


def test_two_exchanged_labels_conflict_and_no_other(cerebellum):
    levels, stated = cerebellum
    first = next(sample for sample in stated if stated[sample] == "Female")
    second = next(sample for sample in stated if stated[sample] == "Male")
    table = check_cerebellum(levels, stated | {first: "Male", second: "Female"})
    failed = table[table["status"] == "fail"]
    assert set(failed.index) == {first, second}
    assert second in failed.at[first, "reason"]
    assert (table["status"] == "warn").sum() == 0


def test_two_libraries_poured_together_are_mixed(cerebellum):
    levels, stated = cerebellum
    cpm = 2**levels - 1
    female, male = (next(sample for sample in stated if stated[sample] == sex) for sex in ("Female", "Male"))
    levels = levels.assign(**{female: np.log2(0.8 * cpm[female] + 0.2 * cpm[male] + 1)})
    assert check_cerebellum(levels, stated).at[female, "called"] == "mixed"


def test_real_male_bones_are_called_male():
    folder = shared_data("counts/bone_marrow_EMTAB5533")
    counts = read_count_table(folder / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    levels = log2_cpm(counts, counts.sum())
    male_genes = ["ENSMUSG00000069045", "ENSMUSG00000069049", "ENSMUSG00000056673", "ENSMUSG00000068457"]
    table = check_cerebellum(levels, dict.fromkeys(levels, "male"), ["ENSMUSG00000086503"], male_genes)
    assert len(table) == 10
    assert (table["called"] == "male").all()
