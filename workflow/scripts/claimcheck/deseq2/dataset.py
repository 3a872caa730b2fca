"""PyDESeq2's data set with a trend of dispersions that is fitted to all genes at once."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
from pydeseq2.dds import DeseqDataSet


class DataSet(DeseqDataSet):  # type: ignore[misc] # PyDESeq2 is not typed
    """PyDESeq2's data set; with `VectorisedInference`, which itself chooses the genes that the trend is fitted to.

    PyDESeq2's own loop over the genes, to leave out those without a mean, takes longer than the rest of a fit of 20,000 genes.
    """

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
            warnings.warn("the trend of dispersions did not converge: their mean is used", UserWarning, stacklevel=2)
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
