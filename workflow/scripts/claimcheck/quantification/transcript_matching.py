"""The gene of every quantified transcript, by a list that may write the ids otherwise, and what is lost where it has none."""

import re
from collections.abc import Callable, Mapping

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import strip_version
from claimcheck.core.tables import listed

_VERSION = re.compile(r"\.[0-9]+$")


def match_transcripts(targets: "pd.Series[str]", listed_genes: pd.DataFrame) -> pd.DataFrame:
    """Find the genes of quantified transcripts.

    An id is looked for as it is; then up to its first bar, which ends the id in GENCODE's headers; then without the version of
    Ensembl; then without any version on both sides, where that leaves one gene.

    Args:
        targets: ids as the quantifier writes them.
        listed_genes: target_id, transcript_id, gene_id.

    Returns:
        target_id, gene_id; a row for each id that has a gene.
    """
    exact = dict(zip(listed_genes["transcript_id"], listed_genes["gene_id"], strict=True))
    exact |= dict(zip(listed_genes["target_id"], listed_genes["gene_id"], strict=True))
    bare = listed_genes.assign(bare=[_VERSION.sub("", name) for name in listed_genes["transcript_id"]])
    one_gene = bare.groupby("bare")["gene_id"].nunique() == 1
    loose = bare[bare["bare"].map(one_gene)].drop_duplicates("bare")
    of_bare = dict(zip(loose["bare"], loose["gene_id"], strict=True))
    ways: list[tuple[Callable[[str], str], Mapping[str, str]]] = [
        (str, exact),
        (lambda name: name.partition("|")[0], exact),
        (lambda name: strip_version(name.partition("|")[0]), exact),
        (lambda name: _VERSION.sub("", name.partition("|")[0]), of_bare),
    ]
    genes = [next((known[way(name)] for way, known in ways if way(name) in known), "") for name in targets]
    matched = pd.DataFrame({"target_id": list(targets), "gene_id": genes})
    return matched[matched["gene_id"] != ""].reset_index(drop=True)


def measure_lost(tables: Mapping[str, pd.DataFrame], matched: pd.DataFrame) -> pd.DataFrame:
    """Say how much of each sample is in transcripts without a gene.

    Returns:
        sample, n_lost (transcripts), n_transcripts, share_lost (of TPM, 0 to 1).
    """
    known = set(matched["target_id"])
    rows = []
    for sample, table in tables.items():
        lost = ~table["target_id"].isin(known)
        share = float(table.loc[lost, "tpm"].sum() / table["tpm"].sum())
        rows.append((sample, int(lost.sum()), len(table), share))
    return pd.DataFrame(rows, columns=["sample", "n_lost", "n_transcripts", "share_lost"])


def require_genes(
    tables: Mapping[str, pd.DataFrame], matched: pd.DataFrame, *, most: float, source: str, listed_genes: pd.DataFrame
) -> pd.DataFrame:
    """Stop where too much of a sample is in transcripts without a gene.

    Args:
        tables: from `require_same_transcripts`.
        matched: from `match_transcripts`.
        most: share of TPM, 0 to 1.
        source: where the genes of transcripts come from.
        listed_genes: as `match_transcripts` takes it.

    Returns:
        From `measure_lost`.

    Raises:
        StudyError: naming transcripts of both sides.
    """
    lost = measure_lost(tables, matched)
    worst = lost.loc[lost["share_lost"].idxmax()]
    if worst["share_lost"] > most or matched.empty:
        first = next(iter(tables.values()))["target_id"]
        without = first[~first.isin(set(matched["target_id"]))]
        raise StudyError(
            f"{len(without):,} of {len(first):,} quantified transcripts have no gene, with "
            f"{100 * worst['share_lost']:.3g} % of the TPM of {worst['sample']}",
            where=f"quantified are {listed(without, most=3)}; {source} has {listed(listed_genes['target_id'], most=3)}",
            expected="the transcripts that the samples were quantified against; versions of ids make no difference; "
            f"at most {100 * most:g} % of TPM without a gene (quality.share_without_gene)",
            remedy="set transcripts.genes to the transcript-to-gene table or GTF of the same species and release as the index",
        )
    return lost
