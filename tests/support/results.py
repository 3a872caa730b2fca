"""Comparing what two runs made."""

import hashlib
from pathlib import Path


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file below a folder, by relative path, hidden files left out."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
