"""The tiny study: the same bytes whatever the folder, the cores, and what kills it on its way; verified against its manifest."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from claimcheck.core.study import read_configuration
from support import tiny
from support.archive import Archive, serve
from support.browser import broken_links, complaints, read_through, requests_outside, start_browser
from support.interruptions import kill_and_resume, leftovers, require_mount
from support.results import checksums
from support.studies import ROOT, last_words, run_workflow, write_study
from support.tables import require_declared

HOSTILE = "<img src=x onerror=alert(1)></td><script>alert(2)</script>"
FORMULA = "=HYPERLINK(A1)"
GROUPS = "sample\tcondition\tbatch\truns\ttissue\tage\n" + "".join(
    f"animal{number}\t{condition}\tb{number % 2}\t{run}\t{HOSTILE}\t{FORMULA}\n"
    for number, (run, condition) in enumerate(tiny.RUNS.items())
)

SWAPPED = GROUPS.replace("animal1\tcontrol", "animal1\tknockout").replace("animal3\tknockout", "animal3\tcontrol")

TITLE = f"A tiny study {HOSTILE} {{7*7}} {{{{7*7}}}} {{0.__class__}} $(touch MARK)"


def hostile_reference() -> str:
    """Give the genes symbols that a page would run, and one that a spreadsheet would."""
    named = re.sub(r"\|Sim(\d+)\|600", r"|<script>alert(\1)</script>|600", tiny.fasta(tiny.transcripts()))
    return named.replace("<script>alert(7)</script>", FORMULA)


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    """Serve one archive to all runs: its address is part of their configuration."""
    with serve(tiny.tiny_archive()) as archive:
        yield archive


def new_study(folder: Path, archive: Archive) -> Path:
    return write_study(
        folder,
        tiny.tiny_configuration(archive) | {"study": {"title": TITLE, "bioproject": tiny.PROJECT}},
        transcripts__fa=hostile_reference(),
        samples__tsv=GROUPS,
    )


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory, archive: Archive) -> list[Path]:
    """Run the study in two folders, with one core and with two."""
    folders = []
    for cores in (1, 2):
        folder = new_study(tmp_path_factory.mktemp(f"cores{cores}"), archive)
        completed = run_workflow(folder, cores=cores)
        assert completed.returncode == 0, completed.stderr[-3000:]
        folders.append(folder)
    return folders


def test_same_bytes_whatever_the_cores(two_runs: list[Path]) -> None:
    first, second = (checksums(folder / "results") for folder in two_runs)
    assert len(first) > 30
    assert first == second


def test_every_table_is_what_its_entry_says(two_runs: list[Path]) -> None:
    require_declared(two_runs[0])


def sealed(study: dict[str, Any]) -> str:
    """Return the checksum of a manifest's part `study`, as its schema defines it."""
    return hashlib.sha256(json.dumps(study, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def planned(folder: Path) -> str:
    completed = run_workflow(folder, "-n")
    return completed.stdout + completed.stderr


def test_nothing_to_do_the_second_time(two_runs: list[Path]) -> None:
    assert "Nothing to be done" in planned(two_runs[0])


def test_samples_keep_the_names_of_the_sheet(two_runs: list[Path]) -> None:
    header = (two_runs[0] / "results/counts/gene_counts.tsv").read_text().partition("\n")[0]
    assert header == "gene_id\tanimal0\tanimal1\tanimal2\tanimal3"


def test_no_gene_sets_is_said(two_runs: list[Path]) -> None:
    assert "no gene sets" in (two_runs[0] / "results/report/index.html").read_text()


LINKS = "return [...document.querySelectorAll('a[href^=\"../\"]')].map((a) => a.pathname)"


def test_the_page_opens_in_a_browser(two_runs: list[Path], tmp_path: Path) -> None:
    page = two_runs[0] / "results/report/index.html"
    with start_browser(tmp_path) as browser:
        read_through(browser, page)
        assert complaints(browser) == []
        assert requests_outside(browser) == []
        assert broken_links(browser) == []
        widths = browser.execute_script("return [...document.images].map((image) => image.naturalWidth)")
        dead = browser.execute_script(LINKS)
        with zipfile.ZipFile(page.with_name("report.zip")) as bundle:
            bundle.extractall(tmp_path)
        browser.get((tmp_path / "results/report/index.html").as_uri())
        links = browser.execute_script(LINKS)
    assert len(widths) > 5
    assert min(widths) > 0  # every drawing is one that the browser can read
    assert dead == []
    assert len(links) > 20
    assert all(Path(link).is_file() for link in links)


def test_editing_the_sheet_reruns_what_depends_on_it(two_runs: list[Path]) -> None:
    sheet = two_runs[1] / "config/samples.tsv"
    sheet.write_text(SWAPPED)
    jobs = planned(two_runs[1])
    assert "resolve_samples" in jobs
    assert "compare_groups" in jobs
    for rule in ("index_transcripts", "fetch_paired_reads", "scan_reads", "quantify_sample"):
        assert rule not in jobs
    sheet.write_text(GROUPS)


# the manifest


def test_the_manifest_has_every_result_with_its_rule_and_every_read(two_runs: list[Path]) -> None:
    study = json.loads((two_runs[0] / "results/provenance.json").read_text())["study"]
    found = checksums(two_runs[0] / "results")
    for name in ("provenance.json", "provenance_inputs.tsv"):
        del found[name]
    assert {name.removeprefix("results/"): file["sha256"] for name, file in study["outputs"].items()} == found
    assert study["outputs"]["results/quality/reads/animal0.tsv"]["rule"] == "scan_reads"
    assert study["outputs"]["results/quality/reads.tsv"]["rule"] == "collect_reads_quality"
    reads = {name: file for name, file in study["inputs"].items() if name.startswith("resources/reads/")}
    assert len(reads) == 8
    for name, file in reads.items():
        assert (two_runs[0] / name).stat().st_size == file["size"]
    assert not any(str(folder) in (two_runs[0] / "results/provenance.json").read_text() for folder in two_runs)


def test_the_saved_configuration_is_complete(two_runs: list[Path]) -> None:
    text = (two_runs[0] / "results/config.yaml").read_text()
    saved = yaml.safe_load(text)
    given = yaml.safe_load((two_runs[0] / "config/config.yaml").read_text())
    assert read_configuration(saved, folder=two_runs[0]) == saved == read_configuration(given, folder=two_runs[0])
    assert text == yaml.safe_dump(saved, sort_keys=True, allow_unicode=True)


def test_another_run_verifies_as_the_same(two_runs: list[Path]) -> None:
    before = checksums(two_runs[0])
    theirs = f"manifest={two_runs[1] / 'results/provenance.json'}"
    completed = run_workflow(two_runs[0], "verify", "--config", theirs, cores=1)
    assert completed.returncode == 0, completed.stderr[-3000:]
    n_results = len(checksums(two_runs[0] / "results")) - 2
    assert f"identical: {n_results} files of results" in completed.stdout
    after = checksums(two_runs[0])
    changed = {name for name in after if after[name] != before.get(name) and not name.startswith(".snakemake/")}
    assert changed == {"logs/verify/verify.log"}
    again = run_workflow(two_runs[0], "verify", "--config", theirs, cores=1)
    assert "identical: " in again.stdout


def test_snakemakes_report_has_every_figure_with_its_caption(two_runs: list[Path], tmp_path: Path) -> None:
    completed = run_workflow(two_runs[0], "--report", str(tmp_path / "report.html"))
    assert completed.returncode == 0, completed.stderr[-3000:]
    report = (tmp_path / "report.html").read_text()
    for drawing in (two_runs[0] / "results/figures").glob("*.svg"):
        assert f'"{drawing.name}"' in report
    for words in ("Dispersion of every gene against its mean count", "log2 fold change, knockout / control"):
        assert words in " ".join(report.replace("\\n", " ").split())


def test_every_difference_is_said_and_nothing_is_mended(two_runs: list[Path], tmp_path: Path) -> None:
    study = shutil.copytree(two_runs[0], tmp_path / "tampered", symlinks=True)
    genes = study / "results/differential/genes.tsv"
    genes.write_text(genes.read_text().replace("alert(1)", "alert(9)"))
    (study / "results/figures/ma.svg").unlink()
    (study / "results/notes.txt").write_text("p = 0.049")
    (study / "resources/reads/SRR0000013_1.fastq.gz").unlink()
    sheet = study / "config/samples.tsv"
    sheet.write_text(SWAPPED)
    configuration = study / "config/config.yaml"
    configuration.write_text(configuration.read_text() + "differential: {alpha: 0.1}\n")
    manifest = study / "results/provenance.json"
    stated = json.loads(manifest.read_text())
    stated["study"]["software"]["pandas"] = "2.3.2"
    theirs = {"study": stated["study"], "sha256": sealed(stated["study"])}
    (study / "theirs.json").write_text(json.dumps(stated | theirs))
    before = checksums(study / "results")

    completed = run_workflow(study, "verify", "--config", "manifest=theirs.json", cores=1)
    assert completed.returncode != 0
    said = last_words(completed)
    for difference in (
        "changed: results/differential/genes.tsv (rule compare_groups): sha256 was ",
        "missing: results/figures/ma.svg (rule draw_differential)",
        "extra: results/notes.txt",
        "changed: the input config/samples.tsv: sha256 was ",
        "configuration: differential.alpha was 0.05, is 0.1",
        "another version: pandas was 2.3.2, is ",
    ):
        assert said.count(f"\n  - {difference}") == 1, said
    assert "6 differences" in said
    assert "Not here, so not compared: resources/reads/SRR0000013_1.fastq.gz" in completed.stdout
    assert checksums(study / "results") == before


# kills, and a full disk


def test_killed_again_and_again_it_ends_with_the_same_bytes(
    two_runs: list[Path], archive: Archive, tmp_path: Path
) -> None:
    study = new_study(tmp_path / "killed", archive)
    tally = kill_and_resume(study, kills=5, seed=20260101)
    print(*tally, sep="\n")
    assert len(tally) == 5, tally
    assert checksums(study / "results") == checksums(two_runs[0] / "results"), tally
    assert leftovers(study) == [], tally


def test_a_step_behind_the_checkpoint_that_was_killed_as_it_ended_is_made_again(
    two_runs: list[Path], tmp_path: Path
) -> None:
    study = shutil.copytree(two_runs[0], tmp_path / "study", symlinks=True)
    output = "results/quality/libraries/animal1.tsv"
    coded = urlsafe_b64encode(output.encode()).decode()
    (study / ".snakemake/metadata" / coded).unlink()  # how it was made is written down after the last byte of it
    (study / ".snakemake/incomplete" / coded).write_text('{"external_jobid": null}')
    completed = run_workflow(study)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert "of animal1" in completed.stderr
    assert (study / ".snakemake/metadata" / coded).is_file()
    assert leftovers(study) == []
    assert checksums(study / "results") == checksums(two_runs[0] / "results")


def test_on_a_full_disk_it_stops_with_a_message_and_goes_on_with_more_room(
    two_runs: list[Path], archive: Archive, tmp_path: Path
) -> None:
    unshare = require_mount()
    study = new_study(tmp_path / "prepared", archive)
    disk = tmp_path / "disk"
    disk.mkdir()
    run = f"{sys.executable} -m snakemake --cores 2 --directory {disk}/study"
    script = f"""
        mount -t tmpfs -o size=4m tmpfs {disk}
        cp -r {study} {disk}/study
        {run} > {tmp_path}/full.txt 2>&1 && exit 3
        find {disk}/study/results -name '.*' > {tmp_path}/left.txt
        cp -r {disk}/study/results {tmp_path}/then
        mount -o remount,size=60m {disk}
        {run} > {tmp_path}/resumed.txt 2>&1 || exit 4
        cp -r {disk}/study/results {tmp_path}/results
    """
    done = subprocess.run([*unshare, "bash", "-c", script], cwd=ROOT, check=False, capture_output=True, timeout=600)
    said = (tmp_path / "full.txt").read_text()
    assert done.returncode == 0, (done.stderr, said[-2000:])
    assert "the disk is full: " in said.split("=" * 78)[-2]
    assert "start again with the same command" in said
    assert "Traceback" not in said
    assert (tmp_path / "left.txt").read_text() == ""
    whole = checksums(two_runs[0] / "results")
    partly = checksums(tmp_path / "then")
    assert 0 < len(partly) < len(whole)
    assert partly.items() <= whole.items()
    assert checksums(tmp_path / "results") == whole


class Elements(HTMLParser):
    """Collects the elements of a page with their attributes, and the text of its scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] == "script":
            self.scripts.append(data)


def test_nothing_hostile_in_titles_cells_and_symbols_reaches_the_page_as_more_than_text(two_runs: list[Path]) -> None:
    text = (two_runs[0] / "results/report/index.html").read_text()
    page = Elements()
    page.feed(text)
    assert len(page.found) > 100
    assert "&lt;script&gt;alert(2)&lt;/script&gt;" in text
    assert "&lt;script&gt;alert(1" in text
    assert "{7*7} {{7*7}} {0.__class__} $(touch MARK)" in text
    for tag, attributes in page.found:
        assert tag not in ("iframe", "object", "embed", "base", "form")
        assert not [name for name in attributes if name.startswith("on")]
        assert attributes.get("src") != "x"
        assert not (attributes.get("href") or "").lower().startswith(("javascript:", "data:"))
    assert not [script for script in page.scripts if script.startswith("alert(")]
    for drawing in (two_runs[0] / "results/figures").glob("*.svg"):
        assert "<script" not in drawing.read_text()


def test_formulas_are_marked_in_every_table(two_runs: list[Path]) -> None:
    tables = sorted((two_runs[0] / "results").rglob("*.tsv"))
    cells = [cell for path in tables for line in path.read_text().splitlines() for cell in line.split("\t")]
    assert f"'{FORMULA}" in cells
    assert FORMULA not in cells
