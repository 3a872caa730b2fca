"""What a literature service says of a paper is taken for that paper alone, as plain text, and never stops a study."""

import json

import pytest

import fetch_publication
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table
from claimcheck.sourcing.publications import PUBLICATION_FIELDS, read_publication

DOI = "10.1038/s41420-026-00000-0"
PAPER = {
    "id": "1",
    "source": "MED",
    "doi": DOI.upper(),
    "title": "Bones of <i>Mus musculus</i>.",
    "authorString": "One A, Two B.",
    "journalInfo": {"journal": {"title": "Journal of Bones"}, "yearOfPublication": 2026},
    "pubYear": "2026",
    "isOpenAccess": "Y",
    "license": "cc by",
    "abstractText": "<h4>Aim</h4>Fe<sup>2+</sup> rises if p < 0.05 and q > 1.\nWe show it.",
}


def reply(*papers):
    return json.dumps({"hitCount": len(papers), "resultList": {"result": list(papers)}})


def test_a_paper_is_read_as_plain_text():
    assert read_publication(reply({"doi": "10.1/other", "title": "Another"}, PAPER), DOI) == {
        "title": "Bones of Mus musculus",
        "authors": "One A, Two B",
        "journal": "Journal of Bones",
        "year": "2026",
        "licence": "cc by",
        "abstract": "Aim Fe2+ rises if p < 0.05 and q > 1. We show it.",
    }


def test_the_abstract_of_a_closed_paper_is_not_kept():
    found = read_publication(reply(PAPER | {"isOpenAccess": "N"}), DOI)
    assert (found["abstract"], found["licence"]) == ("", "")
    assert found["title"] == "Bones of Mus musculus"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<html>",
        "[]",
        "{}",
        "null",
        '{"resultList": null}',
        '{"resultList": {"result": [1]}}',
        reply(),
        reply({"doi": "10.1/x"}),
        reply({"doi": 5}),
    ],
)
def test_what_is_not_the_paper_is_refused(text):
    with pytest.raises(StudyError, match="Europe PMC does not know"):
        read_publication(text, DOI)


@pytest.mark.parametrize("value", [None, [], {"a": 1}, 1.5, "x" * 20_000, "a\u0000b\u202ec"])
def test_fields_of_any_kind_become_short_plain_text(value):
    found = read_publication(reply(dict.fromkeys(PAPER, value) | {"doi": DOI, "isOpenAccess": "Y"}), DOI)
    assert tuple(found) == PUBLICATION_FIELDS
    assert all(len(text) <= 10_000 and (text.isprintable() or not text) for text in found.values())


def written(tmp_path, doi=DOI, stated=None, place="none"):
    output = tmp_path / "publication.tsv"
    fetch_publication.main(doi=doi, stated=stated or {}, archive={"publications": place, "timeout": 5}, output=output)
    return dict(read_table(output, text=True).itertuples(index=False, name=None))


def test_what_the_configuration_states_wins(tmp_path):
    (tmp_path / "10.1038_s41420-026-00000-0.json").write_text(reply(PAPER))
    found = written(tmp_path, stated={"journal": "The Journal", "year": 2025, "title": ""}, place=str(tmp_path))
    assert found["title"] == "Bones of Mus musculus"
    assert (found["journal"], found["year"], found["source"]) == ("The Journal", "2025", "Europe PMC")


@pytest.mark.parametrize(("doi", "place"), [(DOI, "absent"), (DOI, "none"), ("no doi", "absent"), ("", "none")])
def test_without_an_answer_the_study_goes_on(tmp_path, doi, place):
    found = written(tmp_path, doi, {"authors": "One A"}, place if place == "none" else str(tmp_path / place))
    assert found["authors"] == "One A"
    assert "source" not in found
