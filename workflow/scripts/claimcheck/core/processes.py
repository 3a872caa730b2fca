"""What holds for the processes of a whole run: where they import from, threads inside libraries, the interpreter's name."""

import logging
import os
import shlex
import sys
from pathlib import Path
from typing import Any

_SCRIPTS = Path(__file__).resolve().parents[2]


def prepare_processes(conda: Any = None) -> None:
    """Set up this process and those that it starts; before anything that computes is imported.

    Args:
        conda: Snakemake's settings of deployment where steps have conda environments. Unless they say where these are, they are
            kept with the user's caches: one in the study folder would be used whoever made it.
    """
    _leave_out_the_study()
    if conda is not None and conda.conda_prefix is None:
        caches = Path(os.environ.get("XDG_CACHE_HOME", ""))
        home = Path(os.path.expanduser("~/.cache"))  # noqa: PTH111 - never fails
        conda.conda_prefix = (caches if caches.is_absolute() else home) / "claimcheck" / "conda"
    # Threads inside numerical libraries make results depend on the machine, and cost more than they bring.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"
    # Dozens of short steps import the same libraries: their bytecode is kept even where the system says not to.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Without a home that can be written to, matplotlib would look for all fonts again in every step.
    if "MPLCONFIGDIR" not in os.environ and not os.access(os.path.expanduser("~"), os.W_OK):  # noqa: PTH111 - never fails
        os.environ["MPLCONFIGDIR"] = str(Path(".snakemake/matplotlib").absolute())
    # Snakemake hands the interpreter's path to a shell as it is, which would cut it at a space.
    if Path(sys.executable).exists():
        sys.executable = shlex.quote(sys.executable)
    # On a full disk no log can be written: that is said once, not with a traceback a line.
    logging.raiseExceptions = False


def wake_for_ended_jobs(workflow: Any) -> None:
    """Let a run on this machine look at the jobs that wait only when one has ended.

    Snakemake limits the jobs that it starts in a second, and each time it looks whether there are any, it plans to look again a
    second later; each job that ends adds such a look (https://github.com/snakemake/snakemake/issues/3955). Here cores limit jobs.

    Args:
        workflow: Snakemake's, when the run starts.
    """
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


def plain_executable() -> str:
    """Return the interpreter's path without the quotes that `prepare_processes` puts around it."""
    return shlex.split(sys.executable)[0]


def _leave_out_the_study() -> None:
    """Let no file of the study folder, which someone else may have sent, be imported or run because of its name.

    Snakemake puts the script of a step into `.snakemake/scripts` of the study, from where Python would import first; and a relative
    entry of a search path is the study folder in every step. What was installed there, as in a clone that is its own study, stays.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    for variable in ("PYTHONPATH", "PATH"):
        if variable in os.environ:
            parts = os.environ[variable].split(os.pathsep)
            os.environ[variable] = os.pathsep.join(part for part in parts if Path(part).is_absolute())
    study = Path.cwd()
    own = [Path(sys.prefix), Path(sys.base_prefix), _SCRIPTS]
    sys.path[:] = [
        part
        for part in sys.path
        if Path(part).is_absolute()
        and (not Path(part).is_relative_to(study) or any(Path(part).is_relative_to(folder) for folder in own))
    ]
