"""From the archive's tables to the sample sheet: what a tissue that is only an attribute decides."""

from pathlib import Path

import pandas as pd
import pytest

import resolve_samples
from claimcheck.errors import StudyError
from claimcheck.schemas import complete, load_schema
from claimcheck.sourcing.runs import RUN_FIELDS
from claimcheck.tables import read_table, write_table

RULES = {
    "conditional_knockout": {
        "gene": ["Lcn2"],
        "driver": ["Dmp1-Cre"],
        "tissues": {"include": ["femur"], "exclude": ["brain"]},
    }
}


def resolve(folder: Path, tissues: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    """Resolve a study with so many knockouts, and as many controls, of each tissue."""
    runs, attributes = [], []
    for tissue, number in tissues.items():
        for cre in "+-":
            for _ in range(number):
                sample = f"SAMN{len(runs):08d}"
                run = {"run_accession": f"SRR{len(runs):07d}", "sample_accession": sample, "tax_id": "10090"}
                run |= {"library_layout": "PAIRED", "library_source": "TRANSCRIPTOMIC", "library_strategy": "RNA-Seq"}
                runs.append(run | {"sample_title": f"mouse {len(runs)}", "listed_by": "ENA"})
                attributes.append((sample, "genotype", f"Lcn2 fl/fl; Dmp1-Cre{cre}"))
                attributes.append((sample, "tissue", tissue))
    table = pd.DataFrame(runs).reindex(columns=[*RUN_FIELDS, "listed_by"]).fillna("")
    write_table(table, folder / "runs.tsv")
    columns = ["sample_accession", "attribute", "value"]
    write_table(pd.DataFrame(attributes, columns=columns), folder / "attributes.tsv")
    monkeypatch.chdir(folder)
    resolve_samples.main(
        run_table=folder / "runs.tsv",
        attributes=folder / "attributes.tsv",
        sheet=None,
        accession="PRJNA1",
        tax_id=10090,
        rules=complete(RULES, load_schema("config.schema.yaml")["properties"]["samples"]),
        test="knockout",
        reference="control",
        covariates="auto",
        samples=folder / "samples.tsv",
        calls=folder / "calls.tsv",
        read_files_table=folder / "files.tsv",
    )
    return read_table(folder / "samples.tsv", text=True)


def test_smaller_stratum_of_the_right_tissue_is_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = resolve(tmp_path, {"brain": 4, "femur": 3}, monkeypatch)
    assert len(sheet) == 6
    assert set(sheet["tissue"]) == {"femur"}
    calls = read_table(tmp_path / "calls.tsv", text=True)
    assert len(calls) == 14


def test_study_of_another_tissue_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StudyError, match="do not decide"):
        resolve(tmp_path, {"brain": 4}, monkeypatch)
    assert not (tmp_path / "samples.tsv").exists()
