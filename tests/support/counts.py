"""Studies that start from a table of counts."""

from pathlib import Path
from typing import Any

from claimcheck.core.study import read_study
from support.studies import ROOT, write_study

REAL = read_study(ROOT)
CURATED = {
    "curated": str(ROOT / "config/gene_sets"),
    "families": REAL["gene_sets"]["families"],
    "reference_expression": str(ROOT / "config/gene_sets/reference/bone_expression.tsv"),
}


def counts_study(folder: Path, table: Path, sheet: str, *, test: str, reference: str, **more: Any) -> Path:
    """Write a study of a published table; `sheet` is its sample sheet as text, `more` overrules parts of the configuration."""
    configuration = {
        "study": {"title": "A published table of counts"},
        "start_from": "counts",
        "counts": {"table": str(table), "samples": "config/sheet.tsv"},
        "design": {"test": test, "reference": reference},
        "quality": {"library_size": {"warn": 1000, "fail": 100}},
        **more,
    }
    return write_study(folder, configuration, sheet__tsv=sheet)


def checks_of_the_study() -> dict[str, Any]:
    """Return the sections on quality and identity that the study of this repository uses."""
    quality = {key: REAL["quality"][key] for key in ("panels", "shares")}
    return {
        "quality": quality,
        "identity": REAL["identity"],
        "differential": REAL["differential"],
        "gene_sets": CURATED,
    }
