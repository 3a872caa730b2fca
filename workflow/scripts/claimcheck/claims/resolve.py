"""Which genes are tested together, in which variant and with which weight: the register resolved against the gene sets."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from claimcheck.claims.model import COMPANION, DECIDING, Claim, Register, SetTest
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table

PLAN_COLUMNS = ("claim", "run", "role", "variant", "primary", "gene_id", "symbol", "weight")
GENE_COLUMNS = ("claim", "role", "model", "direction", "gene_id", "symbol")


def planned_sets(
    register: Register, sets: pd.DataFrame, members: pd.DataFrame, reference: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Resolve every test of a set that the claims ask for, in every variant.

    Args:
        register: the claims register.
        sets, members: the study's collection, columns set, family, and set, gene_id, symbol.
        reference: from `read_reference`; None = no gene counts as a contaminant.

    Returns:
        One row a gene of a test, columns PLAN_COLUMNS: `run` is unique within claim and role, `primary` tells the variant that
        the claim is decided in, `weight` is -1, 0 or 1. Sets that the collection lacks (primary.optional_sets) have no rows.
    """
    families = dict(zip(sets["set"], sets["family"], strict=True))
    by_set = {
        str(name): dict(zip(rows["gene_id"], rows["symbol"], strict=True)) for name, rows in members.groupby("set")
    }
    symbols = dict(zip(members["gene_id"], members["symbol"], strict=True))
    left_out = {
        variant: left_out_genes(register, variant, by_set, reference) for variant in register.primary["variants"]
    }
    rows = []
    for claim in register.claims.values():
        for test in claim.sets:
            weights = _weights(register, test, by_set, families)
            if test.role == COMPANION:
                own = _deciding_genes(register, claim, by_set)
                weights = {gene: weight for gene, weight in weights.items() if gene not in own}
            for variant, lost in left_out.items():
                keys = (claim.id, test.run, test.role, variant, variant == claim.variant)
                rows += [(*keys, gene, symbols.get(gene, gene), weights[gene]) for gene in weights if gene not in lost]
    return pd.DataFrame(rows, columns=list(PLAN_COLUMNS))


def planned_genes(register: Register) -> pd.DataFrame:
    """List the genes that claims look at one by one, columns GENE_COLUMNS; direction is 1, -1, or 0 for either."""
    rows = [
        (claim.id, gene.role, gene.model, gene.direction, gene.gene_id, gene.symbol)
        for claim in register.claims.values()
        for gene in claim.genes
    ]
    return pd.DataFrame(rows, columns=list(GENE_COLUMNS))


def missing_sources(claim: Claim, available: Sequence[str]) -> list[str]:
    """Name the sets of a claim's deciding tests that the collection lacks."""
    named = [part.set for test in claim.sets if test.role == "deciding" for part in test.parts if part.set]
    return [name for name in named if name not in available]


def readout_genes(register: Register) -> tuple[str, ...]:
    """List the genes that readouts of artefacts look at."""
    return tuple(gene for one in register.artefacts.get("readouts", {}).values() for gene in one.get("gene", {}))


def left_out_genes(
    register: Register, variant: str, by_set: Mapping[str, Iterable[str]], reference: pd.DataFrame | None
) -> set[str]:
    """List the genes that a variant leaves out of every set.

    Args:
        register: the claims register.
        variant: its name.
        by_set: gene ids of the collection's sets.
        reference: from `read_reference`.
    """
    rule = register.primary["variants"][variant]
    genes = {gene for name in rule.get("sets", ()) for gene in by_set.get(name, ())}
    if reference is not None:
        for column, limit in rule.get("above", {}).items():
            genes |= set(reference.loc[reference[column] >= limit, "gene_id"])
    return genes


def read_reference(register: Register, path: Path | None) -> pd.DataFrame | None:
    """Read the table by which variants leave out genes of contaminating tissue; None where no variant needs one.

    Raises:
        StudyError: a variant needs it and there is none.
    """
    needing = {column: name for name, rule in register.primary["variants"].items() for column in rule.get("above", {})}
    needing |= {veto.reference: name for name, veto in register.vetoes.items() if veto.reference}
    if not needing:
        return None
    if path is None:
        column, variant = next(iter(needing.items()))
        raise StudyError(
            f"the variant {variant} of the claims register leaves out genes by {column}, which is not known",
            where="config/config.yaml, gene_sets.reference_expression",
            expected=f"a table with the columns gene_id and {column}",
            remedy="set gene_sets.reference_expression, or take `above` out of the register's primary.variants",
        )
    return read_table(path, columns=["gene_id", *needing], text=["gene_id", "symbol"])


def _deciding_genes(register: Register, claim: Claim, by_set: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Name the genes that decide a claim, by themselves, in its sets, or in its members."""
    own = {gene.gene_id for gene in claim.genes if gene.role == DECIDING}
    for test in claim.sets:
        if test.role == DECIDING:
            own |= {gene for part in test.parts for gene in part.genes or by_set.get(part.set, {})} - set(test.removed)
    return own.union(*(_deciding_genes(register, register.claims[name], by_set) for name in claim.members))


def _weights(
    register: Register, test: SetTest, by_set: Mapping[str, Mapping[str, str]], families: Mapping[str, str]
) -> dict[str, int]:
    """Weigh the genes of a test: the register's and the claim's removals are gone, undecided genes have weight 0."""
    weights: dict[str, int] = {}
    for part in test.parts:
        removed = {
            gene
            for removal in register.primary["removed"]
            if _applies(removal, part.set, families.get(part.set, ""))
            for gene in removal["genes"]
        }
        for gene in part.genes or by_set.get(part.set, {}):
            if gene not in removed and gene not in test.removed:
                weights[gene] = 0 if gene in test.zero_weight else part.weight
    return weights


def _applies(removal: Mapping[str, Sequence[str]], name: str, family: str) -> bool:
    """Say whether a removal is meant for a set: it names the set, its family, or neither sets nor families."""
    everywhere = "sets" not in removal and "families" not in removal
    return everywhere or name in removal.get("sets", ()) or family in removal.get("families", ())
