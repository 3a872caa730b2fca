"""The simulated study: from nothing to the page, with what was planted found again."""

import re
import shutil
from pathlib import Path

import pytest

from claimcheck.core.tables import read_table, write_table
from support.first_screen import trace_page
from support.studies import ROOT, copy_workflow, last_words, planned_rules, run_workflow
from support.tables import edit_entry, require_declared

pytestmark = pytest.mark.whole_run


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "demo"
    shutil.copytree(ROOT / "demo/config", folder / "config")
    shutil.copytree(ROOT / "config/gene_sets", folder.parent / "config/gene_sets")
    for name in ("claims", "bone", "figures"):
        shutil.copy(ROOT / f"config/{name}.yaml", folder.parent / f"config/{name}.yaml")
    completed = run_workflow(folder)
    assert completed.returncode == 0, completed.stderr[-3000:]
    return folder


def test_the_finished_study_is_the_one_of_its_manifest(demo: Path) -> None:
    completed = run_workflow(demo, "verify", cores=1)
    assert completed.returncode == 0, completed.stdout[-3000:]
    files = [path for path in (demo / "results").rglob("*") if path.is_file()]
    n_results = len(files) - 5  # the manifest and its rows, the crate and what it carries
    assert f"identical: {n_results} files of results" in completed.stdout


def test_every_table_is_what_its_entry_says(demo: Path) -> None:
    require_declared(demo)


def test_an_edited_entry_makes_the_writer_and_the_readers_of_its_table_again(demo: Path, tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "clone")
    edit_entry(clone, "claims/verdicts", "verdict")
    assert planned_rules(clone, demo) == {
        "evaluate_claims",
        "draw_claims",
        "export_results",
        "write_report",
        "record_provenance",
        "write_crate",
        "all",
    }


def test_planted_genes_are_found(demo: Path) -> None:
    genes = read_table(demo / "results/differential/genes.tsv").set_index("symbol")
    for symbol in ("Dkk1", "Sost"):
        assert genes.at[symbol, "log2_fold_change"] == pytest.approx(-1.0, abs=3 * genes.at[symbol, "lfc_se"])
        assert genes.at[symbol, "p_adjusted"] < 0.05


def test_planted_sets_rank_as_planted(demo: Path) -> None:
    tests = read_table(demo / "results/gene_sets/tests.tsv")
    tests = tests[tests["variant"] == "full"].set_index("set")
    for name, sign in {"WNT_TARGETS_T1": 1, "FERRO_DRIVER_CORE": -1, "FERRO_MARKERS": -1, "ATF4_STRESS": -1}.items():
        assert sign * tests.at[name, "nes"] > 1.5
    # Ranking alone calls sets of mitochondria, which muscle moves together; the tests that decide do not.
    assert (tests.loc[tests["family"] == "mitochondria", "p_max"] > 0.05).all()
    assert (tests["p_max"] == tests[["p_rotation_two_sided", "p_camera"]].max(axis="columns")).all()
    assert (tests["p_max_adjusted"] >= tests["p_max"]).all()


def test_other_runs_are_left_out_and_runs_of_an_animal_summed(demo: Path) -> None:
    report = read_table(demo / "resources/archive/run_table.tsv")
    files = read_table(demo / "results/samples/read_files.tsv")
    assert set(report["library_strategy"]) == {"RNA-Seq", "ChIP-Seq"}
    used = report[report["run_accession"].isin(files["run_accession"])]
    assert set(used["library_strategy"]) == {"RNA-Seq"}
    assert files.groupby("sample")["run_accession"].nunique().value_counts().to_dict() == {1: 7, 2: 1}
    mapping = read_table(demo / "results/quality/mapping.tsv").set_index("sample")
    expected = used.groupby("sample_accession")["read_count"].sum()
    assert (mapping["n_processed"] == expected[mapping.index]).all()


def test_page_says_that_it_is_simulated(demo: Path) -> None:
    page = (demo / "results/report/index.html").read_text()
    assert page.count("Simulated data") >= 2
    for figure in (demo / "results/figures").glob("*.svg"):
        assert "simulated" in figure.read_text()


CARDS = ("C11", "C14", "C02", "C07")


def test_every_number_on_the_first_screen_and_on_cards_is_a_cell_of_a_table(demo: Path) -> None:
    trace = trace_page(demo, CARDS)
    assert not trace.missing
    assert trace.traced > 200


@pytest.mark.parametrize(
    ("table", "column", "value", "place"),
    [
        ("verdicts", "effect", -0.47, "effect C11"),
        ("verdicts", "effect", -0.47, "drawn effect C11"),
        ("verdicts", "p_adjusted", 0.5, "p of the claim's test, adjusted over all claims C11"),
        ("levels", "level_adjusted", 99.0, "level C11"),
        ("leave_one_out", "p_value", 0.9, "p without any one sample, not adjusted C11"),
        ("robustness", "effect", 7.0, "others C11"),
    ],
)
def test_a_changed_cell_is_found_on_the_page(demo: Path, table: str, column: str, value: float, place: str) -> None:
    path = demo / f"results/claims/{table}.tsv"
    original = path.read_text()
    changed = read_table(path)
    changed.loc[changed["claim"] == "C11", column] = value
    try:
        write_table(changed, path)
        assert [words for words in trace_page(demo, CARDS).missing if words.startswith(place)]
    finally:
        path.write_text(original)


def test_the_deletion_shows_in_the_exons_and_hardly_in_the_level(demo: Path) -> None:
    genes = read_table(demo / "results/differential/genes.tsv").set_index("symbol")
    assert -1 < genes.at["Lcn2", "log2_fold_change"] < 0
    truth = read_table(demo / "resources/simulation/truth/samples.tsv", text=True).set_index("animal")["condition"]
    carriers = read_table(demo / "results/identity/carriers.tsv", text=["sample", "lost_exons"]).set_index("sample")
    assert set(carriers["lost_exons"]) == {"3;4;5"}
    assert carriers["recombined"].to_dict() == (truth == "knockout").to_dict()
    assert (carriers.loc[carriers["recombined"], "skip_reads"] >= 5).all()
    assert (carriers.loc[~carriers["recombined"], "skip_reads"] == 0).all()
    outcome = read_table(demo / "results/identity/outcome.tsv", text=True).set_index("question")
    assert outcome["outcome"].to_dict() == {"knockout": "confirmed", "tissue": "confirmed"}
    assert "past exons 3 to 5, in 4 of 4 knockout and 0 of 4 control samples" in outcome.at["knockout", "sentence"]


def test_the_libraries_are_measured_as_they_were_made(demo: Path) -> None:
    libraries = read_table(demo / "results/quality/libraries.tsv")
    assert set(libraries["strandedness"]) == {"unstranded"}
    assert libraries["three_prime_bias"].abs().max() < 0.2
    mapping = read_table(demo / "results/quality/mapping.tsv")
    assert mapping["fragment_length"].sub(200).abs().max() < 3
    reads = read_table(demo / "results/quality/reads.tsv", text=["mate"])
    assert set(reads["mate"]) == {"1", "2"}
    assert reads["n_reads"].sum() == 2 * mapping["n_processed"].sum()


def test_sex_is_adjusted_for_and_the_page_says_why(demo: Path) -> None:
    steps = read_table(demo / "results/differential/design.tsv", text=["covariate"])
    assert steps.loc[steps["chosen"], "formula"].tolist() == ["~ sex + condition"]
    assert "sex varies within the conditions" in (demo / "results/report/index.html").read_text()


def test_verdicts_are_those_that_the_planted_truth_deserves(demo: Path) -> None:
    verdicts = read_table(demo / "results/claims/verdicts.tsv", text=["claim", "verdict"]).set_index("claim")["verdict"]
    assert (verdicts[["C11", "C12", "C13"]] == "supported").all()
    assert set(verdicts[verdicts.index.str.startswith("N")]) == {"not testable"}
    truth = read_table(demo / "results/claims/truth.tsv", text=["claim", "holds"]).set_index("claim")["holds"]
    supported = verdicts[verdicts.str.startswith("supported") & verdicts.index.str.startswith("C")].index
    assert set(truth[supported]) == {"true"}
    contradicted = verdicts[verdicts == "contradicted"].index
    assert "true" not in set(truth.reindex(contradicted))


def test_a_changed_threshold_changes_the_checksum_and_only_what_rests_on_it(demo: Path) -> None:
    register = demo.parent / "config/claims.yaml"
    before = digest_of(demo)
    assert before in (demo / "results/report/index.html").read_text()
    register.write_text(register.read_text().replace("k_supported: 0.80", "k_supported: 0.90"))
    planned = run_workflow(demo, "-n")
    jobs = set(re.findall(r"^(\w+) +[0-9]+$", planned.stdout + planned.stderr, re.MULTILINE))
    assert "evaluate_claims" in jobs
    assert not {"compare_groups", "rank_sets", "assess_samples", "quantify_sample", "simulate_archive"} & jobs
    assert run_workflow(demo, "results/report/index.html").returncode == 0
    after = digest_of(demo)
    assert after != before
    page = (demo / "results/report/index.html").read_text()
    assert after in page
    assert before not in page


def digest_of(demo: Path) -> str:
    return read_table(demo / "results/claims/register.tsv", text=True).set_index("key").at["digest", "value"]


def relabelled(demo: Path, change: dict[str, str]) -> tuple[str, str]:
    """Run the study with a stated sheet in which some animals have another condition; return its last words and the outcome."""
    sheet = read_table(demo / "results/samples/samples.tsv", text=True)
    sheet["condition"] = sheet["sample"].map(change).fillna(sheet["condition"])
    stated = demo / "config/samples.tsv"
    write_table(sheet, stated)
    try:
        completed = run_workflow(demo, "results/differential/genes.tsv")
        assert completed.returncode != 0
        return last_words(completed), (demo / "results/identity/outcome.tsv").read_text()
    finally:
        stated.unlink()


def pair_of_one_sex(demo: Path) -> tuple[str, str]:
    truth = read_table(demo / "resources/simulation/truth/samples.tsv", text=True)
    females = truth[truth["sex"] == "female"]
    first = females.groupby("condition")["animal"].first()
    return first["knockout"], first["control"]


def test_a_planted_swap_is_reported_and_nothing_relabelled(demo: Path) -> None:
    knockout, control = pair_of_one_sex(demo)
    words, outcome = relabelled(demo, {knockout: "control", control: "knockout"})
    assert "knockout of study" in words
    assert f"{control} (knockout) has intact exons only, {knockout} (control) lacks exons 3 to 5" in outcome
    model = read_table(demo / "results/differential/model.tsv", text=True).set_index("sample")
    assert model.at[knockout, "condition"] == "control", "the sheet stands as it was stated"


def test_sex_for_genotype_stops(demo: Path) -> None:
    truth = read_table(demo / "resources/simulation/truth/samples.tsv", text=True).set_index("animal")["sex"]
    words, _ = relabelled(demo, truth.map({"male": "knockout", "female": "control"}).to_dict())
    assert "confounded_design of sex" in words
