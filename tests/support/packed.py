"""Unpacking what a page carries of genes, by the description in `explorer.pack`, as the page's script does in a browser."""

import base64
import json
import re
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray


def unpack(packed: str) -> tuple[dict[str, Any], dict[str, NDArray[np.float64]]]:
    """Return the words and the columns of packed genes; NaN where there is no number."""
    content = zlib.decompress(base64.b64decode(packed))
    start = 4 + int.from_bytes(content[:4], "little")
    words = json.loads(content[4:start])
    columns = {}
    for name, kind, length in words["columns"]:
        parts = []
        for _ in range(1 + (kind == "number")):
            by_weight = np.frombuffer(content[start : start + 4 * length], dtype=np.uint8).reshape(4, length)
            parts.append(by_weight.T.copy().view("<i4").ravel())
            start += 4 * length
        columns[name] = parts[0] if kind == "whole" else _numbers(*parts)
    assert start == len(content)
    return words, columns


def packed_in(page: str) -> str:
    """Return the packed genes of a page."""
    (found,) = re.findall(r'<script type="application/json" id="genes-data">"([A-Za-z0-9+/=]*)"</script>', page)
    return found


def _numbers(digits: NDArray[np.int64], exponents: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.array([float(f"{d}e{e - 400}") if e else np.nan for d, e in zip(digits, exponents, strict=True)])
