"""Genes are named by the reference first, then by the sets; the biotype of a gene is that of its transcripts."""

import pandas as pd

from claimcheck.qc.tissue import judge_tissue
from claimcheck.quantification.genes import read_annotation


def write(path, *rows):
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    return path


def test_the_reference_overrules_the_sets(tmp_path):
    transcripts = write(
        tmp_path / "transcripts.tsv",
        ("target_id", "transcript_id", "gene_id", "symbol", "biotype", "length"),
        ("t1", "t1", "g1", "New", "retained_intron", "9"),
        ("t2", "t2", "g1", "New", "protein_coding", "9"),
        ("t3", "t3", "g2", "Other", "lncRNA", "9"),
        *((f"t{number}", f"t{number}", "g4", "Most", "retained_intron", "9") for number in (4, 5)),
        ("t6", "t6", "g4", "Most", "lncRNA", "9"),
        ("t7", "t7", "g5", "Tie", "retained_intron", "9"),
        ("t8", "t8", "g5", "Tie", "lncRNA", "9"),
        ("t9", "t9", "g1", "New", "retained_intron", "9"),
    )
    folder = tmp_path / "sets"
    folder.mkdir()
    write(folder / "a.tsv", ("set", "gene_id", "symbol"), ("S", "g1", "Old"), ("S", "g3", "Third"))
    write(folder / "sets.tsv", ("set", "family"), ("S", "a"))
    annotation = read_annotation(transcripts, list(folder.glob("*.tsv")))
    assert annotation.symbols_of(["g3", "g1", "g9"]) == ["Third", "New", "g9"]
    biotypes = annotation.genes.set_index("gene_id")["biotype"].to_dict()
    of_reference = {"g1": "protein_coding", "g2": "lncRNA", "g4": "retained_intron", "g5": "lncRNA"}
    assert biotypes == of_reference | {"g3": ""}
    assert list(annotation.members["set"]) == ["S", "S"]


def test_without_reference_and_sets_ids_are_names():
    assert read_annotation(None, []).symbols_of(["g1"]) == ["g1"]


RULE = {"name": "bone", "markers": [["a"], ["b", "c"]], "min_count": 10, "min_share": 0.75, "panel": "P", "min_tpm": 1}
NAMES = {"a": "Aaa", "b": "Bbb", "c": "Ccc"}
EXPRESSED = pd.DataFrame({"s1": [20, 20, 0], "s2": [20, 0, 20], "s3": [10, 0, 11], "s4": [9, 9, 99]}, index=list("abc"))


def test_each_marker_or_one_of_its_alternatives_suffices():
    outcome, sentence = judge_tissue(EXPRESSED, None, RULE, NAMES)
    assert outcome == "confirmed"
    assert "Aaa in 75 %, Bbb or Ccc in 100 %" in sentence


def test_a_missing_marker_contradicts():
    assert judge_tissue(EXPRESSED.drop(index="a"), None, RULE, NAMES)[0] == "contradicted"
    assert judge_tissue(EXPRESSED.assign(s3=0), None, RULE, NAMES)[0] == "contradicted"


def test_the_panel_counts_where_there_are_tpm():
    assert judge_tissue(EXPRESSED, pd.DataFrame({"s1": [5.0, 2, 0]}), RULE, NAMES)[0] == "confirmed"
    outcome, sentence = judge_tissue(EXPRESSED, pd.DataFrame({"s1": [5.0, 1, 0]}), RULE, NAMES)
    assert outcome == "contradicted"
    assert "median TPM of P: 1" in sentence
