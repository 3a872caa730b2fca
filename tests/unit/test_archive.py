"""The archives' lists of runs and samples, as they really are."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import write_text
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.addresses import Address, parse_address
from claimcheck.sourcing.archive import Archives
from claimcheck.sourcing.attributes import parse_biosample_json, parse_sample_xml
from claimcheck.sourcing.http import open_session
from claimcheck.sourcing.runs import (
    NEEDED_FIELDS,
    RUN_FIELDS,
    decide_layout,
    merge_sources,
    parse_filereport,
    parse_runinfo,
    require_agreement,
    select_rna_seq,
)
from support import tiny
from support.archive import KNOWN_FIELDS, Archive, serve, shared_data

MD5 = "0" * 32


def ask(archive: Archive, folder: Path, **closed: None) -> Archives:
    addresses: dict[str, Address | None] = {
        name: Address(f"{archive.address}/{name}", None) for name in ("ena", "ncbi", "biosamples", "browser")
    }
    return Archives(addresses | closed, folder, open_session(timeout=2, pause=0.01))


@pytest.fixture
def archive() -> Archive:
    return tiny.tiny_archive()


def fetch(archive: Archive, folder: Path, **closed: None) -> pd.DataFrame:
    with serve(archive):
        return ask(archive, folder, **closed).fetch_runs(tiny.PROJECT)


def described(archive: Archive, folder: Path, *samples: str, **closed: None) -> dict[str, dict[str, str]]:
    with serve(archive):
        found = ask(archive, folder, **closed).fetch_attributes(list(samples), tax_id=10090)
    return {
        str(sample): dict(zip(rows["attribute"], rows["value"], strict=True))
        for sample, rows in found.groupby("sample_accession")
    }


@pytest.mark.parametrize("fault", [[], ["400"], ["sentence"], ["503", "429"]], ids="-".join)
def test_runs_in_spite_of_faults(fault: list[str], archive: Archive, tmp_path: Path) -> None:
    archive.faults["/ena/filereport"] = list(fault)
    runs = fetch(archive, tmp_path)
    assert list(runs["run_accession"]) == sorted(tiny.RUNS)
    assert set(runs["listed_by"]) == {"ENA;NCBI"}
    assert (runs["fastq_ftp"] != "").all()


def test_every_field_that_is_asked_for_is_one_of_ena() -> None:
    assert set(RUN_FIELDS) <= KNOWN_FIELDS
    assert set(NEEDED_FIELDS) <= set(RUN_FIELDS)
    assert len(set(RUN_FIELDS)) == len(RUN_FIELDS)


REJECTIONS = {
    "all with 400": (400, "Invalid field(s) supplied: {all}"),
    "one by one": (400, "Invalid fieldName(s) supplied: {first}"),
    "a sentence with 200": (200, "Invalid field: {all}"),
    "in brackets": (
        400,
        '{{"message": "Bad request: invalid field(s) [{all}]. Valid fields: age, sex, sample_title"}}',
    ),
    "is not a valid field": (400, "{first} is not a valid field"),
}


@pytest.mark.parametrize("rejection", REJECTIONS.values(), ids=REJECTIONS)
def test_only_the_rejected_field_is_left_out(
    rejection: tuple[int, str], archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.known -= {"cell_line", "sample_description"}
    archive.rejection = rejection
    runs = fetch(archive, tmp_path, ncbi=None)
    assert set(runs["sample_title"]) == {"control 0", "control 1", "knockout 2", "knockout 3"}
    assert len(archive.requests) == (2 if "{all}" in rejection[1] else 3)
    said = " ".join(caplog.messages)
    assert "ENA rejects the field" in said
    assert "cell_line" in said
    assert "sample_description" in said
    assert "sample_title" not in said


@pytest.mark.parametrize("text", ["Bad request", "Bad request for run_accession,sample_title", "<html>400</html>"])
def test_field_that_ena_rejects_without_naming_it_is_searched(
    text: str, archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.known -= {"cell_line", "isolate"}
    archive.rejection = (400, text)
    runs = fetch(archive, tmp_path, ncbi=None)
    assert set(runs["sample_title"]) == {"control 0", "control 1", "knockout 2", "knockout 3"}
    assert "isolate, cell_line had to be" in " ".join(caplog.messages)
    assert len(archive.requests) < 30


def test_needed_field_that_ena_no_longer_has_leaves_the_list_to_ncbi(archive: Archive, tmp_path: Path) -> None:
    archive.known -= {"library_layout"}
    assert set(fetch(archive, tmp_path)["listed_by"]) == {"NCBI"}


@pytest.mark.parametrize(
    "reply", [(204, ""), (200, "run_accession\tsample_accession\n"), (200, ""), (404, ""), (500, "")]
)
def test_ncbi_stands_in_where_ena_lists_nothing(
    reply: tuple[int, str], archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.filereport = lambda query: reply  # type: ignore[method-assign]
    runs = fetch(archive, tmp_path)
    require_agreement(runs)
    assert set(runs["listed_by"]) == {"NCBI"}
    assert "only NCBI listed the runs; ENA: " in caplog.text


NCBI_FAULTS = {
    "400": "answers with status 400",
    "404": "it has none of this project",
    "429": "answers with status 429",
    "502": "answers with status 502",
    "html": "NCBI did not",
    "reset": "no answer from",
}


@pytest.mark.parametrize("program", ["esearch", "efetch"])
@pytest.mark.parametrize("fault", NCBI_FAULTS)
def test_ncbi_is_a_second_opinion(
    program: str, fault: str, archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.faults[f"/ncbi/{program}.fcgi"] = [fault] * 99
    runs = fetch(archive, tmp_path)
    require_agreement(runs)
    assert set(runs["listed_by"]) == {"ENA"}
    assert "only ENA listed the runs; NCBI: " in caplog.text
    assert NCBI_FAULTS[fault] in caplog.text


@pytest.mark.parametrize("projects", [[], ["PRJNA0000099"]], ids=["none", "another project"])
def test_ncbi_that_knows_only_other_projects_is_no_opinion(
    projects: list[str], archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.add_run("PRJNA0000099", "SRR0000099", [b"x"], tax_id="10090")
    archive.instead[tiny.PROJECT] = projects
    runs = fetch(archive, tmp_path)
    require_agreement(runs)
    assert list(runs["run_accession"]) == sorted(tiny.RUNS)
    assert "only ENA listed the runs; NCBI: it has none of this project" in caplog.text
    assert ("left out: SRR0000099 (PRJNA0000099)" in caplog.text) == bool(projects)


def test_foreign_run_among_the_own_is_left_out_and_said(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.add_run("PRJNA0000099", "SRR0000099", [b"x"], tax_id="10090")
    archive.instead[tiny.PROJECT] = [tiny.PROJECT, "PRJNA0000099"]
    runs = fetch(archive, tmp_path)
    require_agreement(runs)
    assert list(runs["run_accession"]) == sorted(tiny.RUNS)
    assert "NCBI lists runs of other projects, left out: SRR0000099 (PRJNA0000099)" in caplog.text


def test_foreign_run_of_ena_is_left_out_and_said(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.projects[tiny.PROJECT][0] |= {"study_accession": "PRJNA0000099", "secondary_study_accession": "SRP9"}
    runs = fetch(archive, tmp_path, ncbi=None)
    assert len(runs) == 3
    assert "ENA lists runs of other projects, left out: SRR0000011 (PRJNA0000099)" in caplog.text


def test_row_without_a_project_and_one_of_the_same_study_belong(archive: Archive, tmp_path: Path) -> None:
    archive.projects[tiny.PROJECT][0]["study_accession"] = ""
    archive.projects[tiny.PROJECT][1]["study_accession"] = "PRJEB0000099"
    assert len(fetch(archive, tmp_path, ncbi=None)) == 4


def test_umbrella_project_needs_two_sources(archive: Archive, tmp_path: Path) -> None:
    archive.projects["PRJNA0000009"] = archive.projects[tiny.PROJECT]
    with serve(archive):
        assert len(ask(archive, tmp_path).fetch_runs("PRJNA0000009")) == 4
        with pytest.raises(StudyError, match=r"only runs of other projects: .*PRJNA0000003") as error:
            ask(archive, tmp_path, ncbi=None).fetch_runs("PRJNA0000009")
    assert "umbrella" in error.value.remedy


@pytest.mark.parametrize("faults", [["/ena/filereport"], ["/ena/filereport", "/ncbi/esearch.fcgi"]])
def test_project_without_any_list_stops(faults: list[str], archive: Archive, tmp_path: Path) -> None:
    archive.faults = {path: ["500"] * 99 for path in faults}
    archive.instead[tiny.PROJECT] = []
    with serve(archive), pytest.raises(StudyError, match="status 500"):
        ask(archive, tmp_path).fetch_runs(tiny.PROJECT)


def test_attributes_that_cannot_be_fetched_stop(archive: Archive, tmp_path: Path) -> None:
    archive.faults["/biosamples/samples/SAMN0000011"] = ["500"] * 99
    with pytest.raises(StudyError, match="attributes of SAMN0000011 cannot be fetched") as error:
        described(archive, tmp_path, "SAMN0000011")
    assert "set archive.biosamples to none" in error.value.remedy


SAMPLE_FAULTS = {
    "BioSamples fails": ({"biosamples": "500"}, "BioSamples failed for SAMN0000011; other archives describe them: "),
    "BioSamples lacks it": ({"biosamples": "404"}, ""),
    "BioSamples sends a page": ({"biosamples": "html"}, "BioSamples failed for SAMN0000011"),
    "only NCBI answers": ({"biosamples": "503", "browser": "reset"}, "ENA failed for SAMN0000011"),
}


@pytest.mark.parametrize(("faults", "said"), SAMPLE_FAULTS.values(), ids=SAMPLE_FAULTS)
def test_another_source_describes_the_sample(
    faults: dict[str, str], said: str, archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.attributes["SAMN0000011"] = {"genotype": "Lcn2 fl/fl & <Cre>"}
    paths = {"biosamples": "/biosamples/samples/SAMN0000011", "browser": "/browser/xml/SAMN0000011"}
    archive.faults = {paths[name]: [fault] * 99 for name, fault in faults.items()}
    assert described(archive, tmp_path, "SAMN0000011") == {"SAMN0000011": {"genotype": "Lcn2 fl/fl & <Cre>"}}
    assert said in caplog.text


def test_foreign_record_of_a_sample_is_left_out_and_said(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.attributes |= {"SAMN0000099": {"genotype": "Lcn2 +/+"}, "SAMN0000011": {"genotype": "Lcn2 fl/fl"}}
    archive.instead["SAMN0000012"] = ["SAMN0000099"]
    assert described(archive, tmp_path, "SAMN0000011", "SAMN0000012") == {"SAMN0000011": {"genotype": "Lcn2 fl/fl"}}
    for source in ("BioSamples", "ENA", "NCBI"):
        assert f"{source} answered SAMN0000012 with another sample or organism, left out: " in caplog.text
    assert "SAMN0000099 (taxonomy id 10090)" in caplog.text


def test_record_of_another_organism_is_left_out(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive.attributes["SAMN0000011"] = {"genotype": "Lcn2 +/+"}
    with serve(archive):
        assert ask(archive, tmp_path).fetch_attributes(["SAMN0000011"], tax_id=9606).empty
    assert caplog.text.count("left out: ") == 3


def test_failure_for_one_sample_is_no_failure_for_the_next(archive: Archive, tmp_path: Path) -> None:
    archive.attributes["SAMN0000011"] = {"genotype": "Lcn2 fl/fl"}
    archive.faults["/biosamples/samples/SAMN0000011"] = ["501"]
    assert list(described(archive, tmp_path, "SAMN0000011", "SAMN0000012")) == ["SAMN0000011"]


def test_sample_is_known_by_its_other_accession(archive: Archive, tmp_path: Path) -> None:
    archive.attributes["SAMN0000011"] = {"genotype": "Lcn2 fl/fl"}
    archive.instead["SRS0000011"] = ["SAMN0000011"]
    assert described(archive, tmp_path, "SRS0000011")["SRS0000011"] == {"genotype": "Lcn2 fl/fl"}


def test_source_that_keeps_failing_is_not_asked_for_ever(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    samples = [f"SAMN{number:07d}" for number in range(1, 9)]
    archive.attributes |= {sample: {"sex": "male"} for sample in samples}
    archive.faults = {f"/biosamples/samples/{sample}": ["501"] for sample in samples}
    assert len(described(archive, tmp_path, *samples)) == 8
    assert sum("/biosamples/" in path for path in archive.requests) == 3
    assert "BioSamples failed for SAMN0000001, SAMN0000002, SAMN0000003, and was not asked again" in caplog.text


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


@pytest.mark.parametrize("other", [{"sample_accession": "SAMN0000099", "secondary_sample_accession": "SRS99"}])
def test_run_of_two_samples_stops(other: dict[str, str], archive: Archive, tmp_path: Path) -> None:
    archive.ncbi["SRR0000012"] = other
    with pytest.raises(StudyError, match="SRR0000012 to ENA's SAMN0000012, NCBI's SAMN0000099") as error:
        require_agreement(fetch(archive, tmp_path))
    for setting in ("archive.ncbi to none", "config/samples.tsv", "wait"):
        assert setting in error.value.remedy


@pytest.mark.parametrize(
    "other",
    [
        {"sample_accession": "SAMEA0000012"},  # the same SRS
        {"sample_accession": "", "secondary_sample_accession": ""},
        {"sample_accession": "SRS0000012", "secondary_sample_accession": ""},
    ],
)
def test_one_sample_by_two_names_is_no_disagreement(other: dict[str, str], archive: Archive, tmp_path: Path) -> None:
    archive.ncbi["SRR0000012"] = other
    require_agreement(fetch(archive, tmp_path))


def test_layouts_that_differ_are_kept_side_by_side(archive: Archive, tmp_path: Path) -> None:
    archive.ncbi["SRR0000012"] = {"library_layout": "SINGLE"}
    runs = fetch(archive, tmp_path).set_index("run_accession", drop=False)
    require_agreement(runs)
    assert list(runs["other_layout"]) == ["", "SINGLE", "", ""]
    reads = decide_layout(runs.loc["SRR0000012"])
    assert (reads.layout, len(reads.files)) == ("PAIRED", 2)
    assert reads.note == "called PAIRED by ENA and SINGLE by NCBI, offered as both mates: read as PAIRED"


def test_one_source_is_enough_where_the_other_is_not_asked(archive: Archive, tmp_path: Path) -> None:
    with serve(archive):
        runs = ask(archive, tmp_path, ncbi=None).fetch_runs(tiny.PROJECT)
    require_agreement(runs)


def test_local_folder_answers_for_all_sources(archive: Archive, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    archive.attributes = {f"SAMN000001{number}": {"genotype": f"mouse {number}"} for number in (1, 2, 3)}
    asked = {"accession": [tiny.PROJECT], "fields": [",".join(RUN_FIELDS)]}
    kept = {"db": ["sra"], "WebEnv": [f"MCID_{tiny.PROJECT}"], "retstart": ["0"], "retmax": ["500"]}
    for path, (_, text) in {
        f"filereport/{tiny.PROJECT}.tsv": archive.filereport(asked),
        f"runinfo/{tiny.PROJECT}.csv": archive.runinfo(kept),
        "samples/SAMN0000011.json": archive.biosample("SAMN0000011"),
        "xml/SAMN0000012.xml": archive.sample_xml("SAMN0000012"),
        "biosample/SAMN0000013.xml": archive.runinfo(kept | {"db": ["biosample"], "WebEnv": ["MCID_SAMN0000013"]}),
    }.items():
        write_text(mirror / path, text)
    local = dict.fromkeys(("ena", "ncbi", "biosamples", "browser"), Address("", mirror))
    archives = Archives(local, tmp_path / "responses", open_session())
    assert set(archives.fetch_runs(tiny.PROJECT)["listed_by"]) == {"ENA;NCBI"}
    found = archives.fetch_attributes([f"SAMN000001{number}" for number in (1, 2, 3, 4)], tax_id=10090)
    assert list(found["value"]) == ["mouse 1", "mouse 2", "mouse 3"]


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
        found = archives.fetch_attributes(["SAMN0000011", "SAMN0000012"], tax_id=10090)
    assert found.to_dict("list") == {
        "sample_accession": ["SAMN0000011"] * 2,
        "attribute": ["genotype", "tissue"],
        "value": ["Lcn2 fl/fl", "tibia"],
    }
    assert archives.kept
    for name, (_, digest, size) in archives.kept.items():
        content = (tmp_path / name).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, size)


ENA_XML = """<?xml version="1.0"?><SAMPLE_SET>
<SAMPLE accession="ERS1"><IDENTIFIERS><PRIMARY_ID>ERS1</PRIMARY_ID>
<EXTERNAL_ID namespace="BioSample">SAMEA1</EXTERNAL_ID><EXTERNAL_ID namespace="GEO">GSM1</EXTERNAL_ID></IDENTIFIERS>
<TITLE>bone 1</TITLE><SAMPLE_NAME><TAXON_ID>10090</TAXON_ID></SAMPLE_NAME><SAMPLE_ATTRIBUTES>
<SAMPLE_ATTRIBUTE><TAG>genotype</TAG><VALUE>Lcn2 fl/fl</VALUE></SAMPLE_ATTRIBUTE>
<SAMPLE_ATTRIBUTE><TAG>age</TAG><VALUE>not applicable</VALUE></SAMPLE_ATTRIBUTE></SAMPLE_ATTRIBUTES></SAMPLE></SAMPLE_SET>"""
NCBI_XML = """<BioSampleSet><BioSample accession="SAMEA1"><Ids><Id db="SRA">ERS1</Id><Id db="GEO">GSM1</Id></Ids><Description>
<Title>bone 1</Title><Organism taxonomy_id="10090"/></Description><Attributes>
<Attribute attribute_name="Genotype" harmonized_name="genotype">Lcn2 fl/fl</Attribute>
<Attribute attribute_name="age">missing</Attribute></Attributes></BioSample></BioSampleSet>"""


@pytest.mark.parametrize("reply", [ENA_XML, NCBI_XML], ids=["ENA", "NCBI"])
def test_sample_xml(reply: str) -> None:
    [record] = parse_sample_xml(reply, where="x")
    assert record.attributes == {"title": "bone 1", "genotype": "Lcn2 fl/fl"}
    assert set(record.accessions) == {"ERS1", "SAMEA1"}
    assert [record.is_of(*asked) for asked in (("SAMEA1", 10090), ("ERS1", 10090))] == [True, True]
    assert [record.is_of(*asked) for asked in (("SAMEA1", 9606), ("GSM1", 10090), ("", 10090))] == [False] * 3


def test_samples_of_one_reply_are_not_mixed() -> None:
    reply = NCBI_XML.replace("</BioSampleSet>", "") + NCBI_XML.replace("<BioSampleSet>", "").replace("SAMEA1", "SAMEA2")
    assert [record.accessions[0] for record in parse_sample_xml(reply, where="x")] == ["SAMEA1", "SAMEA2"]
    assert parse_sample_xml("<BioSampleSet></BioSampleSet>", where="x") == []


def test_biosample_by_either_accession() -> None:
    reply = '{"accession": "SAMEA1", "sraAccession": "ERS1", "taxId": 10090, "characteristics": {}}'
    [record] = parse_biosample_json(reply, where="x")
    assert (record.accessions, record.tax_id, record.attributes) == (["SAMEA1", "ERS1"], "10090", {})


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


def run_row(layout: str, *names: str, other: str = "") -> pd.Series:
    paths = [f"ftp.sra.ebi.ac.uk/vol1/fastq/SRR000/SRR0000001/{name}.fastq.gz" for name in names]
    return pd.Series(
        {
            "run_accession": "SRR0000001",
            "library_layout": layout,
            "other_layout": other,
            "fastq_ftp": ";".join(paths),
            "fastq_md5": ";".join(f"{number}" * 32 for number in range(len(names))),
            "fastq_bytes": ";".join(str(number + 1) for number in range(len(names))),
        }
    )


RUN, MATE1, MATE2 = "SRR0000001", "SRR0000001_1", "SRR0000001_2"
LAYOUTS = [
    # stated, by NCBI if it differs, files -> layout, (mate, size = number of the file), whether that needs saying
    ("PAIRED", "", [MATE1, MATE2], "PAIRED", [("1", 1), ("2", 2)], False),
    ("PAIRED", "", [MATE2, MATE1], "PAIRED", [("1", 2), ("2", 1)], False),
    ("PAIRED", "", [RUN, MATE1, MATE2], "PAIRED", [("1", 2), ("2", 3)], False),
    ("PAIRED", "", [MATE1, MATE2, RUN], "PAIRED", [("1", 1), ("2", 2)], False),
    ("PAIRED", "", [RUN], "PAIRED", [], True),
    ("PAIRED", "", [MATE1], "PAIRED", [], True),
    ("PAIRED", "", [MATE2], "PAIRED", [], True),
    ("PAIRED", "", [], "PAIRED", [], True),
    ("PAIRED", "", ["other_1", "other_2"], "PAIRED", [], True),
    ("SINGLE", "", [RUN], "SINGLE", [("", 1)], False),
    ("SINGLE", "", [MATE1], "SINGLE", [("", 1)], False),
    ("SINGLE", "", [MATE2], "SINGLE", [], True),
    ("SINGLE", "", [], "SINGLE", [], True),
    ("SINGLE", "", [MATE1, MATE2], "PAIRED", [("1", 1), ("2", 2)], True),
    ("SINGLE", "", [RUN, MATE1, MATE2], "PAIRED", [("1", 2), ("2", 3)], True),
    ("PAIRED", "SINGLE", [MATE1, MATE2], "PAIRED", [("1", 1), ("2", 2)], True),
    ("PAIRED", "SINGLE", [RUN], "SINGLE", [("", 1)], True),
    ("SINGLE", "PAIRED", [RUN], "SINGLE", [("", 1)], True),
    ("SINGLE", "PAIRED", [], "PAIRED", [], True),
    ("", "", [MATE1, MATE2], "PAIRED", [("1", 1), ("2", 2)], True),
    ("", "PAIRED", [], "PAIRED", [], True),
]


@pytest.mark.parametrize("case", LAYOUTS, ids=str)
def test_layout_and_files_of_a_run(case: tuple[str, str, list[str], str, list[tuple[str, int]], bool]) -> None:
    stated, other, names, layout, chosen, is_said = case
    reads = decide_layout(run_row(stated, *names, other=other))
    assert reads.layout == layout
    assert [(file.mate, file.size) for file in reads.files] == chosen
    assert bool(reads.note) == is_said
    assert (".sra object" in reads.note) == (not chosen)


@pytest.mark.parametrize("stated", ["", "UNKNOWN"])
def test_layout_that_nothing_tells_stops(stated: str) -> None:
    with pytest.raises(StudyError, match="does not say whether SRR0000001 is paired"):
        decide_layout(run_row(stated))


@pytest.mark.parametrize(("field", "value"), [("fastq_md5", "x;y"), ("fastq_md5", MD5), ("fastq_bytes", "1;-2")])
def test_lists_that_do_not_belong_together(field: str, value: str) -> None:
    row = run_row("PAIRED", "SRR0000001_1", "SRR0000001_2")
    row[field] = value
    with pytest.raises(StudyError, match="SRR0000001"):
        decide_layout(row)


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
    animals = runs["sample_accession"]
    samples = sheets.describe_samples(runs, animals)
    patterns = {"control": ["control"], "knockout": ["knockout"]}
    calls = sheets.call_conditions(samples, fields=["sample_title"], patterns=patterns)
    sheet = sheets.samples_from_calls(runs, animals, calls.drop(columns="problem"))
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
