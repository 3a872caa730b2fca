"""Write the quality of the study for MultiQC, with a configuration that joins kallisto's logs to the samples."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_text
from claimcheck.exports import multiqc
from claimcheck.gene_sets.curated import describe_panel, read_curated


def main(
    *,
    samples: Path,
    size_factors: Path,
    sex: Path,
    gates: Path,
    composition: Path,
    gene_sets: list[Path],
    mapping: Path | None,
    libraries: Path | None,
    reads: Path | None,
    read_files: Path | None,
    study: Mapping[str, Any],
    general: Path,
    checks: Path,
    tissues: Path | None,
    quantification: Path | None,
    files: Path | None,
    settings: Path,
) -> None:
    """Write a file a section of MultiQC's report."""
    write_text(general, multiqc.general_statistics(read_table(samples), read_table(size_factors), read_table(sex)))
    described, _ = read_curated(gene_sets)
    panels = {str(row.set): describe_panel(str(row.description)) for row in described.itertuples()}
    write_text(checks, multiqc.gates(read_table(gates), panels))
    if tissues:
        write_text(tissues, multiqc.composition(read_table(composition), panels))
    if quantification and mapping:
        known = read_table(libraries) if libraries else None
        write_text(quantification, multiqc.quantification(read_table(mapping), known))
    samples_of_files = {}
    if files and reads and read_files:
        table, fetched = read_table(reads), read_table(read_files)
        write_text(files, multiqc.reads(table, fetched))
        sample_of = dict(zip(fetched["run_accession"], fetched["sample"], strict=True))
        samples_of_files = {str(row.file): str(sample_of[row.run]) for row in table.itertuples()}
    write_text(settings, multiqc.settings(study["title"], samples_of_files, simulated=study["simulated"]))


run(main)
