"""What stands below the figures of differential expression: what is drawn, from how many, tested how, called when."""

from claimcheck.figures.differential import N_LABELLED
from claimcheck.figures.study_words import Calls, Study

Texts = tuple[str, str]
"""Alternative text, caption."""
_NAMED = (
    f"Named: the {N_LABELLED} genes of largest absolute Wald statistic among those with a symbol, and in bold the genes of "
    "interest."
)


def _test(animals: str, study: Study) -> str:
    return (
        f"Wald test of {study.test} against {study.reference}, {animals}, model {study.formula}; p adjusted over genes by "
        f"Benjamini and Hochberg; called below {study.alpha:g}. Direction: {study.direction}; not shrunken."
    )


def ma(animals: str, study: Study, calls: Calls) -> Texts:
    """Describe fold changes against mean counts."""
    return (
        f"Log2 fold change against mean count of {calls.n_genes:,} genes; {calls.n_up:,} are called higher in "
        f"{study.test}, {calls.n_down:,} higher in {study.reference}.",
        f"Each point is a gene (n = {calls.n_genes:,}). {_test(animals, study)} {_NAMED} Triangles lie beyond the scale.",
    )


def volcano(animals: str, study: Study, calls: Calls) -> Texts:
    """Describe evidence against fold changes, and the p-values."""
    n = calls.n_genes - calls.n_without_p
    return (
        f"Evidence against log2 fold change of {n:,} genes, with the histogram of "
        f"their p-values; {calls.n_called:,} genes are called.",
        f"Each point is a gene with a p-value (n = {n:,}). {_test(animals, study)} {_NAMED} Triangles lie beyond "
        "the scale. The dashed "
        "line lies at the largest p of a called gene. Right: all unadjusted p-values; a flat histogram is what "
        "no difference looks like, a peak at 0 comes from genes that differ, any other shape is a warning. π0: estimated share "
        "of genes without a difference (Storey 2002, from the p-values above 0.5); 1 does not show that there are none.",
    )


def dispersions(animals: str, test: str, reference: str) -> Texts:
    """Describe the dispersions."""
    return (
        f"Dispersion of every gene against its mean count, gene by gene and drawn towards their trend, in {animals}.",
        f"Each point is a gene ({animals}): how much its counts vary between animals of a group beyond counting, as the square "
        "of a relative standard deviation. Grey: estimated from the gene alone; line: trend over all genes; blue: the "
        "dispersion that the Wald test uses, which is the gene's own one where it lies far above the trend. A good fit "
        "scatters evenly around a trend that falls towards a floor. No test.",
    )


def gene_counts(animals: str, test: str, reference: str) -> Texts:
    """Describe genes animal by animal."""
    return (
        f"Normalised counts of the genes of interest and of genes with an outlier animal, a point an animal ({animals}).",
        f"Each point is one animal ({animals}), normalised counts + 0.5 on a log scale. Shown are the genes of interest, and genes "
        "whose p-value Cook's distance took away, with the animal that did it. Not adjusted for any covariate. No test.",
    )
