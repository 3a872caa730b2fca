"""What stands below the figures of gene sets and of the fit: what is drawn, from how many animals, and how to read it."""

Texts = tuple[str, str]
"""Alternative text, caption."""


def set_effects(family: str, animals: str, test: str, reference: str) -> Texts:
    """Describe the effects of a family's sets."""
    return (
        f"Effect with 95 % interval of every gene set of the family {family}, {test} / {reference}, its p-values, and the "
        f"score of each of {animals}.",
        f"Left: difference between the groups of a set's mean log2 expression ({animals}), with its 95 % t interval, adjusted "
        f"for the covariates of the model; positive = higher in {test}. Filled: the full set; hollow: without the genes that "
        "the claims register leaves out as those of other tissues, where there is a register. n: genes of the set, in each of "
        "these; p of rotation (do the set's genes move) and of CAMERA (do they move more than other genes), two-sided, of the "
        "full set, not adjusted for the number of sets. Right: each point is one animal, its mean log2 level of the set's "
        f"genes less the mean of {reference}, not adjusted for covariates. Below, on a scale of their own: sets that tell of "
        "other cells and may explain a difference. The effect averages log2 changes, rotation and CAMERA average z, in which noisy "
        "genes count for less: an interval and a p can disagree. Sets that are not drawn are named. Sets share genes, so rows "
        "are not independent; no verdict rests on this figure.",
    )


def enrichment(family: str, animals: str, test: str, reference: str) -> Texts:
    """Describe the running sums of a family's sets."""
    return (
        f"Running sums of the gene sets of the family {family} along the ranking of all genes, a panel a set.",
        f"Each panel is a set of the family {family}; genes are ranked by the Wald statistic, on the left those higher in "
        f"{test}, on the right those higher in {reference} ({animals}); each tick is a member of the set. n: members that were "
        "ranked; NES: normalised enrichment score, which describes and decides nothing, since it takes genes for independent. "
        "p: rotation and CAMERA, two-sided, not adjusted, which allow for genes that vary together.",
    )


def null_calibration(animals: str, test: str, reference: str) -> Texts:
    """Describe the quantiles of p-values where nothing is to be found."""
    return (
        "Quantiles of the p-values of four tests of gene sets where nothing is to be found, against those expected, in "
        f"{animals}.",
        "Why rotation decides and prerank only describes. On the line a test holds its level; above it its p-values are too "
        f"small. Left: the study's own sets between made-up groups of the same animals ({animals}), each mixed as evenly as "
        f"can be from {test} and {reference} within the covariates; the true condition is in the model, so that what it does "
        "is not in the way. Labellings that only exchange the names of the groups are left out. Right: sets of genes that are "
        "in no tested set, matched to each of them on size, expression and roughly on correlation, between the true groups; "
        "rotation asks whether a set moves at all, so it finds random sets too where all genes move. All p are two-sided; "
        "prerank ranks by moderated t. Few labellings share few animals and sets share genes, so points are not independent "
        "and there is no band. Points at the upper frame may lie beyond it.",
    )
