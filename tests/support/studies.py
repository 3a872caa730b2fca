"""Study folders, and running the workflow on them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


def write_study(folder: Path, configuration: dict[str, Any], **tables: str) -> Path:
    """Write a study folder; `tables` are further files of its config/ by name, `__` for the dot."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(configuration))
    for name, text in tables.items():
        (folder / "config" / name.replace("__", ".")).write_text(text)
    return folder


def run_workflow(folder: Path, *arguments: str, cores: int = 2, timeout: int = 600) -> subprocess.CompletedProcess[str]:
    """Run Snakemake as a reader would, with another study folder."""
    command = [
        sys.executable,
        "-m",
        "snakemake",
        "--cores",
        str(cores),
        "--directory",
        str(folder),
        *arguments,
    ]
    return subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=timeout,
        env={**os.environ, "COLUMNS": "200"},
    )


def last_words(completed: subprocess.CompletedProcess[str]) -> str:
    """Return what a failed run says last, between its two lines."""
    parts = completed.stderr.split("=" * 78)
    assert len(parts) >= 3, completed.stderr[-3000:]
    return parts[-2]
