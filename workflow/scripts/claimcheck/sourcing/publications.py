"""What Europe PMC knows of a paper: title, authors, journal, and the abstract with its licence where it is open."""

import json
import re
from typing import Any

import requests

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.http import get_text

DOI = re.compile(r"10\.[0-9]{4,9}/[-._;()/:A-Za-z0-9]{1,200}")
PUBLICATION_FIELDS = ("title", "authors", "journal", "year", "licence", "abstract")
_LONGEST = 10_000
"""Characters of a field."""

_HEADING = re.compile(r"</?h[1-6]>")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def fetch_publication(doi: str, address: Address, session: requests.Session) -> dict[str, str]:
    """Ask Europe PMC for a paper.

    Args:
        doi: of the paper.
        address: of Europe PMC's web service; a folder has `<doi with _ for />.json`.
        session: from `http.open_session`.

    Returns:
        PUBLICATION_FIELDS, "" where it does not say; the abstract of open papers only.

    Raises:
        StudyError: no answer, one that is none of this service, or it does not know the paper.
    """
    if not DOI.fullmatch(doi):
        raise StudyError(
            f"{doi!r} is no DOI",
            where="config/claims.yaml, publication",
            expected="10.<number>/<name>",
            remedy="correct it, or remove it",
        )
    if address.is_local:
        text = get_text(address.join(doi.replace("/", "_") + ".json"), parameters={}, session=session)
    else:
        query = {"query": f'DOI:"{doi}"', "resultType": "core", "format": "json", "pageSize": "5"}
        text = get_text(address.join("search"), parameters=query, session=session)
    return read_publication(text, doi)


def read_publication(text: str, doi: str) -> dict[str, str]:
    """Read a reply of Europe PMC's search; arguments and result as in `fetch_publication`.

    Raises:
        StudyError: it is no such reply, or has no paper with this DOI.
    """
    try:
        found = json.loads(text)["resultList"]["result"]
        own = [one for one in found if str(one.get("doi", "")).lower() == doi.lower()]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _unknown(doi, "its reply is not that of a search") from error
    if not own:
        raise _unknown(doi, "it lists no paper with this DOI")
    paper = own[0]
    is_open = paper.get("isOpenAccess") == "Y"
    journal = paper.get("journalInfo")
    journal = journal.get("journal") if isinstance(journal, dict) else None
    return {
        "title": _clean(paper.get("title")).rstrip("."),
        "authors": _clean(paper.get("authorString")).rstrip("."),
        "journal": _clean(journal.get("title") if isinstance(journal, dict) else paper.get("journalTitle")),
        "year": _clean(paper.get("pubYear")),
        "licence": _clean(paper.get("license")) if is_open else "",
        "abstract": _clean(paper.get("abstractText")) if is_open else "",
    }


def _clean(value: Any) -> str:
    """Return text without tags and line ends; "" for all that is no text."""
    if not isinstance(value, str | int):
        return ""
    text = _TAG.sub("", _HEADING.sub(" ", str(value)))
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())[:_LONGEST]


def _unknown(doi: str, why: str) -> StudyError:
    return StudyError(
        f"Europe PMC does not know {doi}: {why}",
        where="archive.publications",
        expected="one paper with this DOI",
        remedy="state title, authors, journal and year under study.paper in config/config.yaml",
    )
