"""A study of one's own: the register that docs/register.md shows, and one without any gene set, run from counts to verdicts."""

import importlib
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from claimcheck.core.tables import read_table
from support.archive import shared_data
from support.studies import ROOT, run_workflow, write_study

pytestmark = pytest.mark.whole_run

EXAMPLE = ROOT / "benchmarks/known/p53_null/config"
SETS = ROOT / "examples/p53/config/gene_sets"
SAMPLES = {f"{group}_{n}": group for group, size in (("control", 4), ("knockout", 2)) for n in range(1, size + 1)}


def counts_of(ids: list[str], falling: list[str]) -> pd.DataFrame:
    """Draw counts of 400 genes, of which some fall eightfold in the knockouts."""
    rng = np.random.default_rng(11)
    genes = [*ids, *(f"ENSMUSG{n:011d}" for n in range(1, 401 - len(ids)))]
    level = pd.Series(rng.lognormal(8, 1, 400).clip(500), index=genes)
    change = np.where(pd.Index(genes).isin(falling), 1 / 8, 1.0)
    means = {name: level * (change if group == "knockout" else 1) for name, group in SAMPLES.items()}
    return pd.DataFrame({name: rng.poisson(rng.gamma(100, mean / 100)) for name, mean in means.items()}, index=genes)


def sheet() -> str:
    return "sample\tcondition\n" + "".join(f"{name}\t{group}\n" for name, group in SAMPLES.items())


def copy_example(study: Path) -> dict[str, Any]:
    """Copy register and gene sets into a study folder, and return their configuration."""
    shutil.copytree(EXAMPLE, study / "config", ignore=shutil.ignore_patterns("*.tsv"))
    shutil.copytree(SETS, study / "config/gene_sets")
    settings: dict[str, Any] = yaml.safe_load((EXAMPLE / "config.yaml").read_text())
    return settings | {"gene_sets": settings["gene_sets"] | {"curated": "config/gene_sets"}}


def verdicts_of(study: Path) -> dict[str, str]:
    table = read_table(study / "results/claims/verdicts.tsv")
    return dict(zip(table["claim"], table["verdict"], strict=True))


def test_the_register_of_the_documentation_runs_to_a_page(tmp_path: Path) -> None:
    settings = copy_example(tmp_path)
    names = pd.read_csv(SETS / "gene_names.tsv", sep="\t")
    targets = (SETS / "p53.gmt").read_text().rstrip().split("\t")[2:]
    falling = list(names.loc[names["symbol"].isin(targets), "gene_id"])
    counts = counts_of(list(names["gene_id"]), falling)
    counts.rename(index=lambda gene: f"{gene}.3").to_csv(tmp_path / "config/counts.tsv", sep="\t", index_label="gene")
    (tmp_path / "config/sheet.tsv").write_text(sheet())
    write_study(tmp_path, settings | {"quality": {"library_size": {"warn": 1000, "fail": 100}}})
    completed = run_workflow(tmp_path, "results/report/index.html")
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert verdicts_of(tmp_path) == dict.fromkeys(("P1", "P2", "P3", "P4"), "supported")
    page = (tmp_path / "results/report/index.html").read_text()
    words = re.sub(r"<script.*?</script>|<style.*?</style>|base64,[A-Za-z0-9+/=]+", "", page, flags=re.DOTALL)
    assert not re.findall(r"marrow|muscle|\bbones?\b|osteo\w*|lcn2", words, flags=re.IGNORECASE)


def test_a_study_without_gene_sets_claims_genes_by_the_ids_of_its_counts(tmp_path: Path) -> None:
    settings = yaml.safe_load((EXAMPLE / "config.yaml").read_text())
    del settings["gene_sets"]
    claims = [
        {"id": "C1", "kind": "gene", "statement": "It falls.", "gene": "Cdkn1a", "direction": "down"},
        {"id": "C2", "kind": "gene", "statement": "It rises.", "gene": "Mdm2", "direction": "up"},
        {"id": "C3", "kind": "equivalence", "statement": "It stays.", "gene": "AT1G01010.1", "margin": 1},
    ]
    register = yaml.safe_dump({"title": "Genes alone", "claims": claims, "primary": {"verdict": {"min_animals": 2}}})
    study = write_study(
        tmp_path,
        settings | {"quality": {"library_size": {"warn": 1000, "fail": 100}}},
        sheet__tsv=sheet(),
        claims__yaml=register,
    )
    counts = counts_of(["Cdkn1a", "Mdm2", "AT1G01010.1"], ["Cdkn1a", "Mdm2"])
    counts.to_csv(study / "config/counts.tsv", sep="\t", index_label="gene")
    completed = run_workflow(study, "results/claims/verdicts.tsv")
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert verdicts_of(study) == {"C1": "supported", "C2": "contradicted", "C3": "supported"}
    (study / "config/claims.yaml").write_text(register.replace("gene: Mdm2", "gene: MDM2"))
    completed = run_workflow(study, "results/claims/verdicts.tsv")
    assert completed.returncode != 0
    assert "no gene MDM2 is known; did you mean `Mdm2`?" in completed.stderr


def test_irradiated_cells_without_p53_have_the_verdicts_that_anybody_expects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a table as nf-core writes it: symbols beside the ids are all that says which genes the sets mean."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    known = importlib.import_module("known")
    counts, samples = known.p53_null(shared_data("counts"))
    write_study(tmp_path, copy_example(tmp_path))
    names = tmp_path / "config/gene_sets/gene_names.tsv"
    symbols = read_table(names).set_index("gene_id")["symbol"]
    names.unlink()
    counts.insert(0, "gene_name", pd.Series(counts.index, counts.index).map(symbols).fillna("NA"))
    counts.to_csv(tmp_path / "config/counts.tsv", sep="\t", index_label="gene_id")
    samples.to_csv(tmp_path / "config/sheet.tsv", sep="\t", index=False)
    completed = run_workflow(tmp_path, "results/claims/verdicts.tsv")
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert verdicts_of(tmp_path) == dict.fromkeys(known.TRUE["p53_null"], "supported")
