"""Gene sets fit together, no gene of them is lost without a word, and the shipped sets keep their promises."""

from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import MEMBER_COLUMNS
from claimcheck.core.study import read_study
from claimcheck.gene_sets.curated import SET_COLUMNS, map_sets, read_collection
from support.own import MEMBERS, SETS

ROOT = Path(__file__).resolve().parents[2]


def described(*rows):
    return pd.DataFrame([(name, family, *["x"] * 5) for name, family in rows], columns=list(SET_COLUMNS))


def members(**sets):
    rows = [(name, gene, gene.lower()) for name, genes in sets.items() for gene in genes]
    return pd.DataFrame(rows, columns=list(MEMBER_COLUMNS))


def write(folder, sets, genes):
    sets.to_csv(folder / "sets.tsv", sep="\t", index=False)
    genes.to_csv(folder / "genes.tsv", sep="\t", index=False)
    return folder


def map_one(sets, genes, **changes):
    arguments = {"counted": list("ABCDEF"), "ranked": list("ABCD"), "families": ["f"], "excluded": []}
    return map_sets(sets, genes, **arguments | {"min_size": 2, "max_size": 3} | changes)


# the shipped sets


def test_the_deleted_gene_enters_no_tested_set():
    deleted = read_study(ROOT)["study"]["deleted_gene"]
    assert not (MEMBERS["gene_id"] == deleted).any()


def test_ids_are_mouse_gene_ids_without_version():
    assert MEMBERS["gene_id"].str.fullmatch(r"ENSMUSG[0-9]{11}").all()


def test_ids_and_symbols_name_each_other():
    pairs = MEMBERS[["gene_id", "symbol"]].drop_duplicates()
    assert not pairs["gene_id"].duplicated().any()
    assert not pairs["symbol"].duplicated().any()
    assert (pairs["symbol"] != "").all()


def test_every_set_is_described_in_full():
    assert set(SETS["set"]) == set(MEMBERS["set"])
    assert (SETS[list(SET_COLUMNS)] != "").all(axis=None)
    assert SETS["checked_on"].str.fullmatch(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]").all()
    assert SETS["family"].str.fullmatch(r"[a-z][a-z0-9_]*").all()


def test_sets_of_unclear_terms_are_not_shipped():
    assert "KEGG_MMU04216" not in set(SETS["set"])
    assert not SETS["source"].str.contains("FerrDb|KEGG|MitoCarta").any()


@pytest.mark.parametrize("study", [".", "demo"])
def test_families_of_the_studies_exist(study):
    assert set(read_study(ROOT / study)["gene_sets"]["families"]) <= set(SETS["family"])


# any sets


@pytest.mark.parametrize(
    ("sets", "genes", "complaint"),
    [
        (described(("S", "f"), ("T", "f")), members(S=["A"]), "only one of sets.tsv and the gene lists has T"),
        (described(("S", "f")), members(S=["A"], T=["A"]), "has T"),
        (described(("S", "f"), ("S", "g")), members(S=["A"]), "describes S twice"),
        (described(("S", "f")), members(S=["A", "A"]), "lists a gene twice: S a"),
        (described(("S", "f")), members(S=["A", ""]), "genes without an id"),
    ],
)
def test_tables_that_do_not_fit_together_stop(tmp_path, sets, genes, complaint):
    with pytest.raises(StudyError, match=complaint):
        read_collection(write(tmp_path, sets, genes))


def test_a_collection_needs_its_files_and_columns(tmp_path):
    with pytest.raises(StudyError, match=r"sets\.tsv does not exist"):
        read_collection(tmp_path)
    write(tmp_path, described(("S", "f")), members(S=["A"]).drop(columns="symbol"))
    with pytest.raises(StudyError, match="lacks the column symbol"):
        read_collection(tmp_path)


def test_every_gene_is_ranked_or_counted_among_the_lost():
    genes = members(S=["A", "B", "D", "E", "Z", "Y"])
    kept, ranked = map_one(described(("S", "f")), genes, excluded=["A"])
    row = kept.iloc[0]
    assert (row["n_listed"], row["n_excluded"], row["n_not_counted"], row["n_not_ranked"], row["n_ranked"]) == (
        6,
        1,
        2,
        1,
        2,
    )
    assert row["lost"] == "a;e;z;y"
    assert list(ranked["gene_id"]) == ["B", "D"]


def test_an_excluded_gene_is_excluded_from_every_set():
    sets = described(("S", "f"), ("T", "f"))
    _, ranked = map_one(sets, members(S=["A", "B"], T=["A", "C"]), excluded=["A"])
    assert list(ranked["gene_id"]) == ["B", "C"]


def test_sizes_at_the_bounds_are_tested():
    sets = described(*((name, "f") for name in "PQRS"))
    kept, _ = map_one(sets, members(P=["A"], Q=["A", "B"], R=["A", "B", "C"], S=["A", "B", "C", "D"]))
    assert kept["tested"].tolist() == [False, True, True, False]


def test_families_are_kept_in_the_order_asked_for_and_others_left_out():
    sets = described(("S", "f"), ("T", "g"), ("U", "f"), ("V", "h"))
    genes = members(S=["A"], T=["B"], U=["C"], V=["D"])
    kept, ranked = map_one(sets, genes, families=["g", "f"])
    assert list(kept["set"]) == ["T", "S", "U"]
    assert set(ranked["set"]) == {"S", "T", "U"}


def test_no_families_give_no_sets():
    kept, ranked = map_one(described(("S", "f")), members(S=["A"]), families=[])
    assert kept.empty
    assert ranked.empty


def test_an_unknown_family_or_another_kind_of_id_stops():
    with pytest.raises(StudyError, match="no gene set has the family g"):
        map_one(described(("S", "f")), members(S=["A"]), families=["f", "g"])
    with pytest.raises(StudyError, match="no gene of the gene sets is in the table of counts"):
        map_one(described(("S", "f")), members(S=["ENSG1", "ENSG2"]))
