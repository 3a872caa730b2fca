"""The curated gene sets of a study: reading them, and mapping them to the genes that were measured."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import DESCRIPTIONS, list_files, read_gene_lists
from claimcheck.core.identifiers import DATABASE_ID
from claimcheck.core.tables import listed, read_table

SET_COLUMNS = ("set", "family", "description", "source", "citation", "licence", "checked_on")
_PANEL = re.compile(r"^contamination or confounder panel: ")


def describe_panel(description: str) -> str:
    """Say what a set holds, without that it is a panel."""
    return _PANEL.sub("", description)


def read_collection(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read a folder of curated sets, which has to hold some; else as `read_curated`."""
    return read_curated(list_files(folder) or [folder / DESCRIPTIONS])


def list_tables(folder: str) -> list[str]:
    """List the files of the curated sets in a folder, sorted; none where a study has no sets and the folder is "none"."""
    return [] if folder == "none" else [str(path) for path in list_files(Path(folder))]


def read_curated(files: Iterable[Path], named: Mapping[str, str] | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the curated sets of a study: `sets.tsv` describes them, gene lists and GMT files hold their genes.

    A set of a GMT file that `sets.tsv` doesn't describe has the family that the file's name says in lower case, with _ for
    other characters than letters and digits, and the file as its source.

    Args:
        files: all files of their folder that `list_tables` lists; none where a study has no sets.
        named: symbols by gene id that are known besides.

    Returns:
        The sets (SET_COLUMNS) and their members (MEMBER_COLUMNS and more), in the order of the files.

    Raises:
        StudyError: a column is missing, a set has no description or no genes, stands in two files or lists a gene twice.
    """
    files = list(files)
    lists = read_gene_lists(files, named)
    parts = [read_table(path, columns=SET_COLUMNS, text=True) for path in files if path.name == DESCRIPTIONS]
    published = lists.published.rename(columns={"file": "source"}).reindex(columns=list(SET_COLUMNS), fill_value="")
    known = set().union(*(part["set"] for part in parts))
    sets = pd.concat([*parts, published[~published["set"].isin(known)]], ignore_index=True)
    members = lists.members
    if not files:
        return sets, members
    repeated = lists.published["set"][lists.published["set"].duplicated()]
    described, listed_sets = set(sets["set"]), set(members["set"])
    problem = ""
    if described != listed_sets:
        problem = f"only one of sets.tsv and the gene lists has {listed(sorted(described ^ listed_sets))}"
    elif len(repeated):
        problem = f"two lines of GMT files name the set {listed(repeated)}"
    elif sets["set"].duplicated().any():
        problem = f"sets.tsv describes {listed(sets.loc[sets['set'].duplicated(), 'set'])} twice"
    elif members.duplicated(["set", "gene_id"]).any():
        twice = members[members.duplicated(["set", "gene_id"])]
        problem = f"a set lists a gene twice: {listed(twice['set'] + ' ' + twice['symbol'])}"
    elif (members["gene_id"] == "").any():
        problem = f"genes without an id: {listed(members.loc[members['gene_id'] == '', 'symbol'])}"
    else:
        ids = members.loc[~members["set"].isin(lists.published["set"]), "gene_id"]
        numbered = ids.str.fullmatch(DATABASE_ID)
        if numbered.any() and not numbered.all():
            problem = f"no ids are {listed(dict.fromkeys(ids[~numbered]))}"
    if problem:
        raise StudyError(
            f"the gene sets do not fit together: {problem}",
            where=str(files[0].parent),
            expected="every set once in sets.tsv and in one gene list, each gene once; gene ids without version",
            remedy="correct the tables; config/gene_sets/README.md explains their columns",
        )
    return sets, members


def select_confounders(
    tables: Sequence[Path], names: Sequence[str], deleted_gene: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the named sets and their members from the curated ones, without the deleted gene.

    Raises:
        StudyError: there is no such set.
    """
    sets, members = read_curated(tables)
    unknown = sorted(set(names) - set(sets["set"]))
    if unknown:
        raise StudyError(
            f"no gene set is called {listed(unknown)}",
            where="config/config.yaml, report.set_effects.<family>.confounders",
            expected=f"sets of gene_sets.curated: {listed(sorted(sets['set']), most=12)}",
            remedy="correct the name, or add the set to the folder gene_sets.curated",
        )
    chosen = sets.set_index("set").loc[list(names)].reset_index()
    return chosen, members[members["set"].isin(names) & (members["gene_id"] != deleted_gene)]


def map_sets(
    sets: pd.DataFrame,
    members: pd.DataFrame,
    *,
    counted: Sequence[str],
    ranked: Sequence[str],
    families: Sequence[str],
    excluded: Sequence[str],
    min_size: int,
    max_size: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Map the sets of some families to the genes that were measured; no gene is lost without being counted and named.

    Args:
        sets, members: from `read_collection`.
        counted: gene ids of the table of counts.
        ranked: gene ids of the ranking.
        families: families to keep, in this order.
        excluded: gene ids taken out of every set (the gene that was deleted in the study).
        min_size, max_size: genes in the ranking that a set must have to be tested.

    Returns:
        The sets with n_listed, n_excluded, n_not_counted, n_not_ranked, n_ranked, tested and lost (symbols), and the members
        that are in the ranking.

    Raises:
        StudyError: a family is unknown, or no id of the sets was counted.
    """
    unknown = sorted(set(families) - set(sets["family"]))
    if unknown:
        raise StudyError(
            f"no gene set has the family {listed(unknown)}",
            where="config/config.yaml, gene_sets.families",
            expected=f"families of sets.tsv: {listed(sorted(set(sets['family'])), most=12)}",
            remedy="correct the family, or add its sets",
        )
    order = {family: position for position, family in enumerate(families)}
    kept = sets[sets["family"].isin(order)].copy()
    kept = kept.iloc[kept["family"].map(order).argsort(kind="stable")].reset_index(drop=True)
    own = members[members["set"].isin(kept["set"])].copy()
    own["state"] = "ranked"
    own.loc[~own["gene_id"].isin(list(ranked)), "state"] = "not_ranked"
    own.loc[~own["gene_id"].isin(list(counted)), "state"] = "not_counted"
    own.loc[own["gene_id"].isin(list(excluded)), "state"] = "excluded"
    if len(own) and not own["gene_id"].isin(list(counted)).any():
        raise StudyError(
            "no gene of the gene sets is in the table of counts",
            where=f"gene sets: {listed(own['gene_id'], most=3)}; counts: {listed(counted, most=3)}",
            expected="the same kind of gene id in both",
            remedy="use gene sets of the same organism and Ensembl ids, or set gene_sets.curated to none",
        )
    sizes = own.groupby(["set", "state"]).size().unstack(fill_value=0)
    for state in ("excluded", "not_counted", "not_ranked", "ranked"):
        kept[f"n_{state}"] = kept["set"].map(sizes.get(state, pd.Series(dtype=int))).fillna(0).astype(int)
    kept.insert(len(SET_COLUMNS), "n_listed", kept["set"].map(own.groupby("set").size()))
    kept["tested"] = kept["n_ranked"].between(min_size, max_size)
    lost = own[own["state"] != "ranked"].groupby("set")["symbol"].agg(";".join)
    kept["lost"] = kept["set"].map(lost).fillna("")
    in_ranking = own[own["state"] == "ranked"].drop(columns="state")
    return kept, in_ranking.reset_index(drop=True)
