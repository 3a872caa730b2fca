"""Collect what the reads say of each sample's library, and check it against the thresholds."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.qc import gates
from claimcheck.qc.libraries import library_gates as gates_of
from claimcheck.qc.strandedness import call_strandedness
from claimcheck.quantification.mapping import read_mapping


def main(
    *,
    samples: Path,
    run_infos: list[Path],
    library_parts: list[Path],
    gene_body_parts: list[Path],
    quality: dict[str, Any],
    groups: Design,
    reads: Path,
    mapping: Path,
    libraries: Path,
    gene_body: Path,
    library_gates: Path,
) -> None:
    """Write the tables of all samples and the gates on them."""
    sheet = read_table(samples)
    by_sample = {path.parent.name: path for path in run_infos}
    mapped = read_mapping({name: by_sample[name] for name in sheet["sample"]})
    measured = join(library_parts, list(sheet["sample"]))
    shares = zip(measured["n_oriented"], measured["share_forward"], strict=True)
    called = [call_strandedness(n, share, **quality["strandedness"]) for n, share in shares]
    measured.insert(measured.columns.get_loc("share_forward") + 1, "strandedness", called)
    write_table(mapped, mapping)
    write_table(measured, libraries)
    write_table(join(gene_body_parts, list(sheet["sample"])), gene_body)

    conditions = sheet.set_index("sample")["condition"]
    of_reads = read_table(reads)
    found = gates_of(mapped, measured, of_reads, conditions=conditions, quality=quality, groups=groups)
    write_table(gates.as_table(found), library_gates)


def join(parts: list[Path], samples: list[str]) -> pd.DataFrame:
    """Put the tables of single samples together in the order of the samples; each is named after its sample."""
    by_sample = {path.stem: path for path in parts}
    tables = [read_table(by_sample[sample]) for sample in samples]
    return pd.concat(tables, ignore_index=True)


run(main)
