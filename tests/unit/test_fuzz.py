"""Whatever stands in a configuration, a register, a sheet, a reply or a manifest, there is a result or one StudyError.

Every run of the tests draws the same inputs, a bounded number. More than twenty thousand new ones are drawn, and counted, by
`uv run pytest -n0 tests/unit/test_fuzz.py --hypothesis-profile=long --hypothesis-show-statistics`.
"""

import copy
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from claimcheck.claims.register import read_register
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import KnownGenes
from claimcheck.core.schemas import load_schema
from claimcheck.core.study import load_configuration, read_configuration
from claimcheck.provenance.comparison import compare_claims, compare_configuration, compare_inputs, compare_results
from claimcheck.provenance.manifest import read_manifest
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.attributes import parse_biosample_json, parse_sample_xml
from claimcheck.sourcing.download import Expected, obtain
from claimcheck.sourcing.http import get_text, open_session
from claimcheck.sourcing.read_files import list_files, require_space
from claimcheck.sourcing.runs import drop_foreign, merge_sources, parse_filereport, parse_runinfo, select_rna_seq
from claimcheck.sourcing.samples import check_sheet, select_groups
from claimcheck.sourcing.sheets import read_sheet
from support import tiny
from support.own import MEMBERS, SETS
from support.own import REGISTER_AS_DATA as REGISTER
from support.studies import ROOT

BASES = [yaml.safe_load((ROOT / name).read_text()) for name in ("config/config.yaml", "demo/config/config.yaml")]
BASES += [tiny.tiny_configuration(tiny.tiny_archive()) | {"archive": {"ena": "https://example.org"}}]
ODD = [
    "nan",
    "inf",
    "=1+1",
    "../../x",
    "\0",
    "\ud800",
    "\u202e",
    "' OR 1",
    "{x}",
    "%s",
    "x" * 5000,
    "\ufeff",
    "é\u0301",
    "NA",
    "-",
    "",
]
ODD += [
    "2026-02-30",
    "010",
    "1e999",
    "9" * 5000,
    "!!int x",
    "*a",
    "&a",
    "<<",
    "none",
    "https://[::1",
    "file:///x",
    "a\tb\nc",
    "٣",
]
texts = st.one_of(st.sampled_from(ODD), st.text(max_size=12), st.text(st.characters(codec="ascii"), max_size=30))
numbers = st.one_of(st.floats(), st.integers(), st.sampled_from([10**400, -1, 0, 1, 1e16, 2**63]))
leaves = st.one_of(texts, numbers, st.booleans(), st.none())
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.one_of(texts, numbers), inner, max_size=3),
    max_leaves=6,
)


def places_of(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the places of all values of plain data, groups and lists too."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, inner in items for found in [(*place, key), *places_of(inner, (*place, key))]]


@st.composite
def changed(draw: st.DrawFn, bases: list[Any]) -> Any:
    """Take plain data and put something else into one to three places, or take that away, or exchange two."""
    content = copy.deepcopy(draw(st.sampled_from(bases)))
    for _ in range(draw(st.integers(1, 3))):
        places = places_of(content)
        if not places:
            return content
        place = draw(st.sampled_from(places))
        part = content
        for key in place[:-1]:
            part = part[key]
        kind = draw(st.sampled_from(["value", "gone", "key", "wrapped"]))
        if kind == "gone":
            del part[place[-1]]
        elif kind == "key" and isinstance(part, dict):
            part[draw(st.one_of(texts, numbers))] = part.pop(place[-1])
        elif kind == "wrapped":
            part[place[-1]] = draw(st.sampled_from([[part[place[-1]]], {"x": part[place[-1]]}, [part[place[-1]]] * 2]))
        else:
            part[place[-1]] = draw(values)
    return content


@st.composite
def edited(draw: st.DrawFn, bases: list[str]) -> bytes:
    """Take a text and cut, double or overwrite parts of it, as a careless hand or a broken disk would."""
    content = draw(st.sampled_from(bases)).encode()
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    [b"\t", b"\n", b"\r", b'"', b"'", b"\0", b": ", b"- ", b",", b";", b"\xff", b"{", b"[" * 200]
                ),
                texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
            )
        )
        content = content[:start] + piece + content[end if draw(st.booleans()) else start :]
    return content


def result_or_error(read: Callable[[], object]) -> None:
    """Call a reader; anything else than a result or a StudyError is a defect."""
    try:
        read()
    except StudyError as error:
        event("a StudyError")
        str(error).encode()
        assert error.what
        assert error.where
        assert error.expected
        assert error.remedy
    else:
        event("a result")


def fuzz(strategy: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Any]:
    """Draw inputs for a test; the files that it writes are overwritten by the next ones."""
    quiet = settings(suppress_health_check=list(HealthCheck), deadline=None, database=None)
    return lambda test: quiet(given(strategy)(test))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Stand in an empty folder."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("fuzz"))
    yield Path.cwd()
    os.chdir(before)


# configuration and register


def _dumped(content: Any) -> bytes:
    try:
        return yaml.dump(content, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")
    except (yaml.YAMLError, ValueError):
        return repr(content).encode("utf-8", "surrogatepass")


YAMLS = [yaml.safe_dump(base, sort_keys=False) for base in BASES]


@fuzz(st.one_of(changed(BASES).map(_dumped), edited(YAMLS), st.binary(max_size=60)))
def test_a_configuration(folder: Path, content: bytes) -> None:
    path = folder / "config.yaml"
    path.write_bytes(content)
    result_or_error(lambda: read_configuration(load_configuration(path), folder=ROOT))


@fuzz(changed(BASES))
def test_a_configuration_that_another_workflow_gives(folder: Path, content: Any) -> None:
    result_or_error(lambda: read_configuration(content, folder=ROOT))


@fuzz(st.one_of(changed([REGISTER]).map(_dumped), edited([yaml.safe_dump(REGISTER, sort_keys=False)])))
def test_a_register(folder: Path, content: bytes) -> None:
    path = folder / "claims.yaml"
    path.write_bytes(content)
    known = KnownGenes(dict(zip(MEMBERS["gene_id"], MEMBERS["symbol"], strict=True)))
    result_or_error(lambda: read_register(path, sets=SETS, members=MEMBERS, known=known))


# what archives say, and what people write into sheets

RUN_ROWS = [
    {
        "run_accession": f"SRR000000{number}",
        "study_accession": "PRJNA0000003",
        "sample_accession": f"SAMN0000000{number}",
        "tax_id": "10090",
        "library_strategy": "RNA-Seq",
        "library_source": "TRANSCRIPTOMIC",
        "library_layout": "PAIRED",
        "read_count": "3000",
        "base_count": "300000",
        "fastq_ftp": f"example.org/SRR000000{number}_1.fastq.gz;example.org/SRR000000{number}_2.fastq.gz",
        "fastq_md5": ";".join(["0" * 32] * 2),
        "fastq_bytes": "100;100",
    }
    for number in range(1, 4)
]
FILEREPORT = pd.DataFrame(RUN_ROWS).to_csv(sep="\t", index=False)
RUNINFO = "Run,spots,bases,LibraryStrategy,LibraryLayout,BioProject,BioSample,TaxID\n" + "".join(
    f"SRR000000{number},3000,300000,RNA-Seq,PAIRED,PRJNA0000003,SAMN0000000{number},10090\n" for number in range(1, 4)
)


@fuzz(st.tuples(edited([FILEREPORT]), edited([RUNINFO])))
def test_lists_of_runs(folder: Path, replies: tuple[bytes, bytes]) -> None:
    ena, ncbi = (reply.decode("utf-8", errors="replace") for reply in replies)

    def read() -> None:
        tables = {"ENA": parse_filereport(ena, where="ENA"), "NCBI": parse_runinfo(ncbi, where="NCBI")}
        tables, _ = drop_foreign(tables, "PRJNA0000003")
        runs = merge_sources({name: table for name, table in tables.items() if len(table)} or tables)
        selected = select_rna_seq(runs, tax_id=10090, accession="PRJNA0000003")
        used = pd.DataFrame({"sample": selected["run_accession"], "runs": selected["run_accession"]})
        require_space(list_files(used, selected))

    result_or_error(read)


BIOSAMPLE = json.dumps({"accession": "SAMN1", "taxId": 10090, "characteristics": {"age": [{"text": "12 weeks"}]}})
XML = (
    "<BioSampleSet><BioSample accession='SAMN1'><Ids><Id db='BioSample'>SAMN1</Id></Ids>"
    "<Description><Organism taxonomy_id='10090'/></Description>"
    "<Attributes><Attribute attribute_name='age'>12 weeks</Attribute></Attributes></BioSample></BioSampleSet>"
)


@fuzz(
    st.one_of(
        edited([BIOSAMPLE, XML]),
        changed([json.loads(BIOSAMPLE)]).map(lambda value: json.dumps(value, default=str).encode()),
    )
)
def test_records_of_samples(folder: Path, reply: bytes) -> None:
    text = reply.decode("utf-8", errors="replace")
    result_or_error(lambda: parse_biosample_json(text, where="x"))
    result_or_error(lambda: parse_sample_xml(text, where="x"))


SHEET = "sample\tcondition\tsex\tbatch\tage\na\tx\tF\t1\t12 weeks\nb\tx\tM\t2\t13\nc\ty\tF\t1\t1.5\nd\ty\tM\t2\tNA\n"


@fuzz(st.one_of(edited([SHEET, SHEET.replace("\t", ";"), SHEET.replace("\n", "\r\n")]), st.binary(max_size=60)))
def test_a_sheet(folder: Path, content: bytes) -> None:
    path = folder / "samples.tsv"
    path.write_bytes(content)

    def read() -> None:
        sheet = check_sheet(read_sheet(path, key="counts.samples"), where=str(path), factor="condition")
        select_groups(sheet, test="y", reference="x", where=str(path))

    result_or_error(read)


# replies of a server

HEADS = [
    'HTTP/1.1 200 OK\r\nContent-Length: 20\r\nETag: "a"\r\n\r\n' + "x" * 20,
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "HTTP/1.1 206 Part\r\nContent-Range: bytes 5-19/20\r\nContent-Length: 15\r\n\r\n" + "x" * 15,
    "HTTP/1.1 302 Found\r\nLocation: https://10.0.0.1/x\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8bxx",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, list[bytes]]]:
    """Answer every connection with the bytes in a list, whatever is asked, and close."""
    answer = [b""]
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection, suppress(OSError):
                        connection.recv(1 << 16)
                        connection.sendall(answer[0])

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/x", answer
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


@fuzz(st.one_of(edited(HEADS), st.binary(max_size=60)))
def test_replies_of_a_server(folder: Path, server: tuple[str, list[bytes]], reply: bytes) -> None:
    url, answer = server
    answer[0] = reply
    address = Address(url, None)
    for path in folder.glob("file*"):
        path.unlink()
    (folder / "file.part").write_bytes(b"xxxxx")
    (folder / "file.part.json").write_text('{"etag": "\\"a\\"", "modified": "", "total": 20, "sha256": ""}')
    with open_session(timeout=0.5, pause=0.0) as session:
        result_or_error(lambda: get_text(address, parameters={}, session=session))
        result_or_error(lambda: obtain(address, folder / "file", Expected(), session=session, pause=0.0))


# manifests

MANIFEST = {
    "format": 1,
    "study": {
        "configuration": {"study": {"title": "x"}},
        "configuration_sha256": "0" * 64,
        "claims_sha256": None,
        "software": {"numpy": "2.4.6"},
        "inputs": {"config/x.tsv": {"algorithm": "md5", "digest": "0" * 32, "size": 1, "rule": None}},
        "outputs": {"results/x.tsv": {"sha256": "0" * 64, "size": 1, "rule": "x"}},
    },
    "sha256": "0" * 64,
    "platform": {"implementation": "CPython", "machine": "x86_64", "python": "3.11.9", "system": "Linux"},
}


def _written(manifest: Any) -> bytes:
    """Write a manifest whose own checksum fits, where it can."""
    from claimcheck.provenance import manifest as module  # noqa: PLC0415 - its seal

    with suppress(Exception):
        manifest = manifest | {"sha256": module._digest(manifest["study"])}
    with suppress(ValueError, TypeError):
        return json.dumps(manifest, ensure_ascii=True).encode()
    return b"{}"


@fuzz(st.one_of(changed([MANIFEST]).map(_written), edited([json.dumps(MANIFEST)]), st.binary(max_size=60)))
def test_a_manifest(folder: Path, content: bytes) -> None:
    path = folder / "provenance.json"
    path.write_bytes(content)

    def read() -> None:
        manifest = read_manifest(path)
        compare_results(manifest)
        compare_inputs(manifest)
        compare_configuration(manifest, {"study": {"title": "y"}})
        compare_claims(manifest, None)

    result_or_error(read)


def test_the_bases_are_right() -> None:
    for base in BASES[:2]:
        assert read_configuration(copy.deepcopy(base), folder=ROOT if base is BASES[0] else ROOT / "demo")
    assert load_schema("provenance.schema.yaml")
