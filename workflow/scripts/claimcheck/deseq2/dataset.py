"""PyDESeq2's data set with given size factors, and a trend of dispersions that is fitted to all genes at once."""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd
from pydeseq2.dds import DeseqDataSet

from claimcheck.deseq2.fallbacks import Fallback, of_optimisers, of_trend

LEAST_PRIOR_VARIANCE = 0.25
"""Of the natural logarithm of dispersions around their trend, in DESeq2 (Love et al. 2014)."""


class DataSet(DeseqDataSet):  # type: ignore[misc] # PyDESeq2 is not typed
    """PyDESeq2's data set; with `VectorisedInference`, which itself chooses the genes that the trend is fitted to.

    PyDESeq2's own loop over the genes, to leave out those without a mean, takes longer than the rest of a fit of 20,000 genes. Its
    own size factors are other ones where every gene lacks counts somewhere than those that all other steps use.

    Args:
        size_factors: by sample, positive; PyDESeq2's own where none are given.
        looked_at: genes whose final dispersions and coefficients are wanted; all genes inform trend and prior, after which each is
            fitted alone. All where none are given.
        arguments: of PyDESeq2's data set.
    """

    def __init__(
        self,
        *,
        size_factors: "pd.Series[float] | None" = None,
        looked_at: Collection[str] | None = None,
        **arguments: Any,
    ) -> None:
        super().__init__(**arguments)
        self.given_size_factors = size_factors
        self.looked_at = looked_at

    def fit_size_factors(self, fit_type: Any = None, control_genes: Any = None) -> None:  # PyDESeq2's signature
        """Take the given size factors, if there are any."""
        if self.given_size_factors is None:
            super().fit_size_factors(fit_type, control_genes)
            return
        factors = self.given_size_factors.reindex(self.obs_names).to_numpy(dtype=float)
        self.obs["size_factors"] = factors
        self.layers["normed_counts"] = self.X / factors[:, None]
        self.var["_normed_means"] = self.layers["normed_counts"].mean(axis=0)

    def _fit_mean_dispersion_trend(self, vst: bool = False) -> None:
        """Take the mean of all dispersions for their trend; none where no gene varies beyond counting (PyDESeq2: NaN)."""
        name = "vst_genewise_dispersions" if vst else "genewise_dispersions"
        if (self.var[name] > 10 * self.min_disp).any():
            super()._fit_mean_dispersion_trend(vst)
            return
        self.uns["mean_disp"] = self.min_disp
        self.uns["disp_function_type"] = "mean"
        self.var["fitted_dispersions"] = self.min_disp

    def fit_dispersion_prior(self) -> None:
        """Fit the width of the prior; where no gene varies beyond counting it is the least that DESeq2 takes."""
        if self.uns.get("mean_disp") != self.min_disp:
            super().fit_dispersion_prior()
        else:
            self.uns |= {"_squared_logres": np.float64(0), "prior_disp_var": np.float64(LEAST_PRIOR_VARIANCE)}
        if self.looked_at is not None:  # PyDESeq2 takes all further steps for its `non_zero` genes alone
            self.var["non_zero"] &= self.var_names.isin(list(self.looked_at))
            self.non_zero_idx = np.flatnonzero(self.var["non_zero"])
            self.non_zero_genes = self.var_names[self.non_zero_idx]

    @property
    def fallbacks(self) -> list[Fallback]:
        """What was done in place of what was planned, of a fitted data set."""
        return [*of_trend(self.uns, self.min_disp, self.n_vars), *of_optimisers(self.inference.handed_over)]

    def _fit_parametric_dispersion_trend(self, vst: bool = False) -> None:
        """Fit dispersion = a0 + a1 / mean; where that fails, the mean of all dispersions is the trend, as in PyDESeq2."""
        name = "vst_genewise_dispersions" if vst else "genewise_dispersions"
        if name not in self.var:
            self.fit_genewise_dispersions(vst)
        measured: Any = self.var["non_zero"] & (self.var["_normed_means"] > 0)
        means = self.var.loc[measured, "_normed_means"]
        dispersions = self.var.loc[measured, name]
        fitted, _, converged = self.inference.dispersion_trend_gamma_glm(1 / means, dispersions)
        if not converged:
            self._fit_mean_dispersion_trend(vst)
            return
        coefficients = pd.Series(fitted, index=["a0", "a1"])
        if vst:
            self.uns["vst_trend_coeffs"] = coefficients
            return
        self.uns["trend_coeffs"] = coefficients
        self.uns["disp_function_type"] = "parametric"
        self.var["fitted_dispersions"] = np.nan
        self.var.loc[self.var["non_zero"], "fitted_dispersions"] = self.disp_function(
            self.var.loc[self.var["non_zero"], "_normed_means"]
        )
