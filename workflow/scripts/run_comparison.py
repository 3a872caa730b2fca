"""Run a comparison of a study as a study of its own, in its folder, and say how it ended."""

from pathlib import Path

from claimcheck.core.nested import run_nested, write_outcome
from claimcheck.core.steps import logger, run
from claimcheck.core.tables import write_text


def main(
    *, comparison: str, configuration: Path, logged: Path, workflow: str, again: int, threads: int, output: Path
) -> None:
    """Run Snakemake on the folder of `configuration`; a comparison that stops is an outcome, and fails no step.

    What Snakemake says goes to the file `logged`. `workflow` is the version of the code, with which a comparison is run again.
    """
    logger.info("%s, with the workflow %s", configuration, workflow)
    problem = run_nested(comparison, logged, ["--cores", str(threads)])
    write_text(output, write_outcome(comparison, problem, again))
    if problem:
        print(f"\nThe comparison {comparison} stopped: {problem}\n", flush=True)


run(main)
