"""The example of a published study, to its verdicts, on the table of counts that its README says to fetch."""

import hashlib
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.tables import read_table
from support.archive import shared_data
from support.studies import ROOT, run_workflow

pytestmark = pytest.mark.whole_run

EXAMPLE = ROOT / "examples/p53"
COLLECTIONS = "results/gene_sets/collections.tsv"
ROW = re.compile(r"^\| ([A-Z]\d) [^|]*\| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)


def stated(readme: str) -> dict[str, tuple[str, str]]:
    """Read effect with interval, and verdict, of each claim from the tables of a README."""
    return {claim: (effect.strip(), verdict.strip()) for claim, effect, verdict in ROW.findall(readme)}


def found(verdicts: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Write effect with interval, and verdict, of each claim that is testable as a README does."""
    tested = verdicts[verdicts["kind"] != "not_testable"]
    numbers = tested[["effect", "ci95_low", "ci95_high"]].itertuples(index=False)
    effects = ["{:.2f} ({:.2f} to {:.2f})".format(*row).replace("-", "−") for row in numbers]
    return dict(zip(tested["claim"], zip(effects, tested["verdict"], strict=True), strict=True))


def test_the_example_has_the_verdicts_that_its_readme_states(tmp_path: Path) -> None:
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    published = shared_data("counts/p53_GSE71176") / "counts.csv"
    shutil.copytree(EXAMPLE / "config", tmp_path / "config", ignore=shutil.ignore_patterns("counts.csv"))
    table = published.read_bytes().replace(b"\n", b"\r\n")  # as the address of the README has it
    assert hashlib.sha256(table).hexdigest() in readme
    assert hashlib.sha256(published.read_bytes()).hexdigest() in readme
    (tmp_path / "config/counts.csv").write_bytes(table)
    configured = run_workflow(tmp_path, "comparisons", COLLECTIONS)
    assert configured.returncode == 0, configured.stderr[-3000:]
    tables = []
    for comparison in sorted((tmp_path / "comparisons").iterdir()):
        completed = run_workflow(comparison, "results/claims/verdicts.tsv")
        assert completed.returncode == 0, completed.stderr[-3000:]
        tables.append(read_table(comparison / "results/claims/verdicts.tsv"))
    verdicts = pd.concat(tables)
    assert found(verdicts) == stated(readme)
    effects = verdicts.set_index("claim")["effect"]
    for number in range(1, 6):  # size factors of all twelve samples differ from those of either genotype
        assert effects[f"D{number}"] == pytest.approx(effects[f"R{number}"] - effects[f"K{number}"], abs=0.1)
    gates = read_table(tmp_path / "comparisons/difference/results/quality/gates.tsv", text=True)
    replicates = gates[gates["gate"] == "replicates"].set_index("scope")["status"]
    assert dict(replicates) == {"IR null": "warn", "IR wt": "pass", "mock null": "warn", "mock wt": "pass"}
