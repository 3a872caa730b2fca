"""What stands below the figures of claims: what is drawn, from how many animals, and how to read it."""

Texts = tuple[str, str]
"""Alternative text, caption."""


def claims(animals: str, test: str, reference: str) -> Texts:
    """Describe the forest of claims."""
    return (
        f"Forest plot: effect with 95 % interval of every confirmatory claim, {test} / {reference}, with its verdict in words.",
        f"Each row is a confirmatory claim ({animals}): effect and 95 % interval in the primary analysis, log2 "
        f"{test} / {reference}; positive = higher in {test}. Of genes the unshrunken fold change, of sets the difference "
        "of the mean scores, so the two panels cannot be compared. Grey band: changes below the smallest effect of interest, or "
        "within the margin, of the register. Pink tick: the smallest effect that this study would find with the register's power. "
        "Intervals are not adjusted for the number of claims; verdicts are.",
    )


def specifications(animals: str, test: str, reference: str) -> Texts:
    """Describe the specification curves."""
    return (
        f"Specification curves: the effect of every confirmatory claim under all analyses that were run, sorted, of {animals}.",
        f"Each panel is a claim, each point one way to analyse ({animals}), sorted by effect (log2 {test} / {reference}, 95 % "
        "interval). k: share of the ways other than the primary one that agree with it; a way agrees if its effect has the same "
        "sign and at least the part of the threshold that the register states, or, of claims that nothing changes, keeps within "
        "the margin. Ways are alike and not independent, so k is no probability. No p-value is taken from here, and k can only "
        "weaken a verdict.",
    )


def leave_one_out(animals: str, test: str, reference: str) -> Texts:
    """Describe the runs without one animal."""
    return (
        f"Forest plots: the effect of every confirmatory claim with all of {animals} and without each animal in turn.",
        f"Each panel is a claim: effect and 95 % interval (log2 {test} / {reference}) with all animals ({animals}) and without "
        "each one. Filled: same sign and one-sided unadjusted p within the limit of the register. Verdicts of claims that "
        "something changes depend on these runs; of claims that nothing changes they depend on k alone.",
    )


def controls(animals: str, test: str, reference: str) -> Texts:
    """Describe the negative controls."""
    return (
        f"Negative controls in {animals}: rate of false support of every claim, distribution of p-values, and housekeeping genes.",
        f"What the same tests find where nothing is to be found ({animals}). Top: share of draws that the primary analysis alone "
        "would call supported, with a 95 % Wilson interval; few draws leave a wide interval, which says nothing bad by itself. "
        "Middle: share of draws with a p-value up to each level; below the line a test is careful, above it it finds too much. "
        "Rotation asks whether a set moves at all, so random sets too are found where all genes move; CAMERA asks whether a set "
        "moves more than other genes, and both must agree. Bottom: genes that should not move. Random sets are drawn among the "
        "study's own genes and samples; shuffled labels mix "
        "both groups as evenly as they can.",
    )
