"""Collect what the reads say of each sample's library, and hold it against the thresholds."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import listed, read_table, write_table
from claimcheck.qc import gates
from claimcheck.quantification.mapping import read_mapping

BIAS = "log2 of 3' over 5' coverage"


def main(
    *,
    samples: Path,
    run_infos: list[Path],
    library_parts: list[Path],
    gene_body_parts: list[Path],
    quality: dict[str, Any],
    test: str,
    reference: str,
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
    measured = joined(library_parts, list(sheet["sample"]))
    of_reads = read_table(reads)
    write_table(mapped, mapping)
    write_table(measured, libraries)
    write_table(joined(gene_body_parts, list(sheet["sample"])), gene_body)

    shares = dict(zip(mapped["sample"], mapped["share_pseudoaligned"], strict=True))
    numbers = dict(zip(mapped["sample"], mapped["n_pseudoaligned"], strict=True))
    scope = of_reads["run"] + of_reads["mate"].map(lambda mate: f" mate {mate}" if mate else "")
    found = [
        *gates.at_least(
            "pseudoaligned_share",
            "share of reads (pairs) that the reference explains",
            shares,
            **quality["pseudoaligned_share"],
        ),
        *gates.at_least(
            "pseudoaligned_reads",
            "reads (pairs) that the reference explains",
            numbers,
            **quality["pseudoaligned_reads"],
        ),
        *gates.at_least(
            "q30_share",
            "share of base calls with Phred 30 or better",
            dict(zip(scope, of_reads["share_q30"], strict=True)),
            warn=quality["q30_share"],
            fail=0,
        ),
        *gates.at_most(
            "share_adapter",
            "share of reads with an adapter",
            dict(zip(scope, of_reads["share_adapter"], strict=True)),
            warn=quality["share_adapter"],
        ),
        strandedness(measured),
    ]
    condition = measured["sample"].map(sheet.set_index("sample")["condition"])
    by_group = measured["three_prime_bias"].groupby(condition).mean()
    difference = {"study": abs(by_group[test] - by_group[reference])}
    meaning = f"difference between {test} and {reference} in {BIAS}, which degradation and library preparation move"
    found += gates.at_most("coverage_bias", meaning, difference, warn=quality["coverage_bias_difference"])
    write_table(gates.as_table(found), library_gates)


def joined(parts: list[Path], samples: list[str]) -> pd.DataFrame:
    """Put the tables of single samples together in the order of the samples; each is named after its sample."""
    by_sample = {path.stem: path for path in parts}
    tables = [read_table(by_sample[sample]) for sample in samples]
    return pd.concat(tables, ignore_index=True)


def strandedness(libraries: pd.DataFrame) -> gates.Gate:
    """Warn if the samples were not all made with the same kind of library."""
    kinds = libraries.groupby("strandedness")["sample"].agg(list)
    if len(kinds) == 1:
        return gates.Gate("strandedness", "study", "pass", kinds.index[0], "", f"all libraries are {kinds.index[0]}")
    words = "; ".join(f"{kind}: {listed(names)}" for kind, names in kinds.items())
    return gates.Gate("strandedness", "study", "warn", "mixed", "", f"the libraries were not made alike ({words})")


run(main)
