"""The genes that figures name are found in sets and counts, and measured as the claims measure them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from claimcheck.claims.named_genes import measure_genes, measure_levels
from claimcheck.claims.requests import read_requests
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import complete, load_schema
from claimcheck.core.study import read_configuration
from claimcheck.deseq2.design import Design, metadata_of, model_matrix
from claimcheck.gene_sets.comparison import Modelled, make_comparison
from claimcheck.gene_sets.named import figure_groups, list_genes
from support.defaults import LEVELS

ROOT = Path(__file__).resolve().parents[2]
CURATED = ROOT / "config/gene_sets"
REFERENCE = CURATED / "reference/bone_expression.tsv"
MEMBERS = pd.DataFrame({"set": ["A", "A", "A", "B"], "gene_id": ["g1", "gone", "g2", "g2"]})
MINIMAL: dict[str, Any] = {
    "study": {"title": "t"},
    "start_from": "counts",
    "design": {"test": "knockout", "reference": "control"},
}


def report(**given: Any) -> dict[str, Any]:
    return complete({"report": given}, load_schema("config.schema.yaml"))["report"]


def figures_of(left_out: dict[str, list[str]] | None = None, **given: Any) -> dict[str, Any]:
    return figure_groups(report(**given), left_out=left_out or {"full": []}, explored=[])


# which genes


def test_genes_of_sets_come_first_and_each_stands_once_in_its_group() -> None:
    figures = figures_of(gene_forest=[{"title": "one", "sets": ["A", "B"], "genes": ["g3", "g1", "gone"]}])
    table = list_genes(figures, MEMBERS, deleted_gene="gone")
    # The deleted gene counts for no set; named by its id it is shown.
    assert list(table["gene_id"]) == ["g1", "g2", "g3", "gone"]
    assert set(table["figure"]) == {"gene_forest"}
    assert not table["left_out"].any()


def test_nothing_named_is_no_figure() -> None:
    assert figures_of() == {}
    assert list_genes({}, MEMBERS.head(0), deleted_gene=None).empty


def test_a_butterfly_marks_what_its_variant_leaves_out() -> None:
    wings = {"left": {"title": "l", "set": "A"}, "right": {"title": "r", "set": "B"}, "beside": "thin"}
    figures = figures_of({"full": [], "thin": ["g2"]}, butterflies={"x": wings})
    table = list_genes(figures, MEMBERS, deleted_gene=None)
    assert list(zip(table["panel"], table["gene_id"], table["left_out"], strict=True)) == [
        ("l", "g1", False),
        ("l", "gone", False),
        ("l", "g2", True),
        ("r", "g2", True),
    ]
    # Without a register there are no variants, and nothing is left out.
    assert not list_genes(figures_of(butterflies={"x": wings}), MEMBERS, deleted_gene=None)["left_out"].any()


def test_an_unknown_set_or_variant_stops_with_its_key() -> None:
    with pytest.raises(StudyError, match=r"no gene set is called C(.|\n)*report\.heatmaps\.x"):
        list_genes(figures_of(heatmaps={"x": {"groups": [{"title": "t", "sets": ["C"]}]}}), MEMBERS, deleted_gene=None)
    wings = {"left": {"title": "l", "set": "A"}, "right": {"title": "r", "set": "B"}, "beside": "thick"}
    with pytest.raises(StudyError, match=r"no variant of sets is called thick(.|\n)*report\.butterflies\.x\.beside"):
        figures_of({"full": [], "thin": []}, butterflies={"x": wings})


def test_a_score_that_is_not_measured_stops(tmp_path: Path) -> None:
    groups = [{"title": "t", "genes": ["g1"], "scores": ["QC_X"]}]
    (tmp_path / "c.tsv").touch()
    study = MINIMAL | {
        "counts": {"table": "c.tsv", "samples": "c.tsv"},
        "report": {"heatmaps": {"x": {"groups": groups}}},
    }
    with pytest.raises(StudyError, match=r"report\.heatmaps\.x shows the score of QC_X"):
        read_configuration(study, folder=tmp_path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"gene_pairs": {"x": ["g1"]}},
        {"gene_pairs": {"x": ["g1", "g1"]}},
        {"heatmaps": {"x": {"groups": []}}},
        {"butterflies": {"x": {"left": {"title": "l", "set": "A"}}}},
        {"gene_forest": [{"sets": ["A"]}]},
    ],
)
def test_a_figure_that_lacks_something_stops(tmp_path: Path, wrong: dict[str, Any]) -> None:
    (tmp_path / "c.tsv").touch()
    study = MINIMAL | {"counts": {"table": "c.tsv", "samples": "c.tsv"}, "report": wrong}
    with pytest.raises(StudyError, match=r"report\."):
        read_configuration(study, folder=tmp_path)


def test_the_register_says_what_exploratory_claims_look_at() -> None:
    requests = read_requests(ROOT / "config/claims.yaml", curated=str(CURATED), reference_expression=REFERENCE)
    groups = {(group["panel"], group["part"]): group for group in requests.explored}
    assert list(dict.fromkeys(panel for panel, _ in groups)) == ["X1", "X2", "X3", "X4", "X5"]
    acute = groups["X1", "EXP_ACUTEPHASE_NFKB"]
    ratio = pd.read_csv(REFERENCE, sep="\t").set_index("gene_id")["log2_marrow_over_clean"]
    assert acute["left_out"]
    assert set(acute["left_out"]) == {gene for gene in acute["genes"] if ratio.get(gene, 0) >= 1}
    assert all(not group["left_out"] for (panel, _), group in groups.items() if panel != "X1")
    assert groups["X5", ""]["genes"]["ENSMUSG00000004748"] == "Mtfp1"
    assert read_requests(None, curated="none", reference_expression=None).explored == []


# what they measure


def small_study(n: int) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame, pd.DataFrame]:
    """Counts of 80 genes, of which all but the last two are tested; g0 has 100 in the reference and 200 in the test group."""
    random = np.random.default_rng(3)
    samples = [f"c{i}" for i in range(n)] + [f"k{i}" for i in range(n)]
    spread = random.uniform(0.01, 1, (80, 1))  # genes differ in it, so that few animals tell little of each
    drawn = random.poisson(100 * random.gamma(1 / spread, spread, (80, 2 * n)))
    counts = pd.DataFrame(drawn, index=[f"g{i}" for i in range(80)], columns=samples)
    counts.loc["g0"] = [100] * n + [200] * n
    counts.loc["g79"] = 0
    sheet = pd.DataFrame({"sample": samples, "condition": ["control"] * n + ["knockout"] * n})
    tested = counts.index[:78]
    genes = pd.DataFrame(
        {
            "gene_id": tested,
            "symbol": tested,
            "base_mean": 100.0,
            "log2_fold_change": 0.5,
            "lfc_se": 0.2,
            "minimum_detectable_effect": 0.6,
            "log2_fold_change_shrunken": 0.1,
        }
    )
    return counts, pd.Series(1.0, index=samples), sheet, genes


def measured(n: int) -> pd.DataFrame:
    counts, factors, sheet, genes = small_study(n)
    named = pd.DataFrame({"gene_id": ["g0", "g78", "g79", "elsewhere", "g0"]})
    design = Design("knockout", "control")
    comparison = make_comparison(
        counts.loc[genes["gene_id"]], factors.to_numpy(), model_matrix(metadata_of(sheet, design))
    )
    modelled = Modelled(genes, counts, factors, sheet, design, comparison)
    return measure_genes(named, modelled, few_residual_df=3, levels=LEVELS)


def test_every_named_gene_is_accounted_for() -> None:
    table = measured(4)
    assert list(table["state"]) == ["tested", "too few counts", "too few counts", "not counted", "tested"]
    assert table["mean_reference"].iloc[0] == 100
    assert table["mean_test"].iloc[0] == 200
    assert table["mean_count"].iloc[2] == 0
    assert np.isnan(table["mean_count"].iloc[3])
    assert table["log2_fold_change"].notna().tolist() == [True, False, False, False, True]


def test_intervals_are_wald_and_wider_where_few_animals_tell_little_of_the_spread() -> None:
    half = norm.ppf(0.975) * 0.2
    many, few = measured(4).iloc[0], measured(2).iloc[0]
    assert many["ci95_high"] - many["log2_fold_change"] == pytest.approx(half)
    assert few["ci95_high"] - few["log2_fold_change"] > half
    assert few["ci95_low"] < many["ci95_low"]


def test_levels_are_standardised_over_all_animals() -> None:
    counts, *_ = small_study(3)
    levels = measure_levels(pd.DataFrame({"gene_id": ["g0", "g79", "elsewhere"]}), counts, counts.sum())
    by_gene = levels.groupby("gene_id")
    assert set(levels["gene_id"]) == {"g0", "g79"}
    assert by_gene["z"].mean()["g0"] == pytest.approx(0)
    assert by_gene["z"].std()["g0"] == pytest.approx(1)
    assert by_gene["z"].count()["g79"] == 0
    cpm = counts.loc["g0", "k1"] / counts["k1"].sum() * 1e6
    assert levels.set_index(["gene_id", "sample"]).at[("g0", "k1"), "log2_cpm"] == pytest.approx(np.log2(cpm + 1))
