"""What a quantifier says of its own run: how many reads it saw and how many it could place."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.core.errors import StudyError

LARGEST = 1 << 20
"""Bytes; real reports have some kB."""
_KEYS = {
    "kallisto": ("n_processed", "n_pseudoaligned", "n_unique", "", "kallisto_version"),
    "salmon": ("num_processed", "num_mapped", "", "frag_length_mean", "salmon_version"),
}
"""Names of the report's values: reads, of these mapped, of these to one transcript, fragment length, version."""


@dataclass(frozen=True)
class Report:
    """A quantifier's account of one sample; None is not known.

    Attributes:
        version: of the quantifier, "" if not said.
        n_processed: reads (pairs). Where salmon was given alignments it saw the aligned reads alone, and this is None.
        n_mapped: of these mapped to transcripts.
        n_unique: of these to one transcript only.
        fragment_length: mean, in nucleotides.
    """

    version: str
    n_processed: int | None
    n_mapped: int | None
    n_unique: int | None = None
    fragment_length: float | None = None

    @property
    def is_share_known(self) -> bool:
        """Whether the share of mapped reads can be computed."""
        return bool(self.n_processed) and self.n_mapped is not None


def read_report(path: Path, quantifier: str) -> Report:
    """Read kallisto's `run_info.json` or salmon's `aux_info/meta_info.json`.

    Raises:
        StudyError: it is too large, no JSON, or its numbers are none, or contradict each other.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 10} kB")
        said = json.loads(content)
        if not isinstance(said, dict):
            raise ValueError("it is not a group of keys")
        report = _report(said, quantifier)
        if report.n_processed is not None and (report.n_mapped or 0) > report.n_processed:
            raise ValueError(f"it has {report.n_mapped:,} of {report.n_processed:,} reads mapped")
    except (OSError, ValueError, RecursionError) as error:
        raise StudyError(
            f"the report of {quantifier} cannot be read: {error}",
            where=str(path),
            expected=f"the JSON file as {quantifier} wrote it",
            remedy="copy the file again; without it the share of mapped reads counts as not measured",
        ) from error
    return report


def _report(said: dict[str, Any], quantifier: str) -> Report:
    processed, mapped, unique, length, version = _KEYS[quantifier]
    from_alignments = said.get("mapping_type") == "alignment"
    return Report(
        version=str(said.get(version, ""))[:40],
        n_processed=None if from_alignments else _whole(said, processed),
        n_mapped=_whole(said, mapped),
        n_unique=_whole(said, unique),
        fragment_length=_positive(said, length),
    )


def _whole(said: dict[str, Any], key: str) -> int | None:
    value = said.get(key)
    if value is not None and (type(value) is not int or value < 0):
        raise ValueError(f"{key} is {str(value)[:40]!r}")
    return value


def _positive(said: dict[str, Any], key: str) -> float | None:
    value: Any = said.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 < float(value) < 1e6 else None
