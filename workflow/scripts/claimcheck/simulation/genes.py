"""The genes of a planted world: curated and filler, their usual expression, and what is planted in them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed

_LEAST_TPM = 0.01


def gene_table(
    settings: Mapping[str, Any], members: pd.DataFrame, reference: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """List the genes of a world: every curated one, the deleted one, and fillers.

    Args:
        settings: the `world` section of the simulation's configuration.
        members: columns set, gene_id, symbol.
        reference: columns gene_id, tpm_clean, and the one that settings["expression"]["admixed"] names.
        rng: draws what the reference does not know.

    Returns:
        One row a gene, sorted by id: gene_id, symbol, tpm_clean (flattened), log2_admixed_over_clean,
        dispersion, planted_log2_fold_change (knockout / control).

    Raises:
        StudyError: the settings name a set or a gene that is not curated.
    """
    deletion, filler = settings["deletion"], settings["filler"]
    numbers = range(1, filler["genes"] + 1)
    fillers = pd.DataFrame(
        {
            "gene_id": [f"{filler['gene_id_prefix']}{number:010d}" for number in numbers],
            "symbol": [f"{filler['symbol_prefix']}{number:04d}" for number in numbers],
        }
    )
    deleted = pd.DataFrame([{name: deletion[name] for name in ("gene_id", "symbol")}])
    genes = pd.concat([members[["gene_id", "symbol"]], deleted, fillers]).drop_duplicates("gene_id")
    genes = genes.sort_values("gene_id").reset_index(drop=True)

    expression = settings["expression"]
    named = reference.rename(columns={expression["admixed"]: "log2_admixed_over_clean"}).set_index("gene_id")
    usual = named[["tpm_clean", "log2_admixed_over_clean"]].copy()
    usual.loc[deletion["gene_id"]] = [deletion["tpm_clean"], deletion["log2_admixed_over_clean"]]
    genes = genes.join(usual, on="gene_id")
    drawn = expression["drawn_tpm_median"] * 2 ** rng.normal(0, expression["drawn_tpm_log2_sd"], len(genes))
    genes["tpm_clean"] = genes["tpm_clean"].fillna(pd.Series(drawn))
    for sex in ("female", "male"):
        panel = members.loc[members["set"] == settings["sex"][f"{sex}_set"], "gene_id"]
        genes.loc[genes["gene_id"].isin(panel), "tpm_clean"] = settings["sex"]["tpm"]
    genes["tpm_clean"] = genes["tpm_clean"].clip(lower=_LEAST_TPM) ** expression["flattening"]
    is_filler = genes["gene_id"].isin(fillers["gene_id"])
    admixed = pd.Series(rng.normal(0, filler["admixed_log2_sd"], len(genes))) * is_filler
    genes["log2_admixed_over_clean"] = genes["log2_admixed_over_clean"].fillna(admixed)

    dispersion = settings["variation"]["dispersion"]
    falling = dispersion["half_tpm"] / (dispersion["half_tpm"] + genes["tpm_clean"])
    genes["dispersion"] = dispersion["low"] + (dispersion["high"] - dispersion["low"]) * falling
    genes["planted_log2_fold_change"] = _planted(settings, members, genes)
    return genes


def membership(members: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Tell which gene is in which set: bool, genes (rows of `genes`) x sets (in the order of `members`)."""
    belongs = pd.crosstab(members["gene_id"], members["set"]).astype(bool)
    ordered = belongs.reindex(index=genes["gene_id"], columns=list(members["set"].unique()), fill_value=False)
    return ordered.reset_index(drop=True)


def set_values(values: Mapping[str, float], members: pd.DataFrame, genes: pd.DataFrame, key: str) -> "pd.Series[float]":
    """Give every gene the value of the first listed set that holds it, else 0.

    Raises:
        StudyError: a listed set is not a curated one; `key` is where it was listed.
    """
    matrix = membership(members, genes)
    _refuse_unknown(values, matrix.columns, key, "sets")
    given = pd.Series(0.0, index=genes.index)
    for name, value in reversed(list(values.items())):
        given[matrix[name]] = value
    return given


def _planted(settings: Mapping[str, Any], members: pd.DataFrame, genes: pd.DataFrame) -> "pd.Series[float]":
    effects, deletion = settings["effects"], settings["deletion"]
    planted = set_values(effects["sets"], members, genes, "effects.sets")
    _refuse_unknown(effects["genes"], genes["symbol"], "effects.genes", "genes")
    for symbol, change in effects["genes"].items():
        planted[genes["symbol"] == symbol] = change
    kept = deletion["carry_over_share"]
    left = kept + (1 - kept) * deletion["recombined_level"]
    planted[genes["gene_id"] == deletion["gene_id"]] = np.log2(max(left, _LEAST_TPM))
    return planted


def _refuse_unknown(names: Mapping[str, float], known: "pd.Index[str] | pd.Series[str]", key: str, what: str) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise StudyError(
            f"the simulation names {what} that the curated sets do not hold: {listed(unknown)}",
            where=f"simulation.world.{key}",
            expected=f"names of curated {what}, such as {listed(sorted(known), most=3)}",
            remedy="correct the name",
        )
