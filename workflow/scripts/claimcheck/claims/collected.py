"""What the comparisons of a study found, in two tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.comparisons import FOLDER
from claimcheck.core.nested import FINISHED
from claimcheck.core.tables import columns_of, listed, read_table

COMPARISONS = Path("results/comparisons/comparisons.tsv")
VERDICTS = Path("results/comparisons/verdicts.tsv")


def collect(outcomes: Iterable[Path], designs: Sequence[Mapping[str, Any]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the results of every comparison from its folder.

    Args:
        outcomes: from `nested.write_outcome`, in the order of the comparisons.
        designs: `name`, `title` and what `design` says of each.

    Returns:
        One row a comparison, and one row a comparison and claim, columns as results/comparisons says; numbers of comparisons that
        stopped are NaN.
    """
    rows, parts = [], []
    for path, design in zip(outcomes, designs, strict=True):
        outcome = json.loads(path.read_text(encoding="utf-8"))
        results = Path(FOLDER, design["name"], "results")
        is_finished = outcome["outcome"] == FINISHED
        rows.append(
            {
                "comparison": design["name"],
                "title": design["title"],
                "test": design["test"],
                "reference": design["reference"],
                "interaction": _interaction(design),
                "samples": _picked(design),
                "outcome": outcome["outcome"],
                "problem": outcome["problem"].replace("\t", " ").replace("\n", " | "),
                "manifest_sha256": outcome["manifest_sha256"],
            }
            | (_numbers(results, design) if is_finished else {})
        )
        verdicts = results / "claims/verdicts.tsv"
        if is_finished and design["claims"] != "none":
            parts.append(read_table(verdicts).assign(comparison=design["name"])[columns_of(VERDICTS)])
    ended = pd.DataFrame(rows).reindex(columns=columns_of(COMPARISONS))
    ended[["formula", "groups"]] = ended[["formula", "groups"]].fillna("")
    empty = pd.DataFrame(columns=columns_of(VERDICTS))
    return ended, pd.concat(parts, ignore_index=True) if parts else empty


def _numbers(results: Path, design: Mapping[str, Any]) -> dict[str, Any]:
    summary = read_table(results / "differential/summary.tsv").set_index("quantity")["value"].astype(float)
    steps = read_table(results / "differential/design.tsv")
    gates = read_table(results / "quality/gates.tsv")
    sheet = read_table(results / "differential/model.tsv", text=True)
    groups = [f"{n} {name}" for name, n in _sizes(sheet, design).items()]
    genes = read_table(results / "differential/genes.tsv")
    return {
        "formula": steps.loc[steps["chosen"], "formula"].iloc[0],
        "groups": ", ".join(groups),
        "n_test": int(summary["n_test"]),
        "n_reference": int(summary["n_reference"]),
        "n_genes": len(genes),
        "n_up": int(summary["n_significant_up"]),
        "n_down": int(summary["n_significant_down"]),
        "n_warnings": int((gates["status"] == "warn").sum()),
    }


def _sizes(sheet: pd.DataFrame, design: Mapping[str, Any]) -> dict[str, int]:
    """Count the samples of each group whose mean is compared, the references first."""
    second = design.get("interaction")
    names = sheet["condition"] + (" " + sheet[second["factor"]] if second else "")
    levels = [f" {second[level]}" for level in ("reference", "test")] if second else [""]
    groups = [f"{design[group]}{level}" for group in ("reference", "test") for level in levels]
    return {group: int((names == group).sum()) for group in groups}


def _interaction(design: Mapping[str, Any]) -> str:
    second = design.get("interaction")
    return f"{second['factor']}: {second['test']} against {second['reference']}" if second else ""


def _picked(design: Mapping[str, Any]) -> str:
    values = {key: [one] if isinstance(one, str) else one for key, one in design.get("samples", {}).items()}
    return "; ".join(f"{column}: {listed(wanted, most=20)}" for column, wanted in values.items())
