"""Ids as archives and references write them."""

import re

_ENSEMBL_VERSION = re.compile(r"^(ENS[A-Z]*[GT][0-9]{11})\.[0-9]+")


def strip_version(identifier: str) -> str:
    """Remove the version of an Ensembl gene or transcript id; other ids stay as they are."""
    return _ENSEMBL_VERSION.sub(r"\1", identifier)
