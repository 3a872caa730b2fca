"""How the libraries were made: strand, length of the fragments, and where along the transcripts the reads lie."""

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from claimcheck.figures.animals import colours_of, sized_legend
from claimcheck.figures.rows import animal_rows, row_dots
from claimcheck.figures.style import FULL_WIDTH, by_group, colour_of, new_figure, say_nothing_to_draw


def draw_library(
    samples: pd.DataFrame,
    libraries: pd.DataFrame,
    mapping: pd.DataFrame,
    gene_body: pd.DataFrame,
    *,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the strand, fragment length and 3′ bias of every library, and the coverage along the transcripts.

    Args:
        samples: sample, condition.
        libraries: sample, share_forward (0..1 of the reads that have the transcript's direction),
            strandedness (unstranded, forward, reverse or undetermined), three_prime_bias (log2, missing where it was not measured).
        mapping: sample, fragment_length (nt, missing for single-end reads).
        gene_body: sample, bin (1 = 5′ end, upwards to the 3′ end), share (0..1, sums to 1 a sample, or missing).
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row an animal: sample, condition, share_forward, strandedness, fragment_length,
        three_prime_bias, and the share of each bin as bin_1, bin_2, …
    """
    bins = gene_body.pivot(index="sample", columns="bin", values="share").sort_index(axis="columns")
    drawn = (
        by_group(samples[["sample", "condition"]], test, reference)
        .merge(libraries[["sample", "share_forward", "strandedness", "three_prime_bias"]], on="sample", how="left")
        .merge(mapping[["sample", "fragment_length"]], on="sample", how="left")
        .merge(bins.add_prefix("bin_").reset_index(), on="sample", how="left")
    )
    fixed = ["sample", "condition", "share_forward", "strandedness", "fragment_length", "three_prime_bias"]
    drawn = drawn[[*fixed, *(f"bin_{number}" for number in bins.columns)]]
    rows = 1.0 + 0.21 * max(len(drawn), 2)
    figure = new_figure(FULL_WIDTH, rows + 2.9, simulated=simulated)
    grid = figure.add_gridspec(2, 3, height_ratios=[rows, 2.0])
    strand = figure.add_subplot(grid[0, 0])
    length, bias = (figure.add_subplot(grid[0, place], sharey=strand) for place in (1, 2))
    lower = grid[1, :].subgridspec(1, 2)
    coverage = [figure.add_subplot(lower[0, 0])]
    coverage.append(figure.add_subplot(lower[0, 1], sharey=coverage[0]))
    colours = colours_of(list(drawn["condition"]), test, reference)
    animal_rows([strand, length, bias], list(drawn["sample"]))
    for panel in (length, bias):
        panel.tick_params(labelleft=False)

    row_dots(strand, 100 * drawn["share_forward"], colours, notation="{:.0f} %", top=100, missing="not measured")
    called = drawn["strandedness"].dropna().unique()
    strand.set(
        xlabel="reads in the direction\nof the transcript (%)", title=f"strand: {', '.join(called) or 'not known'}"
    )
    strand.set_xticks([0, 50, 100])
    longest = float(drawn["fragment_length"].max()) if drawn["fragment_length"].notna().any() else 100.0
    row_dots(length, drawn["fragment_length"], colours, notation="{:.0f}", top=longest, missing="single-end")
    length.set(xlabel="fragment length (nt)", title="mean fragment")
    reach = 1.6 * max(0.8, float(drawn["three_prime_bias"].abs().max())) if len(drawn) else 1.0
    row_dots(
        bias, drawn["three_prime_bias"], colours, notation="{:.2f}", top=reach, bottom=-reach, missing="not measured"
    )
    bias.axvline(0, color="#444444", linewidth=0.7)
    bias.set(xlabel="log2, last / first 3 parts\n(positive = more at the 3′ end)", title="3′ bias")

    for panel, group in zip(coverage, (reference, test), strict=True):
        _draw_coverage(
            panel, drawn, [int(number) for number in bins.columns], group=group, test=test, reference=reference
        )
    coverage[0].set_ylabel("reads (%)")
    sized_legend(figure, drawn, test, reference)
    return figure, drawn


def _draw_coverage(
    axes: Axes, drawn: pd.DataFrame, bins: Sequence[int], *, group: str, test: str, reference: str
) -> None:
    """Draw the lines of a group in its colour, before those of the other animals in grey."""
    axes.set_title(textwrap.fill(f"coverage of {group}, a line a sample", 50))
    if not bins or drawn[[f"bin_{number}" for number in bins]].isna().to_numpy().all():
        say_nothing_to_draw(axes, "coverage along the transcripts\nwas not measured")
        return
    for _, row in drawn.sort_values("condition", key=lambda condition: condition == group, kind="stable").iterrows():
        of_group = row["condition"] == group
        axes.plot(
            bins,
            [100 * row[f"bin_{number}"] for number in bins],
            color=colour_of(group, test, reference) if of_group else "#D0D0D0",
            linewidth=1.1,
            alpha=0.8,
            marker="o",
            markersize=2.5,
        )
    axes.axhline(100 / len(bins), color="#444444", linestyle="--", linewidth=0.9)
    axes.set_ylim(bottom=0)
    axes.set_xticks(bins)
    axes.set_xlabel(f"part of the transcript, {min(bins)} = 5′ end, {max(bins)} = 3′ end")
