"""What stands below the figures of single genes: what is drawn, from how many animals, and how to read it."""

Texts = tuple[str, str]
"""Alternative text, caption."""


def _direction(test: str, reference: str) -> str:
    return f"log2 {test} / {reference}; positive = higher in {test}"


def gene_forest(animals: str, test: str, reference: str) -> Texts:
    """Describe the forest of named genes."""
    return (
        f"Forest plot: log2 fold change with 95 % interval of the genes that the configuration names, group by group, {animals}.",
        f"Each row is a gene ({animals}): unshrunken fold change, {_direction(test, reference)}, with its 95 % interval, which is "
        "not adjusted for the number of genes. Grey band: below the smallest effect of interest that the register states for "
        "the gene; no band where a study has no register. Pink ticks: the smallest effect that this study would find in the gene, "
        "with power 0.8, from its own mean and dispersion. Grey: below detection in both groups. At the right: mean normalised "
        "count of all animals. Arrow head: the interval goes on beyond the scale. Verdicts stand in the register, not here.",
    )


def exploratory(animals: str, test: str, reference: str) -> Texts:
    """Describe the exploratory panels."""
    return (
        f"Forest plots without verdict: log2 fold change with 95 % interval of the genes of every exploratory panel, {animals}.",
        f"What the register asks without predicting anything ({animals}): fold change, {_direction(test, reference)}, with 95 % "
        "interval. No verdict and no p-value; with so many intervals some exclude 0 by chance. Diamond: mean of a set's genes over "
        "animals, with the number of genes; sets of fewer genes than a verdict needs have none. Hollow: genes that the claim's "
        "variant leaves out because contaminating tissue is rich in them; the second diamond is without them. Grey: below "
        "detection, as the mean normalised count at the right shows.",
    )


def heatmap(animals: str, test: str, reference: str, name: str) -> Texts:
    """Describe a heatmap of genes."""
    return (
        f"Heatmap: level of the genes of {name.replace('_', ' ')} in each of {animals}.",
        f"Each row is a gene, each column an animal ({animals}): z of log2(counts per million + 1), so that colours compare within "
        "a row, not between rows. Animals stand by group and name and are not clustered; genes by shrunken fold change, the "
        f"highest in {test} on top. Grey: below detection. In bold below the genes: score of a panel of other cells that make them "
        "too, the mean z of its own genes. Not adjusted for any covariate. No test.",
    )


def butterfly(animals: str, test: str, reference: str, name: str) -> Texts:
    """Describe two opposite sets."""
    return (
        f"Two forests side by side: log2 fold change of the genes of two sets that are expected to move in opposite directions "
        f"({name.replace('_', ' ')}), {animals}.",
        f"Each row is a gene ({animals}): unshrunken fold change, {_direction(test, reference)}, with its 95 % interval, the "
        "highest on top. Outer panels: all genes of the set; inner panels, where a variant is configured: without the genes that "
        "it leaves out. Hollow: genes that the claim on both sets gives weight 0, since their direction is not clear. "
        "Green: mean of the set's genes over animals, with its 95 % interval. Grey: below detection.",
    )


def pair(animals: str, test: str, reference: str, name: str) -> Texts:
    """Describe two genes against each other."""
    return (
        f"Scatter of the level of two genes ({name.replace('_', ' and ')}) in {animals}, every animal named.",
        f"Each point is one animal ({animals}): log2(counts per million + 1) of two genes; colour is the group, shape the sex "
        "where it is known. Not adjusted for any covariate. No test; a correlation of all animals would reflect the groups.",
    )
