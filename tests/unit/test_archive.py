"""The archives' lists of runs and samples, as they really are."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.errors import StudyError
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.addresses import Address, parse_address
from claimcheck.sourcing.archive import Archives
from claimcheck.sourcing.attributes import parse_biosample_json, parse_sample_xml
from claimcheck.sourcing.http import open_session
from claimcheck.sourcing.runs import (
    merge_sources,
    parse_filereport,
    parse_runinfo,
    read_files,
    require_agreement,
    select_rna_seq,
)
from support import tiny
from support.archive import Archive, serve, shared_data

MD5 = "0" * 32


def ask(archive: Archive, folder: Path, **closed: None) -> Archives:
    addresses: dict[str, Address | None] = {
        name: Address(f"{archive.address}/{name}", None) for name in ("ena", "ncbi", "biosamples", "browser")
    }
    return Archives(addresses | closed, folder, open_session(timeout=2, pause=0.01))


@pytest.fixture
def archive() -> Archive:
    return tiny.tiny_archive()


@pytest.mark.parametrize("fault", [[], ["400"], ["sentence"], ["503", "429"]], ids="-".join)
def test_runs_in_spite_of_faults(fault: list[str], archive: Archive, tmp_path: Path) -> None:
    archive.faults["/ena/filereport"] = list(fault)
    with serve(archive):
        runs = ask(archive, tmp_path).fetch_runs(tiny.PROJECT)
    assert list(runs["run_accession"]) == sorted(tiny.RUNS)
    assert set(runs["listed_by"]) == {"ENA;NCBI"}
    assert (runs["fastq_ftp"] != "").all()


def test_rejected_fields_cost_only_descriptions(archive: Archive, tmp_path: Path) -> None:
    archive.faults["/ena/filereport"] = ["400"]
    with serve(archive):
        runs = ask(archive, tmp_path).fetch_runs(tiny.PROJECT)
    assert set(runs["sample_title"]) == {""}
    assert "sample_title" not in archive.requests[1]


@pytest.mark.parametrize("path", ["/ena/filereport", "/ncbi/efetch.fcgi"])
def test_source_that_is_out_of_order_stops(path: str, archive: Archive, tmp_path: Path) -> None:
    archive.faults[path] = ["500"] * 99
    with serve(archive), pytest.raises(StudyError, match="status 500"):
        ask(archive, tmp_path).fetch_runs(tiny.PROJECT)


def test_attributes_that_cannot_be_fetched_stop(archive: Archive, tmp_path: Path) -> None:
    archive.faults["/biosamples/samples/SAMN0000011"] = ["500"] * 99
    with serve(archive), pytest.raises(StudyError, match="attributes of SAMN0000011 cannot be fetched"):
        ask(archive, tmp_path, ncbi=None).fetch_attributes(["SAMN0000011"])


def test_ncbi_stands_in_for_a_project_that_is_not_mirrored(archive: Archive, tmp_path: Path) -> None:
    archive.filereport = lambda query: (204, "")  # type: ignore[method-assign]
    with serve(archive):
        runs = ask(archive, tmp_path).fetch_runs(tiny.PROJECT)
    assert set(runs["listed_by"]) == {"NCBI"}
    assert list(runs["library_layout"]) == ["PAIRED"] * 4
    assert set(runs["fastq_ftp"]) == {""}


def test_shortened_table_is_noticed(archive: Archive, tmp_path: Path) -> None:
    runinfo = archive.runinfo
    archive.runinfo = lambda query: (200, runinfo(query)[1].replace("SRR0000014", "SRR0000015"))  # type: ignore[method-assign]
    with serve(archive):
        runs = ask(archive, tmp_path).fetch_runs(tiny.PROJECT)
    assert len(runs) == 5
    with pytest.raises(StudyError, match=r"ENA lists 4 of the project's 5 runs, without SRR0000015"):
        require_agreement(runs)
    require_agreement(runs.query("listed_by == 'ENA;NCBI'"))


def test_one_source_is_enough_where_the_other_is_not_asked(archive: Archive, tmp_path: Path) -> None:
    with serve(archive):
        runs = ask(archive, tmp_path, ncbi=None).fetch_runs(tiny.PROJECT)
    require_agreement(runs)


def test_unknown_accession(archive: Archive, tmp_path: Path) -> None:
    with serve(archive), pytest.raises(StudyError, match="no public run for PRJNA9"):
        ask(archive, tmp_path).fetch_runs("PRJNA9")


@pytest.mark.parametrize("accession", ["PRJNA1;rm", "../PRJNA1", "PRJNA1\n", ""])
def test_hostile_accession_is_not_asked_for(accession: str, archive: Archive, tmp_path: Path) -> None:
    with serve(archive), pytest.raises(StudyError, match="not a BioProject"):
        ask(archive, tmp_path).fetch_runs(accession)
    assert not archive.requests


def test_attributes_are_fetched_and_every_reply_is_kept(archive: Archive, tmp_path: Path) -> None:
    archive.attributes["SAMN0000011"] = {"genotype": "Lcn2 fl/fl", "sex": "missing", "Tissue": "tibia"}
    with serve(archive):
        archives = ask(archive, tmp_path)
        found = archives.fetch_attributes(["SAMN0000011", "SAMN0000012"])
    assert found.to_dict("list") == {
        "sample_accession": ["SAMN0000011"] * 2,
        "attribute": ["genotype", "tissue"],
        "value": ["Lcn2 fl/fl", "tibia"],
    }
    for name, _, digest, size in archives.kept:
        content = (tmp_path / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, size)


ENA_XML = """<?xml version="1.0"?><SAMPLE_SET><SAMPLE accession="SAMN1"><TITLE>bone 1</TITLE><SAMPLE_ATTRIBUTES>
<SAMPLE_ATTRIBUTE><TAG>genotype</TAG><VALUE>Lcn2 fl/fl</VALUE></SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>age</TAG><VALUE>not applicable</VALUE></SAMPLE_ATTRIBUTE></SAMPLE_ATTRIBUTES></SAMPLE></SAMPLE_SET>"""
NCBI_XML = """<BioSampleSet><BioSample><Description><Title>bone 1</Title></Description><Attributes>
<Attribute attribute_name="Genotype" harmonized_name="genotype">Lcn2 fl/fl</Attribute>
<Attribute attribute_name="age">missing</Attribute></Attributes></BioSample></BioSampleSet>"""


@pytest.mark.parametrize("reply", [ENA_XML, NCBI_XML], ids=["ENA", "NCBI"])
def test_sample_xml(reply: str) -> None:
    assert parse_sample_xml(reply, where="x") == {"title": "bone 1", "genotype": "Lcn2 fl/fl"}


@pytest.mark.parametrize(
    "reply",
    ["", "<html>", "<a/>", '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a><Attribute>&c;</Attribute></a>'],
)
def test_no_sample_xml(reply: str) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        parse_sample_xml(reply, where="x")


@pytest.mark.parametrize("reply", ["", "[]", '{"characteristics": 1}', '{"characteristics": {"a": ["b"]}}'])
def test_no_biosample_json(reply: str) -> None:
    with pytest.raises(StudyError, match="cannot be read"):
        parse_biosample_json(reply, where="x")


def run_row(layout: str, *names: str) -> pd.Series:
    paths = [f"ftp.sra.ebi.ac.uk/vol1/fastq/SRR000/SRR0000001/{name}.fastq.gz" for name in names]
    return pd.Series(
        {
            "run_accession": "SRR0000001",
            "library_layout": layout,
            "fastq_ftp": ";".join(paths),
            "fastq_md5": ";".join(f"{number}" * 32 for number in range(len(names))),
            "fastq_bytes": ";".join(str(number + 1) for number in range(len(names))),
        }
    )


@pytest.mark.parametrize(
    ("layout", "names", "chosen"),
    [
        ("PAIRED", ["SRR0000001_1", "SRR0000001_2"], [("1", 1), ("2", 2)]),
        ("PAIRED", ["SRR0000001_2", "SRR0000001_1"], [("1", 2), ("2", 1)]),
        ("PAIRED", ["SRR0000001", "SRR0000001_1", "SRR0000001_2"], [("1", 2), ("2", 3)]),
        ("PAIRED", ["SRR0000001_1", "SRR0000001_2", "SRR0000001"], [("1", 1), ("2", 2)]),
        ("PAIRED", ["SRR0000001"], []),
        ("PAIRED", [], []),
        ("SINGLE", ["SRR0000001"], [("", 1)]),
        ("SINGLE", ["SRR0000001_1"], [("", 1)]),
        ("PAIRED", ["SRR0000001_2"], []),
        ("SINGLE", [], []),
        ("PAIRED", ["other_1", "other_2"], []),
    ],
)
def test_files_are_chosen_by_name(layout: str, names: list[str], chosen: list[tuple[str, int]]) -> None:
    assert [(file.mate, file.size) for file in read_files(run_row(layout, *names))] == chosen


@pytest.mark.parametrize(("field", "value"), [("fastq_md5", "x;y"), ("fastq_md5", MD5), ("fastq_bytes", "1;-2")])
def test_lists_that_do_not_belong_together(field: str, value: str) -> None:
    row = run_row("PAIRED", "SRR0000001_1", "SRR0000001_2")
    row[field] = value
    with pytest.raises(StudyError, match="SRR0000001"):
        read_files(row)


@pytest.mark.parametrize("names", [["SRR0000001_1", "SRR0000001_2"], ["SRR0000001", "SRR0000001_1", "SRR0000001_2"]])
def test_single_end_run_with_mates_stops(names: list[str]) -> None:
    with pytest.raises(StudyError, match="calls SRR0000001 single-end but offers"):
        read_files(run_row("SINGLE", *names))


@pytest.mark.parametrize(
    "path", ["a" * 60 + "!/x", "../../etc/passwd", "a/../b", "/etc/passwd/../x", "a b", "a;b", "a//b", ".ssh/key"]
)
def test_hostile_path_is_refused(path: str) -> None:
    for base in (Address("https://example.org", None), Address("", Path("mirror"))):
        with pytest.raises(StudyError, match="not one that an archive uses"):
            base.join(path)


@pytest.mark.parametrize(
    "address", ["http://example.org", "ftp://example.org/a", "file:///etc", "https://", "https://user:word@example.org"]
)
def test_address_that_is_not_fetched(address: str) -> None:
    with pytest.raises(StudyError, match="not one to fetch from"):
        parse_address(address, key="archive.ena")


@pytest.mark.parametrize("run", ["SRR1/../../x", "SRR", "SRR0000001;x", "<b>"])
def test_hostile_run_is_refused(run: str) -> None:
    with pytest.raises(StudyError, match="not a run accession"):
        parse_filereport(f"run_accession\tsample_accession\n{run}\tSAMN1\n", where="x")


def test_runinfo_with_blank_lines() -> None:
    table = parse_runinfo("Run,BioSample,TaxID,spots\nSRR0000001,SAMN1,10090,7\n\n\n", where="x")
    assert table.loc[0, ["run_accession", "sample_accession", "read_count", "fastq_ftp"]].tolist() == [
        "SRR0000001",
        "SAMN1",
        "7",
        "",
    ]


@pytest.mark.parametrize("reply", ["<html>busy</html>", "Error: id list is empty", "{}"])
def test_sentence_in_place_of_a_table(reply: str) -> None:
    with pytest.raises(StudyError, match="table of runs"):
        parse_runinfo(reply, where="x")
    with pytest.raises(StudyError, match="table of runs"):
        parse_filereport(reply, where="x")


def test_real_filereport_with_a_run_without_files() -> None:
    path = shared_data("runtables") / "PRJNA776901_ena_filereport.tsv"
    table = parse_filereport(path.read_text(), where=str(path))
    assert len(table) == 11
    assert (table["fastq_ftp"] == "").sum() == 1


def test_frozen_sheet_notices_a_changed_description(archive: Archive) -> None:
    reply = archive.filereport({"fields": ["run_accession,sample_accession,sample_title"], "accession": [tiny.PROJECT]})
    runs = merge_sources({"ENA": parse_filereport(reply[1], where="x")})
    samples = sheets.join_runs(runs)
    patterns = {"control": ["control"], "knockout": ["knockout"]}
    calls = sheets.call_conditions(samples, fields=["sample_title"], patterns=patterns)
    sheet = sheets.samples_from_calls(runs, calls.drop(columns="problem"))
    sheets.require_unchanged(sheet, runs, where="config/samples.tsv")
    runs.loc[runs["run_accession"] == "SRR0000013", "sample_title"] = "control after all"
    with pytest.raises(StudyError, match="describes SAMN0000013 differently"):
        sheets.require_unchanged(sheet, runs, where="config/samples.tsv")
    sheets.require_unchanged(sheet.assign(archive_digest=""), runs, where="config/samples.tsv")


def test_only_rna_seq_of_the_organism() -> None:
    runs = pd.DataFrame(
        {
            "run_accession": ["a", "b", "c", "d"],
            "tax_id": ["10090", "9606", "10090", "10090"],
            "scientific_name": ["mouse", "human", "mouse", "mouse"],
            "library_strategy": ["RNA-Seq", "RNA-Seq", "ChIP-Seq", "RNA-Seq"],
            "library_source": ["TRANSCRIPTOMIC", "TRANSCRIPTOMIC", "GENOMIC", "GENOMIC"],
        }
    )
    assert list(select_rna_seq(runs, tax_id=10090, accession="x")["run_accession"]) == ["a"]
    with pytest.raises(StudyError, match="1 runs of human / RNA-Seq"):
        select_rna_seq(runs, tax_id=7227, accession="x")
