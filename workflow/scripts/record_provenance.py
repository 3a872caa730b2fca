"""Write the manifest of a finished study: versions, configuration, and the checksum of every input and result."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError, first_of
from claimcheck.core.ledger import broken_links
from claimcheck.core.nested import FINISHED
from claimcheck.core.steps import logger, run
from claimcheck.core.tables import listed, read_table, write_text
from claimcheck.provenance.manifest import list_results, made_by, write_manifest


def main(
    *,
    configuration: Path,
    inputs: Path,
    samples: Path | None,
    read_files: Path | None,
    comparisons: Path | None,
    makers: Mapping[str, str],
    output: Path,
) -> None:
    """Hash all results; `makers` are the rules by the patterns of their outputs."""
    known = {
        wildcard: set(read_table(path)[column])
        for wildcard, path, column in (
            ("sample", samples, "sample"),
            ("run", read_files, "run_accession"),
            ("comparison", comparisons, "comparison"),
        )
        if path
    }
    if comparisons:
        _require_finished(read_table(comparisons), str(comparisons))
    results = list_results()
    outputs = made_by(results, makers, known)
    others = [path for path in results if path not in outputs]
    if others:
        logger.info("made by no rule of this study, and left out: %s", listed(others, most=50))
    _require_as_made(outputs)
    write_text(output, write_manifest(configuration, read_table(inputs), outputs))


def _require_finished(comparisons: pd.DataFrame, where: str) -> None:
    """Stop where a comparison has stopped: a study without it is not whole."""
    stopped = comparisons[comparisons["outcome"] != FINISHED]
    if len(stopped):
        raise StudyError(
            f"{len(stopped)} of {len(comparisons)} comparisons stopped: {listed(stopped['comparison'], most=8)}",
            details=[
                f"{row.comparison}: {'; '.join(line.strip() for line in str(row.problem).split('|'))}"
                for row in stopped.itertuples()
            ],
            where=f"{where}; results/report/index.html has the others",
            expected="comparisons that all finish, so that the study can be recorded as a whole",
            remedy="do what each of them says, and start again: those that have finished are kept",
        )


def _require_as_made(outputs: Iterable[Path]) -> None:
    """Stop where a result was changed, or what it was made from, since the run began."""
    broken = broken_links((path.as_posix() for path in outputs), by_stamp=True)
    if broken:
        raise StudyError(
            f"{len(broken)} files are not what the steps have made, or were when something was made from them",
            details=first_of(list(broken.values())),
            where=listed(broken),
            expected="files that only the steps of the study write while it runs",
            remedy="start again with the same command: they are made again",
        )


run(main)
