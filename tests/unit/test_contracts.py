"""Tables of results are written and read as tables.yaml says, and the library keeps in step with it."""

import importlib
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from claimcheck.claims.decide import MORE_VERDICT_COLUMNS
from claimcheck.claims.reasons import VERDICT_COLUMNS
from claimcheck.core.contracts import Column, Contract, contract_of, contracts
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import columns_of, read_table, write_table
from support.studies import ROOT

ENTRY = Contract(
    "quality/made_up",
    "a table",
    (
        Column("sample", "text", "an animal"),
        Column("{other}", "text", "other columns", missing=True),
        Column("n", "integer", "how many"),
        Column("share", "number", "how much", missing=True),
        Column("flagged", "boolean", "whether", missing=True),
    ),
)
TABLE = pd.DataFrame({"sample": ["a", "b"], "n": [3, 4.0], "share": [0.5, np.nan], "flagged": [True, None]})
PATH = Path("results/quality/made_up.tsv")


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch):
    entries = contracts() | {ENTRY.path: ENTRY}
    monkeypatch.setattr("claimcheck.core.contracts.contracts", lambda: entries)
    monkeypatch.chdir(tmp_path)


def test_a_table_comes_back_with_its_types_and_gaps():
    write_table(TABLE, PATH)
    assert PATH.read_text() == "sample\tn\tshare\tflagged\na\t3\t0.5\tTrue\nb\t4\tNA\tNA\n"
    table = read_table(PATH)
    assert [str(dtype) for dtype in table.dtypes] == ["object", "int64", "float64", "object"]
    assert table["flagged"].tolist()[0] is True
    assert table.loc[1, ["share", "flagged"]].isna().all()


def test_types_do_not_follow_what_cells_look_like():
    write_table(TABLE.assign(sample=["007", "NA"], share=[1, 2], flagged=True, more=["", "1e5"])[ORDER], PATH)
    table = read_table(PATH)
    assert table["sample"].tolist() == ["007", "NA"]
    assert table["more"].tolist() == ["", "1e5"]
    assert [str(table[name].dtype) for name in ("share", "flagged")] == ["float64", "bool"]


ORDER = ["sample", "more", "n", "share", "flagged"]


def test_an_empty_cell_of_no_text_is_written_as_a_gap():
    write_table(TABLE.assign(share=["", 0.25]), PATH)
    assert PATH.read_text().splitlines()[1] == "a\t3\tNA\tTrue"


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (TABLE.drop(columns="n"), "has the columns"),
        (TABLE[["n", "sample", "share", "flagged"]], "has the columns"),
        (TABLE.assign(more="x"), "has the columns"),
        (TABLE.assign(sample=["a", ""]), "column sample: 1 of 2 cells are missing"),
        (TABLE.assign(n=[1, np.nan]), "column n: 1 of 2 cells are missing"),
        (TABLE.assign(sample=["a", None]), "None is no text"),
        (TABLE.assign(sample=[1, 2]), "1 is no text"),
        (TABLE.assign(n=[1, 2.5]), "2.5 is no integer"),
        (TABLE.assign(n=["1", "2"]), "'1' is no integer"),
        (TABLE.assign(share=[True, False]), "True is no number"),
        (TABLE.assign(flagged=["True", "False"]), "'True' is no boolean"),
        (TABLE.assign(flagged=[1, 0]), "1 is no boolean"),
    ],
)
def test_what_the_entry_does_not_allow_is_not_written(table, said):
    with pytest.raises(ValueError, match=r"results/quality/made_up\.tsv") as caught:
        write_table(table, PATH)
    assert said in str(caught.value)
    assert not PATH.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sample\tn\tshare\na\t1\t2\n", ("lacks the column flagged", "the columns sample, n, share, flagged")),
        ("sample\tn\tshare\tflagged\na\t1.5\t2\tTrue\n", ("'1.5'", "line 2", "a whole number: how many")),
        ("sample\tn\tshare\tflagged\na\t1\tlow\tTrue\n", ("'low'", "column share is a number")),
        ("sample\tn\tshare\tflagged\na\t1\t2\tyes\n", ("'yes'", "column flagged is True or False")),
    ],
)
def test_a_file_that_is_not_what_the_entry_says_is_one_message(text, said):
    PATH.parent.mkdir(parents=True)
    PATH.write_text(text)
    with pytest.raises(StudyError) as caught:
        read_table(PATH)
    assert all(part in str(caught.value) for part in (*said, "makes it again"))


def test_a_header_alone_has_the_types_of_its_entry():
    write_table(TABLE.iloc[:0], PATH)
    assert [str(dtype) for dtype in read_table(PATH).dtypes] == ["object", "int64", "float64", "bool"]
    assert columns_of(PATH) == ["sample", "n", "share", "flagged"]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("results/quality/gates.tsv", "quality/gates"),
        ("/anywhere/results/old/results/quality/gates.tsv", "quality/gates"),
        ("results/quality/exons/{sample}.tsv", "quality/exons/{sample}"),
        ("results/quality/exons/S1/more.tsv", None),
        ("results/quality/gates.tsv.gz", None),
        ("my_results/quality/gates.tsv", None),
        ("config/samples.tsv", None),
    ],
)
def test_an_entry_is_found_by_the_path_below_results(path, found):
    contract = contract_of(path)
    assert (contract.path if contract else None) == found


@pytest.mark.parametrize(
    ("wrong", "error"), [({"type": "float"}, ValueError), ({"kind": "text"}, TypeError), ({}, TypeError)]
)
def test_an_entry_that_nothing_would_heed_is_refused(wrong, error):
    with pytest.raises(error):
        Column(**{"name": "n", "meaning": "how many", **wrong})


@pytest.mark.parametrize(
    ("constant", "table"),
    [
        ("qc.gates.GATE_COLUMNS", "quality/gates/{part}"),
        ("qc.composition.GROUP_COLUMNS", "quality/composition_groups"),
        ("qc.exons.CALL_COLUMNS", "identity/carriers"),
        ("sourcing.reference.TRANSCRIPT_COLUMNS", "reference/transcripts"),
        ("sourcing.annotation.EXON_COLUMNS", "reference/exons"),
        ("sourcing.samples.SAMPLE_COLUMNS", "samples/samples"),
        ("provenance.inputs.INPUT_COLUMNS", "provenance_inputs"),
        ("claims.specifications.SPECIFICATION_COLUMNS", "claims/specifications"),
        ("simulation.truth.TRUTH_COLUMNS", "claims/truth"),
        ("deseq2.differential.GENE_COLUMNS", "differential/genes"),
        ("gene_sets.published.map.RELEASED_COLUMNS", "gene_sets/downloaded_sets"),
        ("gene_sets.published.map.LOST_COLUMNS", "gene_sets/lost"),
        ("gene_sets.published.map.MISSING_COLUMNS", "gene_sets/missing"),
        ("gene_sets.published.families.OVERLAP_COLUMNS", "gene_sets/overlaps"),
    ],
)
def test_columns_that_a_function_builds_by_are_those_of_the_table(constant, table):
    module, _, name = constant.rpartition(".")
    assert list(getattr(importlib.import_module(f"claimcheck.{module}"), name)) == contracts()[table].names


def test_the_columns_of_verdicts_are_those_of_their_table():
    assert [*VERDICT_COLUMNS, *MORE_VERDICT_COLUMNS] == contracts()["claims/verdicts"].names


def test_every_table_and_column_is_explained():
    for contract in contracts().values():
        assert contract.meaning
        assert all(column.meaning for column in contract.columns)
        assert sum(column.is_many for column in contract.columns) <= 1


def test_every_table_is_written_by_a_rule_and_every_rule_writes_tables_that_there_are():
    rules = "\n".join(path.read_text() for path in sorted((ROOT / "workflow/rules").glob("*.smk")))
    outputs = "".join(block for _, block in re.findall(r"^( +)output:\n((?:\1 +.*\n)+)", rules, re.MULTILINE))
    # MultiQC's are copies of tables, with a head.
    paths = [path for path in re.findall(r'"(results/[^"]+\.tsv)"', outputs) if not path.endswith("_mqc.tsv")]
    written = {path: contract_of(path) for path in paths}
    assert len(written) > 60
    assert [path for path, contract in written.items() if contract is None] == []
    found = {contract.path for contract in written.values() if contract}
    # The first is written where a step stops, the others by the entries of figures.yaml.
    assert found == set(contracts()) - {"samples/samples.template", "figures/{figure}"}
