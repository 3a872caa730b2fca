"""Write the manifest of a finished study: versions, configuration, and the checksum of every input and result."""

from collections.abc import Mapping
from pathlib import Path

from claimcheck.core.steps import logger, run
from claimcheck.core.tables import listed, read_table, write_text
from claimcheck.provenance.manifest import list_results, made_by, write_manifest


def main(
    *,
    configuration: Path,
    inputs: Path,
    samples: Path,
    read_files: Path | None,
    makers: Mapping[str, str],
    output: Path,
) -> None:
    """Hash all results; `makers` are the rules by the patterns of their outputs."""
    known = {"sample": set(read_table(samples)["sample"])}
    if read_files:
        known["run"] = set(read_table(read_files)["run_accession"])
    results = list_results()
    outputs = made_by(results, makers, known)
    others = [path for path in results if path not in outputs]
    if others:
        logger.info("made by no rule of this study, and left out: %s", listed(others, most=50))
    write_text(output, write_manifest(configuration, read_table(inputs), outputs))


run(main)
