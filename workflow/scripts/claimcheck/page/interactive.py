"""What lets a reader sort, search and point: the scripts that the page carries, and the policy that runs these alone."""

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from itables.utils import read_package_file
from markupsafe import Markup

OWN_SCRIPTS = (
    "genes.js",
    "map_axes.js",
    "map_pointer.js",
    "gene_map.js",
    "gene_plot.js",
    "gene_card.js",
    "explorer.js",
    "page.js",
    "first.js",
)
"""Files beside the template that are one script of the page, in this order."""
_EXPORTS = re.compile(r"export\{([^}]*)\}")


@dataclass(frozen=True)
class Script:
    """A script of the page, ready to stand in it: its type attribute, its text, and the hash by which the policy knows it."""

    kind: str
    text: Markup
    digest: str


@dataclass(frozen=True)
class Interaction:
    """What the page needs to be interactive.

    Attributes:
        style: CSS of the tables.
        scripts: in the order in which they run.
        genes: all genes, as `explorer.pack_genes` packs them.
    """

    style: Markup
    scripts: list[Script]
    genes: str

    @property
    def policy(self) -> str:
        """The content security policy: nothing is fetched, and no script runs but those of this page."""
        own = " ".join(f"'{script.digest}'" for script in self.scripts)
        return (
            f"default-src 'none'; connect-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {own}; "
            "base-uri 'none'; form-action 'none'"
        )


def prepare_interaction(genes: str, folder: Path) -> Interaction:
    """Gather what makes the page of a study interactive.

    Args:
        genes: what `explorer.pack_genes` returns.
        folder: holds the page's own scripts.
    """
    own = "".join((folder / name).read_text(encoding="utf-8") for name in OWN_SCRIPTS)
    return Interaction(
        style=Markup(read_package_file("html", "dt_bundle.css")),
        scripts=[_tables_library(), inline_script(own, kind="module")],
        genes=genes,
    )


def inline_script(text: str, *, kind: str) -> Script:
    """Write what would open or end a script in HTML as literals of the script write it (HTML standard, 4.12.1.3)."""
    safe = re.sub(r"<(?=!--|/?script)", r"\\x3C", text, flags=re.IGNORECASE)
    digest = base64.b64encode(hashlib.sha256(safe.encode()).digest()).decode("ascii")
    return Script(kind, Markup(safe), f"sha256-{digest}")


@cache
def _tables_library() -> Script:
    return inline_script(named_globally(read_package_file("html", "dt_bundle.js"), "DataTable"), kind="module")


def named_globally(module: str, name: str) -> str:
    """Make the default export of a module a global variable: no other script can import from one that stands in a page.

    Raises:
        ValueError: the module does not end in one export clause with a default.
    """
    clauses = _EXPORTS.findall(module)
    default = re.search(r"([\w$]+) as default\b", clauses[0]) if len(clauses) == 1 else None
    if default is None:
        raise ValueError(f"the module for {name} has {len(clauses)} export clauses; one with a default was expected")
    return _EXPORTS.sub(lambda _: f"globalThis.{name}={default[1]}", module)
