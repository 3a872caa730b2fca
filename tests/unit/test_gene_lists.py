"""Gene sets in the GMT format: their genes get the ids of the study, and what gets none is said with its name and the reason."""

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import list_files, read_gene_lists
from claimcheck.gene_sets.curated import read_curated
from claimcheck.quantification.genes import read_annotation

NAMES = """gene_id	symbol
ENSMUSG00000000001	Abc1
ENSMUSG00000000002.4	Abc2
ENSMUSG00000000003	Twin
ENSMUSG00000000004	Twin
"""
DESCRIPTION = "set\tfamily\tdescription\tsource\tcitation\tlicence\tchecked_on\n"


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(text)
    return list_files(folder)


def test_symbols_and_versioned_ids_become_ids(tmp_path):
    files = write(
        tmp_path,
        iron__gmt="IRON\tof iron\tAbc2\tAbc1\tENSMUSG00000000001.7\t\tENSMUSG00000000009.2\n",
        gene_names__tsv=NAMES,
    )
    sets, members = read_curated(files)
    assert members["gene_id"].tolist() == ["ENSMUSG00000000002", "ENSMUSG00000000001", "ENSMUSG00000000009"]
    assert members["symbol"].tolist() == ["Abc2", "Abc1", "ENSMUSG00000000009"]
    assert sets[["set", "family", "description", "source"]].values.tolist() == [["IRON", "iron", "of iron", "iron.gmt"]]
    assert read_annotation(None, files).symbols_of(["ENSMUSG00000000002"]) == ["Abc2"]
    assert set(read_annotation(None, files).members["set"]) == {"IRON"}


def test_genes_without_an_id_are_left_out_and_named_with_the_reason(tmp_path):
    files = write(tmp_path, a__gmt="A\t\tAbc1\tTwin\tNowhere\nB\t\tNowhere\n", gene_names__tsv=NAMES)
    sets, members = read_curated(files)
    assert members["symbol"].tolist() == ["Abc1"]
    assert sets["set"].tolist() == ["A"]
    assert read_gene_lists(files).lost.values.tolist() == [
        ["A", "Twin", "ambiguous: it is ENSMUSG00000000003, ENSMUSG00000000004"],
        ["A", "Nowhere", "not in gene_names.tsv"],
        ["B", "Nowhere", "not in gene_names.tsv"],
    ]


def test_symbols_of_another_species_stop(tmp_path):
    files = write(tmp_path, a__gmt="A\t\tABC1\tABC2\n", gene_names__tsv=NAMES)
    with pytest.raises(StudyError, match="no gene id is known of ABC1, ABC2") as caught:
        read_gene_lists(files)
    assert "a.gmt, set A" in str(caught.value)


def test_without_a_table_of_names_the_tables_of_sets_have_to_know_the_symbols(tmp_path):
    table = "set\tgene_id\tsymbol\nS\tENSMUSG00000000001\tAbc1\n"
    described = DESCRIPTION + "S\tf\t\t\t\t\t\nA\tg\tdescribed\t\t\t\t\n"
    files = write(tmp_path, a__gmt="A\tpublished\tAbc1\n", s__tsv=table, sets__tsv=described)
    sets, members = read_curated(files)
    assert sets.set_index("set").loc["A", ["family", "description"]].tolist() == ["g", "described"]
    assert members["gene_id"].tolist() == ["ENSMUSG00000000001"] * 2
    (tmp_path / "a.gmt").write_text("A\tpublished\tAbc1\tAbc2\n")
    with pytest.raises(StudyError, match="no gene id is known of Abc2"):
        read_curated(files)


def test_where_nothing_has_a_symbol_the_words_are_the_ids(tmp_path):
    files = write(tmp_path, **{"H.all v7__gmt": "A\t\tCdkn1a\tAT1G01010.1\tENSMUSG00000000001.2\n"})
    sets, members = read_curated(files)
    assert members["gene_id"].tolist() == ["Cdkn1a", "AT1G01010.1", "ENSMUSG00000000001"]
    assert sets["family"].tolist() == ["h_all_v7"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("A\t\tx\nA\t\ty\n", "two lines of GMT files name the set A"),
        ("A\tno genes\n", "line 1 names no set with genes"),
        ("<html>", "it is a web page"),
    ],
)
def test_a_file_that_is_no_collection_stops(tmp_path, text, complaint):
    with pytest.raises(StudyError, match=complaint):
        read_curated(write(tmp_path, a__gmt=text))
