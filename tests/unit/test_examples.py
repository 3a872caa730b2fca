"""Studies in examples/: as they are given, their configuration and registers are valid, but for data that are to be fetched."""

from pathlib import Path

import pytest

from claimcheck.claims.register import read_register
from claimcheck.core.comparisons import comparisons_of
from claimcheck.core.gene_lists import list_files, read_gene_lists
from claimcheck.core.study import CONFIG, gather_configuration, load_configuration, read_configuration
from claimcheck.core.tables import read_table
from claimcheck.gene_sets.curated import read_collection
from support.studies import ROOT

EXAMPLES = sorted(path.parents[1] for path in (ROOT / "examples").glob(f"*/{CONFIG}"))


@pytest.fixture
def study(request, tmp_path):
    """Link an example into a folder where its table of counts stands, without a number."""
    (tmp_path / "config").mkdir()
    for path in (request.param / "config").iterdir():
        (tmp_path / "config" / path.name).symlink_to(path)
    counts = tmp_path / load_configuration(tmp_path / CONFIG)["counts"]["table"]
    counts.unlink(missing_ok=True)
    counts.write_text("")
    return tmp_path


@pytest.mark.parametrize("study", EXAMPLES, ids=lambda path: path.name, indirect=True)
def test_configuration_registers_and_sheet_fit_each_other(study: Path) -> None:
    given = load_configuration(study / CONFIG)
    read_configuration(given, folder=study)
    sheet = read_table(study / given["counts"]["samples"], text=True)
    for name, one in comparisons_of(gather_configuration(given, folder=study)).items():
        design = one["design"]
        for column, level in design.get("samples", {}).items():
            assert level in set(sheet[column]), name
        assert {design["test"], design["reference"]} <= set(sheet[design["factor"]]), name
        curated = study / one["gene_sets"]["curated"]
        sets, members = read_collection(curated)
        assert set(one["gene_sets"]["families"]) <= set(sets["family"]), name
        known = read_gene_lists(list_files(curated)).known
        register = read_register(study / one["claims"], sets=sets, members=members, known=known)
        assert {about for claim in register.claims.values() for about in claim.about} == set(register.statements), name


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_every_gene_of_a_set_is_known(example: Path) -> None:
    """A symbol that gene_names.tsv lacks would be left out of its set."""
    curated = example / "config/gene_sets"
    _, members = read_collection(curated)
    for path in curated.glob("*.gmt"):
        for line in path.read_text(encoding="utf-8").splitlines():
            name, _, *genes = line.split("\t")
            assert set(members.loc[members["set"] == name, "symbol"]) == set(genes)
