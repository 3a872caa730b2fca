"""Where counters left their results: a file for each sample, in one folder or in a folder a sample."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from claimcheck.core.errors import StudyError
from claimcheck.core.plain import is_file, is_there
from claimcheck.core.tables import listed
from claimcheck.quantification.count_layout import file_stem, plain_file_name
from claimcheck.quantification.sample_places import compared_samples, require_own, stated_places
from claimcheck.sourcing.confounding import FILE

_NO_COUNTS = re.compile(
    r"\..*|.*\.(?:[bs]am|cram|bai|csi|summary|log|html|json|zip|pdf|fastq|fq|bigwig|bw|bed|gtf|fa|rds|rdata)(?:\.gz)?",
    re.IGNORECASE,
)
"""Files that stand beside counts and hold none."""
_IN_A_FOLDER = re.compile(
    r".*ReadsPerGene\.out\.tab|.*\.genes\.results|quant\.genes\.sf|(?:htseq|feature|gene)?[._-]?counts?\.(?:txt|tsv|tab|csv|out)",
    re.IGNORECASE,
)
"""How files of counts are called that stand in a folder of their sample."""
_OF_GEO = re.compile(r"(GSM\d+)[_.](.+)")


class CountFiles(NamedTuple):
    """The files of counts of the samples that are compared.

    Attributes:
        by_sample: path of each sample's, in the order of the sheet.
        left_out: files called like them that belong to no such sample.
    """

    by_sample: dict[str, str]
    left_out: list[str]


def count_files_of_study(configuration: Mapping[str, Any], folder: Path) -> CountFiles | None:
    """Find the files of counts that a study starts from, one for each sample.

    A sample's file is the one that column FILE of the sheet names; else the one in the folder that is called like the sample, but
    for ends that programs add and the accession that GEO puts before; else the only one in a folder that is called like the sample.

    Args:
        configuration: completed.
        folder: the study folder, to which paths are relative.

    Returns:
        Paths relative to the study folder unless absolute; None where the study starts from something else.

    Raises:
        StudyError: the sheet is wrong, a sample has no file or may have several, or two have the same.
    """
    given = configuration["counts"] or {}
    if configuration["start_from"] != "counts" or not given["folder"]:
        return None
    root, where = Path(given["folder"]), given["samples"]
    if not is_there(folder / root) or not (folder / root).is_dir():
        raise StudyError(
            "counts.folder is a file",
            where=str(root),
            expected="a folder with a file of counts for each sample",
            remedy="name the file as counts.table, if it has the counts of all samples",
        )
    chosen = compared_samples(configuration, folder)
    stated = stated_places(chosen, column=FILE, key="counts.folder", where=where)
    names = _files_below(folder / root)
    gone = [place for place in stated.values() if not is_file(folder / root / place)]
    if gone:
        raise StudyError(
            f"the file {listed(gone)} does not exist",
            where=f"{where}, column {FILE}",
            expected=f"a file of {root}, which has {listed(names, most=8) or 'none that may hold counts'}",
            remedy="correct the column",
        )
    candidates = {sample: _candidates(sample, names) for sample in chosen["sample"] if sample not in stated}
    _require_one(candidates, names, root, where)
    found = {sample: stated.get(sample) or candidates[sample][0] for sample in chosen["sample"]}
    require_own(found, column=FILE, where=where)
    ends = {_end_of(name) for name in found.values()}
    others = [name for name in names if name not in found.values() and _end_of(name) in ends]
    return CountFiles({sample: str(root / name) for sample, name in found.items()}, others)


def _files_below(root: Path) -> list[str]:
    """List files that may hold counts: in a folder, and in the folders in it those that are called as counters call them."""
    names = [path.name for path in root.iterdir() if path.is_file() and not _NO_COUNTS.fullmatch(path.name)]
    inner = [
        f"{path.name}/{below.name}"
        for path in root.iterdir()
        if path.is_dir() and not path.name.startswith(".")
        for below in path.iterdir()
        if below.is_file() and _is_of_folder(below.name, path.name)
    ]
    return [*sorted(names), *sorted(inner)]


def _is_of_folder(name: str, folder: str) -> bool:
    plain = name.removesuffix(".gz")
    is_named = plain_file_name(name) == plain_file_name(folder) and not _NO_COUNTS.fullmatch(name)
    return is_named or bool(_IN_A_FOLDER.fullmatch(plain))


def _candidates(sample: str, names: Sequence[str]) -> list[str]:
    """List the files that may be a sample's: called exactly so, or else alike, or else in a folder that is."""
    plain = plain_file_name(sample)
    flat, inner = ([name for name in names if ("/" in name) == nested] for nested in (False, True))
    return (
        [name for name in flat if name == sample]
        or [name for name in flat if plain_file_name(name) == plain]
        or [name for name in flat if plain in _names_in_geo(name)]
        or [name for name in inner if plain_file_name(name.partition("/")[0]) == plain]
    )


def _names_in_geo(name: str) -> tuple[str, ...]:
    match = _OF_GEO.fullmatch(name)
    return (match[1], plain_file_name(match[2])) if match else ()


def _end_of(name: str) -> str:
    """Return what stands behind the sample in the name of its file, or all of it where its folder names the sample."""
    folder, _, last = name.rpartition("/")
    stem = file_stem(last)
    return last.lower() if folder and plain_file_name(folder) != plain_file_name(last) else last[len(stem) :].lower()


def _require_one(candidates: Mapping[str, Sequence[str]], names: Sequence[str], root: Path, where: str) -> None:
    """Stop unless each sample has one file."""
    missing = [sample for sample, found in candidates.items() if not found]
    if missing:
        raise StudyError(
            f"there is no file of counts for {listed(missing)}",
            where=f"{root}, which has {listed(names, most=8) or 'no file that may hold counts'}; {where}",
            expected=f"a file for every sample that is compared, such as {root / missing[0]}.txt",
            remedy=f"correct counts.folder, leave the sample out, or name its file in a column `{FILE}` of the sheet",
        )
    for sample, found in candidates.items():
        if len(found) > 1:
            raise StudyError(
                f"{len(found)} files may hold the counts of {sample}: {listed(found, most=4)}",
                where=f"{root}; {where}",
                expected="one file for each sample",
                remedy=f"remove those that are not meant, or name the one in a column `{FILE}` of the sheet",
            )
