"""Sentences of the page: what was found, with its numbers, and what does not follow from it."""

import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.deseq2.methods import RATIO, SIZE_FACTORS
from claimcheck.page.study_words import Calls, Study
from claimcheck.page.tables import probability, two


def name_differing_panels(composition: pd.DataFrame, gates: pd.DataFrame, study: Study) -> str:
    """Say in a sentence how many panels of composition differ, the largest by name, and whether PC1 goes along; or nothing."""
    different = composition[composition["differs"].eq(True)]
    if different.empty:
        return ""
    largest = different.loc[different["log2_ratio"].abs().sort_values(ascending=False, kind="stable").index]
    named = [
        f"{panel} (log2 {two(ratio)})" for panel, ratio in zip(largest["panel"], largest["log2_ratio"], strict=True)
    ]
    banner = gates.loc[(gates["gate"] == "composition") & (gates["scope"] == "PC1"), "reason"]
    return (
        "".join(f"{sentence}. " for sentence in banner)
        + f"{len(different)} of {len(composition)} panels differ between {study.test} and {study.reference} by the size of their "
        f"difference: {listed(named)}. Genes that these cells express, or that other cells express around them, can differ for "
        "this reason alone."
    )


def describe_model(design: pd.DataFrame) -> str:
    """Say in a sentence which model was fitted and why."""
    taken = design[design["chosen"]].iloc[0]
    return f"{taken['formula']} ({taken['residual_df']:.0f} residual degrees of freedom): {str(taken['reason']).partition(';')[0]}."


def describe_size_factors(factors: pd.DataFrame) -> str:
    """Say in a clause what size factors are, and why if they are no medians of ratios."""
    method, usable = str(factors["method"].iloc[0]), int(factors["n_genes"].iloc[0])
    if method == RATIO:
        return "Size factors are medians of ratios"
    number = f"only {usable}" if usable else "no"
    return f"Since {number} {'gene has' if usable == 1 else 'genes have'} counts in every sample, each size factor is the {method}"


def describe_fallbacks(fallbacks: pd.DataFrame) -> list[str]:
    """Say in a sentence each what was done in place of what was planned; of size factors `describe_size_factors` does."""
    return [
        f"{str(row.step).capitalize()} ({row.fit}, {row.n_genes:,} {'gene' if row.n_genes == 1 else 'genes'}): {row.used} in place "
        f"of {row.instead_of}, since {row.reason}."
        for row in fallbacks[fallbacks["step"] != SIZE_FACTORS].itertuples()
    ]


def describe_heterogeneity(heterogeneity: pd.DataFrame, design: pd.DataFrame, study: Study) -> str:
    """Say in a sentence whether the effect differs between the levels of the covariate, or nothing where it was not fitted."""
    if heterogeneity.empty:
        return ""
    covariate = design.loc[design["chosen"], "covariate"].iloc[0]
    differing = heterogeneity[heterogeneity["p_adjusted"] < study.alpha].sort_values("p_adjusted")
    named = f": {listed(differing['symbol'])}" if len(differing) else ""
    return (
        f"The effect differs with {covariate} in {len(differing):,} of {len(heterogeneity):,} genes (interaction, "
        f"adjusted p below {study.alpha:g}){named}. A description: it chooses no subgroup, and with few "
        f"{study.subjects} it finds only large differences."
    )


def describe_outcome(genes: pd.DataFrame, study: Study, calls: Calls) -> str:
    """Say in a sentence how many genes are called; if none is, say that this is a result, with the numbers."""
    n_adjusted = calls.n_genes - calls.n_without_p - calls.n_without_adjusted_p
    compared = f"{calls.n_test} {study.test} and {calls.n_reference} {study.reference} {study.subjects}"
    if calls.n_called:
        verb = "is" if calls.n_called == 1 else "are"
        return (
            f"Of {n_adjusted:,} genes with an adjusted p, {calls.n_called:,} {verb} called below {study.alpha:g}: "
            f"{calls.n_up:,} higher in {study.effect.up} and {calls.n_down:,} higher in {study.effect.down} ({compared})."
        )
    adjusted = genes.dropna(subset=["p_adjusted"]).sort_values(["p_adjusted", "p_value", "gene_id"])
    if adjusted.empty:
        return f"No gene has an adjusted p, so none can be called ({compared})."
    first = adjusted.iloc[0]
    return (
        f"No gene is called: none of {n_adjusted:,} genes with an adjusted p falls below {study.alpha:g}; the smallest "
        f"is {probability(first['p_adjusted'])} ({first['symbol']}). With {compared} this does not show that the "
        f"groups are alike: differences that are small beside the spread between {study.subjects} stay unseen."
    )


def describe_reads(reads: pd.DataFrame) -> str:
    """Say of how many reads quality was measured.

    Args:
        reads: as results/quality/reads.tsv.
    """
    counted = "Lengths, duplicates and letters that are no bases were counted in all reads"
    if (reads["n_sampled"] == reads["n_reads"]).all():
        return f"{counted}, and so were G and C, qualities and adapters."
    return f"{counted}; G and C, qualities and adapters in {reads['n_sampled'].min():,} reads or more of each file, from all of it."


def describe_fragments(mapping: pd.DataFrame) -> str:
    """Say which fragment length was assumed, if one was.

    Args:
        mapping: as results/quality/mapping.tsv.
    """
    assumed = mapping.loc[mapping["fragment_length_assumed"].notna()]
    if assumed.empty:
        return ""
    length = assumed["fragment_length_assumed"].iloc[0]
    which = "All libraries are" if len(assumed) == len(mapping) else f"{listed(assumed['sample'])}: the library is"
    return f"{which} single-end, which does not show the length of fragments: a mean of {length:g} nucleotides was assumed."
