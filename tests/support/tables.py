"""Tables of results, where a step looks for them."""

from pathlib import Path

import pandas as pd
import yaml

from claimcheck.core.contracts import contract_of, contracts
from claimcheck.core.tables import read_table

MODELLED = {
    "genes": "differential/genes",
    "counts": "counts/gene_counts",
    "model": "differential/model",
    "steps": "differential/design",
    "size_factors": "expression/size_factors",
}
"""What several steps compare the groups with, by argument."""


def place_table(table: pd.DataFrame, name: str, folder: Path) -> Path:
    """Write a table of tables.yaml to the results of a study, with empty cells in the columns that it lacks; return its path."""
    path = folder / f"results/{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = dict.fromkeys([*contracts()[name].names, *table])
    table.reindex(columns=list(columns), fill_value="").to_csv(path, sep="\t", index=False, na_rep="NA")
    return path


def require_declared(study: Path) -> None:
    """Check that every table of a finished study is one of tables.yaml, and what its entry says; MultiQC's are copies of these."""
    tables = sorted(path for path in (study / "results").rglob("*.tsv") if not path.name.endswith("_mqc.tsv"))
    assert len(tables) > 30
    for path in tables:
        contract = contract_of(path)
        assert contract, f"{path} is not in tables.yaml"
        contract.checked(read_table(path))


def edit_entry(clone: Path, table: str, column: str) -> None:
    """Let a column of a table have gaps where it must not, or the other way round, in a copy of the workflow."""
    path = clone / "workflow/schemas/tables.yaml"
    content = yaml.safe_load(path.read_text())
    columns = content["tables"][table]["columns"]
    columns[column]["missing"] = not columns[column].get("missing", False)
    path.write_text(yaml.safe_dump(content, sort_keys=False))
