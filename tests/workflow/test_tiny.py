"""The tiny study: the same bytes whatever the folder, the cores, and what kills it on its way; verified against its manifest.

Fixtures run it with two cores; it is killed on four cores, and on one its disk is full.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from base64 import urlsafe_b64encode
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import yaml

from claimcheck.core.study import read_configuration
from support import tiny
from support.archive import serve
from support.browser import broken_links, complaints, read_through, requests_outside, start_browser
from support.finished import FORMULA, SWAPPED, copy_study, port_of, write_tiny_study
from support.interruptions import kill_and_resume, leftovers, require_mount
from support.results import checksums
from support.studies import ROOT, last_words, run_workflow
from support.tables import require_declared

whole_run = pytest.mark.whole_run


def test_every_table_is_what_its_entry_says(tiny_study: Path) -> None:
    require_declared(tiny_study)


def sealed(study: dict[str, Any]) -> str:
    """Return the checksum of a manifest's part `study`, as its schema defines it."""
    return hashlib.sha256(json.dumps(study, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def planned(folder: Path) -> str:
    completed = run_workflow(folder, "-n")
    return completed.stdout + completed.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux alone")
def test_a_late_step_finds_the_libraries_of_earlier_ones_loaded(tiny_study: Path) -> None:
    assert "matplotlib " in (tiny_study / "logs/write_crate/write_crate.log").read_text()


def test_nothing_to_do_the_second_time(tiny_study: Path) -> None:
    assert "Nothing to be done" in planned(tiny_study)


def test_samples_keep_the_names_of_the_sheet(tiny_study: Path) -> None:
    header = (tiny_study / "results/counts/gene_counts.tsv").read_text().partition("\n")[0]
    assert header == "gene_id\tanimal0\tanimal1\tanimal2\tanimal3"


def test_no_gene_sets_is_said(tiny_study: Path) -> None:
    assert "no gene sets" in (tiny_study / "results/report/index.html").read_text()


LINKS = "return [...document.querySelectorAll('a[href^=\"../\"]')].map((a) => a.pathname)"


def test_the_page_opens_in_a_browser(tiny_study: Path, tmp_path: Path) -> None:
    page = tiny_study / "results/report/index.html"
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


def test_editing_the_sheet_reruns_what_depends_on_it(tiny_study: Path, tmp_path: Path) -> None:
    study = copy_study(tiny_study, tmp_path / "study")
    (study / "config/samples.tsv").write_text(SWAPPED)
    jobs = planned(study)
    assert "resolve_samples" in jobs
    assert "compare_groups" in jobs
    for rule in ("index_transcripts", "fetch_paired_reads", "scan_reads", "quantify_sample"):
        assert rule not in jobs


# the manifest

NO_RESULTS = {"provenance.json", "provenance_inputs.tsv", "ro-crate-metadata.json", "ro-crate/Snakefile"}
"""What the manifest does not list: itself, its parts and what is made of it."""


def test_the_manifest_has_every_result_with_its_rule_and_every_read(tiny_study: Path) -> None:
    study = json.loads((tiny_study / "results/provenance.json").read_text())["study"]
    found = checksums(tiny_study / "results")
    for name in NO_RESULTS:
        del found[name]
    assert {name.removeprefix("results/"): file["sha256"] for name, file in study["outputs"].items()} == found
    assert study["outputs"]["results/quality/reads/animal0.tsv"]["rule"] == "scan_reads"
    assert study["outputs"]["results/quality/reads.tsv"]["rule"] == "collect_reads_quality"
    reads = {name: file for name, file in study["inputs"].items() if name.startswith("resources/reads/")}
    assert len(reads) == 8
    for name, file in reads.items():
        assert (tiny_study / name).stat().st_size == file["size"]
    assert str(tiny_study) not in (tiny_study / "results/provenance.json").read_text()
    with zipfile.ZipFile(tiny_study / "results/report/report.zip") as bundle:
        assert [name for name in bundle.namelist() if str(tiny_study).encode() in bundle.read(name)] == []


def test_the_saved_configuration_is_complete(tiny_study: Path) -> None:
    text = (tiny_study / "results/config.yaml").read_text()
    saved = yaml.safe_load(text)
    given = yaml.safe_load((tiny_study / "config/config.yaml").read_text())
    assert read_configuration(saved, folder=tiny_study) == saved == read_configuration(given, folder=tiny_study)
    assert text == yaml.safe_dump(saved, sort_keys=True, allow_unicode=True)


def test_verifying_says_what_is_identical_and_writes_no_more_than_its_log(tiny_study: Path, tmp_path: Path) -> None:
    study = copy_study(tiny_study, tmp_path / "study")
    before = checksums(study)
    theirs = f"manifest={tiny_study / 'results/provenance.json'}"
    completed = run_workflow(study, "verify", "--config", theirs, cores=1)
    assert completed.returncode == 0, completed.stderr[-3000:]
    n_results = len(checksums(study / "results").keys() - NO_RESULTS)
    assert f"identical: {n_results} files of results" in completed.stdout
    after = checksums(study)
    changed = {name for name in after if after[name] != before.get(name) and not name.startswith(".snakemake/")}
    assert changed == {"logs/verify/verify.log"}
    again = run_workflow(study, "verify", "--config", theirs, cores=1)
    assert "identical: " in again.stdout


@whole_run
def test_snakemakes_report_has_every_figure_with_its_caption(tiny_study: Path, tmp_path: Path) -> None:
    completed = run_workflow(tiny_study, "--report", str(tmp_path / "report.html"))
    assert completed.returncode == 0, completed.stderr[-3000:]
    report = (tmp_path / "report.html").read_text()
    for drawing in (tiny_study / "results/figures").glob("*.svg"):
        assert f'"{drawing.name}"' in report
    for words in ("Dispersion of every gene against its mean count", "log2 fold change, knockout / control"):
        assert words in " ".join(report.replace("\\n", " ").split())


def test_every_difference_is_said_and_nothing_is_mended(tiny_study: Path, tmp_path: Path) -> None:
    study = copy_study(tiny_study, tmp_path / "tampered")
    genes = study / "results/differential/genes.tsv"
    genes.write_text(genes.read_text().replace("alert(1)", "alert(9)"))
    (study / "results/figures/ma.svg").unlink()
    (study / "results/notes.txt").write_text("p = 0.049")
    (study / "resources/reads/SRR0000013_1.fastq.gz").unlink()
    sheet = study / "config/samples.tsv"
    sheet.write_text(SWAPPED)
    crate = study / "results/ro-crate-metadata.json"
    stated = json.loads(crate.read_text())
    [entity] = [entity for entity in stated["@graph"] if entity["@id"] == "samples/samples.tsv"]
    entity["sha256"] = "0" * 64
    crate.write_text(json.dumps(stated))
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
        "the crate states of samples/samples.tsv: sha256 00000000000000000000; the manifest: ",
    ):
        assert said.count(f"\n  - {difference}") == 1, said
    assert "7 differences" in said
    assert "Not here, so not compared: resources/reads/SRR0000013_1.fastq.gz" in completed.stdout
    assert checksums(study / "results") == before


def change_byte(path: Path) -> None:
    """Change a byte in the middle of a file, and leave its size and time as they were."""
    before, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.resolve().write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGED = {
    "results/differential/genes.tsv": "compare_groups",
    "results/figures/ma.svg": "draw_differential",
    "resources/reads/SRR0000012_2.fastq.gz": "fetch_paired_reads",
    "results/quantification/animal2/abundance.tsv": "quantify_sample",
}


@pytest.mark.whole_run
def test_what_was_changed_by_hand_is_found_by_verify_and_made_again_by_the_next_run(
    tiny_study: Path, tmp_path: Path
) -> None:
    study = copy_study(tiny_study, tmp_path / "study")
    for name in CHANGED:
        change_byte(study / name)
    gone = "results/quality/reads.tsv"
    (study / gone).unlink()
    said = last_words(run_workflow(study, "verify", cores=1))
    assert all(said.count(name) == 1 for name in [*CHANGED, gone]), said
    with serve(tiny.tiny_archive(), port_of(tiny_study)):
        completed = run_workflow(study)
    assert completed.returncode == 0, completed.stderr[-3000:]
    for name, rule in CHANGED.items():
        assert completed.stderr.count(f"{name} is not what the step {rule} made: it is made again") == 1
    assert completed.stderr.count(f"{gone} is gone: it is made again") == 1
    assert checksums(study / "results") == checksums(tiny_study / "results")
    assert "Nothing to be done" in planned(study)


def test_verify_follows_results_back_to_what_they_were_made_from(tiny_study: Path, tmp_path: Path) -> None:
    study = copy_study(tiny_study, tmp_path / "study")
    inner = "resources/reference/transcripts.idx"
    assert inner not in (study / "results/provenance.json").read_text()
    change_byte(study / inner)
    said = last_words(run_workflow(study, "verify", cores=1))
    assert said.count("\n  - ") == said.count(f"not as made: {inner} (rule index_transcripts)") == 1, said


def test_a_file_in_the_place_of_a_result_that_no_step_made_stops_the_run(tiny_study: Path, tmp_path: Path) -> None:
    study = copy_study(tiny_study, tmp_path / "study")
    shutil.rmtree(study / ".snakemake")
    completed = run_workflow(study, "-n")
    assert completed.returncode != 0
    assert "no step of this study made them" in completed.stdout + completed.stderr
    assert "results/differential/genes.tsv" not in completed.stdout + completed.stderr  # of which the manifest knows


# kills, and a full disk

GENES = "results/differential/genes.tsv"


@whole_run
def test_killed_again_and_again_it_ends_with_the_same_bytes(tiny_study: Path, tmp_path: Path) -> None:
    with serve(tiny.tiny_archive(), port_of(tiny_study)) as archive:
        study = write_tiny_study(tmp_path / "killed", archive)
        tally = kill_and_resume(study, kills=5, seed=20260101)
    print(*tally, sep="\n")
    assert len(tally) == 5, tally
    whole = checksums(tiny_study / "results")
    assert len(whole) > 30
    assert checksums(study / "results") == whole, tally
    assert leftovers(study) == [], tally
    theirs = f"manifest={tiny_study / 'results/provenance.json'}"
    verified = run_workflow(study, "verify", "--config", theirs, cores=1)
    assert f"identical: {len(whole.keys() - NO_RESULTS)} files of results" in verified.stdout


@whole_run
def test_a_step_behind_the_checkpoint_that_was_killed_as_it_ended_is_made_again(
    tiny_study: Path, tmp_path: Path
) -> None:
    study = copy_study(tiny_study, tmp_path / "study")
    output = "results/quality/libraries/animal1.tsv"
    coded = urlsafe_b64encode(output.encode()).decode()
    (study / ".snakemake/metadata" / coded).unlink()  # how it was made is written down after the last byte of it
    (study / ".snakemake/incomplete" / coded).write_text('{"external_jobid": null}')
    (study / ".snakemake/made/tmp0.part").write_text("{")  # and so was what it was made from
    completed = run_workflow(study, output)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert "of animal1" in completed.stderr
    assert (study / ".snakemake/metadata" / coded).is_file()
    assert leftovers(study) == []
    assert checksums(study / "results") == checksums(tiny_study / "results")


@whole_run
def test_on_a_full_disk_it_stops_with_a_message_and_goes_on_with_more_room(tiny_study: Path, tmp_path: Path) -> None:
    unshare = require_mount()
    disk = tmp_path / "disk"
    disk.mkdir()
    run = f"{sys.executable} -m snakemake --cores 1 --directory {disk}/study {GENES}"
    script = f"""
        mount -t tmpfs -o size=1300k tmpfs {disk}
        cp -r {tmp_path}/prepared {disk}/study
        {run} > {tmp_path}/full.txt 2>&1 && exit 3
        find {disk}/study/results -name '.*' > {tmp_path}/left.txt
        cp -r {disk}/study/results {tmp_path}/then
        mount -o remount,size=60m {disk}
        {run} > {tmp_path}/resumed.txt 2>&1 || exit 4
        cp -r {disk}/study/results {tmp_path}/results
    """
    with serve(tiny.tiny_archive(), port_of(tiny_study)) as archive:
        write_tiny_study(tmp_path / "prepared", archive)
        done = subprocess.run([*unshare, "bash", "-c", script], cwd=ROOT, check=False, capture_output=True, timeout=600)
    said = (tmp_path / "full.txt").read_text()
    assert done.returncode == 0, (done.stderr, said[-2000:])
    assert "the disk is full: " in said.split("=" * 78)[-2]
    assert "start again with the same command" in said
    assert "Traceback" not in said
    assert (tmp_path / "left.txt").read_text() == ""
    whole = checksums(tiny_study / "results")
    partly = checksums(tmp_path / "then")
    assert 0 < len(partly) < len(whole)
    then = checksums(tmp_path / "results")
    assert partly.items() < then.items() <= whole.items()
    assert GENES.removeprefix("results/") in then


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


def test_nothing_hostile_in_titles_cells_and_symbols_reaches_the_page_as_more_than_text(tiny_study: Path) -> None:
    text = (tiny_study / "results/report/index.html").read_text()
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
    for drawing in (tiny_study / "results/figures").glob("*.svg"):
        assert "<script" not in drawing.read_text()


def test_formulas_are_marked_in_every_table(tiny_study: Path) -> None:
    tables = sorted((tiny_study / "results").rglob("*.tsv"))
    cells = [cell for path in tables for line in path.read_text().splitlines() for cell in line.split("\t")]
    assert f"'{FORMULA}" in cells
    assert FORMULA not in cells
