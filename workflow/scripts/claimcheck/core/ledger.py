"""What each step made, and from what: checksums that its files are held against before anything is built on them.

A record is one small file in RECORDS for each file that a step made or read. Whether a file has changed is asked of its size and
times first, of which nobody can set the one of the last change of its inode, and of its content only where these differ.
"""

import hashlib
import json
import os
import sys
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from claimcheck.core.errors import StudyError, first_of

STATE = Path(".snakemake")
RECORDS = STATE / "made"
RESULTS = Path("results")
_PARTIAL = ".part"
LARGE = 1_000_000_000
"""Bytes from which on it is said that a file is read."""
_LONGEST_NAME = 255
_OWN_OF_SNAKEMAKE = ".snakemake_timestamp"


@dataclass(frozen=True)
class Record:
    """What is known of a file.

    Attributes:
        path: relative to the study folder, or absolute.
        sha256: of its content; of a folder that of the names and checksums of its files.
        stamp: of size and times when the content was read last.
        rule: that made it; "" for a file of the user.
        inputs: the checksums of what its step read, by path; those that it only waited for are left out.
        again: how often the file was found to be another than its step had made.
        is_changed: whether it is so since; a step that makes it anew clears this.
    """

    path: str
    sha256: str
    stamp: str
    rule: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    again: int = 0
    is_changed: bool = False


def digest_of(path: Path, algorithm: str = "sha256") -> str:
    """Return the checksum of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def read_record(path: Path | str) -> Record | None:
    """Return what is known of a file; None of one that no step has made or read, and where the record itself is damaged."""
    try:
        record = Record(**json.loads(_place(path).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    fits = record.path == str(path) and isinstance(record.inputs, dict) and isinstance(record.again, int)
    return record if fits else None


def read_inputs(paths: Iterable[Path | str]) -> dict[str, str]:
    """Hold what a step is about to read against its records.

    Returns:
        The checksums by path.

    Raises:
        StudyError: a file is not what the step that made it had made.
    """
    checksums = {}
    for path in map(str, paths):
        record = _looked_at(Path(path))
        if record.is_changed:
            raise StudyError(
                f"{path} is not what the step {record.rule} made",
                where=path,
                expected=f"the file as it was made: sha256 {record.sha256}",
                remedy="start again with the same command: it is made again",
            )
        checksums[path] = record.sha256
    return checksums


def record_outputs(paths: Iterable[Path | str], rule: str, inputs: Mapping[str, str]) -> None:
    """Write down what a step has made; `inputs` are from `read_inputs`, before it began."""
    for path in map(str, paths):
        if Path(path).exists():
            before = read_record(path)
            stamp, sha256 = _stamp(Path(path)), _content(Path(path))
            _write(Record(path, sha256, stamp, rule, dict(inputs), before.again if before else 0))


def times_again(outputs: Collection[Path | str], *, look: bool) -> int:
    """Return a number that changes when the outputs of a step have to be made again, for the params of its rule.

    They have to be if one is no longer what was made, or one below `results` is gone. Each is named on the terminal.

    Args:
        outputs: of the step.
        look: at the files; else what was found last is returned.
    """
    return sum(_times_again(Path(output), look=look) for output in outputs)


def is_locked() -> bool:
    """Whether a run holds Snakemake's lock on the study, and may be writing its files."""
    return any(path.is_file() for path in (STATE / "locks").glob("*"))


def clear_partial_records() -> None:
    """Delete the records that a killed run was writing; to be called where no run holds the lock."""
    for path in RECORDS.glob(f"*{_PARTIAL}"):
        with suppress(OSError):
            path.unlink(missing_ok=True)


def require_known(paths: Iterable[Path], stated: Mapping[str, str]) -> None:
    """Stop where a file stands in the place of an output that neither a step nor a manifest knows.

    Args:
        paths: files that are in the places of outputs.
        stated: the checksums that the study's manifest states, by path; a file that has its own is taken over.

    Raises:
        StudyError: with all of them.
    """
    unknown = []
    for path in paths:
        if read_record(path) or _has_mark(path, "metadata") or _has_mark(path, "incomplete"):
            continue
        if stated.get(str(path)) == _content(path):
            _write(Record(str(path), stated[str(path)], _stamp(path), "an earlier run"))
        else:
            unknown.append(str(path))
    if unknown:
        raise StudyError(
            f"{len(unknown)} file{'s are' if len(unknown) > 1 else ' is'} in the place of a result, and no step of this study made "
            f"{'them' if len(unknown) > 1 else 'it'}",
            details=first_of(unknown),
            where=unknown[0],
            expected="what the steps made, with their records in the hidden folder .snakemake, or nothing",
            remedy="move what is yours to another name; where .snakemake was lost, delete results and resources, but keep "
            "resources/downloads, which is verified and not fetched again",
        )


def broken_links(outputs: Iterable[str], *, by_stamp: bool = False) -> dict[str, str]:
    """Follow the records from outputs back to what they were made from.

    Args:
        outputs: paths of results.
        by_stamp: a file whose size and times are those of its record is not read again.

    Returns:
        In words by the path of the file: what is no longer as it was made, or as it was when something was made from it.
    """
    waiting = sorted(outputs)
    seen = set(waiting)
    broken = {}
    for path in waiting:  # which grows
        record = read_record(path)
        if record is None or not record.rule or not Path(path).exists():
            continue
        now = record.sha256 if by_stamp and _stamp(Path(path)) == record.stamp else _content(Path(path))
        if now != record.sha256:
            broken[path] = f"not as made: {path} (rule {record.rule}): sha256 was {record.sha256[:12]}, is {now[:12]}"
        for name, digest in sorted(record.inputs.items()):
            if Path(name).exists() and _looked_at(Path(name), is_kept=False).sha256 != digest:
                broken.setdefault(name, f"made from another file: {path} (rule {record.rule}), from another {name}")
        new = sorted(record.inputs.keys() - seen)
        seen.update(new)
        waiting += new
    return broken


_SAID: list[str] = []
_MOST_SAID = 12
_LOOKED_AT: dict[Path, int] = {}
"""What this process has found: one look at a file a run, since steps write while the run is planned on."""


def _times_again(path: Path, *, look: bool) -> int:
    if not look:
        record = read_record(path)
        return record.again if record else 0
    if path not in _LOOKED_AT:
        _LOOKED_AT[path] = _looked_for(path)
    return _LOOKED_AT[path]


def _looked_for(path: Path) -> int:
    """Look at an output; where it is not what was made, name it and count that."""
    record = read_record(path)
    if record is None:
        return 0
    wrong = ""
    if not path.exists():
        wrong = "is gone" if path.is_relative_to(RESULTS) else ""
    elif _looked_at(path).is_changed:
        wrong = f"is not what the step {record.rule} made"
    else:
        others = (
            name
            for name, digest in record.inputs.items()
            if Path(name).exists() and (other := _looked_at(Path(name))).rule == "" and other.sha256 != digest
        )
        first = next(others, None)
        wrong = f"was made from another {first}" if first else ""
    if not wrong:
        return record.again
    if not _has_mark(path, "incomplete"):
        _say(f"{path} {wrong}: it is made again, with all that follows from it")
    if not record.is_changed:
        record = replace(record, again=record.again + 1, is_changed=True)
        _write(record)
    return record.again


def _say(sentence: str) -> None:
    """Say on the terminal what was found, of many the first."""
    _SAID.append(sentence)
    if len(_SAID) <= _MOST_SAID:
        print(sentence, file=sys.stderr, flush=True)
    elif len(_SAID) == _MOST_SAID + 1:
        print("and so are more files", file=sys.stderr, flush=True)


def _looked_at(path: Path, *, is_kept: bool = True) -> Record:
    """Return what is known of a file that is here, its content read if it may be another one.

    A file of the user is known by what it holds; one that a step made, by what that made, and is marked where it differs.
    """
    record = read_record(path)
    stamp = _stamp(path)
    if record and record.stamp == stamp and (not record.rule or not record.is_changed):
        return record
    size = sum(one.stat().st_size for one in _files(path))
    if size >= LARGE:
        print(f"{path}: {size / 1e9:.1f} GB are read to see whether they have changed", file=sys.stderr, flush=True)
    sha256 = _content(path)
    if record is None or not record.rule:
        record = Record(str(path), sha256, stamp)
    elif record.sha256 != sha256:
        return replace(record, is_changed=True)
    else:
        record = replace(record, stamp=stamp)
    if is_kept:
        _write(record)
    return record


def _files(path: Path) -> list[Path]:
    found = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return sorted(one for one in found if one.name != _OWN_OF_SNAKEMAKE)


def _stamp(path: Path) -> str:
    """Return a checksum of size and times of a file, or of all files of a folder; links are followed."""
    facts = [(str(one), *_facts(one.stat())) for one in _files(path)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _facts(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns


def _content(path: Path) -> str:
    if path.is_file():
        return digest_of(path)
    facts = [(one.relative_to(path).as_posix(), digest_of(one)) for one in _files(path)]
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _place(path: Path | str) -> Path:
    return RECORDS / f"{hashlib.sha256(str(path).encode()).hexdigest()[:40]}.json"


def _write(record: Record) -> None:
    """Write a record, whole; several steps may look at one file at the same time."""
    while not _has_written(record):  # a start that finds no lock clears what another dry run is writing
        pass


def _has_written(record: Record) -> bool:
    RECORDS.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=RECORDS, delete=False, encoding="utf-8", suffix=_PARTIAL) as stream:
        json.dump(asdict(record), stream)
    try:
        Path(stream.name).replace(_place(record.path))
    except FileNotFoundError:
        return False
    finally:
        with suppress(OSError):
            Path(stream.name).unlink(missing_ok=True)
    return True


def _has_mark(path: Path, kind: str) -> bool:
    """Whether Snakemake has a mark of a kind on an output: `incomplete`, or the `metadata` of one that it has made."""
    coded = urlsafe_b64encode(str(path).encode()).decode()
    parts = [coded[start : start + _LONGEST_NAME - 1] for start in range(0, len(coded), _LONGEST_NAME - 1)]
    return (STATE / kind).joinpath(*(f"@{part}" for part in parts[:-1]), parts[-1]).exists()


def stated_checksums(manifest: Path) -> dict[str, str]:
    """Return the SHA-256 of results by the manifest of the study, if it can be read; what it is worth is not asked."""
    try:
        study: Any = json.loads(manifest.read_text(encoding="utf-8"))["study"]
        return {str(name): str(stated["sha256"]) for name, stated in study["outputs"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
