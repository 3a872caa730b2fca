"""Sum the transcript abundances that somebody else's quantifier left to gene counts and TPM, and check them."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.qc.gates import as_table
from claimcheck.qc.libraries import abundance_gates
from claimcheck.quantification.abundance_tables import read_abundances, require_same_transcripts
from claimcheck.quantification.abundances import import_tables
from claimcheck.quantification.mapping import mapping_of_reports
from claimcheck.quantification.quantifier_reports import read_report
from claimcheck.quantification.transcript_matching import match_transcripts, require_genes
from claimcheck.sourcing.confounding import members_of


def main(
    *,
    samples: Path,
    transcripts: Path,
    abundances: list[Path],
    reports: list[Path],
    animals: list[str],
    reported: list[str],
    quantifier: str,
    source: str,
    quality: dict[str, Any],
    counts: Path,
    tpm: Path,
    mapping: Path,
    gates: Path,
) -> None:
    """Write counts and TPM, genes x samples in the order of the sheet; animals that are one unit are summed, their TPM averaged."""
    files = dict(zip(animals, abundances, strict=True))
    members = members_of(read_table(samples))
    names = [name for unit in members.values() for name in unit]
    tables = require_same_transcripts({name: read_abundances(files[name], quantifier) for name in names})
    listed = read_table(transcripts)
    genes = match_transcripts(tables[names[0]]["target_id"], listed)
    most = quality["share_without_gene"]["fail"]
    lost = require_genes(tables, genes, most=most, source=source, listed_genes=listed)
    gene_counts, gene_tpm = import_tables(tables, genes, quantifier=quantifier)
    summed = {unit: gene_counts[own].sum(axis="columns") for unit, own in members.items()}
    averaged = {unit: gene_tpm[own].mean(axis="columns") for unit, own in members.items()}
    of_samples = {name: read_report(path, quantifier) for name, path in zip(reported, reports, strict=True)}
    mapped = mapping_of_reports(of_samples, members)
    write_table(pd.DataFrame(summed).rename_axis("gene_id").reset_index(), counts)
    write_table(pd.DataFrame(averaged).rename_axis("gene_id").reset_index(), tpm)
    write_table(mapped, mapping)
    write_table(as_table(abundance_gates(mapped, lost, quality=quality, source=source)), gates)


run(main)
