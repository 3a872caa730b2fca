"""A study of several comparisons as every call of Snakemake reads it: what they share, and each as a study of its own."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from claimcheck.claims.requests import Requests, Study, read_whole_study, standard_tests
from claimcheck.core.comparisons import comparisons_of
from claimcheck.core.errors import StudyError
from claimcheck.core.plain import is_file
from claimcheck.core.study import CONFIG, SHEET, Gathered, complete_configuration, gather_configuration
from claimcheck.quantification.abundance_files import abundances_of_study

_CHOOSING = ("factor", "test", "reference", "samples", "interaction")
"""Keys of `design` that say which samples a comparison is made of."""


class Several(NamedTuple):
    """A study of several comparisons.

    Attributes:
        shared: what is made once for all of them.
        given: the configuration of each, as a user would write it into the folder of the whole study, by name.
        studies: each as a study of its own, by name.
    """

    shared: Study
    given: dict[str, dict[str, Any]]
    studies: dict[str, Study]

    @property
    def groups(self) -> list[dict[str, Any]]:
        """What the design of each says of the samples that are compared, and nothing else: no other change counts reads again."""
        designs = (study.configuration["design"] for study in self.studies.values())
        return [{key: design[key] for key in _CHOOSING if key in design} for design in designs]


def read_studies(given: dict[str, Any], *, folder: Path) -> tuple[Several | None, Study]:
    """Read a study, and its comparisons if it has several; the study is then what is done once for all of them.

    Args:
        given: the configuration as it was written.
        folder: the study folder, to which paths are relative.

    Raises:
        StudyError: see `gather_configuration`, `read_several` and `read_whole_study`.
    """
    gathered = gather_configuration(given, folder=folder)
    several = read_several(gathered, folder=folder)
    return several, several.shared if several else read_whole_study(gathered, folder=folder)


def read_several(gathered: Gathered, *, folder: Path) -> Several | None:
    """Read a study of several comparisons, and check each as a study of its own; None where there is one.

    Args:
        gathered: the configuration.
        folder: the study folder, to which paths are relative.

    Raises:
        StudyError: see `comparisons_of`, `read_whole_study` and `abundances_of_study`, with the name of the comparison.
    """
    if "comparisons" not in gathered.joined.get("design", {}):
        return None
    configuration = complete_configuration(gathered, folder=folder)
    written = comparisons_of(gathered)
    studies = {name: _read_one(name, one, folder) for name, one in written.items()}
    _require_one_pair(configuration, studies, folder)
    wanted: dict[str, list[str]] = {}
    for study in studies.values():
        wanted |= study.requests.wanted
    shared = Requests([], {}, standard_tests(), [], wanted, [])
    return Several(Study(configuration, gathered.symbols, None, shared), written, studies)


def _read_one(name: str, configuration: dict[str, Any], folder: Path) -> Study:
    try:
        study = read_whole_study(gather_configuration(configuration, folder=folder), folder=folder)
        abundances_of_study(study.configuration, folder)
        return study
    except StudyError as error:
        raise StudyError(
            f"{error.what} (comparison {name})",
            where=error.where,
            expected=error.expected,
            remedy=error.remedy,
            details=error.details,
        ) from None


def _require_one_pair(configuration: Mapping[str, Any], studies: Mapping[str, Study], folder: Path) -> None:
    """Stop where a conditional knockout is to be read from the archive, which tells two groups, and comparisons name others."""
    designs = [study.configuration["design"] for study in studies.values()]
    pairs = {(design["test"], design["reference"]) for design in designs}
    factors = {design["factor"] for design in designs}
    from_archive = configuration["start_from"] == "archive" and not is_file(folder / SHEET)
    if from_archive and (
        factors != {"condition"} or ("conditional_knockout" in configuration["samples"] and len(pairs) > 1)
    ):
        raise StudyError(
            "the comparisons name groups that the archive's descriptions are not read for",
            where=f"{CONFIG}, design.comparisons; there is no {SHEET}",
            expected="one pair of `test` and `reference` with samples.conditional_knockout, and `factor: condition`",
            remedy=f"state the groups in {SHEET} (the target `samples` writes a template), or compare the two groups alone",
        )
