"""Inputs that were made to do harm do none: nothing of them is run, followed or expanded, and memory and time stay bounded."""

import gzip
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
import yaml
from requests.adapters import BaseAdapter

from claimcheck.claims.requests import read_requests
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import complete, load_schema
from claimcheck.core.study import CONFIG, load_configuration
from claimcheck.sourcing import http
from claimcheck.sourcing.addresses import RUN, SAMPLE_NAME, Address, check_name
from claimcheck.sourcing.archive import Archives
from claimcheck.sourcing.attributes import parse_biosample_json, parse_sample_xml
from claimcheck.sourcing.download import Expected, obtain
from claimcheck.sourcing.genotype import call_genotypes
from claimcheck.sourcing.notation import LONGEST_FIELD, compile_rules
from claimcheck.sourcing.runs import parse_filereport, parse_runinfo
from support.bad_inputs import COUNTS, SHEET, counts_study
from support.studies import ROOT, run_workflow

# paths

PATHS = ["../../x", "/etc/passwd", "a/../../x", "a\0b", "a\nb", "..", "~root/x", "a b"]
PATHS += ["$(touch x)", "`touch x`", "a;touch x", "a|b"]


@pytest.mark.parametrize("name", PATHS)
def test_no_name_leads_out_of_the_study(name: str, tmp_path: Path) -> None:
    for pattern in (RUN, SAMPLE_NAME):
        with pytest.raises(StudyError, match="becomes part of file names"):
            check_name(name, pattern, kind="name", where="x")
    for base in (Address("https://example.org", None), Address("", tmp_path)):
        if name != "/etc/passwd":  # of which the slash goes: it is a path below the archive
            with pytest.raises(StudyError, match="not one that an archive uses"):
                base.join(name)
    assert str(Address("", tmp_path).join("/etc/passwd")) == f"{tmp_path}/etc/passwd"


def test_a_sample_accession_that_is_a_path_is_neither_asked_for_nor_written(tmp_path: Path) -> None:
    local = dict.fromkeys(("ena", "ncbi", "biosamples", "browser"), Address("", tmp_path))
    archives = Archives(local, tmp_path / "in" / "responses", requests.Session())
    with pytest.raises(StudyError, match=r"'\.\./\.\./x' is not a sample accession"):
        archives.fetch_attributes(["../../x"], tax_id=10090)
    assert not list(tmp_path.rglob("*"))


# shells, templates and formats


def test_nothing_in_names_titles_and_cells_is_run(tmp_path: Path) -> None:
    study = counts_study()
    evil = "$(touch MARK) `touch MARK`; touch MARK # {7*7} {{7*7}} {0.__class__} %s <b>"
    table = "config/a;touch MARK $(touch MARK) `touch MARK`.tsv"
    study.files[table] = study.files.pop(COUNTS)
    study.files[SHEET] = (
        str(study.files[SHEET]).replace("batch\n", "batch\ttissue\n").replace("\t1\n", f"\t1\t{evil}\n")
    )
    study.files[SHEET] = str(study.files[SHEET]).replace("\t2\n", "\t2\t=cmd|' /C calc'!A0\n")
    study.configuration["study"]["title"] = evil
    study.configuration["counts"]["table"] = table
    study.configuration["claims"] = "none"
    folder = study.write(tmp_path)
    completed = run_workflow(folder, "results/counts/gene_counts.tsv", "results/config.yaml")
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert not [path for path in folder.rglob("*") if path.name.startswith("MARK")]
    assert not (ROOT / "MARK").exists()
    assert yaml.safe_load((folder / "results/config.yaml").read_text())["study"]["title"] == evil
    sheet = (folder / "results/samples/samples.tsv").read_text()
    assert evil in sheet
    assert "\t'=cmd|" in sheet


# YAML

ALIASES = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 12)
)
YAML = {
    "a call": ("study: !!python/object/apply:os.system ['touch MARK']\n", "could not determine a constructor"),
    "an object": ("study: !!python/object/new:os._wrap_close [x]\n", "could not determine a constructor"),
    "a module": ("study: !!python/module:os\n", "could not determine a constructor"),
    "a template": ("__use_yte__: true\nstudy: ?open('MARK', 'w')\n", "asks to be run as a template"),
    "aliases of aliases": (ALIASES, "endless"),
    "an alias of itself": ("study: &a\n  title: *a\n", "endless"),
    "depth": ("study: " + "[" * 5000 + "]" * 5000, "nested too deeply"),
}


@pytest.mark.parametrize("name", YAML)
def test_yaml_is_data_and_has_an_end(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content, said = YAML[name]
    monkeypatch.chdir(tmp_path)
    Path("config").mkdir()
    for path in (Path(CONFIG), Path("config/claims.yaml")):
        path.write_text(content)
    started = time.monotonic()
    with pytest.raises(StudyError, match=said):
        load_configuration(Path(CONFIG))
    if name != "a template":  # which only Snakemake knows
        with pytest.raises(StudyError, match=said):
            read_requests(Path("config/claims.yaml"), curated="none", reference_expression=None)
    assert time.monotonic() - started < 10
    assert not Path("MARK").exists()


def test_snakemake_runs_nothing_of_a_configuration(tmp_path: Path) -> None:
    study = counts_study()
    study.files[CONFIG] = f"__use_yte__: true\nstudy:\n  title: ?str(open({str(tmp_path / 'MARK')!r}, 'w'))\n"
    completed = run_workflow(study.write(tmp_path), "-n")
    assert completed.returncode != 0
    assert "asks to be run as a template" in completed.stdout + completed.stderr
    assert not (tmp_path / "MARK").exists()


# replies


@pytest.mark.parametrize(
    "reply",
    [
        "[" * 100_000,
        '{"characteristics": ' + "[" * 100_000,
        '{"characteristics": {"a": ' + "9" * 10_000 + "}}",
        '{"characteristics": {"a": {"text": 1}}}',
    ],
)
def test_a_record_that_exhausts_its_reader_is_refused(reply: str) -> None:
    with pytest.raises(StudyError, match="cannot be read") as caught:
        parse_biosample_json(reply, where="x")
    assert len(str(caught.value)) < 1000


ENTITIES = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))


@pytest.mark.parametrize(
    "declared",
    [ENTITIES, '<!ENTITY a11 SYSTEM "file:///etc/passwd">', '<!ENTITY % a SYSTEM "http://127.0.0.1:9/x"> %a;'],
    ids=["a billion laughs", "a file", "an address"],
)
def test_no_entity_of_xml_is_expanded(declared: str) -> None:
    reply = f"<!DOCTYPE x [{declared}]><BioSampleSet><BioSample><Title>&a11;</Title></BioSample></BioSampleSet>"
    with pytest.raises(StudyError, match="cannot be read"):
        parse_sample_xml(reply, where="x")


def test_control_characters_of_an_archive_reach_no_table_and_no_terminal() -> None:
    title = "control\x1b]0;owned\x07\x1b[2J\x00 \u202eevil\r<b>"
    table = parse_filereport(f"run_accession\tsample_title\nSRR0000001\t{title}\n", where="x")
    assert table.loc[0, "sample_title"] == "control ]0;owned  [2J   evil <b>"
    table = parse_runinfo('Run,SampleName\nSRR0000001,"a\x1b[2J\nb"\n', where="x")
    assert table.loc[0, "sample_alias"] == "a [2J b"


@pytest.mark.parametrize("parse", [parse_filereport, parse_runinfo])
def test_a_cell_without_end_is_refused(parse: Callable[..., object]) -> None:
    separator = "\t" if parse is parse_filereport else ","
    header = separator.join(["run_accession" if parse is parse_filereport else "Run", "sample_title"])
    with pytest.raises(StudyError, match="table of runs cannot be read"):
        parse(f"{header}\nSRR0000001{separator}{'x' * 1_000_000}\n", where="x")


@pytest.mark.parametrize(
    "text",
    [
        "Lcn2 fl/" * 250,
        "(" * LONGEST_FIELD,
        "cre " * 500,
        "a" * (LONGEST_FIELD - 1) + "!",
        "+/" * 1000,
        "not " * 500 + "cre",
        "Lcn2-" * 400 + "delta",
        " " * (LONGEST_FIELD - 2) + "-x",
    ],
)
def test_no_title_makes_the_search_for_genotypes_slow(text: str) -> None:
    section = {"gene": ["Lcn2", "lipocalin-2"], "driver": ["Dmp1-Cre"], "tissues": {"include": ["bone"]}}
    rules = compile_rules(complete(section, load_schema("conditional_knockout.schema.yaml")))
    started = time.monotonic()
    call_genotypes({"S1": {"sample_title": text}, "S2": {"sample_title": text + "b"}}, rules)
    assert time.monotonic() - started < 5


# servers


class _Endless(BaseHTTPRequestHandler):
    """Sends a body without end: fast, or a byte at a time; with the status that the path names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path.split("/")[1]))
        self.send_header("Content-Type", "text/plain")
        if "packed" in self.path:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        piece = gzip.compress(bytes(1 << 20)) if "packed" in self.path else b"x" * (1 << 16)
        try:
            while True:
                self.wfile.write(b"x" if "drip" in self.path else piece)
                if "drip" in self.path:
                    time.sleep(0.05)
        except OSError:
            return

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def endless() -> Iterator[str]:
    """Serve bodies without end on loopback."""
    with _served(_Endless) as address:
        yield address


@contextmanager
def _served(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("path", ["200", "200/packed", "200/drip"])
def test_a_reply_without_end_is_given_up(path: str, endless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LONGEST_REPLY", 1 << 22)
    monkeypatch.setattr(http, "LONGEST_WAIT", 1.0)
    with http.open_session(timeout=2) as session, pytest.raises(StudyError, match="does not end"):
        http.get_text(Address(f"{endless}/{path}", None), parameters={}, session=session)


def test_of_a_refusal_without_end_the_beginning_is_quoted(endless: str, tmp_path: Path) -> None:
    with http.open_session(timeout=2) as session:
        for path in ("403", "404"):
            with pytest.raises(StudyError, match=rf"status {path} .*: x{{200}}"):
                http.get_text(Address(f"{endless}/{path}", None), parameters={}, session=session)
            with pytest.raises(StudyError, match=f"status {path}"):
                obtain(Address(f"{endless}/{path}", None), tmp_path / "file", Expected(), session=session)


@pytest.mark.parametrize("expected", [Expected(size=1 << 20), Expected(most=1 << 20)], ids=["announced", "unknown"])
def test_a_file_without_end_fills_no_disk(expected: Expected, endless: str, tmp_path: Path) -> None:
    with (
        http.open_session(timeout=2) as session,
        pytest.raises(StudyError, match=r"more than the 1048576 bytes|where it ends"),
    ):
        obtain(Address(f"{endless}/200", None), tmp_path / "file", expected, session=session, pause=0.01)
    assert not list(tmp_path.iterdir())


class _Leading(BaseAdapter):
    """Answers every https request with a redirect."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def send(self, request: requests.PreparedRequest, *args: object, **options: object) -> requests.Response:
        reply = requests.Response()
        reply.status_code, reply.url, reply.request = 302, str(request.url), request
        reply.headers["Location"] = self.target
        reply._content = b""
        return reply

    def close(self) -> None:
        """Hold nothing."""


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("http://example.org/x", "not encrypted"),
        ("file:///etc/passwd", "no answer"),
        ("ftp://example.org/x", "no answer"),
        ("http://127.0.0.1:9/x", "which is this machine"),
        ("https://localhost/x", "which is this machine"),
        ("https://[::1]/x", "which is this machine"),
    ],
)
def test_no_redirect_leads_to_another_scheme_or_into_this_machine(target: str, said: str, tmp_path: Path) -> None:
    address = Address("https://archive.example.org/x", None)
    with http.open_session() as session:
        session.mount("https://archive.example.org", _Leading(target))
        with pytest.raises(StudyError, match=said):
            http.get_text(address, parameters={}, session=session)
        with pytest.raises(StudyError, match=said):
            obtain(address, tmp_path / "file", Expected(), session=session, pause=0.01)
    assert not (tmp_path / "file").exists()


# bombs

BOMB = gzip.compress(bytes(1 << 20)) * 600
"""600 MB of zeros in 600 kB."""

READERS = {
    "reference": "from claimcheck.sourcing.reference import read_reference as read",
    "reads": "from claimcheck.read_scans.scan import read_fragments\nread = lambda path: list(read_fragments([path]))",
    "annotation": "from claimcheck.sourcing.annotation import read_gene_exons\nread = lambda path: read_gene_exons(path, 'G1')",
    "collection": "from claimcheck.core.gene_lists import read_text as read",
    "counts": "from claimcheck.quantification.counts import read_count_table as read",
    "sheet": "from claimcheck.core.tables import read_table as read",
}
CHILD = """
import sys
from pathlib import Path
from claimcheck.core.errors import StudyError
{reader}
try:
    read(Path(sys.argv[1]))
except StudyError as error:
    print(error)
    raise SystemExit(3)
"""


@pytest.mark.parametrize("kind", READERS)
def test_a_bomb_is_given_up_within_its_memory(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    start = {"reference": b">a gene:G1\n", "reads": b"@a\n", "annotation": b"G1\n"}.get(kind, b"")
    path.write_bytes(gzip.compress(start) + BOMB)
    started = time.monotonic()
    completed = subprocess.run(
        [sys.executable, "-c", CHILD.format(reader=READERS[kind]), str(path)],
        capture_output=True,
        check=False,
        text=True,
        env={"PYTHONPATH": str(ROOT / "workflow/scripts"), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    assert completed.returncode == 3, completed.stderr[-2000:]
    assert str(path) in completed.stdout
    assert "remedy:" in completed.stdout
    assert time.monotonic() - started < 60


def test_the_memory_of_bombs_was_bounded() -> None:
    kilobytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert kilobytes < 1_500_000
