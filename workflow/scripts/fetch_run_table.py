"""Ask the archive for the runs of the project; its reply is kept as it came."""

from pathlib import Path

from claimcheck.sourcing.addresses import parse_address
from claimcheck.sourcing.archive import fetch_filereport, parse_filereport
from claimcheck.sourcing.http import open_session
from claimcheck.steps import step
from claimcheck.tables import write_text


def main(*, accession: str, ena: str, output: Path) -> None:
    """Fetch the run table of `accession`, and keep it if it is one."""
    base = parse_address(ena, key="archive.ena")
    reply = fetch_filereport(base, accession, open_session())
    parse_filereport(reply, accession=accession, where=str(base))
    write_text(output, reply)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            accession=snakemake.params.accession,
            ena=snakemake.params.ena,
            output=Path(snakemake.output[0]),
        )
