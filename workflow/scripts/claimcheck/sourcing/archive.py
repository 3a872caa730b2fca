"""Asking the archives for a project's runs and for the attributes of its samples; every reply is kept as it came.

Each reply is checked against the question: records of other projects, samples or organisms are left out, and said. One source
that fails is a warning as long as another one answers.
"""

import hashlib
import logging
from pathlib import Path

import pandas as pd
import requests

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed, write_text
from claimcheck.sourcing.addresses import PROJECT, SAMPLE_NAME, Address, check_name
from claimcheck.sourcing.attributes import SampleRecord, parse_biosample_json, parse_sample_xml
from claimcheck.sourcing.entrez import MOST_PAGES, Entrez
from claimcheck.sourcing.http import NotHeldError, RejectedError, get_text
from claimcheck.sourcing.runs import (
    NEEDED_FIELDS,
    RUN_FIELDS,
    drop_foreign,
    is_filereport,
    merge_sources,
    parse_filereport,
    parse_runinfo,
    rejected_fields,
)

SAMPLE_SOURCES = {"biosamples": "BioSamples", "browser": "ENA", "ncbi": "NCBI"}
"""Sources of attributes in the order in which they are asked: section of the configuration -> name."""
_PATIENCE = 3
"""Samples for which a source may fail before it is not asked any more."""

logger = logging.getLogger("claimcheck.sourcing.archive")
progress = logging.getLogger("claimcheck.progress")


class Archives:
    """The archives of a study, asked one after the other.

    Args:
        addresses: the sections `ena`, `ncbi`, `biosamples` and `browser` of the configuration; None = not asked.
        responses: folder in which every reply is kept.
        session: from `http.open_session`.

    Attributes:
        kept: file in that folder -> address, SHA-256 and bytes of the reply.
    """

    def __init__(self, addresses: dict[str, Address | None], responses: Path, session: requests.Session) -> None:
        self.addresses = addresses
        self.responses = responses
        self.session = session
        self.kept: dict[str, tuple[str, str, int]] = {}
        ncbi = addresses["ncbi"]
        self.entrez = Entrez(ncbi, self._ask) if ncbi and not ncbi.is_local else None

    def fetch_runs(self, accession: str) -> pd.DataFrame:
        """List the runs of a project from ENA and NCBI; one of them is enough.

        Returns:
            As `runs.merge_sources`.

        Raises:
            StudyError: no source lists a run of the project.
        """
        check_name(accession, PROJECT, kind="BioProject accession", where="config/config.yaml, study.bioproject")
        tables: dict[str, pd.DataFrame] = {}
        silent: dict[str, StudyError | None] = {}
        for source, name, fetch in (("ENA", "ena", self._fetch_filereport), ("NCBI", "ncbi", self._fetch_runinfo)):
            address = self.addresses[name]
            if address is None:
                continue
            try:
                tables[source] = fetch(address, accession)
            except StudyError as error:
                logger.warning("%s does not list the runs: %s", source, error)
                silent[source] = None if isinstance(error, NotHeldError) else error
        tables, foreign = drop_foreign(tables, accession)
        for source, runs in foreign.items():
            if runs:
                progress.warning("%s lists runs of other projects, left out: %s", source, listed(runs))
        silent |= {source: None for source, table in tables.items() if table.empty}
        tables = {source: table for source, table in tables.items() if len(table)}
        if not tables:
            raise _no_runs(accession, self.addresses, silent, foreign)
        for source, table in tables.items():
            progress.info("%s lists %d runs of %s", source, len(table), accession)
        for source, reason in silent.items():
            why = reason.what if reason else "it has none of this project"
            progress.warning("only %s listed the runs; %s: %s", " and ".join(tables), source, why)
        return merge_sources(tables)

    def fetch_attributes(self, samples: list[str], *, tax_id: int) -> pd.DataFrame:
        """Fetch the attributes of samples: from BioSamples, else ENA's sample XML, else NCBI's.

        Returns:
            sample_accession, attribute (lower case), value; in the order of the samples, attributes sorted. A sample that no
            source describes has no row.

        Raises:
            StudyError: no source describes a sample, and one of them failed.
        """
        rows = []
        failures: dict[str, dict[str, StudyError]] = {name: {} for name in SAMPLE_SOURCES}
        for sample in samples:
            check_name(sample, SAMPLE_NAME, kind="sample accession", where="the archive's list of runs")
            found = self._find_attributes(sample, tax_id, failures)
            rows += [(sample, attribute, value) for attribute, value in sorted(found.items())]
        for name, errors in failures.items():
            if errors:
                progress.warning(
                    "%s failed for %s%s; other archives describe them: %s",
                    SAMPLE_SOURCES[name],
                    listed(errors),
                    ", and was not asked again" if len(errors) == _PATIENCE else "",
                    next(iter(errors.values())).what,
                )
        return pd.DataFrame(rows, columns=["sample_accession", "attribute", "value"], dtype=str)

    def _find_attributes(self, sample: str, tax_id: int, failures: dict[str, dict[str, StudyError]]) -> dict[str, str]:
        """Return the attributes of a sample from the first source that has a record of it; `failures` by source and sample."""
        failed = {}
        for name, source in SAMPLE_SOURCES.items():
            if self.addresses[name] is None:
                continue
            if len(failures[name]) == _PATIENCE:
                failed[name] = list(failures[name].values())[-1]
                continue
            try:
                records = self._fetch_records(name, sample)
            except NotHeldError as error:
                logger.info("%s does not hold %s: %s", source, sample, error.what)
                continue
            except StudyError as error:
                logger.warning("%s: %s", sample, error)
                failures[name][sample] = failed[name] = error
                continue
            own = [record for record in records if record.is_of(sample, tax_id)]
            if own:
                return own[0].attributes
            if records:
                answer = listed(map(str, records))
                progress.warning("%s answered %s with another sample or organism, left out: %s", source, sample, answer)
        if failed:
            raise _undescribed(sample, failed)
        return {}

    def _fetch_filereport(self, base: Address, accession: str) -> pd.DataFrame:
        if base.is_local:
            reply = self._ask(base.join(f"filereport/{accession}.tsv"), {}, f"{accession}.filereport.tsv")
            return parse_filereport(reply, where=str(base))
        fields = list(RUN_FIELDS)
        while True:
            reply = self._ask_fields(base, accession, fields)
            rejected = [] if is_filereport(reply) else rejected_fields(reply, fields)
            if not rejected:
                break
            progress.warning("ENA rejects the field %s: asked again without it", listed(rejected, most=len(RUN_FIELDS)))
            fields = [field for field in fields if field not in rejected]
        if not is_filereport(reply):
            reply = self._search_fields(base, accession, fields, reply)
        return parse_filereport(reply, where=str(base))

    def _search_fields(self, base: Address, accession: str, fields: list[str], said: str) -> str:
        """Find the fields that ENA rejects without naming them, by halves; return its reply to the others."""

        def accepted(group: list[str]) -> list[str]:
            if is_filereport(self._ask_fields(base, accession, [*NEEDED_FIELDS, *group])):
                return group
            half = len(group) // 2
            return accepted(group[:half]) + accepted(group[half:]) if half else []

        reply = self._ask_fields(base, accession, list(NEEDED_FIELDS))
        if not is_filereport(reply):
            return reply
        others = [field for field in fields if field not in NEEDED_FIELDS]
        known = accepted(others)
        lost = [field for field in others if field not in known]
        progress.warning(
            "ENA answered %r; its fields were tried in groups, and %s left out",
            " ".join(said.split())[:120],
            f"{listed(lost, most=len(RUN_FIELDS))} had to be" if lost else "none had to be",
        )
        return self._ask_fields(base, accession, [*NEEDED_FIELDS, *known])

    def _ask_fields(self, base: Address, accession: str, fields: list[str]) -> str:
        """Ask ENA for fields of the runs; a rejection comes back as its text, whatever its status was."""
        parameters = {"accession": accession, "result": "read_run", "fields": ",".join(fields)}
        parameters |= {"format": "tsv", "limit": "0"}
        try:
            return self._ask(base.join("filereport"), parameters, f"{accession}.filereport.tsv")
        except RejectedError as error:
            return error.what

    def _fetch_runinfo(self, base: Address, accession: str) -> pd.DataFrame:
        if self.entrez is None:
            reply = self._ask(base.join(f"runinfo/{accession}.csv"), {}, f"{accession}.runinfo.csv")
            return parse_runinfo(reply, where=str(base))
        found = self.entrez.search("sra", accession, "BioProject", name=f"{accession}.search.json")
        pages = [parse_runinfo("", where=str(base))]
        start = 0
        while start < found.records and len(pages) <= MOST_PAGES:
            name = f"{accession}.runinfo.{len(pages)}.csv"
            reply = self.entrez.fetch(found, start, name=name, rettype="runinfo", retmode="text")
            page = parse_runinfo(reply, where=str(base))
            if page.empty:
                break
            pages.append(page)
            # what is counted and paged are experiments, each with one run or more
            start += len(set(page["experiment_accession"]) - {""}) or len(page)
        return pd.concat(pages).drop_duplicates("run_accession", ignore_index=True)

    def _fetch_records(self, name: str, sample: str) -> list[SampleRecord]:
        base = self.addresses[name]
        assert base is not None
        if name == "ncbi" and self.entrez is not None:
            found = self.entrez.search("biosample", sample, "accn", name=f"{sample}.search.json")
            if not found.records:
                return []
            reply = self.entrez.fetch(found, 0, name=f"{sample}.ncbi.xml", rettype="full", retmode="xml")
            return parse_sample_xml(reply, where=str(base))
        folder, suffix = {"biosamples": ("samples", "json"), "browser": ("xml", "xml"), "ncbi": ("biosample", "xml")}[
            name
        ]
        address = base.join(f"{folder}/{sample}{'.' + suffix if base.is_local else ''}")
        parse = parse_biosample_json if suffix == "json" else parse_sample_xml
        return parse(self._ask(address, {}, f"{sample}.{name}.{suffix}"), where=str(address))

    def _ask(
        self, address: Address, parameters: dict[str, str], name: str, secrets: dict[str, str] | None = None
    ) -> str:
        """Fetch a reply and keep it under `name` in the folder of responses."""
        accept = "application/json" if name.endswith(".json") else "*/*"
        reply = get_text(address, parameters=parameters, session=self.session, accept=accept, secrets=secrets or {})
        write_text(self.responses / name, reply)
        content = reply.encode()
        self.kept[name] = (str(address), hashlib.sha256(content).hexdigest(), len(content))
        return reply


def _no_runs(
    accession: str,
    addresses: dict[str, Address | None],
    silent: dict[str, StudyError | None],
    foreign: dict[str, list[str]],
) -> StudyError:
    """Say why there is no run: the archives do not answer, know none, or know only those of other projects."""
    failure = next((reason for reason in silent.values() if reason), None)
    if failure and not any(foreign.values()):
        return failure
    others = listed(dict.fromkeys(run for runs in foreign.values() for run in runs))
    return StudyError(
        f"the archive lists no public run for {accession}"
        + (f", only runs of other projects: {others}" if others else ""),
        where=", ".join(str(address) for address in addresses.values() if address),
        expected="at least one run",
        remedy=(
            "check the accession in config/config.yaml (study.bioproject); if it is an umbrella project, take the accession of "
            "the project below it that has the runs; a new project can take some days to be mirrored"
        ),
    )


def _undescribed(sample: str, failed: dict[str, StudyError]) -> StudyError:
    """Say that the attributes of a sample are not known, since those who could describe it do not answer."""
    first = next(iter(failed.values()))
    settings = listed(f"archive.{name}" for name in failed)
    return StudyError(
        f"the attributes of {sample} cannot be fetched, and could contradict its title: {first.what}",
        where=first.where,
        expected="a record of the sample, or the archive's word that it has none",
        remedy=f"try again later, or set {settings} to none in config/config.yaml to go on without",
    )
