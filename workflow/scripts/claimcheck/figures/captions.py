"""What stands below and behind every figure of the page, in the words that its entry names."""

import inspect
from collections.abc import Mapping

from claimcheck.figures import claims_captions, differential_captions, gene_captions, quality_captions, set_captions
from claimcheck.figures.registry import Entry, entry_of
from claimcheck.figures.study_words import Calls, Study

_WORDS = {
    module.__name__.rpartition(".")[2]: module
    for module in (claims_captions, differential_captions, gene_captions, quality_captions, set_captions)
}
"""Imported here by name, so that the page depends on them."""


def describe_figure(name: str, study: Study, calls: Calls, entries: Mapping[str, Entry]) -> tuple[str, str]:
    """Give the alternative text and the caption of a figure.

    Args:
        name: the figure's.
        study: names, direction and alpha.
        calls: numbers of animals and genes.
        entries: the figures that there are, of which each names the function that words it. Such a function is given what its
            arguments name: animals (how many of which group), test, reference, study, calls, and the argument of `repeat`.
    """
    entry, key = entry_of(name, entries)
    module, _, function = entry.words.partition(".")
    word = getattr(_WORDS[module], function)
    known = {
        "animals": f"{calls.n_test} {study.test} and {calls.n_reference} {study.reference} animals",
        "test": study.test,
        "reference": study.reference,
        "study": study,
        "calls": calls,
        **key,
    }
    alternative, caption = word(**{argument: known[argument] for argument in inspect.signature(word).parameters})
    return str(alternative), str(caption)
