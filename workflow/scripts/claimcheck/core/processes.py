"""What holds for the processes of a whole run: threads inside libraries, kept bytecode, the interpreter's name."""

import logging
import os
import shlex
import sys
from pathlib import Path


def prepare_processes() -> None:
    """Set up this process and those that it starts; before anything that computes is imported."""
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
