"""NCBI's E-utilities: search for an accession, then fetch what was found in pages, no faster than NCBI allows.

`efetch` takes ids: an accession in their place is rejected, or answered with the record of another one.
Reference: "The E-utilities In-Depth", https://www.ncbi.nlm.nih.gov/books/NBK25499/
"""

import json
import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.addresses import Address

PAGE = 500
"""Records asked for at once."""
MOST_PAGES = 1000
"""Pages of a list that are fetched; the largest projects of the archive have some 100,000 runs."""
_CREDENTIALS = {"api_key": "NCBI_API_KEY", "email": "NCBI_EMAIL"}


class Found(NamedTuple):
    """What a search found: how many records, and where NCBI keeps their list."""

    records: int
    history: dict[str, str]


class Entrez:
    """Asks the E-utilities; a key and an e-mail address come from the environment variables NCBI_API_KEY and NCBI_EMAIL.

    Args:
        base: address of the E-utilities.
        ask: fetches a reply: address, parameters, name under which to keep it, secret parameters.
    """

    def __init__(self, base: Address, ask: Callable[[Address, dict[str, str], str, dict[str, str]], str]) -> None:
        self.base = base
        self.ask = ask
        stated = {name: os.environ.get(variable, "").strip() for name, variable in _CREDENTIALS.items()}
        self.secrets = {name: value for name, value in stated.items() if value}
        self.pause = 0.1 if "api_key" in self.secrets else 0.34
        self.asked = float("-inf")

    def search(self, database: str, accession: str, field: str, *, name: str) -> Found:
        """Search a database for an accession that stands in a field; the reply is kept as `name`.

        Raises:
            StudyError: NCBI does not answer, or not with the result of a search.
        """
        term = {"term": f"{accession}[{field}]", "usehistory": "y", "retmode": "json"}
        reply = self._request("esearch.fcgi", {"db": database, **term}, name)
        try:
            result: dict[str, Any] = json.loads(reply)["esearchresult"]
            count = int(result["count"])
            history = {"WebEnv": str(result["webenv"]), "query_key": str(result["querykey"])} if count else {}
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise StudyError(
                f"NCBI did not answer a search: {' '.join(reply.split())[:200]!r}",
                where=str(self.base),
                expected="esearchresult with count, webenv and querykey",
                remedy="try again later, or set archive.ncbi to none in config/config.yaml",
            ) from error
        return Found(count, {"db": database, **history})

    def fetch(self, found: Found, start: int, *, name: str, rettype: str, retmode: str) -> str:
        """Fetch a page of what was found, from record number `start` on; the reply is kept as `name`.

        Raises:
            StudyError: NCBI does not answer.
        """
        page = {"retstart": str(start), "retmax": str(PAGE), "rettype": rettype, "retmode": retmode}
        return self._request("efetch.fcgi", found.history | page, name)

    def _request(self, program: str, parameters: dict[str, str], name: str) -> str:
        time.sleep(max(0.0, self.asked + self.pause - time.monotonic()))
        self.asked = time.monotonic()
        return self.ask(self.base.join(program), {**parameters, "tool": "claimcheck"}, name, self.secrets)
