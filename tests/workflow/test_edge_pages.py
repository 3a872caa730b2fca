"""Studies at the edge give whole and honest pages: no claims, two animals a group, nothing to be found, titles that are code."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from claimcheck.core.tables import read_table, write_table
from claimcheck.simulation.world import build_world, draw_counts
from support.archive import serve
from support.counts import checks_of_the_study, counts_study
from support.studies import ROOT, run_workflow, write_study
from support.tiny import PROJECT, fasta, tiny_archive, tiny_configuration, transcripts
from support.worlds import DEMO, MEMBERS, NOTHING, REFERENCE

DELETED = {"deleted_gene": "ENSMUSG00000026822", "deleted_gene_symbol": "Lcn2"}
HOSTILE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>{{7*7}} \"'"
EDGES: dict[str, dict[str, Any]] = {
    "no claims": {"animals": 3, "claims": None},
    "two animals a group": {"animals": 1, "claims": "config/claims.yaml"},
    "nothing to be found": {"animals": 2, "claims": "config/claims.yaml"},
}
"""Animals of each sex in each group of a world without an effect, and the register."""


class Tags(HTMLParser):
    """Collects every tag of a page with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def whole(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """Check that a page ends, that its links lead somewhere and that it holds no handler; return its tags."""
    assert page.rstrip().endswith("</html>")
    assert "nan" not in page.split("<h2>Configuration", maxsplit=1)[0].replace("&", " ").split()
    tags = Tags()
    tags.feed(page)
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {
        str(attributes.get("href"))[1:] for _, attributes in tags.found if str(attributes.get("href")).startswith("#")
    }
    assert {target for target in targets if not target.startswith("gene=")} <= set(ids)
    assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]
    return tags.found


@pytest.fixture(scope="module", params=EDGES)
def edge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    asked = EDGES[request.param]
    settings = DEMO["simulation"]["world"] | {"effects": NOTHING}
    settings["animals"] = {
        group: {"female": asked["animals"], "male": asked["animals"]} for group in ("control", "knockout")
    }
    world = build_world(settings, MEMBERS, read_table(REFERENCE), seed=7)
    folder = tmp_path_factory.mktemp("edge")
    write_table(draw_counts(world, 1_000_000, 7).rename_axis(columns=None).reset_index(), folder / "counts.tsv")
    sheet = world.samples[["animal", "condition", "sex"]].rename(columns={"animal": "sample"})
    claims = {"claims": str(ROOT / asked["claims"])} if asked["claims"] else {}
    study = counts_study(
        folder,
        folder / "counts.tsv",
        sheet.to_csv(sep="\t", index=False),
        test="knockout",
        reference="control",
        study={"title": f"A study at the edge: {request.param}"} | DELETED,
        **checks_of_the_study(),
        **claims,
    )
    completed = run_workflow(study)
    assert completed.returncode == 0, completed.stderr[-3000:]
    return request.param, study


def test_a_study_at_the_edge_gives_a_whole_page(edge: tuple[str, Path]) -> None:
    name, study = edge
    page = (study / "results/report/index.html").read_text()
    whole(page)
    genes = read_table(study / "results/differential/genes.tsv", text=["gene_id", "symbol"])
    if name == "no claims":
        assert "no register of claims was evaluated" in page
        return
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


def test_titles_that_are_code_are_text(tmp_path: Path) -> None:
    archive = tiny_archive()
    for row in archive.projects[PROJECT]:
        row["sample_title"] += f" {HOSTILE}"
    with serve(archive):
        configuration = tiny_configuration(archive)
        study = write_study(tmp_path, configuration, transcripts__fa=fasta(transcripts()))
        completed = run_workflow(study)
    assert completed.returncode == 0, completed.stderr[-3000:]
    page = (study / "results/report/index.html").read_text()
    tags = whole(page)
    assert escape(HOSTILE) in page
    assert HOSTILE not in page
    assert "{{7*7}}" in page  # as text: nothing evaluated it
    assert all(str(attributes.get("src", "data:")).startswith("data:") for tag, attributes in tags if tag == "img")
