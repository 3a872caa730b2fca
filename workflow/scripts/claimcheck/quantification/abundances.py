"""Gene counts from transcript abundances, of all samples at once."""

import contextlib
import io
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pytximport import tximport
from pytximport.utils import convert_counts_to_tpm

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed

_BESIDE = "beside the genes: "
"""What sets the names of extra sequences apart from ids of genes."""


def import_abundances(
    abundances: Mapping[str, Path], transcripts: pd.DataFrame, extra: Sequence[str] = ()
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum transcript abundances of all samples to genes, as counts scaled by length and library (Soneson et al. 2015).

    Length-scaled counts of a sample depend on the others, so all samples are imported together.

    Args:
        abundances: kallisto's `abundance.tsv` of each sample.
        transcripts: columns target_id and gene_id; every quantified transcript must be in it, or in `extra`.
        extra: names of sequences that are no genes of the organism: they took their reads, and are in neither table.

    Returns:
        Counts (integers, rounded half to even) and TPM, genes x samples, genes sorted by id. TPM of each sample sum to a million
        over the genes, without extra sequences.

    Raises:
        StudyError: a quantified transcript has no gene, or samples were quantified against different transcripts.
    """
    genes_of = dict(zip(transcripts["target_id"], transcripts["gene_id"], strict=True))
    genes_of |= {name: f"{_BESIDE}{name}" for name in extra}
    _check_targets(abundances, set(genes_of))
    mapped = pd.DataFrame(genes_of.items(), columns=["target_id", "gene_id"])
    return _summed([str(path) for path in abundances.values()], list(abundances), mapped, data_type="kallisto")


def import_tables(
    tables: Mapping[str, pd.DataFrame], genes: pd.DataFrame, *, quantifier: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum abundances that are read already; see `import_abundances`.

    Args:
        tables: target_id, length, counts, tpm by sample; the same transcripts in the same order in each.
        genes: target_id, gene_id; transcripts that it lacks are left out.
        quantifier: with "kallisto" TPM are computed from counts and lengths, since the table has fewer digits.
    """

    def importer(sample: str, **_: Any) -> dict[str, Any]:
        table = tables[sample]
        counts, length = table["counts"].to_numpy(), table["length"].to_numpy()
        tpm = convert_counts_to_tpm(counts, length) if quantifier == "kallisto" else table["tpm"].to_numpy()
        names = list(table["target_id"])
        return {"transcript_id": names, "counts": counts, "length": length, "abundance": tpm}

    return _summed(list(tables), list(tables), genes, data_type="salmon", custom_importer=importer)


def _summed(
    paths: list[str],
    samples: list[str],
    genes: pd.DataFrame,
    *,
    data_type: str,
    custom_importer: Callable[..., Any] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar for files that take milliseconds
        imported = tximport(
            paths,
            data_type=data_type,
            transcript_gene_map=genes.rename(columns={"target_id": "transcript_id"}),
            counts_from_abundance="length_scaled_tpm",
            ignore_transcript_version=False,
            ignore_after_bar=False,
            output_type="anndata",
            custom_importer=custom_importer,
        )
    names = pd.Index(imported.var_names.astype(str), name="gene_id")
    counts = pd.DataFrame(np.asarray(imported.X).T, index=names, columns=samples)
    tpm = pd.DataFrame(np.asarray(imported.obsm["abundance"]).T, index=names, columns=samples)
    is_gene = ~names.str.startswith(_BESIDE)
    if not is_gene.all():
        counts, tpm = counts[is_gene], tpm[is_gene]
        tpm = tpm * (1e6 / tpm.sum().where(tpm.sum() > 0, 1e6))
    return counts.sort_index().round().astype("int64"), tpm.sort_index()


def read_extra(
    abundances: Mapping[str, Path], extra: pd.DataFrame, conditions: Mapping[str, str], totals: Mapping[str, float]
) -> pd.DataFrame:
    """Read how many reads of each sample the extra sequences took.

    Args:
        abundances: kallisto's `abundance.tsv` of each sample.
        extra: columns sequence and length (nucleotides).
        conditions: the condition of each sample.
        totals: the counts of all genes of each sample.

    Returns:
        One row a sequence and sample: sequence, length, sample, condition, n_reads (kallisto's estimate, reads or pairs), and
        per_million, reads for each million counts of genes, which is missing where there are none.
    """
    parts = []
    for sample, path in abundances.items():
        found = pd.read_csv(path, sep="\t", usecols=["target_id", "est_counts"]).set_index("target_id")["est_counts"]
        reads = found.reindex(extra["sequence"]).fillna(0.0).to_numpy(dtype=float)
        total = totals[sample]
        parts.append(
            extra[["sequence", "length"]].assign(
                sample=sample,
                condition=conditions[sample],
                n_reads=reads,
                per_million=reads * 1e6 / total if total else np.nan,
            )
        )
    return pd.concat(parts, ignore_index=True)


def _check_targets(abundances: Mapping[str, Path], known: Collection[str]) -> None:
    """Stop unless all samples have the same transcripts in the same order, each with a gene: the import goes by position."""
    first: list[str] = []
    for path in abundances.values():
        quantified = list(pd.read_csv(path, sep="\t", usecols=["target_id"], dtype=str)["target_id"])
        first = first or quantified
        unknown = sorted(set(quantified) - set(known))
        if unknown or quantified != first:
            raise StudyError(
                f"{len(unknown)} quantified transcripts have no gene: {listed(unknown)}"
                if unknown
                else "the transcripts are not those of the other samples",
                where=str(path),
                expected="the transcripts of the reference, the same in every sample",
                remedy="delete results/quantification and start again: the reference changed in between",
            )
