"""The quality of a study as MultiQC's custom content (Ewels et al. 2016, Bioinformatics 32:3047).

The format: https://docs.seqera.io/multiqc/custom_content. A section whose table is empty is left out of MultiQC's report.
"""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import yaml

from claimcheck.core.contracts import contracts
from claimcheck.core.plain import number_of
from claimcheck.core.tables import FLOAT_FORMAT

_PARENT = {
    "parent_id": "claimcheck",
    "parent_name": "claimcheck",
    "parent_description": "What the samples are, before any gene is tested.",
}
_ORDER = ("claimcheck_checks", "claimcheck_quantification", "claimcheck_reads", "claimcheck_composition")
"""Of the sections; MultiQC has them by name."""
_LARGE = 1000
"""From which on numbers are written without decimals."""
_STATES = {"pass": [{"s_eq": "pass"}], "warn": [{"s_eq": "warn"}], "fail": [{"s_eq": "fail"}]}
_WHOLE = {"format": "{:,.0f}"}
_PERCENT = {"suffix": "%", "format": "{:,.1f}", "min": 0, "max": 100}


@dataclass(frozen=True)
class Shown:
    """A column of a table of results as MultiQC shows it.

    Attributes:
        name: of the column.
        title: above it.
        options: of MultiQC besides.
        is_share: whether it is a share from 0 to 1, shown in percent.
    """

    name: str
    title: str
    options: Mapping[str, Any] = field(default_factory=dict)
    is_share: bool = False


_SAMPLES = (
    Shown("condition", "Group", {"scale": False}),
    Shown("called", "Sex", {"scale": False}),
    Shown("library_size", "Counts", _WHOLE | {"scale": "Blues", "min": 0}),
    Shown("size_factor", "Size factor", {"format": "{:,.2f}", "scale": "PuOr"}),
)
_MAPPING = (
    Shown("n_processed", "Processed", _WHOLE | {"scale": "Blues", "min": 0}),
    Shown("share_pseudoaligned", "Pseudoaligned", _PERCENT | {"scale": "RdYlGn"}, is_share=True),
    Shown("fragment_length", "Fragment", {"suffix": " nt", "format": "{:,.0f}", "scale": "Purples"}),
    Shown("strandedness", "Strand", {"scale": False}),
    Shown("three_prime_bias", "3' bias", {"suffix": " log2", "format": "{:,.2f}", "scale": "PuOr"}),
)
_READS = (
    Shown("sample", "Sample", {"scale": False}),
    Shown("n_reads", "Reads", _WHOLE | {"scale": "Blues", "min": 0}),
    Shown("mean_length", "Length", {"suffix": " nt", "format": "{:,.0f}", "scale": "Purples"}),
    Shown("share_q30", "Q30", _PERCENT | {"scale": "RdYlGn"}, is_share=True),
    Shown("share_gc", "GC", _PERCENT | {"scale": "PuOr"}, is_share=True),
    Shown("share_duplicate", "Duplicates", _PERCENT | {"scale": "Reds"}, is_share=True),
    Shown("share_adapter", "Adapter", _PERCENT | {"scale": "Reds"}, is_share=True),
)
_GATES = (
    Shown("status", "Status", {"scale": False, "cond_formatting_rules": _STATES}),
    Shown("value", "Value", {"scale": False, "format": "{:,.4g}"}),
    Shown("threshold", "Threshold", {"scale": False, "format": "{:,.4g}"}),
    Shown("reason", "What it says", {"scale": False}),
)


def general_statistics(samples: pd.DataFrame, factors: pd.DataFrame, sex: pd.DataFrame) -> str:
    """Write the columns that stand first in MultiQC's report.

    Args:
        samples: results/samples/samples.tsv.
        factors: results/expression/size_factors.tsv.
        sex: results/quality/sex.tsv.
    """
    joined = samples[["sample", "condition"]].merge(factors, on="sample", how="left")
    joined = joined.merge(sex[["sample", "called"]], on="sample", how="left")
    of = ["samples/samples", "expression/size_factors", "quality/sex"]
    head = {"id": "claimcheck_general", "plot_type": "generalstats", "headers": _headers(_SAMPLES, of, "claimcheck")}
    return _section(head, _cells(joined, "sample", _SAMPLES))


def quantification(mapping: pd.DataFrame, libraries: pd.DataFrame | None) -> str:
    """Write how the reads of each sample were placed, and of what kind its library is.

    Args:
        mapping: results/quality/mapping.tsv.
        libraries: results/quality/libraries.tsv; None where the reads were not at hand.
    """
    shown = [column for column in _MAPPING if column.name in mapping or libraries is not None]
    joined = mapping if libraries is None else mapping.merge(libraries, on="sample", how="left")
    head = _table("quantification", "Quantification", "Reads and libraries of each sample.")
    of = ["quality/mapping", "quality/libraries"]
    return _section(head | {"headers": _headers(shown, of)}, _cells(joined, "sample", shown))


def reads(table: pd.DataFrame, read_files: pd.DataFrame) -> str:
    """Write what the FASTQ files hold.

    Args:
        table: results/quality/reads.tsv.
        read_files: results/samples/read_files.tsv, which names the sample of each run.
    """
    sample_of = dict(zip(read_files["run_accession"], read_files["sample"], strict=True))
    named = table.assign(sample=table["run"].map(sample_of), file=table["file"].str.removesuffix(".fastq.gz"))
    head = _table("reads", "Files of reads", "What the FASTQ files hold, one row a file.")
    head["pconfig"] |= {"col1_header": "File"}
    return _section(head | {"headers": _headers(_READS, ["quality/reads"])}, _cells(named, "file", _READS))


def gates(table: pd.DataFrame, panels: Mapping[str, str]) -> str:
    """Write all checks, failed ones and warnings first.

    Args:
        table: results/quality/gates.tsv.
        panels: what a panel holds, by its name.
    """
    order = {"fail": 0, "warn": 1, "pass": 2}
    ordered = table.iloc[table["status"].map(order).fillna(3).argsort(kind="stable")]
    scopes = ordered["scope"].map(lambda scope: panels.get(scope) or scope)
    figures = {name: ordered[name].map(_figure) for name in ("value", "threshold")}
    named = ordered.assign(**figures, check=ordered["gate"].str.replace("_", " ") + ": " + scopes)
    head = _table(
        "checks", "Checks", "Every check of the samples and what it holds for; failed ones and warnings first."
    )
    head["pconfig"] |= {"col1_header": "Check", "sort_rows": False}
    return _section(head | {"headers": _headers(_GATES, ["quality/gates"])}, _cells(named, "check", _GATES))


def composition(table: pd.DataFrame, panels: Mapping[str, str]) -> str:
    """Write the panels of other tissues as a heat map.

    Args:
        table: results/quality/composition.tsv.
        panels: what a panel holds, by its name.
    """
    wide = table.pivot(index="panel", columns="sample", values="score")
    wide = wide.loc[table["panel"].drop_duplicates(), table["sample"].drop_duplicates()]
    wide.index = pd.Index([panels.get(str(panel)) or str(panel) for panel in wide.index])
    head = {
        "id": "claimcheck_composition",
        "section_name": "Other tissues",
        "description": "Panels of genes of other tissues and cells: mean z of their log2 counts per million in each sample.",
        **_PARENT,
        "plot_type": "heatmap",
        "pconfig": {
            "id": "claimcheck_composition_plot",
            "title": "claimcheck: other tissues",
            "zlab": "mean z",
            "square": False,
        },
    }
    return _section(head, wide.map(_text).rename_axis("Panel").reset_index())


def settings(title: str, samples_of_files: Mapping[str, str], *, simulated: bool) -> str:
    """Write a configuration for MultiQC that names the report, and kallisto's samples as all others.

    Args:
        title: of the study.
        samples_of_files: the sample by the name of a FASTQ file, by which MultiQC knows kallisto's logs.
        simulated: whether the data are.
    """
    said = {
        "title": html.escape(" ".join(title.split())),
        "subtitle": "Simulated data" if simulated else None,
        "report_section_order": {name: {"order": 10 * position} for position, name in enumerate(_ORDER, start=1)},
        "fn_clean_sample_names": False,
        "sample_names_replace": dict(samples_of_files),
        "sample_names_replace_exact": True,
    }
    kept = {key: value for key, value in said.items() if value not in (None, {})}
    return yaml.safe_dump(kept, sort_keys=False, allow_unicode=True, width=1000)


def _table(name: str, title: str, description: str) -> dict[str, Any]:
    plot = {"id": f"claimcheck_{name}_table", "title": f"claimcheck: {title.lower()}", "namespace": "claimcheck"}
    described = {"id": f"claimcheck_{name}", "section_name": title, "description": description}
    return described | _PARENT | {"plot_type": "table", "pconfig": plot}


def _headers(shown: Sequence[Shown], tables: Sequence[str], namespace: str = "") -> dict[str, Any]:
    """Say of each column what tables.yaml says of it."""
    meanings = {column.name: column.meaning for name in tables for column in contracts()[name].columns}
    return {
        column.name: {
            "title": column.title,
            "description": meanings.get(column.name, ""),
            **({"namespace": namespace} if namespace else {}),
            **column.options,
        }
        for column in shown
    }


def _cells(table: pd.DataFrame, first: str, shown: Sequence[Shown]) -> pd.DataFrame:
    cells = {"Sample": table[first].map(_text)}
    for column in shown:
        values = table[column.name]
        cells[column.name] = (values.astype(float) * 100 if column.is_share else values).map(_text)
    return pd.DataFrame(cells)


def _figure(text: str) -> str:
    """Write a number of the table of gates with four digits, and what is none as it is."""
    number = number_of(text)
    if number is None:
        return "" if text == "NA" else text
    return f"{number:,.0f}" if abs(number) >= _LARGE else f"{number:.4g}"


def _text(cell: Any) -> str:
    """Write a cell as MultiQC puts it into its page, which takes text for HTML and commas for those between thousands."""
    if isinstance(cell, str):
        return html.escape(" ".join(cell.split()).replace(", ", "; "))
    return "" if pd.isna(cell) else FLOAT_FORMAT % cell


def _section(head: Mapping[str, Any], table: pd.DataFrame) -> str:
    described = yaml.safe_dump(dict(head), sort_keys=False, allow_unicode=True, width=1000)
    lines = [f"# {line}" for line in described.splitlines()]
    rows = ["\t".join(row) for row in [list(table.columns), *table.to_numpy().tolist()]]
    return "\n".join([*lines, *rows, ""])
