"""The RO-Crate keeps the rules of its profile, says what the manifest says, and is the same on every day."""

import hashlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest
import rocrate.model.root_dataset
from rocrate import vocabs

from claimcheck.core.study import read_configuration
from claimcheck.provenance.crate import Described, make_crate
from claimcheck.provenance.crate_facts import compare_crate, id_of_software
from claimcheck.provenance.inputs import INPUT_COLUMNS
from claimcheck.provenance.manifest import list_results, read_manifest, write_manifest
from claimcheck.provenance.origins import origins_of

RUN_TERMS = {"md5", "sha256"}
"""Terms that https://w3id.org/ro/terms/workflow-run/context adds."""
REFERENCE = "https://example.org/transcripts.fa.gz"
CONFIGURATION = {
    "study": {"title": "A study", "bioproject": "PRJNA1"},
    "design": {"test": "knockout", "reference": "control"},
    "reference": {"name": "M39", "transcripts": REFERENCE, "extra": ["config/spikes.fa"]},
    "claims": "config/claims.yaml",
}
REGISTER = b"title: claims\r\nclaims: []\r\n"
RESULTS = {
    "results/config.yaml": "study: {title: A study}\n",
    "results/report/index.html": "<p>the page</p>",
    "results/samples/samples.tsv": "sample\tcondition\na\tknockout\n",
    "results/figures/a b#1.svg": "<svg/>",
    "results/notes.odd": "?",
}
PAPER = {"doi": "10.1038/x", "title": "On genes", "authors": "A and B", "year": "2026", "abstract": "not repeated"}
SOFTWARE = {"numpy": "2.4.6", "kallisto": "0.50.1, 0.52.0", "python": "3.11", "workflow": "0123456789abcdef"}
READ_FILES = pd.DataFrame(
    [
        ("SRR0000001", "1", "vol1/SRR0000001_1.fastq.gz"),
        ("SRR0000002", "", ""),
    ],
    columns=["run_accession", "mate", "path"],
)
COLLECTIONS = pd.DataFrame(
    [
        ("go", "gaf", "2026-01", "https://example.org/mgi.gaf.gz", "CC BY 4.0", "used"),
        ("own", "gmt", "", "../own.gmt", "", "used"),
        ("reactome", "gmt", "90", "https://example.org/reactome", "CC0", "unreachable"),
    ],
    columns=["collection", "file", "release", "address", "licence", "status"],
)
INPUTS = {
    "resources/reads/SRR0000001_1.fastq.gz": ("reads", "md5", "aa"),
    "resources/reads/SRR0000002.fastq.gz": ("reads", "sha256", "bb"),
    "resources/reference/transcripts.fa": ("reference", "sha256", "cc"),
    "resources/reference/extra/0.fa": ("reference", "sha256", "cd"),
    "resources/archive/run_table.tsv": ("archive", "sha256", "dd"),
    "resources/collections/go.gaf": ("collection", "sha256", "ee"),
    "resources/collections/own.gmt": ("collection", "sha256", "ef"),
    "config/my samples.tsv": ("sheet", "sha256", "ff"),
}


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A finished study; returns a function that writes its crate."""
    monkeypatch.chdir(tmp_path)
    for name, text in RESULTS.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    for name in ("config/claims.yaml", "results/ro-crate/claims.yaml"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(REGISTER)
    Path("config/spikes.fa").write_text(">ERCC1\nA\n")
    Path("results/ro-crate/Snakefile").write_text("rule all:\n")
    rows = [("software", name, "version", version, "", "") for name, version in SOFTWARE.items()]
    rows += [(kind, name, algorithm, value, "7", "") for name, (kind, algorithm, value) in INPUTS.items()]
    rows.append(("claims", "config/claims.yaml", "sha256", sha256(REGISTER), str(len(REGISTER)), ""))
    outputs = dict.fromkeys(list_results(), "some_rule")
    text = write_manifest(Path("results/config.yaml"), pd.DataFrame(rows, columns=list(INPUT_COLUMNS)), outputs)
    Path("results/provenance.json").write_text(text)
    return write_crate


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def write_crate(**changes):
    described = {
        "title": "A study",
        "accession": "PRJNA1",
        "simulated": False,
        "paper": PAPER,
        "register": "config/claims.yaml",
    }
    origins = origins_of(read_configuration(CONFIGURATION, folder=Path()), READ_FILES, COLLECTIONS)
    text = make_crate(read_manifest(Path("results/provenance.json")), Described(**described | changes), origins)
    Path("results/ro-crate-metadata.json").write_text(text)
    return text


def entities(text):
    graph = json.loads(text)["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def as_list(value):
    return value if isinstance(value, list) else [value]


def references(value):
    """Yield what an entity refers to."""
    for one in as_list(value):
        if isinstance(one, dict):
            assert set(one) == {"@id"}, "entities are not nested"
            yield one["@id"]


def test_the_rules_of_ro_crate_are_kept(study):
    crate = entities(study())
    descriptor, root = crate["ro-crate-metadata.json"], crate["./"]
    assert descriptor["about"] == {"@id": "./"}
    assert {"@id": "https://w3id.org/ro/crate/1.1"} in descriptor["conformsTo"]
    assert root["@type"] == "Dataset"
    assert root["name"] and root["description"]
    assert crate[root["license"]["@id"]]["name"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", root["datePublished"])
    parts = set(references(root["hasPart"]))
    files = {name for name, entity in crate.items() if "File" in as_list(entity["@type"]) and not name.startswith("#")}
    assert parts == files
    terms = set(vocabs.RO_CRATE["@context"]) | RUN_TERMS | {"@id", "@type"}
    for name, entity in crate.items():
        assert set(entity) | set(as_list(entity["@type"])) <= terms
        for key, value in entity.items():
            for other in references(value) if key not in ("@id", "@type") else ():
                assert other in crate or re.match("(https?|pkg):", other), f"{name}: {key} is {other}"


def test_the_rules_of_a_workflow_run_are_kept(study):
    crate = entities(study())
    root = crate["./"]
    profiles = [crate[name] for name in references(root["conformsTo"])]
    assert "https://w3id.org/ro/wfrun/workflow/0.5" in {profile["@id"] for profile in profiles}
    assert {profile["@type"] for profile in profiles} == {"CreativeWork"}
    [main] = references(root["mainEntity"])
    workflow = crate[main]
    assert set(workflow["@type"]) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert crate[workflow["programmingLanguage"]["@id"]]["@type"] == "ComputerLanguage"
    assert workflow["version"] == SOFTWARE["workflow"]
    [action] = [crate[name] for name in references(root["mentions"])]
    assert action["@type"] == "CreateAction"
    assert action["instrument"] == {"@id": main}
    assert not {"startTime", "endTime"} & set(action)
    made, read = (set(references(action[key])) for key in ("result", "object"))
    assert {"report/index.html", "provenance.json", "figures/a%20b%231.svg"} <= made
    assert {"config.yaml", "ro-crate/claims.yaml", "#config/my%20samples.tsv"} <= read
    assert not made & read
    for parameter in references([*workflow["input"], *workflow["output"]]):
        entity = crate[parameter]
        assert (entity["@type"], entity["additionalType"]) == ("FormalParameter", "File")
        assert crate[entity["workExample"]["@id"]]["exampleOfWork"] == {"@id": parameter}


def test_what_the_crate_carries_is_there_with_its_checksum_and_format(study):
    crate = entities(study())
    formats = {}
    for part in references(crate["./"]["hasPart"]):
        path = Path("results") / crate[part]["name"] if part != "ro-crate/Snakefile" else Path("results") / part
        assert crate[part]["sha256"] == sha256(path.read_bytes())
        assert crate[part]["contentSize"] == str(path.stat().st_size)
        formats[path.name] = crate[part]["encodingFormat"]
    assert formats["samples.tsv"] == "text/tab-separated-values"
    assert formats["a b#1.svg"] == "image/svg+xml"
    assert formats["notes.odd"] == "application/octet-stream"
    assert crate["samples/samples.tsv"]["description"] == "One row a sample of the two groups that are compared."


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        (
            "resources/reads/SRR0000001_1.fastq.gz",
            {
                "md5": "aa",
                "identifier": "SRR0000001",
                "contentUrl": "https://ftp.sra.ebi.ac.uk/vol1/SRR0000001_1.fastq.gz",
            },
        ),
        ("resources/reads/SRR0000002.fastq.gz", {"sha256": "bb", "identifier": "SRR0000002", "contentUrl": None}),
        ("resources/reference/transcripts.fa", {"sha256": "cc", "isBasedOn": {"@id": REFERENCE}, "contentUrl": None}),
        ("resources/reference/extra/0.fa", {"sha256": "cd", "isBasedOn": None}),
        ("resources/archive/run_table.tsv", {"sha256": "dd", "identifier": "PRJNA1"}),
        (
            "resources/collections/go.gaf",
            {"contentUrl": "https://example.org/mgi.gaf.gz", "version": "2026-01", "license": "CC BY 4.0"},
        ),
        ("resources/collections/own.gmt", {"sha256": "ef", "contentUrl": None, "license": None}),
        ("config/my samples.tsv", {"sha256": "ff", "contentUrl": None, "contentSize": "7"}),
    ],
)
def test_inputs_say_where_they_come_from(study, name, facts):
    crate = entities(study())
    [entity] = [entity for entity in crate.values() if entity.get("name") == name]
    assert entity["@id"].startswith("#")
    assert {key: entity.get(key) for key in facts} == facts


def test_the_paper_and_the_project_are_named_unless_the_data_are_simulated(study):
    crate = entities(study())
    paper = crate["https://doi.org/10.1038/x"]
    assert crate["./"]["citation"] == {"@id": paper["@id"]}
    assert (paper["@type"], paper["name"], paper["datePublished"]) == ("ScholarlyArticle", "On genes", "2026")
    assert "not repeated" not in json.dumps(crate)
    assert crate[crate["./"]["isBasedOn"]["@id"]]["identifier"] == "PRJNA1"
    simulated = entities(study(simulated=True))["./"]
    assert simulated["description"].startswith("Simulated data. ")
    assert not {"citation", "isBasedOn"} & set(simulated)


def test_a_study_without_claims_or_paper_is_described(study):
    for path in (Path("results/ro-crate/claims.yaml"), Path("results/report/index.html")):
        path.unlink()
    stated = json.loads(Path("results/provenance.json").read_text())["study"]
    del stated["outputs"]["results/report/index.html"]
    manifest = {"study": stated | {"claims_sha256": None}, "sha256": "0" * 64}
    crate = entities(make_crate(manifest, Described("A study", "", False, {}, ""), {}))
    assert "ro-crate/claims.yaml" not in crate
    assert "citation" not in crate["./"]


def test_a_crate_is_the_same_on_another_day(study, monkeypatch):
    first = study()
    monkeypatch.setattr(rocrate.model.root_dataset, "iso_now", lambda: "2031-01-01T00:00:00+00:00")
    assert study() == first
    assert str(Path.cwd()) not in first


def test_the_example_of_the_page_runs_as_it_stands(study, capsys):
    study()
    page = Path(__file__).resolve().parents[2] / "docs/exports.md"
    [code] = [code for code in re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL) if "rocrate" in code]
    exec(compile(code, str(page), "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    read = "https://ftp.sra.ebi.ac.uk/vol1/SRR0000001_1.fastq.gz"
    assert f"resources/reads/SRR0000001_1.fastq.gz aa SRR0000001 {read}" in lines
    assert len(lines) == 2 + len(INPUTS)


def test_programs_are_named_by_package_urls():
    assert id_of_software("numpy", "2.4.6") == "pkg:pypi/numpy@2.4.6"
    assert id_of_software("kallisto", "0.50.1, 0.52.0") == "pkg:generic/kallisto@0.50.1%2C%200.52.0"


# verify


def change(name, key, value):
    def changed(crate):
        next(entity for entity in crate["@graph"] if entity["@id"] == name)[key] = value

    return changed


def drop(name):
    def dropped(crate):
        crate["@graph"] = [entity for entity in crate["@graph"] if entity["@id"] != name]

    return dropped


def add(**entity):
    return lambda crate: crate["@graph"].append({"@id" if key == "id" else key: value for key, value in entity.items()})


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (
            change("samples/samples.tsv", "sha256", "0" * 64),
            r"states of samples/samples\.tsv: sha256 0{20}; the manifest: ",
        ),
        (change("samples/samples.tsv", "contentSize", "1"), r"contentSize 1; the manifest: 28"),
        (
            change("#resources/reads/SRR0000001_1.fastq.gz", "md5", "a"),
            r"SRR0000001_1\.fastq\.gz: md5 a; the manifest: aa",
        ),
        (change("pkg:pypi/numpy@2.4.6", "version", "1"), r"pkg:pypi/numpy@2\.4\.6: version 1; the manifest: 2\.4\.6"),
        (change("ro-crate/Snakefile", "version", "x"), r"workflow: version x; the manifest: 0123"),
        (change("ro-crate/Snakefile", "sha256", "x"), r"ro-crate/Snakefile: sha256 x; the file: "),
        (change("provenance.json", "sha256", None), r"provenance\.json: sha256 None; the file: "),
        (drop("figures/a%20b%231.svg"), r"the crate does not list figures/a%20b%231\.svg"),
        (drop("pkg:pypi/numpy@2.4.6"), r"the crate does not list pkg:pypi/numpy@2\.4\.6"),
        (drop("ro-crate/claims.yaml"), r"the crate does not list ro-crate/claims\.yaml"),
        (
            add(**{"id": "../../etc/passwd", "@type": "File"}),
            r"lists \.\./\.\./etc/passwd, which the manifest does not know",
        ),
        (add(**{"id": "pkg:pypi/x@1", "@type": ["SoftwareApplication"]}), r"lists pkg:pypi/x@1, which"),
        (lambda crate: crate.pop("@graph"), r"no crate that can be read: '@graph'"),
        (lambda crate: crate.update({"@graph": [3]}), r"no crate that can be read"),
        (lambda crate: crate.update({"@graph": [{"@type": "File"}]}), r"no crate that can be read"),
    ],
)
def test_a_crate_that_says_something_else_is_named(study, edit, words):
    crate = json.loads(study())
    assert compare_crate() == []
    edit(crate)
    Path("results/ro-crate-metadata.json").write_text(json.dumps(crate))
    [difference] = compare_crate()
    assert re.search(words, difference)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("results/ro-crate-metadata.json", None, ["missing: results/ro-crate-metadata.json (rule write_crate)"]),
        ("results/ro-crate-metadata.json", "{", ["is no crate that can be read"]),
        ("results/ro-crate-metadata.json", "[" * 100_000, ["is no crate that can be read"]),
        (
            "results/provenance.json",
            None,
            ["nothing to be compared with: there is no manifest results/provenance.json"],
        ),
        ("results/ro-crate/Snakefile", None, ["missing: results/ro-crate/Snakefile (rule write_crate)"]),
        ("results/ro-crate/Snakefile", "rule other:\n", ["Snakefile: sha256", "Snakefile: contentSize"]),
        ("results/ro-crate/claims.yaml", None, ["missing: results/ro-crate/claims.yaml (rule write_crate)"]),
        (
            "results/ro-crate/claims.yaml",
            "title: other\n",
            ["claims.yaml: sha256", "claims.yaml: contentSize", "is not the claims register of the manifest"],
        ),
    ],
)
def test_a_crate_whose_files_are_others_is_named(study, path, text, words):
    study()
    if text is None:
        Path(path).unlink()
    else:
        Path(path).write_text(text)
    differences = compare_crate()
    assert len(differences) == len(words)
    assert all(word in difference for word, difference in zip(words, differences, strict=True))


def test_the_crate_is_none_of_the_results_that_it_describes(study):
    study()
    assert [path.as_posix() for path in list_results()] == sorted(RESULTS)
