"""Studies that start from a table of counts."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.core.tables import write_table
from support.own import CONFIGURATION as REAL
from support.studies import ROOT, write_study

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


def small_counts(folder: Path, *, sex: list[str], wild: bool = False, **more: Any) -> Path:
    """Write a study of 400 simulated genes in three and three animals; `wild` gives one animal a wild outlier gene."""
    rng = np.random.default_rng(4)
    level = rng.lognormal(5.5, 1, 400)
    counts = rng.poisson(rng.gamma(40, level / 40, (6, 400))).T
    if wild:
        counts[7] = [100, 110, 95, 105, 98, 30_000]
    names = ["wt1", "wt2", "wt3", "ko1", "ko2", "ko3"]
    table = pd.DataFrame(counts, columns=names)
    table.insert(0, "gene_id", [f"G{number:03d}" for number in range(400)])
    folder.mkdir(parents=True, exist_ok=True)
    write_table(table, folder / "counts.tsv")
    rows = [f"{name}\t{name[:2]}\t{value}\n" for name, value in zip(names, sex, strict=True)]
    sheet = "sample\tcondition\tsex\n" + "".join(rows)
    return counts_study(folder, folder / "counts.tsv", sheet, test="ko", reference="wt", **more)
