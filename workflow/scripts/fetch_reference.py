"""Fetch a file of the reference and link it under the name that the workflow uses."""

import hashlib
from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.sourcing.addresses import parse_address
from claimcheck.sourcing.download import Expected, link, obtain
from claimcheck.sourcing.http import open_session
from claimcheck.sourcing.reference import LARGEST

DOWNLOADS = Path("resources/downloads/reference")


def main(*, address: str, key: str, sha256: str | None, output: Path) -> None:
    """Provide the file at `address`, which the configuration has under `key`, checked against `sha256` where that is known."""
    source = parse_address(address, key=key)
    # releases of a reference can share their file name
    release = hashlib.sha256(address.encode()).hexdigest()[:12]
    store = DOWNLOADS / release / Path(str(source)).name
    with open_session() as session:
        link(
            obtain(source, store, Expected(algorithm="sha256", digest=sha256 or "", most=LARGEST), session=session),
            output,
        )


run(main)
