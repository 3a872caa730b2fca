"""A stand-in for the sequence archive on loopback: real HTTP, the archive's own formats."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

KNOWN_FIELDS = {
    "run_accession",
    "sample_accession",
    "tax_id",
    "scientific_name",
    "library_layout",
    "library_source",
    "library_strategy",
    "library_name",
    "instrument_model",
    "read_count",
    "base_count",
    "fastq_ftp",
    "fastq_md5",
    "fastq_bytes",
    "sample_title",
    "sample_alias",
    "experiment_title",
    "run_alias",
}


RUNINFO = {
    "Run": "run_accession",
    "spots": "read_count",
    "LibraryStrategy": "library_strategy",
    "LibrarySource": "library_source",
    "LibraryLayout": "library_layout",
    "BioSample": "sample_accession",
    "SampleName": "sample_alias",
    "TaxID": "tax_id",
    "ScientificName": "scientific_name",
}


@dataclass
class Archive:
    """Projects (accession -> rows of the run table), attributes of samples, files (path below the host -> bytes)."""

    projects: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    address: str = ""

    def add_run(self, project: str, run: str, reads: list[bytes], **values: str) -> None:
        """Publish a run with its FASTQ files, mate 1 first."""
        names = [f"{run}_{mate}.fastq.gz" for mate in (1, 2)] if len(reads) == 2 else [f"{run}.fastq.gz"]
        paths = [f"vol1/fastq/{run[:6]}/{run}/{name}" for name in names]
        self.files |= dict(zip(paths, reads, strict=True))
        row = {
            "run_accession": run,
            "sample_accession": run.replace("SRR", "SAMN"),
            "library_layout": "PAIRED" if len(reads) == 2 else "SINGLE",
            "library_source": "TRANSCRIPTOMIC",
            "library_strategy": "RNA-Seq",
            "fastq_ftp": ";".join(f"ftp.sra.ebi.ac.uk/{path}" for path in paths),
            "fastq_md5": ";".join(hashlib.md5(data).hexdigest() for data in reads),
            "fastq_bytes": ";".join(str(len(data)) for data in reads),
        }
        self.projects.setdefault(project, []).append(row | values)

    def filereport(self, query: dict[str, list[str]]) -> tuple[int, str]:
        """Answer as the archive's portal does."""
        wanted = query["fields"][0].split(",")
        unknown = [name for name in wanted if name not in KNOWN_FIELDS]
        if unknown:
            return 400, f"Invalid field(s) supplied: {unknown[0]}"
        rows = self.projects.get(query["accession"][0])
        if rows is None:
            return 204, ""
        lines = ["\t".join(wanted)] + ["\t".join(row.get(name, "") for name in wanted) for row in rows]
        return 200, "\n".join(lines) + "\n"

    def runinfo(self, query: dict[str, list[str]]) -> tuple[int, str]:
        """Answer as NCBI's efetch does for `rettype=runinfo`."""
        rows = self.projects.get(query["id"][0], [])
        lines = [",".join(RUNINFO)] + [",".join(row.get(ours, "") for ours in RUNINFO.values()) for row in rows]
        return 200, "\n".join(lines) + "\n\n"

    def biosample(self, sample: str) -> tuple[int, str]:
        """Answer as BioSamples does."""
        if sample not in self.attributes:
            return 404, "{}"
        characteristics = {name: [{"text": value}] for name, value in self.attributes[sample].items()}
        return 200, json.dumps({"accession": sample, "characteristics": characteristics})

    def addresses(self) -> dict[str, str]:
        """Return the section `archive` of a study's configuration."""
        return {
            "ena": f"{self.address}/ena",
            "fastq": self.address,
            "ncbi": f"{self.address}/ncbi",
            "biosamples": f"{self.address}/biosamples",
            "browser": "none",
            "sra": "none",
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    archive: Archive

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.archive.requests.append(self.path)
        if parts.path == "/ena/filereport":
            status, text = self.archive.filereport(parse_qs(parts.query))
            self.answer(status, text.encode(), "text/tab-separated-values")
        elif parts.path == "/ncbi/efetch.fcgi":
            status, text = self.archive.runinfo(parse_qs(parts.query))
            self.answer(status, text.encode(), "text/csv")
        elif parts.path.startswith("/biosamples/samples/"):
            status, text = self.archive.biosample(parts.path.rpartition("/")[2])
            self.answer(status, text.encode(), "application/json")
        elif parts.path.lstrip("/") in self.archive.files:
            data = self.archive.files[parts.path.lstrip("/")]
            start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
            self.answer(206 if start else 200, data[start:], "application/gzip", start=start, total=len(data))
        else:
            self.answer(404, b"not found", "text/plain")

    def answer(self, status: int, body: bytes, kind: str, *, start: int = 0, total: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing: the tests read `Archive.requests`."""


@contextmanager
def serve(archive: Archive) -> Iterator[Archive]:
    """Serve an archive on a free port of loopback while the block runs."""
    handler = type("Handler", (_Handler,), {"archive": archive})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    archive.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield archive
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def shared_data(part: str) -> Path:
    """Return a folder of the real data that stand beside the checkout, or skip the test."""
    path = Path(__file__).resolve().parents[2].parent / "shared" / "data" / part
    if not path.exists():
        pytest.skip(f"needs the real data in {part}, which are not part of the project")
    return path
