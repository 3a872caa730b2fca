"""What a killed run left unfinished becomes older than anything; all else stays as it is."""

from base64 import urlsafe_b64encode

import pytest

from claimcheck.core.unfinished import age_unfinished

OUTPUT = "results/quality/libraries/animal1.tsv"


def mark(study, output, *, width=254):
    """Mark an output as Snakemake does: its name in base64, in pieces that a file system takes."""
    coded = urlsafe_b64encode(output.encode()).decode()
    pieces = [coded[start : start + width] for start in range(0, len(coded), width)]
    path = study.joinpath(".snakemake/incomplete", *("@" + piece for piece in pieces[:-1]), pieces[-1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")


def put(study, name):
    path = study / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    return path


@pytest.mark.parametrize("width", [254, 20])
def test_a_marked_output_is_old_and_its_neighbours_are_not(tmp_path, width):
    begun, finished = put(tmp_path, OUTPUT), put(tmp_path, "results/quality/libraries/animal2.tsv")
    mark(tmp_path, OUTPUT, width=width)
    mark(tmp_path, "results/not/begun.tsv")
    assert [str(path) for path in age_unfinished(tmp_path)] == [OUTPUT]
    assert begun.stat().st_mtime == 1
    assert finished.stat().st_mtime > 0


def test_of_a_link_the_link_goes(tmp_path):
    fetched = put(tmp_path, "resources/downloads/SRR1/a.fastq.gz")
    link = tmp_path / "resources/reads/SRR1.fastq.gz"
    link.parent.mkdir()
    link.symlink_to(fetched)
    mark(tmp_path, "resources/reads/SRR1.fastq.gz")
    age_unfinished(tmp_path)
    assert not link.is_symlink()
    assert fetched.exists()


def test_while_a_run_holds_the_lock_nothing_changes(tmp_path):
    begun = put(tmp_path, OUTPUT)
    mark(tmp_path, OUTPUT)
    put(tmp_path, ".snakemake/locks/0.output.lock")
    assert age_unfinished(tmp_path) == []
    assert begun.stat().st_mtime > 0


@pytest.mark.parametrize("output", ["results/../config/config.yaml", "config/config.yaml", "{study}/results/a.tsv", ""])
def test_what_no_step_of_the_study_writes_stays_as_it_is(tmp_path, output):
    for name in ("config/config.yaml", "results/a.tsv"):
        put(tmp_path, name)
    (tmp_path / ".snakemake/incomplete").mkdir(parents=True)
    if output:
        mark(tmp_path, output.format(study=tmp_path))
    put(tmp_path, ".snakemake/incomplete/no-base64!")
    assert age_unfinished(tmp_path) == []
    assert (tmp_path / "config/config.yaml").stat().st_mtime > 0
    assert (tmp_path / "results/a.tsv").stat().st_mtime > 0


def test_a_study_that_never_ran_has_nothing_unfinished(tmp_path):
    assert age_unfinished(tmp_path) == []
