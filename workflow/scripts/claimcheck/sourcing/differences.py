"""Accounting for every difference between the samples that would be compared: what is not understood stops the study."""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping

from claimcheck.sourcing.genotype import LABELS
from claimcheck.sourcing.vocabulary import Vocabulary

_TOKEN = re.compile(r"[A-Za-z0-9]+")
_ACCESSION = re.compile(r"[A-Z]{3,6}\d{4,}(?:r\d+)?", re.I)


def unexplained(
    rests: Mapping[str, Mapping[Hashable, str]],
    texts: Mapping[str, Mapping[Hashable, str]],
    labels: Mapping[Hashable, str],
    vocabulary: Vocabulary,
    names: Callable[[list[Hashable]], str],
) -> list[str]:
    """Name the words and numbers that some of the samples share, others lack, and nothing explains.

    What one sample alone has numbers it. What goes with the genotype belongs to it in a field of genotypes or of names, and where
    it is a letter or holds a word for that genotype.

    Args:
        rests: by field and sample, what is left of the text when all that was understood is blanked.
        texts: the whole texts.
        labels: the genotype of each sample that would be compared.
        vocabulary: of `notation.Rules`.
        names: writes samples for a message.
    """
    reasons = []
    for field, column in rests.items():
        whole = {sample: texts[field][sample] for sample in labels if texts[field].get(sample)}
        meaning = vocabulary.field_meaning(field)
        if meaning not in ("description", "individual", "genotype"):
            continue
        is_name = meaning == "individual"
        for token, holders in _shared_tokens(column, whole, labels, is_name=is_name):
            groups = {labels[sample] for sample in holders}
            goes_along = len(groups) == 1 and len(holders) == sum(labels[sample] in groups for sample in whole)
            is_code = len(token) == 1 or (len(groups) == 1 and _abbreviates(token, min(groups), vocabulary))
            if goes_along and (is_name or meaning == "genotype" or is_code):
                continue
            along = ", and goes with the genotype" if goes_along else ""
            lacking = [sample for sample in whole if sample not in holders]
            reasons.append(
                f"{field}: `{token}` stands in {len(holders)} of {len(whole)} samples and is not understood{along}: "
                f"in {names(holders)}; not in {names(lacking)}. Say what it means under samples.conditional_knockout.words"
            )
    return reasons


def _shared_tokens(
    column: Mapping[Hashable, str], whole: Mapping[Hashable, str], labels: Mapping[Hashable, str], *, is_name: bool
) -> Iterator[tuple[str, list[Hashable]]]:
    """Yield what at least two samples share and another lacks: words, and what looks like a number but numbers no sample."""
    words: dict[str, list[Hashable]] = defaultdict(list)
    numbers: dict[str, list[Hashable]] = defaultdict(list)
    bare = not is_name and all(re.fullmatch(r"[\d.]+", text) for text in whole.values())
    shapes = {sample: _shape(column[sample], whole[sample]) for sample in whole}
    for sample in whole:
        found_words, found_numbers = _tokens(column[sample])
        for word in found_words:
            words[word].append(sample)
        for number in {whole[sample]} if bare else found_numbers:
            numbers[number].append(sample)
    for word, holders in sorted(words.items()):
        if 2 <= len(holders) < len(whole) and not (len(word) == 1 and is_name):
            yield word, holders
    for number, holders in sorted(numbers.items()):
        kinds = [(labels[sample], shapes[sample]) for sample in holders]
        repeated = len(set(kinds)) < len(kinds)
        if len(holders) < len(whole) and (len(holders) >= 2 if bare else repeated and not is_name):
            yield number, holders


def _tokens(rest: str) -> tuple[set[str], set[str]]:
    """Return the words (with a number behind them, their letters alone) and the free numbers and single letters of a text."""
    words, numbers = set(), set()
    for token in _TOKEN.findall(rest):
        stem = re.fullmatch(r"([A-Za-z]+)(\d*)", token)
        if _ACCESSION.fullmatch(token):
            continue
        if token.isdigit() or (len(token) == 1):
            numbers.add(token.lower())
        else:
            words.add((stem[1] if stem else token).lower())
    return words, numbers


def _shape(rest: str, text: str) -> str:
    """Return a text without its free numbers and single letters, to tell which samples a counter would have to tell apart."""
    known = "".join(letter for letter, left in zip(text, rest.ljust(len(text)), strict=False) if left == " ")
    return re.sub(r"[\W\d_]", "", known).lower() + "|" + ",".join(sorted(_tokens(rest)[0]))


def _abbreviates(token: str, label: str, vocabulary: Vocabulary) -> bool:
    """Tell whether a code holds a word for the genotype that it goes with, as `lko` does, or nearly is one, as `contrl`."""
    words = [
        bare
        for bare, (entry, _) in vocabulary.words.items()
        if entry.meaning == "genotype" and LABELS.get(entry.value) == label
    ]
    return any(token.startswith(word) or token.endswith(word) for word in words) or bool(
        difflib.get_close_matches(token, words, n=1, cutoff=0.75)
    )
