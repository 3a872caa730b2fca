"""The figures of quality and identity show what their tables say, name every animal, and repeat byte for byte."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.figure import Figure
from matplotlib.text import Annotation, Text

from claimcheck.core.tables import write_table
from claimcheck.figures.animals import figures_of, name_points, short_names
from claimcheck.figures.composition import draw_composition, draw_shares
from claimcheck.figures.gene_counts import N_DRAWN, draw_gene_counts
from claimcheck.figures.identity import draw_knockout
from claimcheck.figures.library import draw_library
from claimcheck.figures.ordination import draw_pca, draw_pca_covariates
from claimcheck.figures.sex import draw_sex
from claimcheck.figures.similarity import draw_similarity
from claimcheck.figures.style import REFERENCE_COLOUR, TEST_COLOUR, house_style, new_figure
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data
from support.defaults import DEFAULTS
from support.figures import draw_entry

GROUPS: dict[str, Any] = {"test": "knockout", "reference": "control"}
REAL: dict[str, Any] = {**GROUPS, "simulated": False}
NAMES = ["SAMN00000004", "SAMN00000001", "SAMN00000003", "SAMN00000002"]
ORDERED = ["SAMN00000001", "SAMN00000002", "SAMN00000003", "SAMN00000004"]


def animals() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample": NAMES,
            "condition": ["knockout", "control", "knockout", "control"],
            "sex": ["male", "female", "NA", "female"],
        }
    )


def all_text(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def points_of(figure: Figure, panel: int) -> list[tuple[float, float]]:
    """Give the points of a panel, in the order of drawing."""
    scattered = [part for part in figure.axes[panel].collections if isinstance(part, PathCollection)]
    return [(float(x), float(y)) for part in scattered for x, y in np.asarray(part.get_offsets())]


def panel_scores() -> pd.DataFrame:
    rows = [("MARROW", name, 0.5 * place - 0.7, 5.0) for place, name in enumerate(NAMES)]
    rows += [("TENDON", name, np.nan, np.nan) for name in NAMES]
    return pd.DataFrame(rows, columns=["panel", "sample", "score", "level"])


def panel_differences() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "panel": ["TENDON", "MARROW"],
            "n_genes": [5, 12],
            "n_detected": [1, 11],
            "log2_ratio": [np.nan, -0.25],
            "standardised_difference": [np.nan, -1.24],
            "differs": [False, True],
            "reason": ["not measured", "knockout / control: -1.2 standard deviations"],
        }
    )


def test_composition_shows_each_score_in_the_cell_of_its_panel_and_animal() -> None:
    figure, drawn = draw_composition(
        animals(), panel_scores(), panel_differences(), min_log2_ratio=0.585, **{**REAL, "simulated": True}
    )
    cells = next(part for part in figure.axes[0].collections if isinstance(part, QuadMesh))
    shown = np.ma.getdata(cells.get_array()).reshape(2, 4)
    hidden = np.ma.getmaskarray(cells.get_array()).reshape(2, 4)
    assert hidden.tolist() == [[True] * 4, [False] * 4]
    by_name = panel_scores().query("panel == 'MARROW'").set_index("sample")["score"]
    columns = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert columns == ["SAMN00000001", "SAMN00000002", "SAMN00000003", "SAMN00000004"]
    assert shown[1].tolist() == list(by_name[columns])
    assert cells.norm.vmin == -cells.norm.vmax
    assert list(drawn["sample"][:4]) == ORDERED
    assert drawn.loc[drawn["panel"] == "MARROW", "score"].tolist() == shown[1].tolist()
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["TENDON 1/5", "MARROW 11/12"]


def test_composition_marks_panels_that_differ_and_names_the_direction() -> None:
    figure, _ = draw_composition(animals(), panel_scores(), panel_differences(), min_log2_ratio=0.585, **REAL)
    ratio = figure.axes[1]
    marks = [part for part in ratio.collections if isinstance(part, PathCollection)]
    fills = [part.get_facecolor()[0][:3].tolist() for part in marks]
    assert fills == [[1, 1, 1], [0, 0, 0]]
    assert points_of(figure, 1)[1] == (-0.25, 1.5)
    assert [line.get_xdata()[0] for line in ratio.get_lines()] == [0, -0.585, 0.585]
    shown = all_text(figure)
    assert "positive = higher in knockout" in shown
    assert "−1.2" in shown
    assert "control (n = 2)" in shown
    assert "grey: not measured" in shown
    assert "simulated" not in shown


def test_no_measured_panel_says_so() -> None:
    nothing = panel_scores().assign(score=np.nan)
    figure, drawn = draw_composition(animals(), nothing, panel_differences(), min_log2_ratio=0.585, **REAL)
    assert "no panel of cell types has genes that were measured" in all_text(figure)
    assert len(drawn) == 8
    empty = panel_differences().head(0)
    figure, drawn = draw_composition(animals(), nothing.head(0), empty, min_log2_ratio=0.585, **REAL)
    assert "no panel of cell types" in all_text(figure)
    assert drawn.empty


def test_shares_are_per_cent_of_counts_and_a_missing_one_is_said() -> None:
    shares = pd.DataFrame(
        [("muscle", name, 0.02 * (place + 1)) for place, name in enumerate(NAMES)]
        + [("ribosomal", name, np.nan) for name in NAMES],
        columns=["group", "sample", "share"],
    )
    figure, drawn = draw_shares(animals(), shares, **REAL)
    assert [x for x, _ in points_of(figure, 0)] == pytest.approx([4.0, 8.0, 6.0, 2.0])
    assert points_of(figure, 1) == []
    shown = all_text(figure)
    assert shown.count("not measurable") == 4
    assert "8.00 %" in shown
    assert all(name in shown for name in NAMES)
    assert list(drawn.loc[drawn["group"] == "muscle", "share"]) == pytest.approx([0.04, 0.08, 0.06, 0.02])
    figure, drawn = draw_shares(animals(), shares.head(0), **REAL)
    assert "no share of counts was measured" in all_text(figure)
    assert drawn.empty


def sexes() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample": NAMES,
            "stated": ["male", "male", "NA", "female"],
            "female_score": [0.1, 9.0, 8.0, np.nan],
            "male_score": [6.0, 0.0, 6.0, 0.1],
            "called": ["male", "female", "mixed", "female"],
            "status": ["pass", "fail", "warn", "pass"],
        }
    )


def test_sex_names_the_stated_sex_only_where_it_conflicts() -> None:
    with house_style():
        figure, drawn = draw_sex(animals(), sexes(), thresholds=DEFAULTS["identity"]["sex"], **REAL)
    labels = {note.get_text(): note.get_fontweight() for note in figure.findobj(Annotation)}
    assert labels == {"01, stated male": "bold", "02": "normal", "03, sex not stated": "bold", "04": "normal"}
    shown = all_text(figure)
    assert "01 = SAMN00000001, and so on" in shown
    assert "in bold: 2 whose" in shown
    assert "called mixed" in shown
    assert "called undetermined" not in shown
    assert list(drawn["sample"]) == ORDERED
    assert drawn["female_score"].isna().sum() == 1


def test_sex_is_coloured_by_group_shaped_by_call_and_a_missing_score_stands_at_na() -> None:
    with house_style():
        figure, _ = draw_sex(animals(), sexes(), thresholds=DEFAULTS["identity"]["sex"], **REAL)
    axes = figure.axes[0]
    points = points_of(figure, 0)
    assert points[0] == (9.0, 0.0)
    assert points[1][0] < 0
    assert "NA" in [label.get_text() for label in axes.get_xticklabels()]
    assert "NA" not in [label.get_text() for label in axes.get_yticklabels()]
    marks = [part for part in axes.collections if isinstance(part, PathCollection)]
    vertices = [len(part.get_paths()[0].vertices) for part in marks]
    assert vertices[0] == vertices[1]  # both called female
    assert len(set(vertices)) > 1
    figure, _ = draw_sex(
        animals(),
        sexes().assign(female_score=np.nan, male_score=np.nan),
        thresholds=DEFAULTS["identity"]["sex"],
        **REAL,
    )
    assert "no gene that tells the sexes apart was measured" in all_text(figure)


def test_shaded_regions_of_sex_hold_the_animals_that_are_called_in_them() -> None:
    trace = sexes().assign(female_score=[1.5, 9.0, 8.0, 9.0], called=["male", "female", "mixed", "female"])
    figure, _ = draw_sex(animals(), trace, thresholds=DEFAULTS["identity"]["sex"], **REAL)
    regions = dict(zip(("female", "male"), figure.axes[0].patches, strict=True))
    for x, y, called in [(1.5, 6.0, "male"), (9.0, 0.0, "female"), (8.0, 6.0, "mixed"), (9.0, 0.1, "female")]:
        inside = [name for name, patch in regions.items() if patch.get_bbox().contains(x, y)]
        assert inside == ([called] if called != "mixed" else [])


def pairs() -> pd.DataFrame:
    values = iter([0.91, 0.92, 0.93, 0.94, 0.95, 0.96])
    return pd.DataFrame(
        [(a, b, next(values)) for place, a in enumerate(NAMES) for b in NAMES[place + 1 :]],
        columns=["sample_a", "sample_b", "spearman"],
    )


def outliers() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample": NAMES,
            "median_spearman": [0.92, 0.94, 0.93, 0.95],
            "robust_z_pc1": 0.0,
            "robust_z_pc2": 0.0,
            "flagged": [False, False, True, False],
            "reason": ["", "", "robust z 12.0 on PC1, beyond 10.0", ""],
        }
    )


def test_similarities_are_symmetric_and_leave_the_diagonal_blank() -> None:
    figure, drawn = draw_similarity(animals(), pairs(), outliers(), **REAL)
    cells = next(part for part in figure.axes[0].collections if isinstance(part, QuadMesh))
    shown = np.ma.filled(cells.get_array(), np.nan).reshape(4, 4)
    assert np.isnan(np.diag(shown)).all()
    assert np.array_equal(shown, shown.T, equal_nan=True)
    of_pair = {frozenset(row[:2]): row[2] for row in pairs().itertuples(index=False)}
    assert shown[0, 3] == of_pair[frozenset({ORDERED[0], ORDERED[3]})]
    assert len(drawn) == 12
    both = pd.concat([pairs(), pairs().rename(columns={"sample_a": "sample_b", "sample_b": "sample_a"})])
    assert draw_similarity(animals(), both, outliers(), **REAL)[1].equals(drawn)


def test_an_outlier_is_bold_with_its_reason_and_without_one_that_is_said() -> None:
    figure, _ = draw_similarity(animals(), pairs(), outliers(), **REAL)
    bold = [label.get_text() for label in figure.axes[0].get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["SAMN00000003"]
    title = figure.axes[0].get_title(loc="left") + figure.axes[0].get_title()
    assert "SAMN00000003 (robust z 12.0 on PC1, beyond 10.0)" in title.replace("\n", " ")
    figure, _ = draw_similarity(animals(), pairs(), outliers().assign(flagged=False, reason=""), **REAL)
    assert "no sample is flagged as an outlier" in all_text(figure)
    figure, _ = draw_similarity(animals(), pairs().assign(spearman=np.nan), outliers(), **REAL)
    assert "no two samples could be compared" in all_text(figure)


def component_scores(variants: tuple[str, ...] = ("top_500", "top_2000", "without_composition_genes")) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (variant, name, component, place * component - 3.0 + number, 0.5 / component)
            for number, variant in enumerate(variants)
            for component in (1, 2)
            for place, name in enumerate(NAMES)
        ],
        columns=["variant", "sample", "component", "score", "share_variance"],
    )


def test_each_variant_of_the_components_is_a_panel_in_which_every_animal_is_named() -> None:
    with house_style():
        figure, drawn = draw_pca(animals(), component_scores(), **{**REAL, "simulated": True})
    for axes in figure.axes:
        assert {note.get_text() for note in axes.findobj(Annotation)} == {"01", "02", "03", "04"}
        assert axes.get_aspect() == 1
    shown = all_text(figure)
    assert "2,000 most variable genes" in shown
    assert "without composition genes" in shown
    assert "PC1 (50 % of variance)" in shown
    assert "sex not known" in shown
    assert "simulated data" in shown
    assert len(drawn) == 12
    of_panel = drawn[drawn["variant"] == "top_2000"]
    assert sorted(points_of(figure, 1)) == sorted(zip(of_panel["pc1"], of_panel["pc2"], strict=True))
    assert list(of_panel["sample"]) == ORDERED


def test_fewer_than_two_components_are_said_and_not_drawn() -> None:
    one = component_scores().query("component == 1")
    figure, drawn = draw_pca(animals(), one, **REAL)
    assert "at least three samples are needed" in all_text(figure)
    assert drawn.empty
    mixed = pd.concat([one[one["variant"] == "top_500"], component_scores(("top_2000",))])
    with house_style():
        figure, drawn = draw_pca(animals(), mixed, **REAL)
    assert set(drawn["variant"]) == {"top_2000"}
    assert len(figure.axes) == 1


def covariates() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("top_500", 1, "condition", -0.9, 4),
            ("top_500", 2, "condition", 0.2, 4),
            ("top_500", 1, "MARROW", 0.71, 3),
            ("top_2000", 1, "condition", 0.123, 4),
        ],
        columns=["variant", "component", "covariate", "correlation", "n"],
    )


def test_covariates_are_numbers_in_cells_and_strong_ones_are_bold() -> None:
    settings = {"variant": "top_500", "strong": 0.7, **REAL}
    figure, drawn = draw_pca_covariates(covariates(), component_scores(), **settings)
    cells = {text.get_text(): text.get_fontweight() for text in figure.axes[0].texts}
    assert cells == {"−0.90": "bold", "0.20": "normal", "0.71": "bold"}
    shown = all_text(figure)
    assert "MARROW (n = 3)" in shown
    assert "PC2\n25.0 %" in shown
    assert "positive = higher score in knockout" in shown
    assert "grey: not known" in shown
    assert len(drawn) == 3
    figure, drawn = draw_pca_covariates(covariates().head(0), component_scores(), **settings)
    assert "nothing is known" in all_text(figure)
    assert drawn.empty


def levels() -> pd.DataFrame:
    return animals()[["sample", "condition"]].assign(
        log2_cpm=[4.0, 6.0, 5.0, 8.0], marker_score=[-0.5, -1.0, 0.5, 1.0], residual=[-2.5, 0.0, -2.5, 0.0]
    )


def effects() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "effect": ["unadjusted", "adjusted"],
            "estimate": [-2.5, -2.501],
            "ci95_low": [-5.9, np.nan],
            "ci95_high": [0.9, np.nan],
            "p_value": [0.09, np.nan],
        }
    )


def exon_depths() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (name, condition, exon, 0 if exon == 2 else 80, np.nan if exon == 2 else 1.0 + 0.1 * place)
            for place, (name, condition) in enumerate(zip(NAMES, animals()["condition"], strict=True))
            for exon in (1, 2, 3)
        ],
        columns=["sample", "condition", "exon", "n_positions", "relative_depth"],
    )


def junction_reads(reads: tuple[int, ...] = (7, 0, 9, 0)) -> pd.DataFrame:
    conditions = animals()["condition"]
    return pd.DataFrame(
        [
            (name, condition, left, right, number if right - left > 1 else 30, right - left > 1)
            for name, condition, number in zip(NAMES, conditions, reads, strict=True)
            for left, right in ((1, 2), (2, 3), (1, 3))
        ],
        columns=["sample", "condition", "left", "right", "n_reads", "skipping"],
    )


KNOCKOUT: dict[str, Any] = {
    "symbol": "Lcn2",
    "marker": "neutrophil",
    "sentence": "confirmed: the gene falls (log2 fold change -2.50)",
    **REAL,
}


def test_knockout_shows_levels_the_reference_line_exons_and_skipping_junctions() -> None:
    with house_style():
        figure, drawn = draw_knockout(levels(), effects(), exon_depths(), junction_reads(), **KNOCKOUT)
    of_panel = dict(iter(drawn.groupby("panel")))
    assert list(of_panel["a"]["value"]) == [6.0, 8.0, 5.0, 4.0]
    line = figure.axes[1].get_lines()[0]
    assert line.get_color() == REFERENCE_COLOUR
    assert line.get_xydata().tolist() == [[-1.0, 6.0], [-0.5, 6.5], [0.5, 7.5], [1.0, 8.0]]
    fitted = of_panel["b"].query("quantity == 'fitted_log2_cpm'")
    assert list(fitted["value"]) == [6.0, 6.5, 7.5, 8.0]
    assert of_panel["c"]["value"].isna().sum() == 4
    assert set(of_panel["d"]["junction"]) == {"1|3"}
    assert dict(zip(of_panel["d"]["sample"], of_panel["d"]["value"], strict=True)) == dict(
        zip(NAMES, [7, 0, 9, 0], strict=True)
    )
    assert sorted(y for _, y in points_of(figure, 3)) == [0, 0, 7, 9]


def test_knockout_says_outcome_effects_and_hidden_exons_in_words() -> None:
    with house_style():
        figure, _ = draw_knockout(levels(), effects(), exon_depths(), junction_reads(), **KNOCKOUT)
    shown = all_text(figure)
    assert "confirmed: the gene falls (log2 fold change −2.50)" in shown
    assert "unadjusted: log2 knockout / control = −2.50\n(95 % CI −5.90 to 0.90, p = 0.09)" in shown
    assert "too few samples for an interval" in shown
    assert "grey: exon without unique sequence" in shown
    assert "neutrophil score" in shown
    named = [{note.get_text() for note in axes.findobj(Annotation)} for axes in figure.axes[:2]]
    assert named == [{"01", "02", "03", "04"}] * 2


def test_knockout_without_reads_has_two_panels_and_without_markers_or_gene_says_so() -> None:
    none = exon_depths().head(0), junction_reads().head(0)
    with house_style():
        figure, drawn = draw_knockout(levels(), effects(), *none, **KNOCKOUT)
        assert len(figure.axes) == 2
        assert set(drawn["panel"]) == {"a", "b"}
        unmarked = levels().assign(marker_score=np.nan)
        figure, drawn = draw_knockout(unmarked, effects().head(1), *none, **KNOCKOUT)
    assert "no markers of other cells" in all_text(figure)
    assert set(drawn["panel"]) == {"a"}
    figure, drawn = draw_knockout(levels().head(0), effects().head(0), *none, **KNOCKOUT)
    assert "names no gene as deleted" in all_text(figure)
    assert drawn.empty


def test_no_read_over_a_skipping_junction_is_said() -> None:
    with house_style():
        figure, drawn = draw_knockout(levels(), effects(), exon_depths(), junction_reads((0, 0, 0, 0)), **KNOCKOUT)
    assert "no read joins two exons" in all_text(figure)
    assert "d" not in set(drawn["panel"])


def libraries() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    return (
        pd.DataFrame(
            {
                "sample": NAMES,
                "share_forward": [0.02, 0.03, 0.5, 0.01],
                "strandedness": ["reverse", "reverse", "unstranded", "reverse"],
                "three_prime_bias": [0.4, -0.25, 0.1, np.nan],
            }
        ),
        pd.DataFrame({"sample": NAMES, "fragment_length": [201.0, 202.0, np.nan, 204.0]}),
        pd.DataFrame(
            [(name, bin_, 0.1 + 0.001 * place) for place, name in enumerate(NAMES) for bin_ in range(1, 11)],
            columns=["sample", "bin", "share"],
        ),
    )


def test_library_draws_a_row_and_a_coverage_line_for_every_animal() -> None:
    figure, drawn = draw_library(animals(), *libraries(), **REAL)
    assert [x for x, _ in points_of(figure, 0)] == pytest.approx([3, 1, 50, 2])
    assert [x for x, _ in points_of(figure, 1)] == [202.0, 204.0, 201.0]
    assert [x for x, _ in points_of(figure, 2)] == [-0.25, 0.1, 0.4]
    for panel, colour in ((3, REFERENCE_COLOUR), (4, TEST_COLOUR)):
        lines = figure.axes[panel].get_lines()
        assert [line.get_color() for line in lines].count(colour) == 2
        assert len(lines) == 5  # four animals, and what even coverage would be
    shown = all_text(figure)
    assert "single-end" in shown
    assert "−0.25" in shown
    assert "strand: reverse, unstranded" in shown
    assert "positive = more at the 3′ end" in shown
    assert list(drawn["bin_10"]) == pytest.approx([0.101, 0.103, 0.102, 0.1])
    measured, lengths, coverage = libraries()
    for unknown in (coverage.head(0), coverage.assign(share=np.nan)):
        figure, _ = draw_library(animals(), measured, lengths, unknown, **REAL)
        assert all_text(figure).count("coverage along the transcripts\nwas not measured") == 2


def counts_of(n_genes: int = 3) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (
                f"g{gene}",
                f"Gene{gene}",
                name,
                condition,
                900.0 if (gene, name) == (1, NAMES[0]) else 10.0 * gene + place,
                f"outlier sample {NAMES[0]} (Cook's distance)" if gene == 1 else "gene of interest",
            )
            for gene in range(n_genes)
            for place, (name, condition) in enumerate(zip(NAMES, animals()["condition"], strict=True))
        ],
        columns=["gene_id", "symbol", "sample", "condition", "normalised_count", "reason"],
    )


def test_gene_counts_are_shifted_for_the_log_scale_and_only_the_outlier_animal_is_named() -> None:
    with house_style():
        figure, drawn = draw_gene_counts(counts_of(), **REAL)
    assert drawn.loc[drawn["named"], ["gene_id", "sample"]].to_numpy().tolist() == [["g1", NAMES[0]]]
    assert [note.get_text() for note in figure.findobj(Annotation)] == [NAMES[0]]
    assert [y for _, y in points_of(figure, 0)] == [1.5, 3.5, 2.5, 0.5]
    assert figure.axes[0].get_yscale() == "log"
    low, high = figure.axes[2].get_ylim()
    assert high / low > 8
    shown = all_text(figure)
    assert "Cook's distance" in shown
    assert "control\nn = 2" in shown


def test_more_genes_than_fit_are_counted_and_none_is_said() -> None:
    with house_style():
        figure, drawn = draw_gene_counts(counts_of(N_DRAWN + 2), **REAL)
    assert drawn["gene_id"].nunique() == N_DRAWN
    assert "2 more genes are not drawn" in all_text(figure)
    figure, drawn = draw_gene_counts(counts_of().head(0), **REAL)
    assert "no gene was chosen" in all_text(figure)
    assert drawn.empty


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["SAMN00000001", "SAMN00000012"], ["01", "12"]),
        (["mouse_ctrl_1", "mouse_ctrl_10"], ["_1", "_10"]),
        (["Clean_1", "Clean_2"], ["Clean_1", "Clean_2"]),
        (["femur_left_KO", "tibia_left_KO"], ["femur_left_KO", "tibia_left_KO"]),
        (["SAMN00000001"], ["SAMN00000001"]),
        ([], []),
    ],
)
def test_names_lose_what_all_begin_with_only_where_they_are_long(names: list[str], labels: list[str]) -> None:
    shortened, note = short_names(names)
    assert shortened == labels
    assert note == (f"{labels[0]} = {names[0]}, and so on" if labels != names else "")


@pytest.mark.parametrize(
    ("value", "notation", "text"),
    [(-0.04, "{:.1f}", "0.0"), (-1.25, "{:.2f}", "−1.25"), (1e-5, "{:.2g}", "1e−05"), (-0.001, "{:.0f} %", "0 %")],
)
def test_numbers_have_a_true_minus_and_no_minus_before_zero(value: float, notation: str, text: str) -> None:
    assert figures_of(value, notation) == text


def test_names_that_find_no_room_are_left_out_and_bold_ones_come_first() -> None:
    with house_style():
        figure = new_figure(1.2, 1.0, simulated=False)
        axes = figure.subplots()
        positions = np.column_stack([np.linspace(0.49, 0.51, 20), np.full(20, 0.5)])
        names = [f"animal_number_{number:02d}" for number in range(20)]
        lost = name_points(axes, positions, names, bold=[number == 19 for number in range(20)])
        figure.draw_without_rendering()
        notes = figure.findobj(Annotation)
        boxes = [Text.get_window_extent(note) for note in notes]
    assert lost > 0
    assert f"{lost} not named" in all_text(figure)
    assert len(notes) == 20 - lost
    assert "animal_number_19" in [note.get_text() for note in notes]
    assert not any(a.overlaps(b) for number, a in enumerate(boxes) for b in boxes[:number])


def test_every_animal_of_a_real_study_is_named_and_no_name_covers_another() -> None:
    folder = shared_data("counts/bone_marrow_EMTAB5533")
    counts = read_count_table(folder / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    names = [str(name) for name in counts.columns]
    sheet = pd.DataFrame({"sample": names, "condition": [name.split("_")[0] for name in names], "sex": ""})
    values = np.log2(counts / counts.sum() * 1e6 + 1)
    values = values.loc[values.var(axis=1).nlargest(500).index]
    left, singular, _ = np.linalg.svd(values.T - values.T.mean(), full_matrices=False)
    scores = pd.DataFrame(
        [
            (
                "top_500",
                name,
                number + 1,
                left[place, number] * singular[number],
                singular[number] ** 2 / sum(singular**2),
            )
            for number in range(2)
            for place, name in enumerate(names)
        ],
        columns=["variant", "sample", "component", "score", "share_variance"],
    )
    with house_style():
        figure, drawn = draw_pca(sheet, scores, test="Clean", reference="Marrow", simulated=False)
        figure.draw_without_rendering()
        notes = figure.findobj(Annotation)
        boxes = [Text.get_window_extent(note) for note in notes]
    assert {note.get_text() for note in notes} == set(names)
    assert not any(a.overlaps(b) for number, a in enumerate(boxes) for b in boxes[:number])
    clean = drawn.loc[drawn["condition"] == "Clean", "pc1"]
    marrow = drawn.loc[drawn["condition"] == "Marrow", "pc1"]
    assert clean.max() < marrow.min() or marrow.max() < clean.min()


def tables(folder: Path) -> dict[str, Path]:
    """Write all tables that the entries name, and give their paths."""
    measured, lengths, coverage = libraries()
    frames = {
        "samples": animals(),
        "scores": panel_scores(),
        "differences": panel_differences(),
        "shares": pd.DataFrame({"group": "muscle", "sample": NAMES, "share": [0.1, 0.2, 0.3, np.nan]}),
        "sexes": sexes(),
        "similarity": pairs(),
        "outliers": outliers(),
        "components": component_scores(),
        "covariates": covariates(),
        "levels": levels(),
        "effects": effects(),
        "exons": exon_depths(),
        "junctions": junction_reads(),
        "outcomes": pd.DataFrame(
            {"question": ["knockout"], "outcome": ["confirmed"], "sentence": ["confirmed: it is gone"]}
        ),
        "libraries": measured,
        "mapping": lengths,
        "gene_body": coverage,
        "counts": counts_of().assign(symbol=lambda table: table["symbol"] + "$&<"),
    }
    paths = {name: folder / f"{name}.tsv" for name in frames}
    for name, frame in frames.items():
        write_table(frame, paths[name])
    return paths


ENTRIES: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "composition": (
        {"samples": "samples", "scores": "scores", "differences": "differences"},
        {"min_log2_ratio": 0.585},
    ),
    "shares": ({"samples": "samples", "shares": "shares"}, {}),
    "sex": ({"samples": "samples", "sexes": "sexes"}, {"thresholds": DEFAULTS["identity"]["sex"]}),
    "similarity": ({"samples": "samples", "similarity": "similarity", "outliers": "outliers"}, {}),
    "pca": ({"samples": "samples", "scores": "components"}, {}),
    "pca_covariates": ({"covariates": "covariates", "scores": "components"}, {}),
    "knockout": (
        {name: name for name in ("levels", "effects", "exons", "junctions", "outcomes")},
        {"deleted_gene": "g1", "deleted_gene_symbol": "Lcn2", "marker": "neutrophil"},
    ),
    "library": ({name: name for name in ("samples", "libraries", "mapping", "gene_body")}, {}),
    "gene_counts": ({"counts": "counts"}, {}),
}
"""By figure: its tables by argument, and its options."""


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_reads_its_tables_and_two_runs_write_the_same_bytes(name: str, tmp_path: Path) -> None:
    inputs, options = ENTRIES[name]
    paths = tables(tmp_path)
    own = {argument: paths[table] for argument, table in inputs.items()}
    written = []
    for run in ("first", "second"):
        files = draw_entry(name, own, tmp_path / run, options=options, simulated=True)
        written.append([path.read_bytes() for path in files])
    assert written[0] == written[1]
    assert b"dc:date" not in written[0][0]
    assert b"CreationDate" not in written[0][1]
    assert len(written[0][2].splitlines()) > 1


@pytest.mark.parametrize("name", ENTRIES)
def test_an_entry_says_what_is_missing_where_its_tables_are_empty(name: str, tmp_path: Path) -> None:
    inputs, options = ENTRIES[name]
    paths = tables(tmp_path)
    for table in set(inputs.values()) - {"samples"}:
        path = paths[table]
        path.write_text(path.read_text().splitlines()[0] + "\n")
    own = {argument: paths[table] for argument, table in inputs.items()}
    assert draw_entry(name, own, tmp_path / "drawn", options=options)[2].read_text()
