"""Which runs are of one animal: accessions and names are evidence, and where they don't decide it the study asks."""

import re
from typing import Any

import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.sourcing.characteristics import DATE, FILE_PARTS, NUMBER_AFTER
from claimcheck.sourcing.notation import clean
from claimcheck.sourcing.samples import describe_samples
from claimcheck.sourcing.vocabulary import Vocabulary

UNITS = {"biosample": "sample_accession", "experiment": "experiment_accession", "run": "run_accession"}
"""What `samples.unit` may say is one animal, and the column that tells these apart."""

_LIBRARY_NAMES = ("library_name", "submitted_ftp", "run_alias", "experiment_alias", "experiment_title")
_ANIMAL_NAMES = ("library_name", "sample_alias", "run_alias", "submitted_ftp")


def find_units(runs: pd.DataFrame, unit: str, vocabulary: Vocabulary) -> tuple["pd.Series[Any]", list[str]]:
    """Find the animal of every run.

    Lanes, technical replicates and repeated sequencing are one animal, as is whatever an experiment holds. Libraries of one
    BioSample whose names differ in more may be several animals.

    Args:
        runs: one row a run, text columns.
        unit: a key of UNITS, or auto.
        vocabulary: whose technical words tell lanes and the like.

    Returns:
        The accession that stands for each run's animal, indexed like `runs`; and what has to be asked.
    """
    animals = runs["run_accession"]
    for column in (UNITS["experiment"], UNITS["biosample"]) if unit == "auto" else (UNITS[unit],):
        if column in runs:
            animals = runs[column].where(runs[column] != "", animals)
    if unit != "auto":
        return animals, []
    reasons = []
    libraries = runs[UNITS["experiment"]].where(runs[UNITS["experiment"]] != "", runs["run_accession"])
    counted = libraries.groupby(animals).nunique()
    for animal, n in counted[counted > 1].items():
        if names := _different_names(runs[animals == animal], vocabulary):
            reasons.append(
                f"{animal} has {n} libraries, {listed(names)}: one animal or several? "
                "samples.unit: biosample says one, samples.unit: experiment or run says several"
            )
    together, doubts = _join_lanes(runs.assign(animal=animals), vocabulary)
    return animals.map(lambda animal: together.get(animal, animal)), reasons + doubts


def _different_names(libraries: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Return the names of the libraries of one BioSample if they differ in more than lanes and the like."""
    for column in _LIBRARY_NAMES:
        if column in libraries and (libraries[column] != "").all():
            bare = {_without_technical(name, vocabulary)[0] for name in libraries[column]}
            return sorted(set(libraries[column])) if len(bare) > 1 else []
    return []


def _join_lanes(runs: pd.DataFrame, vocabulary: Vocabulary) -> tuple[dict[str, str], list[str]]:
    """Find BioSamples whose names differ in nothing but lanes, technical replicates or repeated sequencing.

    Returns:
        The accession that stands for each BioSample that was joined; and those that nothing numbers, which are asked for.
    """
    together: dict[str, str] = {}
    reasons = []
    described = describe_samples(runs, runs["animal"])
    titles = {str(animal): _without_technical(text, vocabulary) for animal, text in described["sample_title"].items()}
    for column in ("sample_title", *(name for name in _ANIMAL_NAMES if name in described)):
        names = {str(animal): _without_technical(text, vocabulary) for animal, text in described[column].items()}
        alike: dict[tuple[str, str], list[str]] = {}
        for animal in sorted(names):
            alike.setdefault((titles[animal][0], names[animal][0]), []).append(animal)
        for (_, name), animals in sorted(alike.items()):
            technical = [names[animal][1] or titles[animal][1] for animal in animals]
            if len(animals) < 2 or len(set(technical)) < 2:
                continue
            if re.search(r"\d", name or titles[animals[0]][0]):
                together |= dict.fromkeys(animals, animals[0])
            elif not set(animals) <= set(together):
                shown = listed(described.loc[animals, column])
                reasons.append(
                    f"{listed(animals)} ({shown}): lanes of one animal, or an animal each? "
                    "samples.unit: biosample says an animal each; a sheet says which runs belong together"
                )
    return together, list(dict.fromkeys(reasons))


def _without_technical(text: str, vocabulary: Vocabulary) -> tuple[str, str]:
    """Part a name into what names the animal, and what names lanes, technical replicates, repeats, and days of sequencing."""
    text = clean(text.rpartition("/")[2])
    spans = [match.span() for pattern in (FILE_PARTS, DATE) for match in pattern.finditer(text)]
    for word in vocabulary.find(text):
        if word.entry.meaning == "technical":
            after = NUMBER_AFTER.match(text[word.end :])
            spans.append((word.start, word.end + (after.end() if after else 0)))
    technical = []
    for start, end in sorted(spans):
        technical.append(text[start:end].lower())
        text = text[:start] + " " * (end - start) + text[end:]
    return " ".join(re.findall(r"[a-z0-9+/-]+", text.lower())), " ".join(technical)
