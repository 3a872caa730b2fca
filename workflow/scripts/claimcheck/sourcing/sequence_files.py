"""Files of sequences, plain or gzip, that may come from anywhere: read in pieces, and given up where no real file would go on."""

import io
from pathlib import Path
from typing import cast

from xopen import xopen

from claimcheck.core.text import GZIP_MAGIC

LONGEST_LINE = 1 << 26
"""Bytes; the longest transcripts have some 100,000 nucleotides, the longest reads some millions."""


_PIECE = 1 << 18
_NEAR = 1 << 12


class BoundedReader(io.RawIOBase):
    """A stream that ends in an OSError at a line, or a size, that no real file has: a few kB of gzip can hold gigabytes of zeros.

    Args:
        stream: what is read, a buffered stream.
        most: bytes that the whole may have; None = any number.
    """

    def __init__(self, stream: io.BufferedIOBase, most: int | None) -> None:
        self.stream = stream
        self.most = most
        self.total = 0
        self.line = 0

    def readable(self) -> bool:
        """Say that this is a stream to read from."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read the next piece into a buffer and return its size.

        Raises:
            OSError: it is damaged, or the line or the file is longer than it may be.
        """
        try:
            size = self.stream.readinto(buffer)
        except (OSError, EOFError):
            raise
        except Exception as error:  # each of the libraries that may unpack it has an error of its own
            raise OSError(f"it is damaged: {error}") from error
        self.total += size
        behind = _behind_last_line(buffer, size)
        self.line = self.line + size if behind is None else behind
        if self.line > LONGEST_LINE:
            raise OSError(f"it has a line of more than {LONGEST_LINE >> 20} MB")
        if self.most is not None and self.total > self.most:
            raise OSError(f"it holds more than {self.most >> 20} MB")
        return size

    def close(self) -> None:
        """Close what is read."""
        self.stream.close()
        super().close()


def _behind_last_line(piece: memoryview, size: int) -> int | None:
    """Return how many bytes stand behind the last end of a line; None where there is no line's end. Most are near the end."""
    for looked_at in (min(_NEAR, size), size):
        place = bytes(piece[size - looked_at : size]).rfind(b"\n")
        if place >= 0:
            return looked_at - place - 1
    return None


def open_packed(path: Path, *, most: int | None = None) -> io.BufferedReader:
    """Open a file to read its bytes, unpacked if it is gzip, whatever its name says.

    Args:
        path: the file.
        most: bytes that it may hold when unpacked.

    Raises:
        OSError: it cannot be opened, or its name ends in `.gz` and it is not gzip.
    """
    with path.open("rb") as start:
        magic = start.read(64)
    if b"<html" in magic.lower() or b"<!doctype" in magic.lower():
        raise OSError("it is a web page")
    is_gzip = magic.startswith(GZIP_MAGIC)
    if path.suffix == ".gz" and not is_gzip:
        raise OSError(f"it is no gzip file, whose first bytes are not {magic[:2]!r}")
    stream = xopen(path, "rb", threads=0, format="gz") if is_gzip else path.open("rb")
    return io.BufferedReader(BoundedReader(cast(io.BufferedIOBase, stream), most), _PIECE)
