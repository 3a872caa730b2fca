"""Studies at the edge give whole and honest pages: two animals a group, nothing to be found."""

from pathlib import Path

import pytest

from claimcheck.core.tables import read_table, write_table
from claimcheck.simulation.world import build_world, draw_counts
from support.counts import checks_of_the_study, counts_study
from support.pages import whole
from support.studies import ROOT, run_workflow
from support.worlds import DEMO, MEMBERS, NOTHING, REFERENCE

DELETED = {"deleted_gene": "ENSMUSG00000026822", "deleted_gene_symbol": "Lcn2"}
EDGES = {"two animals a group": 1, "nothing to be found": 2}
"""Animals of each sex in each group of a world without an effect."""

pytestmark = pytest.mark.whole_run


@pytest.fixture(scope="module", params=EDGES)
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    animals = EDGES[request.param]
    settings = DEMO["simulation"]["world"] | {"effects": NOTHING}
    settings["animals"] = {group: {"female": animals, "male": animals} for group in ("control", "knockout")}
    world = build_world(settings, MEMBERS, read_table(REFERENCE), seed=7)
    folder = tmp_path_factory.mktemp("edge")
    write_table(draw_counts(world, 1_000_000, 7).rename_axis(columns=None).reset_index(), folder / "counts.tsv")
    sheet = world.samples[["animal", "condition", "sex"]].rename(columns={"animal": "sample"})
    study = counts_study(
        folder,
        folder / "counts.tsv",
        sheet.to_csv(sep="\t", index=False),
        test="knockout",
        reference="control",
        study={"title": f"A study at the edge: {request.param}"} | DELETED,
        claims=str(ROOT / "config/claims.yaml"),
        **checks_of_the_study(),
    )
    completed = run_workflow(study, "results/report/index.html")
    assert completed.returncode == 0, completed.stderr[-3000:]
    return request.param, study


def test_a_study_at_the_edge_gives_a_whole_page(edge: tuple[str, Path]) -> None:
    name, study = edge
    page = (study / "results/report/index.html").read_text()
    whole(page)
    genes = read_table(study / "results/differential/genes.tsv", text=["gene_id", "symbol"])
    verdicts = read_table(study / "results/claims/verdicts.tsv", text=["claim", "verdict", "kind"])
    changes = verdicts[verdicts["kind"].isin(["gene", "set", "signed_set", "intersection", "specificity"])]
    assert not changes["verdict"].isin(["supported", "contradicted"]).any()
    if name == "two animals a group":
        assert set(changes["verdict"]) <= {"inconclusive (n)", "not testable (expression)", "not testable (design)"}
        assert "fewer than 3 in a group" in page
    else:
        assert (genes["p_adjusted"] < 0.05).sum() == 0
        assert "No gene is called" in page
        assert "does not show that the groups are alike" in page
