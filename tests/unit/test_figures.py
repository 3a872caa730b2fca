"""Figures show what their tables say, keep their scale and their names, and repeat byte for byte."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

from claimcheck.core.tables import write_table
from claimcheck.figures.differential import draw_ma, draw_p_values, draw_volcano, gene_points
from claimcheck.figures.enrichment import draw_enrichment
from claimcheck.figures.labels import place_labels
from claimcheck.figures.quality import draw_mapping
from claimcheck.figures.style import house_style, new_figure
from support.figures import draw_entry

GROUPS = {"test": "knockout", "reference": "control"}


def some_genes(n: int = 200) -> pd.DataFrame:
    random = np.random.default_rng(7)
    stat = random.normal(size=n)
    stat[:4] = [8.0, -7.0, 6.0, -9.0]
    p = np.where(np.abs(stat) > 5, 1e-9, random.uniform(0.01, 1, n))
    return pd.DataFrame(
        {
            "gene_id": [f"ENSMUSG{number:011d}" for number in range(n)],
            "symbol": [f"Gene{number}" for number in range(n)],
            "base_mean": np.exp(random.normal(5, 2, n)),
            "log2_fold_change": stat / 4,
            "stat": stat,
            "p_value": p,
            "p_adjusted": np.where(p < 1e-8, 1e-7, 0.9),
        }
    )


def points_of(genes: pd.DataFrame, label_genes: tuple[str, ...] = ()) -> pd.DataFrame:
    return gene_points(genes, alpha=0.05, label_genes=label_genes, **GROUPS)


def all_text(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def test_calls_name_the_group_in_which_a_gene_is_higher() -> None:
    call = points_of(some_genes()).set_index("gene_id")["call"]
    assert list(call.iloc[:5]) == [
        "higher in knockout",
        "higher in control",
        "higher in knockout",
        "higher in control",
        "not called",
    ]


def test_genes_without_a_value_are_neither_called_nor_drawn() -> None:
    genes = some_genes()
    genes.loc[0, ["p_value", "p_adjusted"]] = np.nan
    genes.loc[1, ["log2_fold_change", "stat", "p_value", "p_adjusted"]] = np.nan
    genes.loc[2, "base_mean"] = 0.0
    points = points_of(genes)
    assert len(points) == len(genes) - 2
    assert points.set_index("gene_id").loc[genes.loc[0, "gene_id"], "call"] == "not called"
    _, drawn = draw_volcano(points, alpha=0.05, simulated=False, **GROUPS)
    assert genes.loc[0, "gene_id"] not in set(drawn["gene_id"])


def test_configured_genes_are_named_although_they_are_weak() -> None:
    genes = some_genes()
    weak = str(genes.loc[genes["stat"].abs().idxmin(), "gene_id"])
    points = points_of(genes, (weak, "ENSMUSG99999999999"))
    named = points.set_index("gene_id")["label"]
    assert named[weak] == "configured"
    assert (named == "largest statistic").sum() == 10
    with house_style():
        figure, _ = draw_ma(points, alpha=0.05, simulated=False, **GROUPS)
    shown = all_text(figure)
    assert all(symbol in shown for symbol in points.loc[points["label"] != "", "symbol"])
    assert "positive = higher in knockout" in shown


def test_a_p_value_of_zero_and_a_far_off_gene_stay_inside_the_frame() -> None:
    genes = some_genes()
    genes.loc[0, ["p_value", "p_adjusted", "log2_fold_change"]] = [0.0, 0.0, 29.0]
    figure, drawn = draw_volcano(points_of(genes), alpha=0.05, simulated=False, **GROUPS)
    axes = figure.axes[0]
    assert drawn["drawn_log2_fold_change"].abs().max() <= axes.get_xlim()[1] < 10
    assert drawn["drawn_minus_log10_p"].max() <= axes.get_ylim()[1] < 30
    assert drawn["log2_fold_change"].max() == 29.0


def test_the_histogram_shows_the_share_of_genes_without_a_difference() -> None:
    figure, drawn = draw_p_values(some_genes(), simulated=False, share_of_nulls=0.75)
    histogram = figure.axes[0]
    assert sum(bar.get_height() for bar in histogram.patches) == len(drawn)
    assert [line.get_ydata()[0] for line in histogram.get_lines()] == [len(drawn) / 40, 0.75 * len(drawn) / 40]
    assert "π0 = 0.75" in all_text(figure)
    figure, _ = draw_p_values(some_genes(), simulated=False)
    assert "π0" not in all_text(figure)


def test_no_gene_with_a_p_value_says_so() -> None:
    genes = some_genes().assign(p_value=np.nan, p_adjusted=np.nan, stat=np.nan)
    figure, drawn = draw_volcano(points_of(genes), alpha=0.05, simulated=False, **GROUPS)
    assert drawn.empty
    assert "no gene has a p-value" in all_text(figure)
    figure, drawn = draw_p_values(genes, simulated=False)
    assert drawn.empty
    assert "no gene has a p-value" in all_text(figure)


def test_mapping_shows_each_animal_and_both_thresholds() -> None:
    samples = pd.DataFrame({"sample": ["k1", "c1"], "condition": ["knockout", "control"]})
    mapping = pd.DataFrame(
        {
            "sample": ["c1", "k1"],
            "n_processed": [1000, 2000],
            "n_pseudoaligned": [900, 800],
            "share_pseudoaligned": [0.9, 0.4],
        }
    )
    figure, drawn = draw_mapping(samples, mapping, min_share=0.5, min_fragments=5000, simulated=False, **GROUPS)
    assert list(drawn["share_pseudoaligned"]) == [0.9, 0.4]
    assert figure.axes[1].get_xlim()[1] > 5000
    assert "simulated" not in all_text(figure)


def corners_of(name: str, ranks: list[int], n_ranked: int) -> pd.DataFrame:
    height = np.arange(len(ranks)) / len(ranks)
    return pd.DataFrame(
        {
            "set": name,
            "family": "wnt",
            "rank": ranks,
            "gene_id": [f"g{rank}" for rank in ranks],
            "symbol": [f"s{rank}" for rank in ranks],
            "stat": 1.0,
            "running_sum_before": height,
            "running_sum": height + 1 / len(ranks),
            "n_ranked": n_ranked,
        }
    )


def set_tests() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "set": ["B", "A_$x"],
            "family": "wnt",
            "n_genes": [3, 2],
            "nes": [1.5, -1.2],
            "p_rotation_two_sided": [0.013, 0.41],
            "p_camera": [0.027, 0.52],
        }
    )


def test_running_sum_passes_through_every_corner_from_zero_to_zero() -> None:
    corners = pd.concat([corners_of("A_$x", [50, 90], 100), corners_of("B", [1, 5, 9], 100)])
    figure, drawn = draw_enrichment(set_tests(), corners, family="wnt", simulated=True, **GROUPS)
    curve = figure.axes[0].get_lines()[1]
    x, y = np.asarray(curve.get_xdata()), np.asarray(curve.get_ydata())
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 100, 0)
    assert list(x[1:-1:2]) == [1, 5, 9]
    assert np.allclose(y[2:-1:2], [1 / 3, 2 / 3, 1])
    shown = all_text(figure)
    assert "left = higher in knockout, right = higher in control" in shown
    assert "A_$x" in shown
    assert "n = 3, NES 1.50\nrotation p = 0.013\nCAMERA p = 0.027" in shown
    assert len(drawn) == 5
    assert drawn.set_index("set").loc["B", "p_camera"].unique() == [0.027]


def test_a_family_without_a_tested_set_says_so(tmp_path: Path) -> None:
    write_table(set_tests(), tmp_path / "tests.tsv")
    write_table(corners_of("B", [1, 5, 9], 100), tmp_path / "sums.tsv")
    figure, drawn = draw_enrichment(set_tests(), corners_of("B", [1], 9), family="iron", simulated=False, **GROUPS)
    assert "no set of the family iron could be tested" in all_text(figure)
    assert drawn.empty
    tables = {"tests": tmp_path / "tests.tsv", "running_sums": tmp_path / "sums.tsv"}
    table = draw_entry("enrichment_iron", tables, tmp_path)[2]
    assert table.read_text().startswith("set\trank\t")


def test_labels_of_crowded_points_do_not_overlap() -> None:
    positions = np.array([[0.5 + 0.001 * number, 0.5] for number in range(8)])
    with house_style():
        figure = new_figure(4, 4, simulated=False)
        axes = figure.subplots()
        labels = place_labels(axes, positions, [f"Gene{n}" for n in range(8)], positions, radius=3.0)
        figure.draw_without_rendering()
        boxes = [Text.get_window_extent(label) for label in labels]
    assert not any(a.overlaps(b) for number, a in enumerate(boxes) for b in boxes[:number])


def test_two_runs_write_the_same_bytes_without_a_date(tmp_path: Path) -> None:
    write_table(some_genes().assign(symbol=lambda genes: genes["symbol"] + "$&<"), tmp_path / "genes.tsv")
    write_table(pd.DataFrame({"quantity": ["share_of_true_nulls"], "value": ["0.750"]}), tmp_path / "summary.tsv")
    genes = {"genes": tmp_path / "genes.tsv"}
    options = {"alpha": 0.05, "label_genes": []}
    written = []
    for run in ("first", "second"):
        files = draw_entry("ma", genes, tmp_path / run, options=options, simulated=True)
        files += draw_entry("volcano", genes, tmp_path / run, options=options, simulated=True)
        files += draw_entry("p_values", genes | {"summary": tmp_path / "summary.tsv"}, tmp_path / run, simulated=True)
        written.append([path.read_bytes() for path in files])
    assert written[0] == written[1]
    assert b"CreationDate" not in written[0][1]
    assert b"dc:date" not in written[0][0]
