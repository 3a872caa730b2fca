"""A stand-in for the sequence archive on loopback: real HTTP, the archive's own formats."""

import hashlib
import json
import re
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
from xml.sax.saxutils import escape

import pytest

STALL_SECONDS = 3.0

KNOWN_FIELDS = set(
    re.findall(
        r"\w+",
        """
    age aligned altitude assembly_quality assembly_software bam_aspera bam_bytes bam_file_role bam_ftp bam_galaxy bam_md5
    base_count binning_software bio_material bisulfite_protocol broad_scale_environmental_context broker_name cage_protocol
    cell_line cell_type center_name checklist chip_ab_provider chip_protocol chip_target collected_by collection_date
    collection_date_end collection_date_start completeness_score contamination_score control_experiment country cultivar
    culture_collection datahub depth description dev_stage disease dnase_protocol ecotype elevation environment_biome
    environment_feature environment_material environmental_medium environmental_sample experiment_accession experiment_alias
    experiment_target experiment_title experimental_factor experimental_protocol extraction_protocol faang_library_selection
    fastq_aspera fastq_bytes fastq_file_role fastq_ftp fastq_galaxy fastq_md5 file_location first_created first_public
    germline hi_c_protocol host host_body_site host_genotype host_gravidity host_growth_conditions host_phenotype
    host_scientific_name host_sex host_status host_tax_id identified_by instrument_model instrument_platform
    investigation_type isolate isolation_source last_updated lat library_construction_protocol library_gen_protocol
    library_layout library_max_fragment_size library_min_fragment_size library_name library_pcr_isolation_protocol
    library_prep_date library_prep_date_format library_prep_latitude library_prep_location library_prep_longitude
    library_selection library_source library_strategy local_environmental_context location location_end location_start lon
    marine_region mating_type ncbi_reporting_standard nominal_length nominal_sdev pcr_isolation_protocol ph project_name
    protocol_label read_count read_strand restriction_enzyme restriction_enzyme_target_sequence restriction_site
    rna_integrity_num rna_prep_3_protocol rna_prep_5_protocol rna_purity_230_ratio rna_purity_280_ratio rt_prep_protocol
    run_accession run_alias run_date salinity sample_accession sample_alias sample_capture_status sample_collection
    sample_description sample_material sample_prep_interval sample_prep_interval_units sample_storage
    sample_storage_processing sample_title sampling_campaign sampling_platform sampling_site scientific_name
    secondary_project secondary_sample_accession secondary_study_accession sequencing_date sequencing_date_format
    sequencing_location sequencing_longitude sequencing_method sequencing_primer_catalog sequencing_primer_lot
    sequencing_primer_provider serotype serovar sex specimen_voucher sra_aspera sra_bytes sra_file_role sra_ftp sra_galaxy
    sra_md5 status strain study_accession study_alias study_title sub_species sub_strain submission_accession
    submission_tool submitted_aspera submitted_bytes submitted_file_role submitted_format submitted_ftp submitted_galaxy
    submitted_host_sex submitted_md5 submitted_read_type surveillance_target tag target_gene tax_id tax_lineage
    taxonomic_classification taxonomic_identity_marker temperature tissue_lib tissue_type transposase_protocol variety
        """,
    )
)
"""What ENA's `returnFields?dataPortal=ena&result=read_run` lists in 2026."""

RUNINFO = {
    "Run": "run_accession",
    "spots": "read_count",
    "bases": "base_count",
    "Experiment": "experiment_accession",
    "LibraryName": "library_name",
    "LibraryStrategy": "library_strategy",
    "LibrarySelection": "library_selection",
    "LibrarySource": "library_source",
    "LibraryLayout": "library_layout",
    "Platform": "instrument_platform",
    "Model": "instrument_model",
    "SRAStudy": "secondary_study_accession",
    "BioProject": "study_accession",
    "Sample": "secondary_sample_accession",
    "BioSample": "sample_accession",
    "TaxID": "tax_id",
    "ScientificName": "scientific_name",
    "SampleName": "sample_alias",
}


@dataclass
class Archive:
    """Projects (accession -> rows of the run table), attributes of samples, files (path below the host -> bytes).

    `faults` lists what goes wrong with the next requests for a path, one word a request: a status such as "429", or "reset" and
    "truncate" (half the body, then the connection is lost), "stall" (half the body, then silence), "wrong" (other bytes of the
    same number), "short" (half the body as if it were all), "html" (a web page with status 200), "redirect" (to another path).
    `sent` counts the bytes of bodies, `rate` caps them (bytes per second).

    `known` are the fields that ENA accepts, `rejection` is how it rejects others: status and text, with {first} or {all}.
    `instead` says with what NCBI, BioSamples and ENA's browser answer in place of an accession, `ncbi` what NCBI states of a run
    where ENA states something else; NCBI sends no more than `page` records at once.
    """

    projects: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    sent: int = 0
    rate: float = float("inf")
    address: str = ""
    known: set[str] = field(default_factory=KNOWN_FIELDS.copy)
    rejection: tuple[int, str] = (400, "Invalid fieldName(s) supplied: {first}")
    instead: dict[str, list[str]] = field(default_factory=dict)
    ncbi: dict[str, dict[str, str]] = field(default_factory=dict)
    page: int = 100
    forms: list[str] = field(default_factory=list)

    def add_run(self, project: str, run: str, reads: list[bytes], **values: str) -> None:
        """Publish a run with its FASTQ files, mate 1 first."""
        names = [f"{run}_{mate}.fastq.gz" for mate in (1, 2)] if len(reads) == 2 else [f"{run}.fastq.gz"]
        paths = [f"vol1/fastq/{run[:6]}/{run}/{name}" for name in names]
        self.files |= dict(zip(paths, reads, strict=True))
        row = {
            "run_accession": run,
            "experiment_accession": run.replace("SRR", "SRX"),
            "sample_accession": run.replace("SRR", "SAMN"),
            "secondary_sample_accession": run.replace("SRR", "SRS"),
            "study_accession": project,
            "secondary_study_accession": project.replace("PRJNA", "SRP"),
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
        unknown = [name for name in wanted if name not in self.known]
        if unknown:
            status, text = self.rejection
            return status, text.format(first=unknown[0], all=", ".join(unknown))
        rows = self.projects.get(query["accession"][0])
        if rows is None:
            return 204, ""
        lines = ["\t".join(wanted)] + ["\t".join(row.get(name, "") for name in wanted) for row in rows]
        return 200, "\n".join(lines) + "\n"

    def found(self, database: str, accession: str) -> list[str]:
        """List what NCBI counts for an accession: the experiments of a project, or a sample that it has."""
        if database == "sra":
            return list(dict.fromkeys(row["experiment_accession"] for row in self.runs_at_ncbi(accession)))
        return [name for name in self.instead.get(accession, [accession]) if name in self.attributes]

    def runs_at_ncbi(self, accession: str) -> list[dict[str, str]]:
        """List the rows that NCBI has of a project."""
        projects = self.instead.get(accession, [accession])
        rows = [row for project in projects for row in self.projects.get(project, [])]
        return [row | self.ncbi.get(row["run_accession"], {}) for row in rows]

    def esearch(self, query: dict[str, list[str]]) -> tuple[int, str]:
        """Answer as NCBI's esearch does with `usehistory=y` and `retmode=json`."""
        accession, _, searched = query["term"][0].partition("[")
        if searched != {"sra": "BioProject]", "biosample": "accn]"}[query["db"][0]]:
            return 200, json.dumps({"esearchresult": {"ERROR": "Invalid field"}})
        count = len(self.found(query["db"][0], accession))
        kept = {"querykey": "1", "webenv": f"MCID_{accession}"} if count else {}
        return 200, json.dumps({"header": {}, "esearchresult": {"count": str(count), "idlist": [], **kept}})

    def runinfo(self, query: dict[str, list[str]]) -> tuple[int, str]:
        """Answer as NCBI's efetch does: by id, or by the place of an earlier search."""
        if "WebEnv" not in query:
            return 400, "<eFetchResult><ERROR>Cannot process ID list</ERROR></eFetchResult>"
        accession = query["WebEnv"][0].removeprefix("MCID_")
        start, most = int(query["retstart"][0]), min(int(query["retmax"][0]), self.page)
        asked = self.found(query["db"][0], accession)[start : start + most]
        if query["db"] == ["biosample"]:
            return 200, f"<BioSampleSet>{''.join(map(self.biosample_xml, asked))}</BioSampleSet>"
        rows = [row for row in self.runs_at_ncbi(accession) if row["experiment_accession"] in asked]
        lines = [",".join(RUNINFO)] + [",".join(row.get(ours, "") for ours in RUNINFO.values()) for row in rows]
        return 200, "\n".join(lines) + "\n\n"

    def biosample_xml(self, sample: str) -> str:
        """Write a sample as NCBI does."""
        attributes = self.attributes[sample].items()
        written = "".join(
            f'<Attribute attribute_name="{name}">{escape(value)}</Attribute>' for name, value in attributes
        )
        ids = f'<Ids><Id db="BioSample">{sample}</Id><Id db="SRA">{sample.replace("SAMN", "SRS")}</Id></Ids>'
        organism = '<Description><Organism taxonomy_id="10090"/></Description>'
        return f'<BioSample accession="{sample}">{ids}{organism}<Attributes>{written}</Attributes></BioSample>'

    def sample_xml(self, sample: str) -> tuple[int, str]:
        """Answer as the XML interface of ENA's browser does."""
        [sample] = self.instead.get(sample, [sample])
        if sample not in self.attributes:
            return 404, "<ErrorDetails><status>404</status></ErrorDetails>"
        tags = "".join(
            f"<SAMPLE_ATTRIBUTE><TAG>{escape(name)}</TAG><VALUE>{escape(value)}</VALUE></SAMPLE_ATTRIBUTE>"
            for name, value in self.attributes[sample].items()
        )
        second = sample.replace("SAMN", "SRS")
        ids = f'<PRIMARY_ID>{second}</PRIMARY_ID><EXTERNAL_ID namespace="BioSample">{sample}</EXTERNAL_ID>'
        return 200, (
            f'<SAMPLE_SET><SAMPLE accession="{second}"><IDENTIFIERS>{ids}</IDENTIFIERS><SAMPLE_NAME>'
            f"<TAXON_ID>10090</TAXON_ID></SAMPLE_NAME><SAMPLE_ATTRIBUTES>{tags}</SAMPLE_ATTRIBUTES></SAMPLE></SAMPLE_SET>"
        )

    def biosample(self, sample: str) -> tuple[int, str]:
        """Answer as BioSamples does."""
        [sample] = self.instead.get(sample, [sample])
        if sample not in self.attributes:
            return 404, "{}"
        characteristics = {name: [{"text": value}] for name, value in self.attributes[sample].items()}
        return 200, json.dumps({"accession": sample, "taxId": 10090, "characteristics": characteristics})

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
    form = ""

    def do_POST(self) -> None:
        self.form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.archive.forms.append(self.form)
        self.do_GET()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.archive.requests.append(self.path)
        status, body, kind = self.find(parts.path, parse_qs(parts.query or self.form))
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
        elif path == "/ncbi/esearch.fcgi":
            status, text = self.archive.esearch(query)
        elif path == "/ncbi/efetch.fcgi":
            status, text = self.archive.runinfo(query)
        elif path.startswith("/biosamples/samples/") and self.headers.get("Accept") != "application/json":
            return 200, b"<html>a page for people</html>", "text/html"
        elif path.startswith("/biosamples/samples/"):
            status, text = self.archive.biosample(path.rpartition("/")[2])
        elif path.startswith("/browser/xml/"):
            status, text = self.archive.sample_xml(path.rpartition("/")[2])
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
def serve_handler(handler: type[BaseHTTPRequestHandler], port: int = 0) -> Iterator[str]:
    """Serve on loopback while the block runs, on a free port unless one is named; give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serve(archive: Archive, port: int = 0) -> Iterator[Archive]:
    """Serve an archive while the block runs, on a free port unless one is named."""
    with serve_handler(type("Handler", (_Handler,), {"archive": archive}), port) as archive.address:
        yield archive


def shared_data(part: str) -> Path:
    """Return a folder of the real data that stand beside the checkout, or skip the test."""
    return _shared(f"data/{part}")


def shared_cases(part: str) -> Path:
    """Return a table of the cases that stand beside the checkout, or skip the test."""
    return _shared(f"cases/{part}")


def _shared(part: str) -> Path:
    path = Path(__file__).resolve().parents[2].parent / "shared" / part
    if not path.exists():
        pytest.skip(f"needs {part}, which is not part of the project")
    return path
