"""Write the manifest of a finished study: versions, configuration, and the checksum of every input and result."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from claimcheck.core.errors import StudyError, first_of
from claimcheck.core.ledger import broken_links
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
    _require_as_made(outputs)
    write_text(output, write_manifest(configuration, read_table(inputs), outputs))


def _require_as_made(outputs: Iterable[Path]) -> None:
    """Stop where a result was changed, or what it was made from, since the run began."""
    broken = broken_links(path.as_posix() for path in outputs)
    if broken:
        raise StudyError(
            f"{len(broken)} files are not what the steps have made, or were when something was made from them",
            details=first_of(list(broken.values())),
            where=listed(broken),
            expected="files that only the steps of the study write while it runs",
            remedy="start again with the same command: they are made again",
        )


run(main)
