"""The whole study as AnnData (Virshup et al. 2024, JOSS 9:4371): counts, what is known of samples and genes, and all tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd

from claimcheck.core.tables import whole_file

DIRECTION = "log2 fold changes are test / reference, not shrunken unless the column says so; positive = higher in the test group"
_LAYERS = (
    "X: counts / size factor; layers['counts']: counts as modelled; layers['tpm']: transcripts per million, if known"
)
_RESERVED = "_index"
_OF_FACTORS = ("size_factor", "library_size")


@dataclass(frozen=True)
class Measured:
    """What was measured, and what is known of it.

    Attributes:
        counts: integers, genes x samples, indexed by gene id.
        tpm: the same in transcripts per million; None where a study has none.
        samples: results/samples/samples.tsv.
        factors: results/expression/size_factors.tsv.
        names: gene_id, symbol, biotype ("" where unknown).
        genes: results/differential/genes.tsv, which has the genes that were tested.
        groups: the reference group and the test group.
    """

    counts: pd.DataFrame
    tpm: pd.DataFrame | None
    samples: pd.DataFrame
    factors: pd.DataFrame
    names: pd.DataFrame
    genes: pd.DataFrame
    groups: Sequence[str]


def make_anndata(
    measured: Measured, tables: Mapping[str, pd.DataFrame], described: Mapping[str, Any]
) -> anndata.AnnData:
    """Put a study into one object.

    Args:
        measured: counts, samples and genes.
        tables: further tables of results, by their keys in `uns`.
        described: what `uns["provenance"]` says besides; tables, texts and truth values.

    Returns:
        samples x genes: X float64, counts / size factor; layers `counts` (int64) and `tpm` (float64); `obs` the sample sheet
        with size factors, the condition with the reference first; `var` by gene id the columns of genes.tsv, with NA where a
        gene was not tested, and whether it was.
    """
    counts = measured.counts
    factors = measured.factors.set_index("sample").loc[counts.columns]
    values = counts.to_numpy(dtype=np.int64).T
    layers = {"counts": values}
    if measured.tpm is not None:
        layers["tpm"] = measured.tpm.loc[counts.index, counts.columns].to_numpy(dtype=np.float64).T
    return anndata.AnnData(
        X=values / factors[["size_factor"]].to_numpy(dtype=np.float64),
        obs=_samples(measured, factors),
        var=_genes(measured),
        layers=layers,
        uns={
            **{name: _writable(table) for name, table in tables.items()},
            "provenance": {
                "layers": _LAYERS,
                "direction": DIRECTION,
                **{
                    key: _writable(value) if isinstance(value, pd.DataFrame) else value
                    for key, value in described.items()
                },
            },
        },
    )


def write_anndata(study: anndata.AnnData, path: Path) -> None:
    """Write an .h5ad file, whole or not at all; it holds no times, so that its bytes repeat."""
    with whole_file(path) as part:
        study.write_h5ad(part, compression="gzip")


def _samples(measured: Measured, factors: pd.DataFrame) -> pd.DataFrame:
    sheet = measured.samples.set_index("sample").loc[measured.counts.columns]
    known = _writable(pd.concat([factors[list(_OF_FACTORS)], sheet], axis="columns"))
    known["condition"] = pd.Categorical(known["condition"], categories=list(measured.groups))
    return known


def _genes(measured: Measured) -> pd.DataFrame:
    names = measured.names.drop_duplicates("gene_id").set_index("gene_id")[["symbol", "biotype"]]
    tests = measured.genes.set_index("gene_id")
    known = names.reindex(measured.counts.index).fillna("")
    known["symbol"] = tests["symbol"].reindex(known.index).replace("", np.nan).fillna(known["symbol"])
    known["tested"] = known.index.isin(tests.index)
    return _writable(known.join(tests.drop(columns="symbol")))


def _writable(table: pd.DataFrame) -> pd.DataFrame:
    """Make a table that AnnData can hold: other names for reserved ones, and text where cells are of several types.

    A slash would make a group of HDF5; a name that is there already has its position added.
    """
    names: list[str] = []
    for name in map(str, table.columns):
        plain = name.replace("/", "_") if name != _RESERVED else name.strip("_")
        names.append(plain if plain not in names else f"{plain}_{len(names)}")
    columns = [_of_one_type(table.iloc[:, position]) for position in range(len(names))]
    return pd.concat(columns, axis="columns").set_axis(names, axis="columns").set_axis(table.index.map(str))


def _of_one_type(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    return cells if cells.dtype.kind in "biuf" else cells.where(cells.notna(), "").astype(str)
