"""Gene Ontology (Ashburner et al. 2000, Nat Genet 25:25): its terms (OBO 1.2 to 1.4) and a species' annotations (GAF 2.x)."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from claimcheck.core.errors import StudyError

_RELATION = re.compile(r"(?:is_a:|relationship: part_of) (GO:[0-9]{7})")
_GAF_CELLS = 15


@dataclass(frozen=True)
class Terms:
    """The terms of an ontology.

    Attributes:
        names: name of each term, obsolete ones left out.
        current: id that replaces a merged one.
        children: terms that are one, or part of one; what merely regulates a process is not.
    """

    names: dict[str, str]
    current: dict[str, str]
    children: dict[str, set[str]]

    def below(self, term: str) -> set[str]:
        """Return a term and all its descendants; empty if the ontology lacks it."""
        found: set[str] = set()
        waiting = [self.current.get(term, term)]
        while waiting:
            name = waiting.pop()
            if name in self.names and name not in found:
                found.add(name)
                waiting.extend(self.children.get(name, ()))
        return found


def read_terms(text: str, *, where: str) -> Terms:
    """Read the terms of an ontology file.

    Raises:
        StudyError: the file has no terms.
    """
    names: dict[str, str] = {}
    current: dict[str, str] = {}
    children: dict[str, set[str]] = {}
    for stanza in f"\n{text}".split("\n[Term]")[1:]:
        lines = [line.rstrip() for line in stanza.partition("\n[")[0].splitlines()]
        values = [line.partition(": ")[::2] for line in lines]
        tags = dict(reversed(values))
        term = tags.get("id", "")
        if not term or tags.get("is_obsolete") == "true":
            continue
        names[term] = tags.get("name", "")
        current |= {value: term for tag, value in values if tag == "alt_id"}
        for parent in filter(None, map(_RELATION.match, lines)):
            children.setdefault(parent.group(1), set()).add(term)
    if not names:
        raise _unreadable("there is no [Term] in it", where, "an ontology in OBO format, such as go-basic.obo")
    return Terms(names, current, children)


def read_annotations(text: str, terms: Terms, wanted: Collection[str], *, where: str) -> Iterator[dict[str, str]]:
    """List the genes that are annotated with wanted terms or their descendants, without those that say NOT and those of complexes.

    Args:
        text: GAF 2.0 to 2.2 (columns DB, id, symbol, qualifier, term, …, taxon in the 13th).

    Yields:
        set, title, mgi (where the annotated object is a gene of MGI) and symbol.

    Raises:
        StudyError: as `require_annotations`.
    """
    sets_of: dict[str, list[str]] = {}
    for term in wanted:
        for descendant in terms.below(term):
            sets_of.setdefault(descendant, []).append(term)
    require_annotations(text, where=where)
    for line in text.splitlines():
        if line.startswith("!") or not line:
            continue
        cells = line.split("\t")
        identifier, symbol, qualifiers, term = cells[1], cells[2], cells[3], cells[4]
        if "NOT" in qualifiers.split("|") or cells[11] == "protein_complex":
            continue
        for name in sets_of.get(terms.current.get(term, term), ()):
            title = terms.names[terms.current.get(name, name)]
            yield {"set": name, "title": title, "mgi": identifier * identifier.startswith("MGI:"), "symbol": symbol}


def require_annotations(text: str, *, where: str) -> None:
    """Refuse a text that holds no annotations.

    Raises:
        StudyError: a line has too few cells, or there is none.
    """
    lines = [line for line in text.splitlines() if line and not line.startswith("!")]
    if not lines:
        raise _unreadable("there is no annotation in it", where, "annotations in GAF 2.x, 17 columns")
    wrong = next((line for line in lines if line.count("\t") < _GAF_CELLS - 1), None)
    if wrong is not None:
        raise _unreadable(f"a line has too few cells: {wrong[:60]!r}", where, "annotations in GAF 2.x, 17 columns")


def _unreadable(reason: str, where: str, expected: str) -> StudyError:
    return StudyError(
        f"the file is not from the Gene Ontology: {reason}",
        where=where,
        expected=expected,
        remedy="correct the address of the file in config/config.yaml, collections",
    )
