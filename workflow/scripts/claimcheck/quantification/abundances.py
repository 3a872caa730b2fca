"""Gene counts from transcript abundances, of all samples at once."""

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from pytximport import tximport

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed


def import_abundances(abundances: Mapping[str, Path], transcripts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sum transcript abundances of all samples to genes, as counts scaled by length and library (Soneson et al. 2015).

    Length-scaled counts of a sample depend on the others, so all samples are imported together.

    Args:
        abundances: kallisto's `abundance.tsv` of each sample.
        transcripts: columns target_id and gene_id; every quantified transcript must be in it.

    Returns:
        Counts (integers, rounded half to even) and TPM, genes x samples, genes sorted by id.

    Raises:
        StudyError: a quantified transcript has no gene, or samples were quantified against different transcripts.
    """
    _check_targets(abundances, transcripts)
    with contextlib.redirect_stderr(io.StringIO()):  # a progress bar for files that take milliseconds
        imported = tximport(
            [str(path) for path in abundances.values()],
            data_type="kallisto",
            transcript_gene_map=transcripts[["target_id", "gene_id"]].rename(columns={"target_id": "transcript_id"}),
            counts_from_abundance="length_scaled_tpm",
            ignore_transcript_version=False,
            ignore_after_bar=False,
            output_type="anndata",
        )
    genes = pd.Index(imported.var_names.astype(str), name="gene_id")
    samples = list(abundances)
    counts = pd.DataFrame(np.asarray(imported.X).T, index=genes, columns=samples)
    tpm = pd.DataFrame(np.asarray(imported.obsm["abundance"]).T, index=genes, columns=samples)
    return counts.sort_index().round().astype("int64"), tpm.sort_index()


def _check_targets(abundances: Mapping[str, Path], transcripts: pd.DataFrame) -> None:
    """Stop unless all samples have the same transcripts in the same order, each with a gene: the import goes by position."""
    known = set(transcripts["target_id"])
    first: list[str] = []
    for path in abundances.values():
        quantified = list(pd.read_csv(path, sep="\t", usecols=["target_id"], dtype=str)["target_id"])
        first = first or quantified
        unknown = sorted(set(quantified) - known)
        if unknown or quantified != first:
            raise StudyError(
                f"{len(unknown)} quantified transcripts have no gene: {listed(unknown)}"
                if unknown
                else "the transcripts are not those of the other samples",
                where=str(path),
                expected="the transcripts of the reference, the same in every sample",
                remedy="delete results/quantification and start again: the reference changed in between",
            )
