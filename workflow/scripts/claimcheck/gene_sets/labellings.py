"""Other labels of the samples, under which nothing is to be found."""

import itertools
import math

import numpy as np
from numpy.typing import NDArray

_MOST_LISTED = 50_000


def balanced_labellings(
    labels: NDArray[np.bool_], strata: NDArray[np.intp], *, most: int, seed: int
) -> NDArray[np.bool_]:
    """List labellings in which each group is as evenly mixed from the true groups as can be, within strata.

    Args:
        labels: True in the test group, (samples,).
        strata: samples with the same covariates.
        most: more are drawn from.
        seed: of the draw.

    Returns:
        bool, labellings x samples; the observed labelling is never among them.
    """
    rng = np.random.default_rng(seed)
    places = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    n_test = [int(labels[place].sum()) for place in places]
    n_all = math.prod(math.comb(len(place), k) for place, k in zip(places, n_test, strict=True))
    if n_all <= _MOST_LISTED:
        chosen = itertools.product(*(itertools.combinations(place, k) for place, k in zip(places, n_test, strict=True)))
        every = np.zeros((n_all, len(labels)), dtype=bool)
        for row, together in zip(every, chosen, strict=True):
            row[np.concatenate(together).astype(int)] = True
    else:
        every = np.tile(labels, (_MOST_LISTED, 1))
        for place in places:
            every[:, place] = rng.permuted(every[:, place], axis=1)
        every = np.unique(every, axis=0)
    every = every[(every != labels).any(axis=1)]
    imbalance = np.zeros(len(every))
    for place, k in zip(places, n_test, strict=True):
        imbalance += np.abs((every[:, place] & labels[place]).sum(axis=1) - k * k / len(place))
    if not len(every):
        return every
    best = every[imbalance <= imbalance.min() + 1e-9]
    picked = np.sort(rng.choice(len(best), min(most, len(best)), replace=False))
    return np.asarray(best[picked])
