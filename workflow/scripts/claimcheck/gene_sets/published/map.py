"""From published sets to sets of the study's genes; no gene is lost without being named, with the reason."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import MEMBER_COLUMNS, read_text
from claimcheck.core.tables import listed, read_table
from claimcheck.gene_sets.curated import SET_COLUMNS, read_curated
from claimcheck.gene_sets.published.formats import IDENTIFIERS, read_sets
from claimcheck.gene_sets.published.names import GeneNames
from claimcheck.gene_sets.published.orthologs import Orthologs, read_orthologs
from claimcheck.gene_sets.published.sources import ORTHOLOGS, Published, PublishedSet

RELEASED_COLUMNS = (*SET_COLUMNS, "version", "sha256", "n_source", "n_mapped", "n_lost")
LOST_COLUMNS = ("set", "gene", "reason")
MISSING_COLUMNS = ("set", "collection", "reason")
DELETED = "it is the deleted gene"


@dataclass
class Released:
    """Sets of published collections as sets of the study's genes, as lists of rows.

    Attributes:
        sets: RELEASED_COLUMNS.
        members: set, gene_id, symbol.
        lost: LOST_COLUMNS, genes as published.
        missing: MISSING_COLUMNS, of the sets that could not be made.
    """

    sets: list[dict[str, str | int]] = field(default_factory=list)
    members: list[tuple[str, str, str]] = field(default_factory=list)
    lost: list[tuple[str, str, str]] = field(default_factory=list)
    missing: list[tuple[str, str, str]] = field(default_factory=list)

    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Return the four as tables."""
        return (
            pd.DataFrame(self.sets, columns=list(RELEASED_COLUMNS)),
            pd.DataFrame(self.members, columns=list(MEMBER_COLUMNS)),
            pd.DataFrame(self.lost, columns=list(LOST_COLUMNS)),
            pd.DataFrame(self.missing, columns=list(MISSING_COLUMNS)),
        )


def map_collections(
    asked: Iterable[Published],
    folder: Path,
    states: Mapping[tuple[str, str], Mapping[str, str]],
    names: GeneNames,
    *,
    tax_id: int,
    excluded: Collection[str],
    min_share: float,
) -> Released:
    """Turn the collections that were fetched into sets of the study's genes.

    Args:
        asked: from `sources.read_published`.
        folder: of the fetched files, `<collection>.<file>`.
        states: release, sha256, status and message of every file, by collection and file.
        names: of the study's annotation.
        tax_id: NCBI taxonomy id of the study's species.
        excluded, min_share: as in `map_collection`.
    """
    released = Released()
    for collection in asked:
        if collection.format != "table":
            orthologs, problems = _of_other_species(collection, folder, states, tax_id)
            used = [file.name for file in collection.files if file.name not in problems]
            map_collection(
                collection,
                released,
                files={name: folder / f"{collection.name}.{name}" for name in used},
                problems=problems,
                provenance={name: _origin(states[collection.name, name]) for name in used},
                names=names,
                orthologs=orthologs,
                excluded=excluded,
                min_share=min_share,
            )
    return released


def map_collection(
    collection: Published,
    released: Released,
    *,
    files: Mapping[str, Path],
    problems: Mapping[str, str],
    provenance: Mapping[str, Mapping[str, str]],
    names: GeneNames,
    orthologs: Mapping[str, Orthologs],
    excluded: Collection[str],
    min_share: float,
) -> None:
    """Add the sets of a collection to `released`, or the reasons why they are missing.

    Args:
        collection: what the study asks for.
        released: is added to.
        files: paths of the files that can be used.
        problems: why the others cannot be, by file.
        provenance: version, sha256 and checked_on of each file.
        names, orthologs, excluded: as in `map_genes`.
        min_share: share of a set's genes that must be found.
    """
    whole = collection.format != "gene_ontology" or not problems
    source = read_sets(collection.format, files if whole else {}, collection.wanted) if files and whole else None
    for one in collection.sets:
        genes = None if source is None else source[source["set"].isin(one.ids)]
        absent = [name for name in one.ids if genes is None or name not in set(genes["set"])]
        if genes is None or absent:
            reason = (
                "; ".join(dict.fromkeys(problems.values())) or f"release {collection.release} has no {listed(absent)}"
            )
            released.missing.append((one.name, collection.name, reason))
            continue
        mapped = map_genes(genes, names, orthologs, excluded)
        found = mapped[mapped["gene_id"] != ""]
        n_kept = len(found) + (mapped["reason"] == DELETED).sum()
        is_lost = mapped["reason"] != ""
        lost = list(zip(mapped.loc[is_lost, "gene"], mapped.loc[is_lost, "reason"], strict=True))
        released.lost.extend((one.name, gene, reason) for gene, reason in lost)
        if n_kept < min_share * len(mapped) or not len(found):
            reason = f"{n_kept} of its {len(mapped)} genes are known: {listed((f'{gene} {why}' for gene, why in lost), most=2)}"
            released.missing.append((one.name, collection.name, reason))
            continue
        origin = [provenance[file] for file in sorted(set(genes["file"]))]
        facts = {key: ", ".join(dict.fromkeys(part[key] for part in origin)) for key in origin[0]}
        facts |= {"source": collection.name, "citation": collection.citation, "licence": collection.licence}
        released.sets.append(describe(one, genes, mapped, facts))
        released.members.extend((one.name, gene, names.symbols.get(gene, gene)) for gene in sorted(found["gene_id"]))


def join_released(
    curated: tuple[pd.DataFrame, pd.DataFrame], released: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put curated and released sets together.

    Args:
        curated: sets and members from `curated.read_collection`.
        released: the tables of downloaded sets and members, as text.

    Returns:
        Sets (SET_COLUMNS, and version and sha256, "" for curated sets) and members (set, gene_id, symbol, yielded_to).

    Raises:
        StudyError: a released set has the name of a curated one.
    """
    twice = sorted(set(curated[0]["set"]) & set(released[0]["set"]))
    if twice:
        raise StudyError(
            f"a published set has the name of a curated one: {listed(twice)}",
            where="config/config.yaml, collections.sources",
            expected="every set named once",
            remedy="rename the published set",
        )
    sets = pd.concat([curated[0], released[0][[*SET_COLUMNS, "version", "sha256"]]], ignore_index=True)
    members = pd.concat([curated[1], released[1]], ignore_index=True)[[*MEMBER_COLUMNS, "yielded_to"]]
    return sets.fillna(""), members.fillna("")


def read_all_sets(
    gene_sets: Sequence[Path], downloaded_sets: Path, downloaded_members: Path
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the curated and the released sets of a study, these without the members that they yield to another family.

    Args:
        gene_sets: tables of the curated sets; none where a study has none.
        downloaded_sets, downloaded_members: results of the mapping.

    Returns:
        Sets and members as from `join_released`.
    """
    released = read_table(downloaded_sets), read_table(downloaded_members)
    sets, members = join_released(read_curated(gene_sets), released)
    return sets, members[members["yielded_to"] == ""].drop(columns="yielded_to")


def map_genes(
    source: pd.DataFrame, names: GeneNames, orthologs: Mapping[str, Orthologs], excluded: Collection[str]
) -> pd.DataFrame:
    """Find the study's gene of every published one.

    Args:
        source: rows of `formats.read_sets`, of one set of the study.
        names: of the study's annotation.
        orthologs: by file, of the files whose genes are of another species.
        excluded: gene ids that no set may hold: the deleted gene.

    Returns:
        gene (as published), gene_id and reason, one of which is ""; one row a published gene, sorted.
    """
    rows = []
    for record in source[["file", *IDENTIFIERS]].drop_duplicates(list(IDENTIFIERS)).to_dict("records"):
        identifiers = {kind: str(record[kind]) for kind in IDENTIFIERS}
        label = next(identifiers[kind] for kind in reversed(IDENTIFIERS) if identifiers[kind])
        gene, reason = identifiers, ""
        if record["file"] in orthologs:
            gene, reason = orthologs[record["file"]].translate(identifiers)
        gene_id, lacking = names.find(gene) if not reason else ("", reason)
        if lacking and not reason and gene is not identifiers:
            lacking = f"its ortholog {gene['symbol']}: {lacking}"
        rows.append((label, gene_id, lacking))
    table = pd.DataFrame(sorted(rows), columns=["gene", "gene_id", "reason"])
    is_deleted = table["gene_id"].isin(list(excluded))
    table.loc[is_deleted, "reason"] = DELETED
    is_repeated = (table["gene_id"] != "") & table.duplicated("gene_id") & ~is_deleted
    table.loc[is_repeated, "reason"] = "the same gene as another one of the set"
    table.loc[table["reason"] != "", "gene_id"] = ""
    return table


def describe(
    one: PublishedSet, source: pd.DataFrame, mapped: pd.DataFrame, provenance: Mapping[str, str]
) -> dict[str, str | int]:
    """Describe a set, its origin and its sizes before and after mapping (RELEASED_COLUMNS).

    Args:
        one: the set.
        source: its published genes, with set (the published id) and title.
        mapped: from `map_genes`.
        provenance: source, citation, licence, checked_on, version and sha256.
    """
    titles = sorted(dict(zip(source["title"], source["set"], strict=True)).items())
    published = ", ".join(f"{title} ({name})" if title != name else name for title, name in titles)
    is_found = mapped["gene_id"] != ""
    return {
        "set": one.name,
        "family": one.family,
        "description": one.description or published,
        **provenance,
        "n_source": len(mapped),
        "n_mapped": int(is_found.sum()),
        "n_lost": int((~is_found).sum()),
    }


def _of_other_species(
    collection: Published, folder: Path, states: Mapping[tuple[str, str], Mapping[str, str]], tax_id: int
) -> tuple[dict[str, Orthologs], dict[str, str]]:
    """Return the orthologs for each file of another species, and why files of the collection cannot be used."""
    orthologs: dict[str, Orthologs] = {}
    problems: dict[str, str] = {}
    path = folder / f"{ORTHOLOGS}.table"
    for file in collection.files:
        state = states[collection.name, file.name]
        if state["status"] != "used":
            problems[file.name] = f"{file.name} {state['status']}: {state['message']}"
        elif file.tax_id not in (None, tax_id) and not path.exists():
            problems[file.name] = "its genes are of another species, and there is no table of orthologs"
        elif file.tax_id not in (None, tax_id):
            orthologs[file.name] = _orthologs_between(path, file.tax_id, tax_id)
    return orthologs, problems


@cache
def _orthologs_between(path: Path, source_tax_id: int, target_tax_id: int) -> Orthologs:
    """Read the table of orthologs once for all files of a species."""
    return read_orthologs(read_text(path), source_tax_id=source_tax_id, target_tax_id=target_tax_id, where=str(path))


def _origin(state: Mapping[str, str]) -> dict[str, str]:
    """Return what a set says of the file it is from; the day of its first use stands in the lock, not among results."""
    return {"version": state["release"], "sha256": state["sha256"], "checked_on": ""}
