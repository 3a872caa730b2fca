"""Accounting for every difference between the samples that would be compared: what is not understood stops the study."""

import difflib
import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping

from claimcheck.sourcing.genotype import LABELS
from claimcheck.sourcing.vocabulary import Vocabulary

_TOKEN = re.compile(r"[^\W_]+|[+*]")
_TELLING = ("description", "individual", "animal", "genotype")
"""Fields in which a single letter or digit can be the code of a genotype."""
_ACCESSION = re.compile(r"[A-Z]{3,6}\d{4,}(?:r\d+)?", re.I)


def unexplained(
    rests: Mapping[str, Mapping[Hashable, str]],
    texts: Mapping[str, Mapping[Hashable, str]],
    labels: Mapping[Hashable, str],
    vocabulary: Vocabulary,
    names: Callable[[list[Hashable]], str],
    *,
    blocks: Mapping[Hashable, object],
    told_by: Mapping[Hashable, set[str]],
) -> list[str]:
    """Name the words and numbers that some of the samples share, others lack, and nothing explains.

    What one sample alone has numbers it. What goes with the genotype belongs to it in a field of genotypes or of names, and
    where it holds a word for that genotype, or is a mere code of it in a field that may tell genotypes.

    Args:
        rests: by field and sample, what is left of the text when all that was understood is blanked.
        texts: the whole texts.
        labels: the genotype of each sample that would be compared.
        vocabulary: of `notation.Rules`.
        names: writes samples for a message.
        blocks: the batch of each sample, in which its counter may begin anew.
        told_by: the fields that tell the genotype of each sample; a name among them is a description.
    """
    reasons = []
    for field, column in rests.items():
        whole = {sample: texts[field].get(sample, "") for sample in labels}
        meaning = vocabulary.field_meaning(field)
        if meaning in ("record", "sex", "age", "batch", "culture"):
            continue
        if meaning == "animal":
            reasons += _same_animals(field, whole, labels, names)
        is_name = meaning in ("individual", "animal") and not all(field in told_by[sample] for sample in whole)
        kinds = {sample: (labels[sample], blocks[sample], _shape(column[sample], whole[sample])) for sample in whole}
        for token, holders in _shared_tokens(column, whole, kinds, is_name=is_name):
            groups = {labels[sample] for sample in holders}
            goes_along = len(groups) == 1 and len(holders) == sum(labels[sample] in groups for sample in whole)
            is_code = meaning in _TELLING and (meaning != "description" or re.fullmatch(r"[a-z]\d?|[\d+*]", token))
            if goes_along and (is_code or _abbreviates(token, groups.pop(), vocabulary)):
                continue
            along = ", and goes with the genotype" if goes_along else ""
            lacking = [sample for sample in whole if sample not in holders]
            reasons.append(
                f"{field}: `{token}` stands in {len(holders)} of {len(whole)} samples and is not understood{along}: "
                f"in {names(holders)}; not in {names(lacking)}. Say what it means under samples.conditional_knockout.words"
            )
    return reasons


def _same_animals(
    field: str, whole: Mapping[Hashable, str], labels: Mapping[Hashable, str], names: Callable[[list[Hashable]], str]
) -> list[str]:
    """Name the samples of one group that a field says to be of one animal, unless it says so of the whole group."""
    animals: dict[tuple[str, str], list[Hashable]] = defaultdict(list)
    for sample, text in ((sample, text) for sample, text in whole.items() if text):
        animals[labels[sample], text].append(sample)
    several = {label for label in labels.values() if sum(one == label for one, _ in animals) > 1}
    return [
        f"{field}: {text!r} names the animal of {names(holders)}: one animal or several?"
        for (label, text), holders in animals.items()
        if label in several and len(holders) > 1
    ]


def _shared_tokens(
    column: Mapping[Hashable, str], whole: Mapping[Hashable, str], kinds: Mapping[Hashable, object], *, is_name: bool
) -> Iterator[tuple[str, list[Hashable]]]:
    """Yield what at least two samples share and another lacks: words, and what looks like a number but numbers no sample.

    A number numbers samples if it occurs once among those of each kind.
    """
    words: dict[str, list[Hashable]] = defaultdict(list)
    numbers: dict[str, list[Hashable]] = defaultdict(list)
    bare = not is_name and all(re.fullmatch(r"[\d.]*", text) for text in whole.values())
    is_measured = bare and 2 * len(set(whole.values()) - {""}) > sum(text != "" for text in whole.values())
    for sample in whole:
        found_words, found_numbers = _tokens(column[sample])
        for word in found_words:
            words[word].append(sample)
        for number in {whole[sample]} - {""} if bare else found_numbers:
            numbers[number].append(sample)
    for word, holders in sorted(words.items()):
        if 2 <= len(holders) < len(whole) and not (len(word) == 1 and is_name):
            yield word, holders
    for number, holders in sorted(numbers.items()):
        repeated = len({kinds[sample] for sample in holders}) < len(holders)
        if len(holders) < len(whole) and repeated and not is_name and not is_measured:
            yield number, holders


def _tokens(rest: str) -> tuple[set[str], set[str]]:
    """Return the words (of one with a number behind it, its letters) and the numbers of a text, free or behind letters."""
    words, numbers = set(), set()
    for token in _TOKEN.findall(rest):
        stem = re.fullmatch(r"([^\W\d]+)(\d*)", token)
        if _ACCESSION.fullmatch(token):
            continue
        if token.isdigit() or (len(token) == 1):
            numbers.add(token.lower())
        else:
            words.add((stem[1] if stem else token).lower())
            numbers |= {token.lower()} if stem and stem[2] else set()
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
