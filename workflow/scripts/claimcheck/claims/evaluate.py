"""From counts, gates, composition, identity and the register to a verdict on every claim."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from claimcheck.claims.artefacts import compare_artefacts
from claimcheck.claims.controls import run_controls
from claimcheck.claims.decide import EarlierResults, Findings, judge
from claimcheck.claims.levels import claim_levels, claim_members
from claimcheck.claims.measurements import Measurements
from claimcheck.claims.model import Register
from claimcheck.claims.pattern import weigh_pattern
from claimcheck.claims.robustness import beside_rows, leave_one_out, shares, tabulate
from claimcheck.claims.specifications import specify, strip_variant
from claimcheck.claims.tests import (
    KEYS,
    Data,
    Key,
    compare,
    group_means,
    measure_sets,
    moderated_genes,
    read_genes,
    rows_of,
)
from claimcheck.claims.vetoes import make_explainer
from claimcheck.gene_sets.comparison import Comparison, leading_edge


def evaluate(register: Register, data: Data, study: EarlierResults) -> dict[str, pd.DataFrame]:
    """Decide every claim of a register.

    Args:
        register: the claims register.
        data: counts, the groups, and what the claims look at.
        study: what the phases before found.

    Returns:
        Tables by name: verdicts, vetoes, procedure, robustness, specifications, leave_one_out, artefacts, pattern,
        pattern_readouts, controls, calibration, members, levels, set_tests, gene_tests.
    """
    findings, tables = find_out(register, data, study)
    verdicts, vetoes, procedure = judge(findings)
    return {"verdicts": verdicts, "vetoes": vetoes, "procedure": procedure, **tables}


def find_out(register: Register, data: Data, study: EarlierResults) -> tuple[Findings, dict[str, pd.DataFrame]]:
    """Make every analysis that the verdicts rest on; arguments and tables are those of `evaluate`, but for those of `judge`."""
    specifications, listing = specify(
        register,
        data.samples,
        data.design,
        min_count=study.min_count,
        min_residual_df=study.min_residual_df,
        panels=data.panels,
        outliers=study.outliers,
        robust=bool(data.composition_genes),
    )
    primary = specifications[0]
    comparison = compare(data, primary.model)
    set_tests = measure_sets(data, comparison, refine=True)
    gene_tests = read_genes(
        study.genes,
        data.gene_ids,
        comparison,
        few_residual_df=data.tests.few_residual_df,
        levels=data.tests.levels,
    )
    measured = rows_of(set_tests, gene_tests)
    measurements = Measurements(
        register, data, known={(primary.model, True): measured, (primary.model, False): measured}
    )
    results = [measurements.analyse(one) for one in specifications]
    shrunken = dict(zip(study.genes["gene_id"], study.genes["log2_fold_change_shrunken"], strict=True))
    t_genes = rows_of(set_tests, moderated_genes(data, comparison))
    robustness = tabulate(register, specifications, results, beside_rows(register, measured, shrunken, t_genes))
    left_out, leave_one_out_table = leave_one_out(specifications, results)
    controls, calibration = run_controls(
        register, data, comparison, model=primary.model, primary=results[0], set_tests=set_tests
    )
    edges = find_edges(data, study.genes)
    members = claim_members(register, data, comparison)
    findings = Findings(
        register=register,
        data=data,
        study=study,
        measured=measured,
        primary=results[0],
        stripped=measurements.analyse(
            replace(primary, variant=strip_variant(register.primary["variants"]), genes=False)
        ),
        left_out=left_out,
        k=shares(robustness),
        explainer=make_explainer(register, data, comparison),
        expressed=expressed_genes(comparison, data.detected_counts),
        edges=edges,
        false_support=_false_support(controls),
    )
    return findings, {
        "robustness": robustness,
        "specifications": listing,
        "leave_one_out": leave_one_out_table,
        "artefacts": compare_artefacts(register, measured),
        **weigh_pattern(register, data.planned, comparison, study.variation),
        "controls": controls,
        "calibration": calibration,
        "members": members,
        "levels": claim_levels(members, comparison),
        "set_tests": _set_table(set_tests, edges),
        "gene_tests": _gene_table(gene_tests, study.genes, comparison),
    }


def expressed_genes(comparison: Comparison, least: float) -> frozenset[str]:
    """List the genes with at least so many normalised counts in one group's mean."""
    return frozenset(comparison.counts.index[np.max(group_means(comparison), axis=1) >= least])


def find_edges(data: Data, genes: pd.DataFrame) -> dict[Key, list[str]]:
    """Find the leading edge, by Wald statistic, of every test in the variant that its claim is decided in."""
    statistics = genes.set_index("gene_id")["stat"].dropna()
    chosen = data.planned[data.planned["primary"] & (data.planned["weight"] != 0)]
    return {
        (str(claim), str(role), str(run), str(variant)): leading_edge(statistics, rows.set_index("gene_id")["weight"])
        for (claim, role, run, variant), rows in chosen.groupby(KEYS, sort=False)
    }


def _false_support(controls: pd.DataFrame) -> dict[str, float]:
    """Take the larger false-support rate of the controls of each claim."""
    rates = controls.dropna(subset=["share_supported"]).groupby("claim")["share_supported"].max()
    return {str(name): float(rate) for name, rate in rates.items()}


def _set_table(set_tests: pd.DataFrame, edges: Mapping[Key, list[str]]) -> pd.DataFrame:
    """Add the leading edges, as gene ids."""
    keys = set_tests[KEYS].itertuples(index=False, name=None)
    return set_tests.assign(leading_edge=[";".join(edges.get(key, [])) for key in keys])


def _gene_table(gene_tests: pd.DataFrame, genes: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Add symbols and the mean normalised counts of both groups."""
    means = pd.DataFrame(
        group_means(comparison), index=comparison.counts.index, columns=["mean_reference", "mean_test"]
    )
    table = gene_tests.join(means).rename_axis("gene_id").reset_index()
    if "symbol" in genes:
        table.insert(1, "symbol", table["gene_id"].map(genes.set_index("gene_id")["symbol"]))
    return table
