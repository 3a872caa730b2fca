"""Fetch the reference transcriptome and link it under the name that the workflow uses."""

import hashlib
from pathlib import Path

from claimcheck.sourcing.addresses import parse_address
from claimcheck.sourcing.download import Expected, link, obtain
from claimcheck.sourcing.http import open_session
from claimcheck.steps import step

DOWNLOADS = Path("resources/downloads/reference")


def main(*, address: str, sha256: str | None, output: Path) -> None:
    """Provide the file at `address`, checked against `sha256` where that is known, as `output`."""
    source = parse_address(address, key="reference.transcripts")
    # releases of a reference can share their file name
    release = hashlib.sha256(address.encode()).hexdigest()[:12]
    store = DOWNLOADS / release / Path(str(source)).name
    with open_session() as session:
        link(obtain(source, store, Expected(algorithm="sha256", digest=sha256 or ""), session=session), output)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            address=snakemake.params.address,
            sha256=snakemake.params.sha256,
            output=Path(snakemake.output[0]),
        )
