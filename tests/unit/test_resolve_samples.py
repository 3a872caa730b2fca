"""From the archive's tables to the sample sheet: studies as labs describe them, each with the outcome that it must have."""

from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.tables import read_table, write_table
from support.archive import shared_cases
from support.described import Described, publish, read_studies, resolve

OWN = Path(__file__).resolve().parents[1] / "studies" / "described.tsv"
TEMPLATE = Path("results/samples/samples.template.tsv")


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def study(*groups: tuple[str, int, str]) -> Described:
    """Publish a study of groups: (group, number of samples, fields)."""
    return publish(
        "study", [{"group": name, "n": str(n), "fields": said, "outcome": "resolve"} for name, n, said in groups]
    )


def check(described: Described, folder: Path) -> None:
    outcome, said = resolve(described, folder)
    assert (outcome, said if outcome == "resolve" else "") == (described.outcome, ""), said


@pytest.mark.parametrize("described", read_studies(OWN), ids=lambda described: described.name)
def test_described_study(described: Described, tmp_path: Path) -> None:
    check(described, tmp_path)


def test_cases_that_were_given(tmp_path: Path) -> None:
    for described in read_studies(shared_cases("studies.tsv")):
        (tmp_path / described.name).mkdir()
        check(described, tmp_path / described.name)


def test_message_names_titles_the_difference_and_the_setting(tmp_path: Path) -> None:
    _, said = resolve(study(("knockout", 3, "sample_title=KO Xq {n}"), ("control", 3, "sample_title=WT {n}")), tmp_path)
    assert "sample_title: `xq` stands in 3 of 6 samples and is not understood, and goes with the genotype" in said
    assert "SAMN90000000 (KO Xq 1)" in said
    assert "samples.conditional_knockout.words" in said
    groups = [(name, 3, f"sample_title={name} {way} {{n}}") for name in ("KO", "WT") for way in ("sham", "OVX")]
    _, said = resolve(study(*groups), tmp_path)
    assert "differ in treatment: 'ovariectomy' (such as SAMN90000003 (KO OVX 1)" in said
    assert "samples.conditional_knockout.stratum" in said


def test_words_of_the_study_answer_the_stop(tmp_path: Path) -> None:
    described = study(("knockout", 3, "sample_title=KO Xq {n}"), ("control", 3, "sample_title=WT {n}"))
    rules = {"gene": ["Lcn2"], "driver": ["Dmp1-Cre"], "words": {"ordinary": ["Xq"]}}
    assert resolve(described, tmp_path, conditional_knockout=rules) == ("resolve", "")
    described = study(
        ("knockout", 3, "sample_title=KO {n}"),
        ("control", 3, "sample_title=WT {n}"),
        ("other", 3, "sample_title=WT Xq {n}"),
    )
    assert resolve(described, tmp_path)[0] == "stop"
    assert resolve(described, tmp_path, conditional_knockout=rules | {"words": {"treatment": ["Xq"]}}) == (
        "resolve",
        "",
    )


def test_unit_says_whether_libraries_of_one_biosample_are_animals(tmp_path: Path) -> None:
    described = study(
        ("knockout", 3, "sample_accession=SAMN1;library_name=KO_F{n}"),
        ("control", 3, "sample_accession=SAMN2;library_name=WT_F{n}"),
    )
    outcome, said = resolve(described, tmp_path)
    assert outcome == "stop"
    assert "SAMN1 has 3 libraries, KO_F1, KO_F2, KO_F3: one animal or several?" in said
    assert "samples.unit" in said
    assert resolve(described, tmp_path, unit="experiment") == ("resolve", "")
    sheet = read_table(tmp_path / "samples.tsv", text=True)
    assert list(sheet["sample"]) == [f"SRX900000{number}" for number in (3, 4, 5, 0, 1, 2)]


def template(described: Described, folder: Path) -> pd.DataFrame:
    assert resolve(described, folder)[0] == "stop"
    return read_table(folder / TEMPLATE, text=True)


def test_template_opens_with_what_is_filled_and_fills_in_what_is_certain(tmp_path: Path) -> None:
    described = study(
        ("knockout", 3, "sample_title=cKO {n};a:sex=female"),
        ("control", 3, "sample_title=WT {n};a:sex=male"),
        ("other", 1, "sample_title=Sample 7"),
    )
    rows = template(described, tmp_path)
    assert list(rows)[:4] == ["sample", "title", "read_as", "condition"]
    assert "cKO 3" in set(rows["title"])
    assert set(rows["read_as"]) == {"knockout; female", "control; male", "unknown"}
    assert set(rows["condition"]) == {""}  # sex differs wherever genotype does: nothing is certain
    sure = template(
        study(
            ("knockout", 3, "sample_title=cKO {n}"),
            ("control", 3, "sample_title=WT {n}"),
            ("other", 1, "sample_title=S7"),
        ),
        tmp_path,
    )
    assert sure["condition"].value_counts().to_dict() == {"knockout": 3, "control": 3, "": 1}


def fill(rows: pd.DataFrame, folder: Path) -> Path:
    write_table(rows, folder / "sheet.tsv")
    return folder / "sheet.tsv"


def test_filled_template_is_accepted_with_rows_split_and_capitals(tmp_path: Path) -> None:
    described = study(
        ("knockout", 3, "sample_accession=SAMN1;library_name=KO_F{n}"),
        ("control", 3, "sample_accession=SAMN2;library_name=WT_F{n}"),
    )
    rows = template(described, tmp_path)
    split = [
        row | {"sample": f"{row['sample']}_{number}", "runs": run, "condition": row["condition"].capitalize()}
        for row in rows.to_dict("records")
        for number, run in enumerate(row["runs"].split(";"))
    ]
    assert resolve(described, tmp_path, sheet=fill(pd.DataFrame(split), tmp_path)) == ("resolve", "")
    sheet = read_table(tmp_path / "samples.tsv", text=True)
    assert len(sheet) == 6
    assert list(sheet)[:10] == [
        *("sample", "condition", "sex", "age", "tissue", "batch", "runs", "evidence", "archive_digest", "title")
    ]
    assert list(sheet)[10:] == ["library_layout"]  # nothing of what was read before the groups were stated


def test_sheet_leaves_samples_out_by_saying_so_or_by_silence(tmp_path: Path) -> None:
    described = study(
        ("knockout", 3, "sample_title=cKO {n}"),
        ("control", 3, "sample_title=WT {n}"),
        ("other", 2, "sample_title=S{n}"),
    )
    rows = template(described, tmp_path)
    rows["condition"] = rows["condition"].mask(rows["title"] == "S1", "left out")
    said = rows[rows["title"] != "S2"]
    assert resolve(described, tmp_path, sheet=fill(said, tmp_path)) == ("resolve", "")
    calls = read_table(tmp_path / "calls.tsv", text=True).set_index("sample")
    assert calls.loc["SAMN90000006", "left_out"].startswith("called `left out` in")
    assert calls.loc["SAMN90000007", "left_out"].startswith("not in")
    assert "condition of SAMN90000007" in resolve(described, tmp_path, sheet=fill(rows, tmp_path))[1]


def test_group_of_one_in_a_sheet_is_refused_in_animals(tmp_path: Path) -> None:
    described = study(("knockout", 3, "sample_title=cKO {n}"), ("control", 1, "sample_title=WT {n}"))
    assert resolve(described, tmp_path) == ("resolve", "")
    outcome, said = resolve(described, tmp_path, sheet=tmp_path / "samples.tsv")
    assert outcome == "stop"
    assert "too few animals: 1 control animal and 3 knockout animals" in said


def test_lists_that_disagree_leave_a_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    described = study(("knockout", 3, "sample_title=cKO {n}"), ("control", 3, "sample_title=WT {n}"))
    monkeypatch.setattr(
        "support.described.merge_sources",
        lambda tables: tables["ENA"].assign(listed_by=["ENA;NCBI"] * 5 + ["NCBI"], other_sample="", other_layout=""),
    )
    outcome, said = resolve(described, tmp_path)
    assert outcome == "stop"
    assert "SRR9000005" in said
    assert len(read_table(tmp_path / TEMPLATE, text=True)) == 6
