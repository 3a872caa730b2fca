"""Where somebody else's quantifier left its results: a folder a sample, as kallisto and salmon write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.core.errors import StudyError
from claimcheck.core.plain import is_file
from claimcheck.core.tables import listed
from claimcheck.quantification.quantifier_reports import Report, read_report
from claimcheck.quantification.sample_places import compared_samples, require_own, stated_places
from claimcheck.sourcing.confounding import FOLDER

TABLES = {"kallisto": ("abundance.tsv", "abundance.tsv.gz"), "salmon": ("quant.sf", "quant.sf.gz")}
"""What holds the abundances of a sample, by quantifier; the first that is there is read."""
_REPORTS = {"kallisto": "run_info.json", "salmon": "aux_info/meta_info.json"}
_BOOTSTRAPS = ("bs_abundance_*.tsv", "aux_info/bootstrap/*", "aux/bootstrap/*")


@dataclass(frozen=True)
class AbundanceFiles:
    """The results of a quantifier for the samples that are compared, in the order of `samples`.

    Attributes:
        quantifier: "kallisto" or "salmon".
        samples: their names in the sheet.
        tables: the table of each.
        reports: what the quantifier says of its run, of the samples that have it.
        by_sample: the same, read; only of samples that have it.
    """

    quantifier: str
    samples: list[str]
    tables: list[str]
    reports: list[str]
    by_sample: Mapping[str, Report]

    @property
    def has_mapping(self) -> bool:
        """Whether the share of mapped reads is known of every sample."""
        return all(name in self.by_sample and self.by_sample[name].is_share_known for name in self.samples)


def abundances_of_study(configuration: Mapping[str, Any], folder: Path) -> AbundanceFiles | None:
    """Find the abundances that a study starts from.

    Args:
        configuration: completed.
        folder: the study folder, to which paths are relative.

    Returns:
        The files, relative to the study folder unless absolute; None where the study starts from something else.

    Raises:
        StudyError: the sheet is wrong, a sample has no results or those of two quantifiers, or samples have different ones.
    """
    if configuration["start_from"] != "transcripts":
        return None
    given = configuration["transcripts"]
    chosen = compared_samples(configuration, folder)
    stated = stated_places(chosen, column=FOLDER, key="transcripts.folder", where=given["samples"])
    places = {sample: stated.get(sample, sample) for sample in chosen["sample"]}
    require_own(places, column=FOLDER, where=given["samples"])
    root = Path(given["folder"])
    _require_folders(places, root, folder, given["samples"])
    found = {sample: _table_in(root / place, folder, sample) for sample, place in places.items()}
    kinds = {quantifier: [name for name, (kind, _) in found.items() if kind == quantifier] for quantifier in TABLES}
    if all(kinds.values()):
        raise StudyError(
            f"the samples were quantified with different programs: {listed(kinds['kallisto'])} with kallisto, "
            f"{listed(kinds['salmon'])} with salmon",
            where=str(root),
            expected="all samples quantified with the same program, since programs differ as groups do",
            remedy="quantify all samples with one of them",
        )
    quantifier = next(name for name, samples in kinds.items() if samples)
    reports = {name: root / place / _REPORTS[quantifier] for name, place in places.items()}
    there = {name: path for name, path in reports.items() if is_file(folder / path)}
    return AbundanceFiles(
        quantifier,
        list(found),
        [str(path) for _, path in found.values()],
        [str(path) for path in there.values()],
        {name: read_report(folder / path, quantifier) for name, path in there.items()},
    )


def _require_folders(places: Mapping[str, str], root: Path, study: Path, where: str) -> None:
    """Stop unless each sample has a folder; say where its folder may be."""
    missing = [sample for sample, place in places.items() if not (study / root / place).is_dir()]
    if not missing:
        return
    below = sorted(path.name for path in (study / root).iterdir() if path.is_dir())
    nested = [name for name in below if all((study / root / name / places[one]).is_dir() for one in missing)]
    remedy = (
        f"set transcripts.folder to {root / nested[0]}"
        if nested
        else f"correct transcripts.folder, leave the sample out, or name its folder in a column `{FOLDER}` of the sheet"
    )
    raise StudyError(
        f"there is no folder for {listed(missing)}",
        where=f"{root}, which has {listed(below, most=8) or 'no folder'}; {where}",
        expected=f"a folder for every sample that is compared, such as {root / places[missing[0]]}",
        remedy=remedy,
    )


def _table_in(place: Path, study: Path, sample: str) -> tuple[str, Path]:
    """Find the table of abundances in the folder of a sample.

    Returns:
        The quantifier and the path, relative to the study.
    """
    there = [
        (kind, place / name) for kind, names in TABLES.items() for name in names if (study / place / name).is_file()
    ]
    if len({kind for kind, _ in there}) == 1:
        return there[0]
    expected = "one of abundance.tsv (kallisto) and quant.sf (salmon), plain or gzip"
    if there:
        what = f"the folder of {sample} has results of both kallisto and salmon"
        remedy = "remove those that are not meant"
    elif is_file(study / place / "abundance.h5"):
        what = f"the folder of {sample} has abundance.h5 alone, which is not read"
        remedy = f"make the table with `kallisto h5dump -o {place} {place / 'abundance.h5'}`"
    elif any(any((study / place).glob(pattern)) for pattern in _BOOTSTRAPS):
        what = f"the folder of {sample} has bootstraps, but not the estimates that they belong to"
        remedy = "copy the table of the estimates as well; bootstraps are not used"
    else:
        names = sorted(path.name for path in (study / place).iterdir())
        what = f"the folder of {sample} has no abundances; it has {listed(names, most=8) or 'nothing'}"
        remedy = "copy the quantifier's whole folder, or correct transcripts.folder"
    raise StudyError(what, where=str(place), expected=expected, remedy=remedy)
