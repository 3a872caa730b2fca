"""Read gene counts that somebody else made, in one table or a file for each sample, and keep the samples of the sheet."""

import os
from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import listed, read_table, write_table
from claimcheck.qc.gates import Gate, as_table
from claimcheck.quantification.count_columns import Strands, read_count_files
from claimcheck.quantification.counts import Finding, read_count_table
from claimcheck.quantification.gene_naming import Naming, name_counted
from claimcheck.sourcing.confounding import members_of


def main(
    *,
    files: list[Path],
    samples: Path,
    curated: list[Path],
    names: Path | None,
    stated: dict[str, str],
    animals: list[str],
    left_out: list[str],
    column: str,
    strandedness: dict[str, float],
    counts: Path,
    gene_names: Path,
    gates: Path,
) -> None:
    """Write integer counts, genes x samples in the order of the sheet, symbols of genes, and what was noticed as gates.

    The counts of animals that are one unit are summed.
    """
    members = members_of(read_table(samples))
    wanted = [name for unit in members.values() for name in unit]
    if animals:
        own = dict(zip(animals, files, strict=True))
        chosen = {name: own[name] for name in wanted}
        folder = Path(os.path.commonpath([path.parent for path in files]))
        read = read_count_files(chosen, column=column, strands=Strands(**strandedness), folder=folder)
    else:
        read = read_count_table(files[0], wanted)
    genes = list(read.counts.index)
    naming, symbols = name_counted(genes, read.symbols, curated, str(names) if names else None, stated)
    counted = read.counts.rename(index=naming.ids).sort_index()
    summed = pd.DataFrame({sample: counted[unit].sum(axis="columns") for sample, unit in members.items()})
    write_table(summed.rename_axis("gene_id").reset_index(), counts)
    named = pd.DataFrame(sorted(symbols.items()), columns=["gene_id", "symbol"])
    write_table(named, gene_names)
    findings = [*read.findings, *of_files(left_out), *of_naming(naming)]
    rows = [Gate("counts_table", one.of, "warn" if one.warns else "pass", "", "", one.sentence) for one in findings]
    write_table(as_table(rows), gates)


def of_files(left_out: list[str]) -> list[Finding]:
    """Say which files of counts belong to no sample that is compared."""
    said = f"left out, since no sample that is compared has them: {listed(left_out, most=8)}"
    return [Finding("files", said)] if left_out else []


def of_naming(naming: Naming) -> list[Finding]:
    """Say how genes of a table were renamed, and which were not."""
    found = []
    if naming.ids:
        kept = f", {len(naming.unknown):,} keep their name: {listed(naming.unknown, most=4)}" if naming.unknown else ""
        found.append(Finding("ids", f"called by names: {len(naming.ids):,} have an id in the study{kept}"))
    if naming.ambiguous:
        sentence = f"names that several genes have stay as they are: {listed(naming.ambiguous, most=4)}"
        found.append(Finding("ids", sentence, warns=True))
    return found


run(main)
