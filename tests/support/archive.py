"""A stand-in for the sequence archive on loopback: real HTTP, the archive's own formats."""

import hashlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

STALL_SECONDS = 3.0

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
    """Projects (accession -> rows of the run table), attributes of samples, files (path below the host -> bytes).

    `faults` lists what goes wrong with the next requests for a path, one word a request: a status such as "429", or "reset" and
    "truncate" (half the body, then the connection is lost), "stall" (half the body, then silence), "wrong" (other bytes of the
    same number), "short" (half the body as if it were all), "html" (a web page with status 200), "redirect" (to another path).
    `sent` counts the bytes of bodies, `rate` caps them (bytes per second).
    """

    projects: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    sent: int = 0
    rate: float = float("inf")
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
        """Answer as NCBI's efetch does for `rettype=runinfo`, and for a BioSample that it does not have."""
        if query["db"] == ["biosample"]:
            return 200, "<BioSampleSet></BioSampleSet>"
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
        status, body, kind = self.find(parts.path, parse_qs(parts.query))
        waiting = self.archive.faults.get(parts.path)
        fault = waiting.pop(0) if waiting else ""
        start = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if fault.isdigit():
            self.answer(int(fault), b"not now", "text/plain", {"Retry-After": "0"} if fault == "429" else {})
        elif fault == "html":
            self.answer(200, b"<html><body>Index of files</body></html>", "text/html")
        elif fault == "redirect":
            self.answer(302, b"", "text/plain", {"Location": f"/elsewhere{self.path}"})
        elif fault == "sentence":
            self.answer(200, b"Invalid field(s) supplied: sample_title", "text/plain")
        elif fault == "wrong":
            self.answer(200, body[:3] + bytes(len(body) - 3), kind)
        elif fault == "short":
            self.answer(200, body[: len(body) // 2], kind)
        elif status == 200 and start:
            length = len(body)
            headers = {"Content-Range": f"bytes {start}-{length - 1}/{length}"} if start < length else {}
            self.answer(206 if start < length else 416, body[start:], kind, headers, fault)
        else:
            self.answer(status, body, kind, {}, fault)

    def find(self, path: str, query: dict[str, list[str]]) -> tuple[int, bytes, str]:
        """Return status, body and content type of what is asked for."""
        path = path.removeprefix("/elsewhere")
        if path == "/ena/filereport":
            status, text = self.archive.filereport(query)
        elif path == "/ncbi/efetch.fcgi":
            status, text = self.archive.runinfo(query)
        elif path.startswith("/biosamples/samples/") and self.headers.get("Accept") != "application/json":
            return 200, b"<html>a page for people</html>", "text/html"
        elif path.startswith("/biosamples/samples/"):
            status, text = self.archive.biosample(path.rpartition("/")[2])
        elif path.lstrip("/") in self.archive.files:
            return 200, self.archive.files[path.lstrip("/")], "application/gzip"
        else:
            return 404, b"not found", "text/plain"
        return status, text.encode(), "text/plain"

    def answer(
        self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None, fault: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.send_body(body[: len(body) // 2] if fault else body)
        if fault == "stall":
            time.sleep(STALL_SECONDS)
        if fault:
            if fault == "reset":
                linger = struct.pack("ii", 1, 0)  # close with RST
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True

    def send_body(self, body: bytes) -> None:
        piece = 1 << 16
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, piece)
        for start in range(0, len(body), piece):
            try:
                self.wfile.write(body[start : start + piece])
            except OSError:  # the client was killed
                self.close_connection = True
                return
            self.archive.sent += len(body[start : start + piece])
            if self.archive.rate < float("inf"):
                time.sleep(piece / self.archive.rate)

    def log_message(self, *args: object) -> None:
        """Say nothing: the tests read `Archive.requests`."""


@contextmanager
def serve(archive: Archive) -> Iterator[Archive]:
    """Serve an archive on a free port of loopback while the block runs."""
    handler = type("Handler", (_Handler,), {"archive": archive})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
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
