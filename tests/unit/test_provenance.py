"""The manifest names what was made by whom, trusts what was verified, and is not taken when it was changed."""

import hashlib
import json

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table
from claimcheck.provenance.inputs import describe_reads, digest_of_code, package_versions
from claimcheck.provenance.manifest import list_results, made_by, read_manifest, write_manifest

MAKERS = {
    r"results/reads/(?P<run>[ESD]RR[0-9]+)\.tsv": "scan_reads",
    r"results/reads\.tsv": "collect",
    r"results/figures/sets_(?P<family>[a-z]+)\.svg": "draw",
}
INPUTS = pd.DataFrame(
    [
        ("software", "numpy", "version", "2.4.6", "", ""),
        ("claims", "config/claims.yaml", "sha256", "ab", "2", ""),
        ("table", "config/counts.tsv", "sha256", "cd", "7", ""),
    ],
    columns=["kind", "name", "algorithm", "value", "size", "rule"],
)


@pytest.fixture
def study(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "reads/SRR1.tsv",
        "reads/SRR2.tsv",
        "reads.tsv",
        "figures/sets_wnt.svg",
        "notes.txt",
        ".reads.tsv.part",
    ):
        path = tmp_path / "results" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    for name in ("README.md", "provenance.json", "config.yaml"):
        (tmp_path / "results" / name).write_text("design: {alpha: 0.05}\n")
    return tmp_path


def write(folder, **changes):
    outputs = made_by(list_results(), MAKERS, {"run": ["SRR1"], "family": ["wnt"]})
    text = write_manifest(folder / "results/config.yaml", INPUTS, outputs)
    (folder / "manifest.json").write_text(json.dumps(json.loads(text) | changes))
    return json.loads(text)


def test_results_of_other_runs_and_files_of_nobody_are_left_out(study):
    outputs = write(study)["study"]["outputs"]
    assert {name: file["rule"] for name, file in outputs.items()} == {
        "results/figures/sets_wnt.svg": "draw",
        "results/reads.tsv": "collect",
        "results/reads/SRR1.tsv": "scan_reads",
    }
    assert outputs["results/reads.tsv"]["sha256"] == hashlib.sha256(b"reads.tsv").hexdigest()
    assert outputs["results/reads.tsv"]["size"] == 9


def test_a_manifest_is_read_as_it_was_written(study):
    written = write(study)
    assert read_manifest(study / "manifest.json") == written
    assert written["study"]["software"] == {"numpy": "2.4.6"}
    assert written["study"]["claims_sha256"] == "ab"
    assert written["study"]["inputs"]["config/counts.tsv"]["digest"] == "cd"
    assert written["study"]["configuration"] == {"design": {"alpha": 0.05}}


def test_a_manifest_that_was_changed_is_refused(study):
    changed = write(study)["study"]
    changed["outputs"]["results/reads.tsv"]["sha256"] = "0" * 64
    write(study, study=changed)
    with pytest.raises(StudyError, match="it was changed after it was written"):
        read_manifest(study / "manifest.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "is no manifest"), ('{"format": 2}', "is missing"), ("[]", "top level|is"), (b"\xff\xfe", "is no manifest")],
)
def test_what_is_no_manifest_is_refused(tmp_path, content, words):
    path = tmp_path / "manifest.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StudyError, match=words):
        read_manifest(path)


def test_a_manifest_that_is_absent_is_asked_for(tmp_path):
    with pytest.raises(StudyError, match="there is no manifest"):
        read_manifest(tmp_path / "absent.json")


def test_reads_that_fetching_verified_are_not_read_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "resources/reads"
    folder.mkdir(parents=True)
    unpacked = tmp_path / "resources/downloads/SRR2/unpacked/SRR2.fastq.gz"
    unpacked.parent.mkdir(parents=True)
    unpacked.write_bytes(b"reads")
    (folder / "SRR2.fastq.gz").symlink_to(unpacked)
    (tmp_path / "read_files.tsv").write_text(
        "run_accession\tmate\tmd5\tsize\nSRR1\t1\taa\t10\nSRR1\t2\tbb\t11\nSRR2\t\tcc\t12\n"
    )
    names = ("SRR1_1", "SRR1_2", "SRR2")
    paths = [(folder / f"{name}.fastq.gz").relative_to(tmp_path) for name in names]
    table = describe_reads(paths, read_table(tmp_path / "read_files.tsv", text=True), rule="fetch")
    assert list(table["value"]) == ["aa", "bb", hashlib.sha256(b"reads").hexdigest()]
    assert list(table["algorithm"]) == ["md5", "md5", "sha256"]
    assert list(table["size"]) == [10, 11, 5]


def test_packages_are_listed_with_what_is_installed():
    pinned = {"nowhere": "1", "pandas": "0.1"}
    assert package_versions(pinned, by_conda=False) == {"nowhere": "not installed", "pandas": pd.__version__}
    assert package_versions(pinned, by_conda=True) == pinned


def test_the_version_of_the_code_is_that_of_its_steps_and_rules(tmp_path):
    for name in ("Snakefile", "rules/a.smk", "scripts/lib/deep/b.py", "scripts/c.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
        before = digest_of_code(tmp_path)
        path.write_text("2")
        assert digest_of_code(tmp_path) != before
    before = digest_of_code(tmp_path)
    (tmp_path / "README.md").write_text("text")
    assert digest_of_code(tmp_path) == before
