"""Text as people save it and spreadsheets read it: bytes to text with a reason in plain words, and cells that are no formulas."""

import codecs
import gzip
import io
import re
import zlib

from claimcheck.core.plain import odd_letter

GZIP_MAGIC = b"\x1f\x8b"
LONGEST_FILE = 1 << 31
"""Bytes of a table, unpacked."""

_SIGNATURES = (
    (b"PK\x03\x04", "it is an Excel workbook or another zip archive", "save it as tab-separated text in UTF-8"),
    (b"\xd0\xcf\x11\xe0", "it is an Excel workbook", "save it as tab-separated text in UTF-8"),
    (GZIP_MAGIC, "it is compressed", "unpack it with gunzip"),
    (b"BZh", "it is compressed", "unpack it with bunzip2"),
    (b"\xfd7zXZ", "it is compressed", "unpack it with unxz"),
    (codecs.BOM_UTF16_LE, "it is in UTF-16", "save it again as UTF-8"),
    (codecs.BOM_UTF16_BE, "it is in UTF-16", "save it again as UTF-8"),
)

_FORMULA = re.compile(r"'*\s*(?:[=@\uff1d\uff20]|[+\-\uff0b\uff0d].*[(|!])", re.DOTALL)
_MARKED = re.compile(rf"'(?={_FORMULA.pattern})", re.DOTALL)


class NotTextError(Exception):
    """Bytes that are no UTF-8 text: why, and what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def unpack(content: bytes, longest: int = LONGEST_FILE) -> bytes:
    """Unpack the content of a gzip file; any other stays as it is.

    Raises:
        NotTextError: its compression is damaged, or it is longer than `longest`.
    """
    if content.startswith(GZIP_MAGIC):
        try:
            with gzip.open(io.BytesIO(content)) as stream:
                content = stream.read(longest + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise NotTextError(f"its compression is damaged ({error})", "copy or download the file again") from error
    if len(content) > longest:
        raise NotTextError(f"it holds more than {longest >> 20} MB", "check the path")
    return content


def decode(content: bytes) -> str:
    """Return the text of a file, without byte order mark.

    Raises:
        NotTextError: it is a workbook, compressed, binary, in another encoding, or holds characters that cannot be shown.
    """
    for signature, reason, remedy in _SIGNATURES:
        if content.startswith(signature):
            raise NotTextError(reason, remedy)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotTextError(f"line {line} is not in UTF-8", "save it again as UTF-8") from error
    if "\0" in text:
        raise NotTextError("it is a binary file", "save it as plain text in UTF-8")
    letter = odd_letter(text)
    if letter:
        line = next(number for number, one in enumerate(text.split("\n"), 1) if odd_letter(one))
        raise NotTextError(f"line {line} holds {letter}", "remove that character, and save it as plain text in UTF-8")
    return text


def mark_formula(cell: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would run as a formula; others stay as they are.

    Formulas begin with `=` or `@`, or with a sign and hold a call or a pipe, after any white space; negative numbers, `+/+` and `-`
    are none. `unmark_formula` gives the cell back exactly. After OWASP, "CSV Injection".
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unmark_formula(cell: str) -> str:
    """Take off the apostrophe of `mark_formula`."""
    return cell[1:] if _MARKED.match(cell) else cell


def one_line(text: str) -> str:
    """Return a text with a space for every line end, tab and control character, which would break tables or move cursors."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def printable(text: str) -> str:
    """Write a text in one line that a terminal shows and does not obey: control characters are spelled out."""
    line = " ".join(text.split("\n"))
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line)
