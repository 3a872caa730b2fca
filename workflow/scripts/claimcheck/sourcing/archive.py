"""Asking the archives for a project's runs and for the attributes of its samples; every reply is kept as it came."""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import requests

from claimcheck.errors import StudyError
from claimcheck.sourcing.addresses import PROJECT, Address, check_name
from claimcheck.sourcing.attributes import parse_biosample_json, parse_sample_xml
from claimcheck.sourcing.http import NotHeldError, get_text
from claimcheck.sourcing.runs import (
    NEEDED_FIELDS,
    RUN_FIELDS,
    is_filereport,
    merge_sources,
    parse_filereport,
    parse_runinfo,
)
from claimcheck.tables import write_text

logger = logging.getLogger("claimcheck.sourcing.archive")
progress = logging.getLogger("claimcheck.progress")


class Archives:
    """The archives of a study, asked one after the other.

    Args:
        addresses: the sections `ena`, `ncbi`, `biosamples` and `browser` of the configuration; None = not asked.
        responses: folder in which every reply is kept.
        session: from `http.open_session`.
    """

    def __init__(self, addresses: dict[str, Address | None], responses: Path, session: requests.Session) -> None:
        self.addresses = addresses
        self.responses = responses
        self.session = session
        self.kept: list[tuple[str, str, str, int]] = []

    def fetch_runs(self, accession: str) -> pd.DataFrame:
        """List the runs of a project from ENA and NCBI.

        Returns:
            As `runs.merge_sources`.

        Raises:
            StudyError: no source knows the accession, or one that is to be asked does not answer.
        """
        check_name(accession, PROJECT, kind="BioProject accession", where="config/config.yaml, study.bioproject")
        tables: dict[str, pd.DataFrame] = {}
        for source, fetch in (("ENA", self._fetch_filereport), ("NCBI", self._fetch_runinfo)):
            table = fetch(accession)
            if table is not None:
                progress.info("%s lists %d runs of %s", source, len(table), accession)
                if len(table):
                    tables[source] = table
        if tables:
            return merge_sources(tables)
        raise StudyError(
            f"the archive lists no public run for {accession}",
            where=", ".join(str(address) for address in self.addresses.values() if address),
            expected="at least one run",
            remedy=(
                "check the accession in config/config.yaml (study.bioproject); a new project can take some days to be mirrored"
            ),
        )

    def fetch_attributes(self, samples: list[str]) -> pd.DataFrame:
        """Fetch the attributes of samples: from BioSamples, else ENA's sample XML, else NCBI's.

        Returns:
            sample_accession, attribute (lower case), value; in the order of the samples, attributes sorted. A sample that no
            source describes has no row.

        Raises:
            StudyError: no source describes a sample, and one of them could not be asked.
        """
        rows = []
        for sample in samples:
            found = self._sample_attributes(sample)
            rows += [(sample, name, value) for name, value in sorted(found.items())]
        return pd.DataFrame(rows, columns=["sample_accession", "attribute", "value"], dtype=str)

    def _fetch_filereport(self, accession: str) -> pd.DataFrame | None:
        base = self.addresses["ena"]
        if base is None:
            return None
        if base.path is not None:
            reply = self._ask(base.join(f"filereport/{accession}.tsv"), {}, f"{accession}.filereport.tsv")
            return parse_filereport(reply, where=str(base))
        reply = ""
        for fields in (RUN_FIELDS, NEEDED_FIELDS):
            parameters = {"accession": accession, "result": "read_run", "fields": ",".join(fields)}
            parameters |= {"format": "tsv", "limit": "0"}
            last = fields is NEEDED_FIELDS
            try:
                reply = self._ask(base.join("filereport"), parameters, f"{accession}.filereport.tsv")
            except StudyError as error:
                if last or "status 400" not in error.what:
                    raise
                logger.warning("ENA rejects the list of fields: %s", error.what)
                continue
            if is_filereport(reply):
                break
        return parse_filereport(reply, where=str(base))

    def _fetch_runinfo(self, accession: str) -> pd.DataFrame | None:
        base = self.addresses["ncbi"]
        if base is None:
            return None
        if base.path is not None:
            address, parameters = base.join(f"runinfo/{accession}.csv"), {}
        else:
            address = base.join("efetch.fcgi")
            parameters = {"db": "sra", "id": accession, "rettype": "runinfo", "retmode": "text"}
        return parse_runinfo(self._ask(address, parameters, f"{accession}.runinfo.csv"), where=str(base))

    def _sample_attributes(self, sample: str) -> dict[str, str]:
        sources: tuple[tuple[str, str, str, dict[str, str], Callable[..., dict[str, str]]], ...] = (
            ("biosamples", f"samples/{sample}", ".json", {}, parse_biosample_json),
            ("browser", f"xml/{sample}", ".xml", {}, parse_sample_xml),
            ("ncbi", "efetch.fcgi", ".xml", {"db": "biosample", "id": sample, "retmode": "xml"}, parse_sample_xml),
        )
        failure: StudyError | None = None
        for name, path, suffix, parameters, parse in sources:
            base = self.addresses[name]
            if base is None:
                continue
            local = f"biosample/{sample}{suffix}" if name == "ncbi" else f"{path}{suffix}"
            address = base.join(local if base.is_local else path)
            try:
                return parse(self._ask(address, parameters, f"{sample}.{name}{suffix}"), where=str(address))
            except StudyError as error:
                logger.warning("%s has no attributes of %s: %s", name, sample, error)
                if not isinstance(error, NotHeldError):
                    failure = failure or error
        if failure is not None:
            raise StudyError(
                f"the attributes of {sample} cannot be fetched, and could contradict its title: {failure.what}",
                where=failure.where,
                expected="a record of the sample, or the archive's word that it has none",
                remedy="try again later, or set archive.biosamples and archive.browser to none in config/config.yaml",
            )
        return {}

    def _ask(self, address: Address, parameters: dict[str, str], name: str) -> str:
        """Fetch a reply and keep it under `name` in the folder of responses."""
        accept = "application/json" if name.endswith(".json") else "*/*"
        reply = get_text(address, parameters=parameters, session=self.session, accept=accept)
        write_text(self.responses / name, reply)
        content = reply.encode()
        self.kept.append((name, str(address), hashlib.sha256(content).hexdigest(), len(content)))
        return reply
