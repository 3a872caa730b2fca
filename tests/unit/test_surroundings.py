"""What the archive says of sequencing and surroundings is in the sheet, explains the contrast, and is not adjusted for unasked."""

from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.tables import read_table
from claimcheck.deseq2.covariates import choose_covariates
from claimcheck.deseq2.design import Design
from claimcheck.sourcing.confounding import explanations
from claimcheck.sourcing.runs import RUN_FIELDS
from claimcheck.sourcing.surroundings import add_sequencing, add_surroundings
from support.described import publish, resolve

FOUR_FOUR = ["control"] * 4 + ["knockout"] * 4
PAIRED, SINGLE = ("_1", "_2"), ("",)


def archive(*rows):
    """Make a table of runs from (run, mates, sequencer, reads, bases)."""
    made = []
    for run, mates, instrument, reads, bases in rows:
        paths = ";".join(f"host/{run}{mate}.fastq.gz" for mate in mates)
        made.append(
            {
                "run_accession": run,
                "sample_accession": run.replace("SRR", "SAMN"),
                "library_layout": "PAIRED" if len(mates) == 2 else "SINGLE",
                "instrument_model": instrument,
                "read_count": str(reads),
                "base_count": str(bases),
                "fastq_ftp": paths,
                "fastq_md5": ";".join("0" * 32 for _ in mates),
                "fastq_bytes": ";".join("1" for _ in mates),
            }
        )
    return pd.DataFrame(made).reindex(columns=list(RUN_FIELDS), fill_value="").fillna("")


def sheet(*runs, **columns):
    conditions = [name for name in ("control", "knockout") for _ in range(len(runs) // 2)]
    names = [f"s{number}" for number in range(len(runs))]
    return pd.DataFrame({"sample": names, "condition": conditions, "runs": list(runs), **columns})


def test_layout_sequencer_and_length_of_reads_are_those_of_the_runs():
    runs = archive(("SRR1", PAIRED, "NovaSeq 6000", 10, 3000), ("SRR2", SINGLE, "HiSeq 2500", 10, 506))
    said = add_sequencing(sheet("SRR1", "SRR2"), runs)
    assert said["library_layout"].tolist() == ["PAIRED", "SINGLE"]
    assert said["instrument_model"].tolist() == ["NovaSeq 6000", "HiSeq 2500"]
    assert said["read_length"].tolist() == ["150", "51"]  # of a mate; rounded


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ((1500, 1000), ["150", "100"]),
        ((1500, 1380), ["144", "144"]),  # trimmed
        ((760, 750), ["76", "76"]),
        ((1500, ""), ["150", ""]),
        ((1500, 0), ["150", ""]),
    ],
)
def test_lengths_that_trimming_makes_are_one(bases, expected):
    runs = archive(*((f"SRR{n}", SINGLE, "NovaSeq", 10, some) for n, some in enumerate(bases)))
    assert add_sequencing(sheet("SRR0", "SRR1"), runs)["read_length"].tolist() == expected


def test_runs_of_a_sample_that_differ_are_named_together_in_one_order():
    runs = archive(
        ("SRR1", PAIRED, "NovaSeq", 10, 3000),
        ("SRR2", PAIRED, "HiSeq", 10, 2000),
        ("SRR3", PAIRED, "NovaSeq", 10, 3000),
    )
    said = add_sequencing(sheet("SRR1;SRR2", "SRR2; SRR1"), runs)
    assert said["instrument_model"].tolist() == ["HiSeq; NovaSeq"] * 2
    assert said["read_length"].tolist() == ["100; 150"] * 2
    assert add_sequencing(sheet("SRR1;SRR3", "SRR2"), runs)["instrument_model"].tolist() == ["NovaSeq", "HiSeq"]


def test_what_the_sheet_says_stays_and_what_nobody_says_is_no_column():
    runs = archive(("SRR1", PAIRED, "", "", ""), ("SRR2", PAIRED, "not provided", "", ""))
    said = add_sequencing(sheet("SRR1", "SRR2", library_layout=["SINGLE", ""]), runs)
    assert said["library_layout"].tolist() == ["SINGLE", "PAIRED"]
    assert not {"instrument_model", "read_length"} & set(said)


@pytest.mark.parametrize("column", ["library_layout", "instrument_model", "read_length"])
def test_what_goes_with_the_condition_is_an_explanation_and_never_a_covariate_of_its_own(column):
    kinds = {
        "library_layout": ((PAIRED, "A", 10, 2000), (SINGLE, "A", 10, 1000)),
        "instrument_model": ((PAIRED, "A", 10, 2000), (PAIRED, "B", 10, 2000)),
        "read_length": ((PAIRED, "A", 10, 2000), (PAIRED, "A", 10, 3000)),
    }[column]
    nested = archive(*((f"SRR{n}", *kinds[n // 4]) for n in range(8)))
    (found,) = explanations(add_sequencing(sheet(*nested["run_accession"]), nested))
    assert (found.column, found.is_one_to_one) == (column, True)
    crossed = archive(*((f"SRR{n}", *kinds[n % 2]) for n in range(8)))
    said = add_sequencing(sheet(*crossed["run_accession"]), crossed)
    assert said[column].nunique() == 2
    assert explanations(said) == []
    chosen, considered = choose_covariates(said, Design("knockout", "control"), min_residual_df=4, min_cell=2)
    assert (chosen.covariates, column in set(considered["covariate"])) == ((), False)


def described(**fields):
    """Make runs with fields, SRR0, SRR1, …"""
    n = len(next(iter(fields.values())))
    return pd.DataFrame({"run_accession": [f"SRR{number}" for number in range(n)], **fields})


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("attribute:litter", "litter"),
        ("attribute:Cage ID", "cage_id"),
        ("attribute:RNA extraction date", "rna_extraction_date"),
        ("attribute:sequencing-batch", "sequencing_batch"),
        ("attribute:donor", "donor"),
        ("attribute:age (weeks)", "age_weeks"),
        ("collection_date", "collection_date"),
    ],
)
def test_surroundings_are_carried_by_whatever_name(field, column):
    values = ["1", "1", "2", "2", "3", "3", "4", "4"]
    said = add_surroundings(sheet(*(f"SRR{n}" for n in range(8))), described(**{field: values}))
    assert said[column].tolist() == values


@pytest.mark.parametrize(
    ("fields", "columns"),
    [
        ({"attribute:genotype": FOUR_FOUR}, {}),  # what told the groups
        ({"attribute:treatment": FOUR_FOUR}, {}),  # settled when groups are called
        ({"attribute:anything": FOUR_FOUR}, {}),
        ({"attribute:RIN": list("12345678")}, {}),  # of the record
        ({"attribute:litter": ["not applicable", "", *["missing"] * 6]}, {}),
        ({"attribute:litter": list("aabbccdd")}, {"Litter": list("eeffgghh")}),  # the sheet's own word
        ({"attribute:plate": list("aabbccdd")}, {"batch": list("11223344")}),  # the same in other words
        ({"attribute:cohort": list("aabbccdd")}, {"evidence": ["attribute:cohort: a"] * 8}),
        ({"attribute:instrument model": list("aabbccdd")}, {"instrument_model": list("aabbccdd")}),
        ({"instrument_model": list("aabbccdd")}, {}),
    ],
)
def test_what_is_no_surrounding_or_in_the_sheet_is_not_carried(fields, columns):
    samples = sheet(*(f"SRR{n}" for n in range(8)), **columns)
    pd.testing.assert_frame_equal(add_surroundings(samples, described(**fields)), samples)


def test_litters_and_cages_of_archive_samples_reach_the_sheet_and_litters_are_the_unit(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    groups = [
        {
            "group": group,
            "n": "2",
            "outcome": "resolve",
            "fields": f"sample_title={title} {{n}};a:litter=L{group[0]}{litter}",
        }
        for group, title in (("knockout", "cKO"), ("control", "WT"))
        for litter in range(3)
    ]
    assert resolve(publish("study", groups), tmp_path)[0] == "resolve"
    read = read_table(tmp_path / "samples.tsv", text=True)
    assert sorted(read["sample"]) == [f"litter_L{group}{litter}" for group in "ck" for litter in range(3)]
    assert read["summed_samples"].str.count(";").tolist() == [1] * 6
    files = read_table(tmp_path / "files.tsv", text=True)
    assert set(files["sample"]) == set(read["sample"])


def test_a_sheet_that_was_frozen_goes_on_with_and_without_these_columns(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = "a:cage=C{n};instrument_model=NovaSeq;base_count=200000"
    groups = [
        {"group": group, "n": "4", "outcome": "resolve", "fields": f"sample_title={title} {{n}};{said}"}
        for group, title in (("knockout", "cKO"), ("control", "WT"))
    ]
    study = publish("study", groups)
    assert resolve(study, tmp_path) == ("resolve", "")
    first = read_table(tmp_path / "samples.tsv", text=True)
    assert {"cage", "instrument_model", "read_length"} <= set(first)
    for frozen in (first, first[["sample", "condition", "runs"]]):
        path = tmp_path / "frozen.tsv"
        path.write_text(frozen.to_csv(sep="\t", index=False))
        assert resolve(study, tmp_path, sheet=path) == ("resolve", "")
        again = read_table(tmp_path / "samples.tsv", text=True)
        assert again["cage"].tolist() == first["cage"].tolist()
        assert again["read_length"].tolist() == ["100"] * 8
