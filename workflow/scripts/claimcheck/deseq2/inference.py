"""The numerical core of PyDESeq2 (Muzellec et al. 2023, Bioinformatics 39:btad547), all genes at once.

PyDESeq2 takes its numerics as an object. Its own fits gene by gene in worker processes; the one here works on blocks of
genes in one process, and where the two differ it follows DESeq2 (Love et al. 2014):

- the trend of dispersions is fitted as `parametricDispersionFit` does,
- fitted means have a least value in the likelihood of dispersions and in standard errors, so that a gene without a
  count in one group has a finite and stable standard error,
- threshold tests are of the contrast, and their one-sided p-values run up to 1,
- the mode of apeGLM's posterior is the highest one, and its Hessian is exact.
"""

# ruff: noqa: PLR0917 # the signatures are PyDESeq2's

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydeseq2 import utils
from pydeseq2.inference import Inference

from claimcheck.deseq2.batched import Floats, product, regress
from claimcheck.deseq2.dispersions import fit_dispersions, fit_trend, rough_dispersions
from claimcheck.deseq2.glm import fit_coefficients, wald_test
from claimcheck.deseq2.shrinkage import Posterior, shrink

Flags = NDArray[np.bool_]


class VectorisedInference(Inference):  # type: ignore[misc] # PyDESeq2 is not typed
    """PyDESeq2's statistical routines on blocks of genes; a gene that does not converge goes to PyDESeq2's own optimiser.

    Arguments and results are those of `pydeseq2.inference.Inference`. `handed_over` counts, by what was fitted, the fits of a gene
    that went to PyDESeq2's optimiser, and those that did not converge there either.

    Args:
        block_size: genes that are fitted together; bounds the memory and changes no result.
        min_mu: least fitted mean in the likelihood of dispersions and in standard errors.
    """

    def __init__(self, block_size: int = 4096, min_mu: float = 0.5) -> None:
        self.block_size = block_size
        self.min_mu = min_mu
        self.handed_over: dict[str, tuple[int, int]] = {}

    def lin_reg_mu(self, counts: Floats, size_factors: Floats, design_matrix: Floats, min_mu: float) -> Floats:
        """Fit means by a linear regression of normalised counts: samples x genes."""
        counts, size_factors, design_matrix = _floats(counts, size_factors, design_matrix)
        normed = counts / size_factors[:, None]
        fitted = product(design_matrix, regress(design_matrix, normed))
        return np.maximum(size_factors[:, None] * fitted, min_mu)

    def irls(
        self,
        counts: Floats,
        size_factors: Floats,
        design_matrix: Floats,
        disp: Floats,
        min_mu: float,
        beta_tol: float,
        min_beta: float = -30,
        max_beta: float = 30,
        optimizer: str = "L-BFGS-B",
        maxiter: int = 250,
    ) -> tuple[Floats, Floats, Floats, Flags]:
        """Fit coefficients (genes x coefficients); also means and leverages (samples x genes), and what converged."""
        counts, size_factors, design_matrix, disp = _floats(counts, size_factors, design_matrix, disp)

        def fit(block: slice) -> tuple[Any, ...]:
            return fit_coefficients(
                counts[:, block],
                size_factors,
                design_matrix,
                disp[block],
                min_mu=min_mu,
                tolerance=beta_tol,
                bound=max_beta,
                max_iterations=maxiter,
            )

        beta, mu, leverage, converged = self._in_blocks(counts.shape[1], fit)
        others = np.flatnonzero(~converged)
        for gene in others:
            beta[:, gene], mu[:, gene], leverage[:, gene], converged[gene] = utils.irls_solver(
                counts[:, gene],
                size_factors,
                design_matrix,
                disp[gene],
                min_mu=min_mu,
                beta_tol=beta_tol,
                min_beta=min_beta,
                max_beta=max_beta,
                optimizer=optimizer,
                maxiter=maxiter,
            )
        self._note("coefficients", others, converged)
        return beta.T, mu, leverage, converged

    def alpha_mle(
        self,
        counts: Floats,
        design_matrix: Floats,
        mu: Floats,
        alpha_hat: Floats,
        min_disp: float,
        max_disp: float,
        prior_disp_var: float | None = None,
        cr_reg: bool = True,
        prior_reg: bool = False,
        optimizer: str = "L-BFGS-B",
    ) -> tuple[Floats, Flags]:
        """Fit dispersions, of maximum likelihood or a posteriori; also what converged."""
        counts, design_matrix, mu, alpha_hat = _floats(counts, design_matrix, mu, alpha_hat)
        mu = np.maximum(mu, self.min_mu)

        def fit(block: slice) -> tuple[Any, ...]:
            return fit_dispersions(
                counts[:, block],
                design_matrix,
                mu[:, block],
                alpha_hat[block],
                bounds=(min_disp, max_disp),
                cox_reid=cr_reg,
                prior_variance=prior_disp_var if prior_reg else None,
            )

        dispersions, converged = self._in_blocks(counts.shape[1], fit)
        others = np.flatnonzero(~converged)
        for gene in others:
            dispersions[gene], converged[gene] = utils.fit_alpha_mle(
                counts[:, gene],
                design_matrix,
                mu[:, gene],
                alpha_hat[gene],
                min_disp,
                max_disp,
                prior_disp_var,
                cr_reg,
                prior_reg,
                optimizer,
            )
        self._note("dispersions", others, converged)
        return dispersions, converged

    def wald_test(
        self,
        design_matrix: Floats,
        disp: Floats,
        lfc: Floats,
        mu: Floats,
        ridge_factor: Floats,
        contrast: Floats,
        lfc_null: float,
        alt_hypothesis: str | None = None,
    ) -> tuple[Floats, Floats, Floats]:
        """Test a contrast: p-values, statistics and standard errors (natural logarithm)."""
        design_matrix, disp, lfc, mu, contrast = _floats(design_matrix, disp, lfc, mu, contrast)
        mu = np.maximum(mu, self.min_mu)

        def test(block: slice) -> tuple[Any, ...]:
            return wald_test(
                lfc[block].T,
                mu[:, block],
                disp[block],
                design_matrix,
                ridge=ridge_factor,
                contrast=contrast,
                null=lfc_null,
                alternative=alt_hypothesis,
            )

        p_values, statistics, errors = self._in_blocks(mu.shape[1], test)
        return p_values, statistics, errors

    def fit_rough_dispersions(self, normed_counts: Floats, design_matrix: Floats) -> Floats:
        """Estimate dispersions from the residuals of a linear model."""
        if len(design_matrix) == np.shape(design_matrix)[1]:
            raise ValueError("as many coefficients as samples: no replicates are left to estimate the dispersion from")
        return rough_dispersions(*_floats(normed_counts, design_matrix))

    def fit_moments_dispersions(self, normed_counts: Floats, size_factors: Floats) -> Floats:
        """Estimate dispersions from means and variances over all samples."""
        return utils.fit_moments_dispersions(*_floats(normed_counts, size_factors))

    def dispersion_trend_gamma_glm(self, covariates: pd.Series, targets: pd.Series) -> tuple[Floats, Floats, bool]:
        """Fit the trend of dispersions (`targets`) over 1 / mean (`covariates`): coefficients, fitted values, success.

        PyDESeq2 calls this in a loop, each time without the genes far from the last trend. The genes to fit are chosen
        here, so that every call ends at the same trend but for the tolerance.
        """
        inverse_means, dispersions = _floats(covariates, targets)
        coefficients, converged = fit_trend(1 / inverse_means, dispersions)
        return coefficients, coefficients[0] + coefficients[1] * inverse_means, converged

    def lfc_shrink_nbinom_glm(
        self,
        design_matrix: Floats,
        counts: Floats,
        size: Floats,
        offset: Floats,
        prior_no_shrink_scale: float,
        prior_scale: float,
        optimizer: str,
        shrink_index: int,
    ) -> tuple[Floats, Floats, Flags]:
        """Shrink a coefficient: coefficients (genes x coefficients), inverse Hessians (genes first), what converged."""
        design_matrix, counts, size, offset = _floats(design_matrix, counts, size, offset)

        def fit(block: slice) -> tuple[Any, ...]:
            return shrink(
                Posterior(
                    counts[:, block],
                    design_matrix,
                    dispersions=1 / size[block],
                    size_factors=np.exp(offset),
                    shrunken=shrink_index,
                    scale=float(prior_scale),
                    normal_scale=float(prior_no_shrink_scale),
                )
            )

        beta, covariance, converged = self._in_blocks(counts.shape[1], fit)
        others = np.flatnonzero(~converged)
        for gene in others:
            beta[:, gene], covariance[:, :, gene], converged[gene] = utils.nbinomGLM(
                design_matrix,
                counts[:, gene],
                size[gene],
                offset,
                prior_no_shrink_scale,
                prior_scale,
                optimizer,
                shrink_index,
            )
        self._note("shrunken fold changes", others, converged)
        return beta.T, np.moveaxis(covariance, -1, 0), converged

    def _note(self, what: str, others: NDArray[np.intp], converged: Flags) -> None:
        """Count the genes that were handed over, and those that have not converged."""
        before = self.handed_over.get(what, (0, 0))
        self.handed_over[what] = (before[0] + len(others), before[1] + int((~converged[others].astype(bool)).sum()))

    def _in_blocks(self, n_genes: int, fit: Callable[[slice], tuple[Any, ...]]) -> tuple[Any, ...]:
        """Call a function on slices of the genes and join each of its results along its last axis."""
        starts = range(0, max(n_genes, 1), self.block_size)
        parts = [fit(slice(start, start + self.block_size)) for start in starts]
        return tuple(np.concatenate(pieces, axis=-1) for pieces in zip(*parts, strict=True))


def _floats(*arrays: Any) -> tuple[Any, ...]:
    """Return arrays or series as arrays of floats."""
    return tuple(np.asarray(array, dtype=float) for array in arrays)
