from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.gene_sets.curated import SET_COLUMNS
from claimcheck.gene_sets.published.families import overlaps, yielded_to
from claimcheck.gene_sets.published.formats import read_sets
from claimcheck.gene_sets.published.map import DELETED, Released, join_released, map_collection, map_genes
from claimcheck.gene_sets.published.names import GeneNames, read_aliases, read_gene_models
from claimcheck.gene_sets.published.orthologs import read_orthologs
from claimcheck.gene_sets.published.sources import Published, PublishedSet
from support.archive import shared_data

ROOT = Path(__file__).resolve().parents[2]

ANNOTATION = pd.DataFrame(
    [
        ("ENSMUSG00000000001", "Gpx4"),
        ("ENSMUSG00000000002", "Trp53"),
        ("ENSMUSG00000000003", "Atp5f1a"),
        ("ENSMUSG00000000004", "Twice"),
        ("ENSMUSG00000000005", "Twice"),
        ("ENSMUSG00000000006", "Old6"),
        ("ENSMUSG00000000007", "Lcn2"),
    ],
    columns=["gene_id", "symbol"],
)

MODELS = (
    "1. MGI accession id\t2. marker type\t3. marker symbol\t6. Entrez gene id\t11. Ensembl gene id\n"
    "MGI:1\tGene\tGpx4\t625249\tENSMUSG00000000001\n"
    "MGI:2\tGene\tTrp53\t22059\tENSMUSG00000000002\n"
    "MGI:4\tGene\tTwice\t4\tENSMUSG00000000005\n"
    "MGI:6\tGene\tNew6\t6\tENSMUSG00000000006\n"
    "MGI:8\tGene\tElsewhere\t8\tENSMUSG00000000099\n"
    "MGI:9\tGene\tNone\tnull\tnull\n"
)

CLASSES = (
    "DB Class Key\tCommon Organism Name\tNCBI Taxon ID\tSymbol\tEntrezGene ID\tMouse MGI ID\tHGNC ID\n"
    "1\tmouse, laboratory\t10090\tGpx4\t625249\tMGI:1\t\n"
    "1\thuman\t9606\tGPX4\t2879\t\tHGNC:4556\n"
    "2\tmouse, laboratory\t10090\tTrp53\t22059\tMGI:2\t\n"
    "2\thuman\t9606\tTP53\t7157\t\tHGNC:11998\n"
    "3\tmouse, laboratory\t10090\tScd1\t31\tMGI:31\t\n"
    "3\tmouse, laboratory\t10090\tScd2\t32\tMGI:32\t\n"
    "3\thuman\t9606\tSCD\t6319\t\tHGNC:10571\n"
    "4\tmouse, laboratory\t10090\tAkr1c6\t41\tMGI:41\t\n"
    "4\thuman\t9606\tAKR1C1\t1645\t\tHGNC:384\n"
    "4\thuman\t9606\tAKR1C2\t1646\t\tHGNC:385\n"
    "5\trat\t10116\tGpx4\t5\t\t\n"
)


@pytest.fixture
def names() -> GeneNames:
    models = read_gene_models(MODELS, where="models")
    aliases = {"Atp5a1": "Atp5f1a", "Taz": "", "Old9": "Old6"}
    return GeneNames(ANNOTATION, models, aliases, is_complete=True)


@pytest.mark.parametrize(
    ("gene", "found"),
    [
        ({"symbol": "Gpx4"}, "ENSMUSG00000000001"),
        ({"entrez": "625249"}, "ENSMUSG00000000001"),
        ({"mgi": "MGI:2", "symbol": "Gpx4"}, "ENSMUSG00000000002"),
        ({"ensembl": "ENSMUSG00000000003.7", "symbol": "Gpx4"}, "ENSMUSG00000000003"),
        ({"ensembl": "ENSMUSG00000000098|ENSMUSG00000000003"}, "ENSMUSG00000000003"),
        ({"symbol": "Atp5a1"}, "ENSMUSG00000000003"),
        ({"symbol": "New6"}, "ENSMUSG00000000006"),
        ({"symbol": "Twice"}, "ENSMUSG00000000005"),
    ],
)
def test_a_gene_is_found_by_its_most_definite_identifier(names, gene, found):
    assert names.find(gene) == (found, "")


@pytest.mark.parametrize(
    ("gene", "reason"),
    [
        ({"symbol": "GPX4"}, "not in the annotation"),
        ({"symbol": "TRP53"}, "not in the annotation"),
        ({"entrez": "8"}, "not in the annotation"),
        ({"ensembl": "ENSMUSG00000000099"}, "not in the annotation"),
        (
            {"ensembl": "ENSMUSG00000000001|ENSMUSG00000000002"},
            "ambiguous: it is ENSMUSG00000000001, ENSMUSG00000000002",
        ),
        ({"symbol": "Taz"}, "ambiguous: an old symbol of several genes"),
    ],
)
def test_a_gene_that_is_not_found_has_a_reason(names, gene, reason):
    assert names.find(gene) == ("", reason)


def test_a_symbol_of_two_genes_is_ambiguous_where_no_model_decides():
    lone = GeneNames(ANNOTATION, is_complete=True)
    assert lone.find({"symbol": "Twice"})[1] == "ambiguous: it is ENSMUSG00000000004, ENSMUSG00000000005"
    assert lone.find({"entrez": "625249"}) == ("", "no table of gene models to look it up in")


def test_a_symbol_that_the_annotation_does_not_have_yet_is_found_by_its_old_one():
    old = GeneNames(ANNOTATION.replace("Atp5f1a", "Atp5a1"), None, {"Atp5a1": "Atp5f1a"}, is_complete=True)
    assert old.find({"symbol": "Atp5f1a"}) == ("ENSMUSG00000000003", "")


def test_without_an_annotation_the_gene_models_name_the_genes():
    bare = GeneNames(ANNOTATION.iloc[:0], read_gene_models(MODELS, where="models"), is_complete=False)
    assert bare.find({"entrez": "8"}) == ("ENSMUSG00000000099", "")
    assert bare.symbols["ENSMUSG00000000099"] == "Elsewhere"


def test_another_table_than_that_of_gene_models_is_refused():
    with pytest.raises(StudyError, match="lacks the column"):
        read_gene_models("a\tb\n1\t2\n", where="models")


def test_the_shipped_aliases_lead_to_symbols_of_the_shipped_sets_or_are_rejected():
    aliases = read_aliases(str(ROOT / "config/gene_sets/reference/aliases.tsv"))
    assert aliases["Taz"] == ""
    assert aliases["Fsp1"] == "Aifm2"
    assert aliases["Atp5a1"] == "Atp5f1a"
    assert not set(aliases) & set(aliases.values())


def test_orthologs_count_only_where_each_is_the_others_only_one():
    orthologs = read_orthologs(CLASSES, source_tax_id=9606, target_tax_id=10090, where="x")
    assert orthologs.translate({"entrez": "7157"})[0]["symbol"] == "Trp53"
    assert orthologs.translate({"symbol": "GPX4"})[0]["mgi"] == "MGI:1"
    assert orthologs.translate({"hgnc": "HGNC:4556", "symbol": "old name"})[0]["symbol"] == "Gpx4"
    assert orthologs.translate({"symbol": "SCD"}) == ({}, "ambiguous: its orthologs are Scd1, Scd2")
    assert orthologs.translate({"symbol": "AKR1C1"}) == ({}, "ambiguous: Akr1c6 is also the ortholog of AKR1C2")
    assert orthologs.translate({"symbol": "Gpx4"}) == ({}, "no ortholog is known")


def test_a_table_without_the_two_species_is_refused():
    with pytest.raises(StudyError, match="no pair between the species 9606 and 7227"):
        read_orthologs(CLASSES, source_tax_id=9606, target_tax_id=7227, where="x")
    with pytest.raises(StudyError, match="its columns are"):
        read_orthologs("a\tb\n", source_tax_id=9606, target_tax_id=10090, where="x")


def source_of(*genes: dict[str, str], file: str = "one") -> pd.DataFrame:
    blank = dict.fromkeys(("ensembl", "mgi", "hgnc", "entrez", "symbol"), "")
    return pd.DataFrame([{"set": "ID", "title": "Title", "file": file, **blank, **gene} for gene in genes])


def test_every_gene_of_a_set_is_mapped_or_lost_with_a_reason(names):
    source = source_of({"symbol": "Gpx4"}, {"entrez": "625249"}, {"symbol": "Lcn2"}, {"symbol": "TP53"})
    mapped = map_genes(source, names, {}, ["ENSMUSG00000000007"]).set_index("gene")
    assert mapped["gene_id"].to_dict() == {"625249": "ENSMUSG00000000001", "Gpx4": "", "Lcn2": "", "TP53": ""}
    assert mapped["reason"].to_dict() == {
        "625249": "",
        "Gpx4": "the same gene as another one of the set",
        "Lcn2": DELETED,
        "TP53": "not in the annotation",
    }


def test_genes_of_another_species_go_through_their_orthologs(names):
    orthologs = {"human": read_orthologs(CLASSES, source_tax_id=9606, target_tax_id=10090, where="x")}
    source = source_of({"symbol": "TP53"}, {"symbol": "SCD"}, {"entrez": "2879"}, file="human")
    mapped = map_genes(source, names, orthologs, []).set_index("gene")
    assert mapped["gene_id"].to_dict() == {"2879": "ENSMUSG00000000001", "SCD": "", "TP53": "ENSMUSG00000000002"}
    assert mapped.loc["SCD", "reason"] == "ambiguous: its orthologs are Scd1, Scd2"


def map_gmt(tmp_path, names: GeneNames, text: str, sets: list[PublishedSet], **changes: object) -> Released:
    path = tmp_path / "sets.gmt"
    path.write_text(text)
    collection = Published("some", "gmt", True, "1.0", "CC0-1.0", "Somebody 2020", (), tuple(sets))
    released = Released()
    arguments = {
        "files": {"one": path},
        "problems": {},
        "provenance": {"one": {"version": "1.0", "sha256": "ab", "checked_on": "2026-01-01"}},
        "names": names,
        "orthologs": {},
        "excluded": ["ENSMUSG00000000007"],
        "min_share": 0.5,
    }
    map_collection(collection, released, **(arguments | changes))
    return released


def test_a_set_says_where_it_is_from_and_what_it_lost(tmp_path, names):
    union = PublishedSet("UNION", ("A", "B"), "wnt", "")
    released = map_gmt(tmp_path, names, "A\ttitle\tGpx4\tLcn2\nB\t\tTrp53\tNobody\n", [union])
    sets, members, lost, missing = released.tables()
    row = sets.iloc[0]
    assert row[["version", "sha256", "licence", "checked_on"]].tolist() == ["1.0", "ab", "CC0-1.0", "2026-01-01"]
    assert row[["n_source", "n_mapped", "n_lost"]].tolist() == [4, 2, 2]
    assert members["symbol"].tolist() == ["Gpx4", "Trp53"]
    assert lost["reason"].tolist() == [DELETED, "not in the annotation"]
    assert missing.empty


def test_a_set_whose_symbols_are_of_another_species_is_left_out_and_says_so(tmp_path, names):
    enrichr = PublishedSet("SHOUTED", ("A",), "wnt", "")
    released = map_gmt(tmp_path, names, "A\t\tGPX4\tTRP53\tATP5F1A\n", [enrichr])
    assert not released.sets
    assert released.missing == [
        (
            "SHOUTED",
            "some",
            "0 of its 3 genes are known: ATP5F1A not in the annotation, GPX4 not in the annotation and 1 more",
        )
    ]


def test_half_a_union_is_no_set(tmp_path, names):
    released = map_gmt(tmp_path, names, "A\t\tGpx4\n", [PublishedSet("UNION", ("A", "B"), "wnt", "")])
    assert released.missing == [("UNION", "some", "release 1.0 has no B")]
    assert not released.members


def test_a_set_of_a_file_that_cannot_be_had_gives_that_reason(tmp_path, names):
    one = PublishedSet("ONE", ("A",), "wnt", "")
    released = map_gmt(tmp_path, names, "A\t\tGpx4\n", [one], files={}, problems={"one": "no answer"})
    assert released.missing == [("ONE", "some", "no answer")]


def test_curated_and_released_sets_come_together_unless_they_share_a_name(tmp_path, names):
    curated = (
        pd.DataFrame([dict.fromkeys(SET_COLUMNS, "x") | {"set": "MINE"}]),
        pd.DataFrame([{"set": "MINE", "gene_id": "ENSMUSG00000000001", "symbol": "Gpx4", "alias": "old"}]),
    )
    sets, members, *_ = map_gmt(tmp_path, names, "A\t\tGpx4\n", [PublishedSet("THEIRS", ("A",), "wnt", "")]).tables()
    released = (sets, members.assign(yielded_to=""))
    joined_sets, joined_members = join_released(curated, released)
    assert joined_sets[["set", "version"]].to_numpy().tolist() == [["MINE", ""], ["THEIRS", "1.0"]]
    assert joined_members["set"].tolist() == ["MINE", "THEIRS"]
    with pytest.raises(StudyError, match="a published set has the name of a curated one: MINE"):
        join_released(curated, (sets.replace("THEIRS", "MINE"), released[1]))


def members_of(*rows: tuple[str, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["set", "family", "gene_id"])
    return table.assign(symbol=table["gene_id"].str.lower())


def test_a_gene_of_several_families_stays_in_the_first_that_claims_it():
    claims = members_of(
        ("W", "wnt", "G1"), ("M", "mito", "G1"), ("M", "mito", "G2"), ("M", "mito", "G3"), ("X", "x", "G4")
    )
    rows = [("F", "ferro", gene) for gene in ("G1", "G2", "G3", "G4")] + [("M", "mito", "G1"), ("W", "wnt", "G2")]
    yielded = yielded_to(members_of(*rows), claims, priority=["wnt", "mito", "ferro"], shared=["G3"])
    assert yielded.tolist() == ["wnt", "mito", "", "", "wnt", ""]


def test_without_priorities_no_family_yields():
    members = members_of(("F", "ferro", "G1"))
    assert yielded_to(members, members_of(("W", "wnt", "G1")), priority=[]).tolist() == [""]


def test_overlaps_list_the_pairs_that_share_genes():
    table = overlaps(members_of(("A", "f", "G1"), ("A", "f", "G2"), ("B", "g", "G2"), ("C", "g", "G3")))
    assert table.iloc[0].tolist() == ["A", "f", "B", "g", 2, 1, 1, 1.0, "g2"]
    assert len(table) == 1


def test_real_ferrdb_genes_have_these_one_to_one_orthologs():
    folder = shared_data("genesets")
    pairs = (folder / "orthologs/human2MouseOrthologs.tsv").read_text()
    orthologs = read_orthologs(pairs, source_tax_id=9606, target_tax_id=10090, where="x")
    roles = {role: folder / f"ferrdb_v2/ferroptosis_{role}.csv" for role in ("driver", "suppressor")}
    table = read_sets("ferrdb", roles, list(roles))
    table["reason"] = [orthologs.translate(row)[1] for row in table.to_dict("records")]
    assert (table["reason"] == "").groupby(table["set"]).sum().to_dict() == {"driver": 230, "suppressor": 206}
    reasons = table.set_index("symbol")["reason"]
    assert reasons["SCD"] == "ambiguous: its orthologs are Scd1, Scd2, Scd3"
    assert (reasons[["AKR1C1", "AKR1C2", "AKR1C3"]] == "no ortholog is known").all()
