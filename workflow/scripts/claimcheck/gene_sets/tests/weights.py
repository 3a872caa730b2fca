"""Which genes are in which set, and with which sign: one sparse matrix that all tests of sets share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed


@dataclass(frozen=True)
class SetWeights:
    """Weights of genes in sets: +1 a member (of a signed set: expected up), -1 expected down, 0 no member.

    Args:
        sets: names of the sets, the rows of `matrix`.
        matrix: float64, sets x genes, the genes in the order of the values that are tested.
    """

    sets: tuple[str, ...]
    matrix: csr_array

    @property
    def n_genes(self) -> NDArray[np.int64]:
        """Number of members of each set."""
        return np.diff(self.matrix.indptr).astype(np.int64)

    def mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average each set's members, those of weight -1 with their sign turned; NaN for a set without members.

        Args:
            values: float64, genes x anything, or (genes,).

        Returns:
            float64, sets x anything, or (sets,).
        """
        n = np.where(self.n_genes > 0, self.n_genes, np.nan)
        return np.asarray(self.matrix @ values) / (n if values.ndim == 1 else n[:, None])


def weigh_sets(members: pd.DataFrame, sets: Sequence[str], genes: Sequence[str]) -> SetWeights:
    """Lay out the members of sets over the genes that were measured.

    Args:
        members: columns set, gene_id, each pair once, and for signed sets weight (-1, 0 or +1; without it +1); genes that
            were not measured are passed over.
        sets: names of the sets to test, in this order.
        genes: gene ids of the rows of the values that are tested.

    Raises:
        StudyError: a weight is none of -1, 0 and +1.
    """
    weight = members["weight"].astype(float) if "weight" in members else pd.Series(1.0, index=members.index)
    wrong = ~weight.isin([-1.0, 0.0, 1.0])
    if wrong.any():
        raise StudyError(
            f"the weight of {listed(members.loc[wrong, 'gene_id'])} is {listed(weight[wrong])}",
            where=f"gene set {listed(members.loc[wrong, 'set'].unique())}",
            expected="1 for a gene that is expected up, -1 for down, 0 for a gene to leave out",
            remedy="correct the weight",
        )
    row = pd.Index(sets).get_indexer(pd.Index(members["set"]))
    column = pd.Index(genes).get_indexer(pd.Index(members["gene_id"]))
    used = (row >= 0) & (column >= 0) & (weight != 0).to_numpy()
    entries = (weight.to_numpy(dtype=float)[used], (row[used], column[used]))
    return SetWeights(tuple(sets), csr_array(entries, shape=(len(sets), len(genes))))
