"""The table of words: what is found in a text, and that the table is sound."""

import pytest

from claimcheck.sourcing.vocabulary import Entry, make_vocabulary, read_table

VOCABULARY = make_vocabulary([])


def found(text: str) -> list[tuple[str, str]]:
    return [(text[word.start : word.end], word.entry.meaning) for word in VOCABULARY.find(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TibiaKO3", [("Tibia", "tissue"), ("KO", "genotype")]),
        ("knock-out", [("knock-out", "genotype")]),
        ("bone marrow", [("bone marrow", "tissue")]),
        ("bone, marrow", [("bone", "tissue"), ("marrow", "tissue")]),
        ("B M1", []),  # no marrow: `BM` is written in one
        ("5/6 Nx", [("5/6 Nx", "treatment")]),
        ("contralateral", [("contralateral", "treatment")]),
        ("Conan", []),
        ("WTs", [("WTs", "genotype")]),
        ("KOs2", [("KOs", "genotype")]),
    ],
)
def test_words_of_a_text(text: str, words: list[tuple[str, str]]) -> None:
    assert found(text) == words


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Sex", "sex"),
        ("library_prep_batch", "batch"),
        ("age (days)", "age"),
        ("mouse strain", "strain"),
        ("sample_title", "description"),
        ("body_weight_g", "record"),
        ("genotype/variation", "genotype"),
    ],
)
def test_name_of_a_field(name: str, meaning: str) -> None:
    assert VOCABULARY.field_meaning(name) == meaning


def test_own_words_overrule_the_table() -> None:
    own = make_vocabulary([(Entry("ordinary", ""), ["sham"])])
    assert own.find("sham")[0].entry.meaning == "ordinary"
    assert VOCABULARY.find("sham")[0].entry.meaning == "treatment"


def test_each_spelling_stands_once_in_the_table() -> None:
    for what in ("word", "field"):
        spellings = [word.lower() for row in read_table() if row[0] == what for word in row[3]]
        assert all(spellings)
        assert sorted({word for word in spellings if spellings.count(word) > 1}) == []
