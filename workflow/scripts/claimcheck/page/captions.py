"""What stands below and behind every figure of the page: the words of its entry, or what is computed here."""

import inspect
from collections.abc import Callable, Mapping

from claimcheck.figures.differential import N_LABELLED
from claimcheck.figures.registry import Entry, entry_of
from claimcheck.page.study_words import Calls, Study

Texts = tuple[str, str]
"""Alternative text, caption."""
_NAMED = (
    f"Named: the {N_LABELLED} genes of largest absolute Wald statistic among those with a symbol, and in bold the genes of "
    "interest."
)


def _test(compared: str, study: Study) -> str:
    return (
        f"Wald test of {study.effect.up} against {study.effect.down}, {compared}, model {study.formula}; p adjusted over genes by "
        f"Benjamini and Hochberg; called below {study.alpha:g}. Direction: {study.direction}; not shrunken."
    )


def ma(compared: str, study: Study, calls: Calls) -> Texts:
    """Describe fold changes against mean counts."""
    return (
        f"Log2 fold change against mean count of {calls.n_genes:,} genes; {calls.n_up:,} are called higher in "
        f"{study.effect.up}, {calls.n_down:,} higher in {study.effect.down}.",
        f"Each point is a gene (n = {calls.n_genes:,}). {_test(compared, study)} {_NAMED} Triangles lie beyond the scale.",
    )


def volcano(compared: str, study: Study, calls: Calls) -> Texts:
    """Describe evidence against fold changes."""
    n = calls.n_genes - calls.n_without_p
    return (
        f"Evidence against log2 fold change of {n:,} genes; {calls.n_called:,} genes are called.",
        f"Each point is a gene with a p-value (n = {n:,}). {_test(compared, study)} {_NAMED} Triangles lie beyond "
        "the scale. The dashed line lies at the largest p of a called gene.",
    )


def p_values(compared: str, calls: Calls) -> Texts:
    """Describe the histogram of the p-values."""
    n = calls.n_genes - calls.n_without_p
    return (
        f"Histogram of the p-values of {n:,} genes.",
        f"All unadjusted p-values of the Wald test (n = {n:,} genes; {compared}). A flat histogram is what no difference looks "
        "like, a peak at 0 comes from genes that differ, any other shape is a warning. π0: estimated share of genes without a "
        "difference (Storey 2002, from the p-values above 0.5); 1 does not show that there are none.",
    )


def pair(compared: str, study: Study, name: str) -> Texts:
    """Describe two genes against each other."""
    return (
        f"Scatter of the level of two genes ({name.replace('_', ' and ')}) in {compared}, every {study.subject} named.",
        f"Each point is one {study.subject} ({compared}): log2(counts per million + 1) of two genes; colour is the group, shape "
        "the sex where it is known. Not adjusted for any covariate. No test; a correlation of all "
        f"{study.subjects} would reflect the groups.",
    )


_COMPUTED: dict[str, Callable[..., Texts]] = {function.__name__: function for function in (ma, volcano, p_values, pair)}


def describe_figure(name: str, study: Study, calls: Calls, entries: Mapping[str, Entry]) -> tuple[str, str]:
    """Give the alternative text and the caption of a figure.

    Args:
        name: the figure's.
        study: names, direction and alpha.
        calls: numbers of samples and genes.
        entries: the figures that there are, each with its words, or the name of the function here that computes them: it is
            given what its arguments name.
    """
    entry, key = entry_of(name, entries)
    known = {
        "compared": f"{calls.n_test} {study.test} and {calls.n_reference} {study.reference} {study.subjects}",
        "subject": study.subject,
        "subjects": study.subjects,
        "Subjects": study.subjects.capitalize(),
        "test": study.test,
        "reference": study.reference,
        "study": study,
        "calls": calls,
        "in_words": " ".join(key.values()).replace("_", " "),
        **key,
    }
    if isinstance(entry.words, str):
        word = _COMPUTED[entry.words]
        return word(**{argument: known[argument] for argument in inspect.signature(word).parameters})
    return entry.words["alternative"].format_map(known), entry.words["caption"].format_map(known)
