"""What of a configuration becomes an input of a rule: files on this machine, and no address."""

from pathlib import Path

import pytest

from claimcheck.gene_sets.curated import list_tables
from claimcheck.gene_sets.published.sources import list_local_files
from claimcheck.sourcing.addresses import file_or_none, local_paths


def test_only_paths_of_this_machine_are_inputs_each_once() -> None:
    asked = ("b.tsv", "https://x.org/a.tsv", None, "none", "a.tsv", "b.tsv")
    assert local_paths(*asked) == ["a.tsv", "b.tsv"]
    assert file_or_none("none") == []
    assert file_or_none("a.tsv") == "a.tsv"


def test_a_collection_that_is_not_here_is_no_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("genes.tsv", "sets_v2.gmt"):
        Path(name).touch()
    source = {"release": "v2", "files": {"gmt": {"address": "sets_{release}.gmt", "copies": ["gone.gmt"]}}}
    collections = {"genes": {"address": "genes.tsv"}, "orthologs": None, "sources": {"some": source}}
    assert list_local_files(collections) == ["genes.tsv", "sets_v2.gmt"]


def test_tables_of_curated_sets_are_listed_in_order(tmp_path: Path) -> None:
    for name in ("wnt.tsv", "sets.tsv", "README.md"):
        (tmp_path / name).touch()
    assert list_tables(str(tmp_path)) == [str(tmp_path / name) for name in ("sets.tsv", "wnt.tsv")]
    assert list_tables("none") == []
