"""What stands below the figures of quality and identity: what is drawn, from what, and what it was not tested for."""

Texts = tuple[str, str]
"""Alternative text, caption."""


def mapping(animals: str) -> Texts:
    """Describe fragments and pseudoalignment."""
    return (
        f"Dot plot: share of pseudoaligned fragments and number of fragments of {animals}, a point an animal.",
        f"Each point is one animal ({animals}). Left: share of fragments (read pairs, or single reads) that were "
        "pseudoaligned to the transcriptome. Right: fragments sequenced (open) and pseudoaligned (filled). "
        "Dashed: thresholds of the quality gates. No test.",
    )


def library(animals: str, test: str, reference: str) -> Texts:
    """Describe strandedness, fragment length and coverage along transcripts."""
    return (
        f"Strand, fragment length and coverage along transcripts of the libraries of {animals}.",
        f"Measured on the first reads of each animal ({animals}). Share of forward: reads (pairs) that fit the transcripts' "
        "direction among those that fit either. Coverage: mean over transcripts of genes with one transcript, in ten bins from "
        "the 5' to the 3' end; degraded RNA rises to the right. A difference between the groups moves long genes and "
        "mitochondrial ones without any biology. No test.",
    )


def shares(animals: str, test: str, reference: str) -> Texts:
    """Describe the shares of counts."""
    return (
        f"Share of all counts that groups of genes hold, in per cent, a point an animal ({animals}).",
        f"Each point is one animal ({animals}): the share of its counts that the genes of a group hold. No test.",
    )


def composition(animals: str, test: str, reference: str) -> Texts:
    """Describe the panels of composition."""
    return (
        f"Heatmap of panel scores in {animals}, and each panel's log2 ratio {test} / {reference}.",
        f"Left: mean standardised log2 counts per million of the detected genes of each panel ({animals}); standardised over all "
        f"animals, so colours compare within a row. Right: mean log2 level, {test} / {reference}; positive = higher in {test}. "
        "Marked: panels that differ by the limits of the configuration, which judge the size of a difference and not its "
        "p-value; where nothing differs, one panel in four still reaches them with three or four animals a group.",
    )


def sex(animals: str, test: str, reference: str) -> Texts:
    """Describe sex from expression."""
    return (
        f"Expression of male genes against that of female genes, a point an animal ({animals}), with the regions of each sex.",
        f"Each point is one animal ({animals}): mean log2(counts per million + 1) of the genes that only males and only females "
        "express. Shaded: where a sex is called. A call that contradicts the sheet is named and stops the study. No test.",
    )


def relations(animals: str, test: str, reference: str) -> Texts:
    """Describe the correlation of the animals."""
    return (
        f"Spearman correlation of every pair of {animals}, and each animal's median.",
        f"Spearman's correlation over genes with at least 10 counts in two animals ({animals}). Flagged: an animal whose median "
        "lies below the first quartile of all minus three interquartile ranges, or that stands apart on the first two principal "
        "components; it stays in the comparison. No test.",
    )


def pca(animals: str, test: str, reference: str) -> Texts:
    """Describe the principal components."""
    return (
        f"Scatter of {animals} on the first two principal components, of three choices of genes, every animal named.",
        f"Each point is one animal ({animals}); colour is the group, shape the sex where it is known. Components of "
        "variance-stabilised counts: the 500 and the 2,000 most variable genes, and the 500 most variable ones outside the "
        "panels of composition. Both axes of a panel have the same unit. Components are found without knowledge of the groups. "
        "No test.",
    )


def pca_covariates(animals: str, test: str, reference: str) -> Texts:
    """Describe what the components go along with."""
    return (
        f"Pearson correlation of principal components with what is known of {animals}.",
        f"Pearson's r of each component (500 most variable genes) with composition, library and group of {animals}; bold from 0.7. "
        f"{test} counts as 1, {reference} as 0. With so few animals r is large by chance now and then. No test.",
    )


def knockout(animals: str, test: str, reference: str) -> Texts:
    """Describe the deleted gene."""
    return (
        f"Level of the deleted gene in {animals}, against other cells that make it, and its exons and junctions.",
        f"Each point or line is one animal ({animals}). Level: log2(counts per million + 1); line: least squares in {reference}; "
        f"effects: linear models, log2 {test} / {reference}, 95 % t intervals, two-sided p. Exons: depth beside the gene's "
        "mean, in order of transcription. Junctions: reads (pairs) that join exons which do not follow one another. "
        "Where a study starts from counts there are no exons to look at.",
    )
