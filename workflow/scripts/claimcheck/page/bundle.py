"""The page with all that it links to, in one file whose bytes repeat."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from claimcheck.core.tables import whole_file

_BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file can state."""


def write_bundle(target: Path, files: Mapping[str, Path | str]) -> None:
    """Write a ZIP file.

    Args:
        target: where to write, whole or not at all.
        files: by their names in it, a file or its text.
    """
    with whole_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content.read_bytes() if isinstance(content, Path) else content)
