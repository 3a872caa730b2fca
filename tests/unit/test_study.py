"""A configuration is completed with defaults, or refused with a message that names the key."""

import copy

import pytest
import yaml

from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import load_schema
from claimcheck.core.study import read_configuration

ARCHIVE = {
    "study": {"title": "A study", "bioproject": "PRJNA0000003"},
    "design": {"test": "knockout", "reference": "control"},
    "reference": {"transcripts": "https://example.org/transcripts.fa"},
}


def changed(**changes):
    """Copy the smallest study; `a__b=value` sets key `b` of section `a`, None removes it."""
    study = copy.deepcopy(ARCHIVE)
    for path, value in changes.items():
        *sections, key = path.split("__")
        part = study
        for section in sections:
            part = part.setdefault(section, {})
        part[key] = value
    return study


def test_absent_keys_take_the_defaults_of_the_schema(tmp_path):
    study = read_configuration(ARCHIVE, folder=tmp_path)
    for section, part in load_schema("config.schema.yaml")["properties"].items():
        for key, rule in part.get("properties", {}).items():
            if (
                "default" in rule
                and "properties" not in rule
                and section not in ("counts", "transcripts", "simulation")
            ):
                expected = ARCHIVE.get(section, {}).get(key, rule["default"])
                assert study[section][key] == expected, f"{section}.{key}"
    assert study["quality"]["pseudoaligned_share"] == {"warn": 0.5, "fail": 0.1}
    assert "simulation" not in study


def test_reading_changes_neither_the_argument_nor_the_next_reading(tmp_path):
    given = copy.deepcopy(ARCHIVE)
    first = read_configuration(given, folder=tmp_path)
    first["samples"]["fields"].append("another")
    first["quality"]["library_size"]["warn"] = -1
    assert given == ARCHIVE
    assert "another" not in read_configuration(given, folder=tmp_path)["samples"]["fields"]


def test_a_completed_configuration_is_itself_valid(tmp_path):
    once = read_configuration(ARCHIVE, folder=tmp_path)
    assert read_configuration(once, folder=tmp_path) == once


@pytest.mark.parametrize(
    ("changes", "where", "complaint"),
    [
        ({"report__set_effects": {"wnt": {}}}, "report.set_effects", "names the family wnt, which is not tested"),
        ({"report__set_effects": {"wnt": {"confounder": []}}}, "report.set_effects.wnt", "did you mean `confounders`"),
        ({"desing": {}}, "desing", "did you mean `design`"),
        ({"design__covariate": ["sex"]}, "design.covariate", "did you mean `covariates`"),
        ({"10090": "x", "study__5": 1}, "", "unknown key"),
        ({"study__title": 7}, "study.title", "7"),
        ({"study__tax_id": "mouse"}, "study.tax_id", "mouse"),
        ({"study__bioproject": "GSE96870"}, "study.bioproject", "GSE96870"),
        ({"study__deleted_gene": "../x"}, "study.deleted_gene", "x"),
        ({"start_from": "fastq"}, "start_from", "fastq"),
        ({"design__test": "control"}, "design.test", "both 'control'"),
        ({"design__test": "a b"}, "design.test", "a b"),
        ({"design__covariates": ["condition"]}, "design.covariates", "condition"),
        ({"design__covariates": ["sex; import os"]}, "design.covariates", "import os"),
        ({"reference__sha256": "abc"}, "reference.sha256", "abc"),
        ({"quantification__threads": 0}, "quantification.threads", "0"),
        ({"quantification__threads": True}, "quantification.threads", "True"),
        ({"quality__library_size": {"warn": 1, "fail": 2}}, "quality.library_size", "warn is below fail"),
        ({"differential__alpha": 1}, "differential.alpha", "1"),
        ({"gene_sets__min_size": 501}, "gene_sets.min_size", "501"),
        ({"gene_sets__families": ["wnt"]}, "gene_sets.families", "no curated sets"),
        ({"gene_sets__curated": "nowhere"}, "gene_sets.curated", "nowhere/sets.tsv does not exist"),
        ({"study__bioproject": None}, "study.bioproject", "not set"),
        ({"reference__transcripts": None}, "reference.transcripts", "not set"),
        ({"start_from": "counts"}, "counts.table", "not set"),
        ({"start_from": "counts", "counts": {"table": "a.tsv", "samples": "b.tsv"}}, "counts.table", "a.tsv does not"),
        ({"counts": {"table": "a.tsv"}}, "counts", "`samples` is missing"),
        ({"simulation": {}}, "simulation", "is missing"),
    ],
)
def test_a_wrong_configuration_names_the_key(tmp_path, changes, where, complaint):
    with pytest.raises(StudyError) as caught:
        read_configuration(changed(**changes), folder=tmp_path)
    assert f"config/config.yaml, {where}" in caught.value.where
    assert complaint in caught.value.what
    assert caught.value.expected
    assert caught.value.remedy


def test_keys_that_yaml_reads_as_no_text_are_refused(tmp_path):
    with pytest.raises(StudyError, match="has 10090 as a key"):
        read_configuration({**ARCHIVE, 10090: "mouse", True: "on"}, folder=tmp_path)


def test_what_a_study_needs_depends_on_where_it_starts(tmp_path):
    for name in ("a.tsv", "b.tsv"):
        (tmp_path / name).touch()
    counts = changed(
        start_from="counts",
        counts={"table": "a.tsv", "samples": "b.tsv"},
        study__bioproject=None,
        reference__transcripts=None,
    )
    assert read_configuration(counts, folder=tmp_path)["counts"]["table"] == "a.tsv"
    (tmp_path / "b.tsv").unlink()
    with pytest.raises(StudyError, match=r"b\.tsv does not exist"):
        read_configuration(counts, folder=tmp_path)


@pytest.mark.parametrize("section", ["study", "design"])
def test_required_sections_are_asked_for(tmp_path, section):
    study = {key: value for key, value in ARCHIVE.items() if key != section}
    with pytest.raises(StudyError, match=f"`{section}` is missing"):
        read_configuration(study, folder=tmp_path)


# several files


def write(folder, **files):
    """Write files of a configuration."""
    for name, content in files.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content))


def test_files_are_joined_and_the_configuration_wins(tmp_path):
    shares = {"blood": {"symbols": "Hb"}, "muscle": {"sets": ["M"]}}
    write(
        tmp_path,
        tissue={"quality": {"panels": ["A"], "shares": shares}},
        more={"quality": {"q30_share": 0.8, "share_adapter": 0.3}},
    )
    given = changed(
        files=["tissue.yaml", "more.yaml"], quality__shares={"muscle": {"sets": ["N"]}}, quality__q30_share=0.6
    )
    study = read_configuration(given, folder=tmp_path)
    assert study["quality"]["panels"] == ["A"]
    assert study["quality"]["shares"] == {"blood": {"symbols": "Hb"}, "muscle": {"sets": ["N"]}}
    assert (study["quality"]["q30_share"], study["quality"]["share_adapter"]) == (0.6, 0.3)
    assert study["files"] == []
    assert read_configuration(study, folder=tmp_path) == study


def test_required_keys_may_stand_in_another_file(tmp_path):
    write(tmp_path, main={"study": ARCHIVE["study"]})
    rest = {key: value for key, value in ARCHIVE.items() if key != "study"}
    assert read_configuration(rest | {"files": ["main.yaml"]}, folder=tmp_path)["study"]["title"] == "A study"


@pytest.mark.parametrize(
    ("files", "where", "complaint"),
    [
        ({}, "a.yaml", "does not exist"),
        ({"a": ["study"]}, "a.yaml", "not a group of keys"),
        ({"a": {"qualty": {}}}, "a.yaml, qualty", "did you mean `quality`"),
        ({"a": {"quality": {"panels": "A"}}}, "a.yaml, quality.panels", "'A'"),
        ({"a": {"files": ["b.yaml"]}}, "a.yaml, files", "unknown key `files`"),
        (
            {"a": {"quality": {"panels": ["A"]}}, "b": {"quality": {"panels": ["A"]}}},
            "a.yaml and b.yaml",
            "two files say",
        ),
    ],
)
def test_a_wrong_file_is_named(tmp_path, files, where, complaint):
    write(tmp_path, **files)
    with pytest.raises(StudyError) as caught:
        read_configuration(ARCHIVE | {"files": [f"{name}.yaml" for name in files or "a"]}, folder=tmp_path)
    assert where in caught.value.where
    assert complaint in caught.value.what
    assert caught.value.remedy


# genes


def test_genes_are_read_as_ids_in_their_order(tmp_path):
    given = changed(
        study__deleted_gene={"g9": "Abc9"},
        identity__tissue={"name": "t", "markers": [{"g2": "B"}, {"g3": "C", "g1": "A"}]},
        quality__shares={"x": {"genes": {"g2": "B", "g1": "A"}}},
        report__gene_pairs={"pair": {"g2": "B", "g1": "A"}},
        report__label_genes=["g5"],
        collections__shared={"g4": "D"},
    )
    study = read_configuration(given, folder=tmp_path)
    assert (study["study"]["deleted_gene"], study["study"]["deleted_gene_symbol"]) == ("g9", "Abc9")
    assert study["identity"]["tissue"]["markers"] == [["g2"], ["g3", "g1"]]
    assert study["quality"]["shares"]["x"]["genes"] == study["report"]["gene_pairs"]["pair"] == ["g2", "g1"]
    assert study["report"]["label_genes"] == ["g5"]
    assert study["collections"]["shared"] == ["g4"]


def with_sets(folder):
    (folder / "sets").mkdir()
    (folder / "sets/sets.tsv").write_text("set\tfamily\nS\tf\n")
    (folder / "sets/f.tsv").write_text("set\tgene_id\tsymbol\nS\tg1\tA\nS\tg2\tB\n")
    return "sets"


@pytest.mark.parametrize(
    ("changes", "where", "complaint"),
    [
        ({"report__label_genes": {"g1": "A", "g2": "X"}}, "report.label_genes", "g2: X, elsewhere B"),
        ({"report__label_genes": {"g3": "A"}}, "report.label_genes", "g3: A, which elsewhere is g1"),
        ({"report__label_genes": {"A": "g1"}}, "report.label_genes", "A: g1, the symbol before the id"),
        ({"study__deleted_gene": {"g2": "A"}}, "study.deleted_gene", "g2: A, elsewhere B"),
        ({"study__deleted_gene": "g2", "study__deleted_gene_symbol": "A"}, "study.deleted_gene_symbol", "g2: A"),
        (
            {"report__label_genes": {"g7": "P"}, "identity__male_genes": {"g7": "Q"}},
            "identity.male_genes",
            "g7: Q, elsewhere P",
        ),
    ],
)
def test_a_symbol_of_another_gene_stops(tmp_path, changes, where, complaint):
    given = changed(gene_sets__curated=with_sets(tmp_path), **changes)
    with pytest.raises(StudyError) as caught:
        read_configuration(given, folder=tmp_path)
    assert caught.value.where == f"config/config.yaml, {where}"
    assert complaint in caught.value.details[0]


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"report__label_genes": {"g1": None}}, "None"),
        ({"report__label_genes": {"../g": "A"}}, "../g"),
        ({"report__label_genes": {7: "A"}}, "7"),
        ({"report__label_genes": ["g1", "g1"]}, "is a list"),
        ({"study__deleted_gene": {"g1": "A", "g2": "B"}}, "is a group of keys"),
        ({"identity__tissue": {"name": "t", "markers": [{}]}}, "is empty"),
    ],
)
def test_what_is_no_gene_stops(tmp_path, changes, complaint):
    with pytest.raises(StudyError) as caught:
        read_configuration(changed(**changes), folder=tmp_path)
    assert complaint in caught.value.what


def test_a_contradiction_names_the_files_that_hold_it(tmp_path):
    size = {"quality": {"library_size": {"fail": 10_000_000}}}
    write(tmp_path, shared=size, sets={"gene_sets": {"min_size": 600}})
    of_sets = ARCHIVE | {"files": ["sets.yaml"]}
    for study, where in (
        (of_sets, "sets.yaml, gene_sets.min_size"),
        (of_sets | {"gene_sets": {"min_size": 700}}, "config/config.yaml, gene_sets.min_size"),
        (of_sets | {"gene_sets": {"max_size": 10}}, "sets.yaml, gene_sets.min_size"),
        (ARCHIVE | {"gene_sets": {"max_size": 7}}, "config/config.yaml, gene_sets.min_size"),
        (ARCHIVE | {"files": ["shared.yaml"]}, "shared.yaml, quality.library_size"),
        (
            ARCHIVE | {"files": ["shared.yaml"], "quality": {"library_size": {"warn": 100}}},
            "config/config.yaml, shared.yaml, quality.library_size",
        ),
    ):
        with pytest.raises(StudyError) as caught:
            read_configuration(study, folder=tmp_path)
        assert caught.value.where == where


def test_absolute_paths_become_relative_to_the_study(tmp_path):
    study, elsewhere = tmp_path / "study", tmp_path / "data"
    for path in (study / "a.tsv", elsewhere / "b.tsv"):
        path.parent.mkdir(exist_ok=True)
        path.touch()
    counts = {"table": str(study / "a.tsv"), "samples": str(elsewhere / "b.tsv")}
    read = read_configuration(changed(start_from="counts", counts=counts), folder=study)
    assert (read["counts"]["table"], read["counts"]["samples"]) == ("a.tsv", "../data/b.tsv")
    assert str(tmp_path) not in str(read)
