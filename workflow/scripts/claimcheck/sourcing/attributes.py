"""The attributes of a sample (genotype, sex, age, tissue and whatever else a submitter filled in) as archives send them."""

import json
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from claimcheck.core.errors import StudyError
from claimcheck.core.text import one_line

_EMPTY = {"", "missing", "not applicable", "not collected", "not provided", "na", "n/a", "none"}


class SampleRecord(NamedTuple):
    """One record of a sample.

    Attributes:
        accessions: every accession that the record gives itself, such as SAMN and SRS.
        tax_id: taxonomy id of its organism, "" if it names none.
        attributes: attribute (lower case) -> value, several values joined by `; `; those without a value are left out.
    """

    accessions: list[str]
    tax_id: str
    attributes: dict[str, str]

    def is_of(self, sample: str, tax_id: int) -> bool:
        """Whether this is the record of a sample, and of that organism if it names one."""
        return sample in self.accessions and self.tax_id in ("", str(tax_id))

    def __str__(self) -> str:
        return f"{' = '.join(self.accessions) or 'no accession'} (taxonomy id {self.tax_id or 'unknown'})"


def parse_biosample_json(reply: str, *, where: str) -> list[SampleRecord]:
    """Read a BioSamples record: `characteristics` holds a list of texts by attribute.

    Raises:
        StudyError: the reply is no such record.
    """
    try:
        record = json.loads(reply)
        characteristics = dict(record["characteristics"])
        pairs = [(name, "; ".join(str(item["text"]) for item in items)) for name, items in characteristics.items()]
        accessions = [record.get(name) for name in ("accession", "sraAccession")]
        tax_id = record.get("taxId")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(reply, where, "a JSON record with `characteristics`") from error
    return [_record(accessions, tax_id, pairs)]


def parse_sample_xml(reply: str, *, where: str) -> list[SampleRecord]:
    """Read ENA's sample XML (`SAMPLE`) or NCBI's BioSample XML (`BioSample`).

    Returns:
        The records in their order, the title of each sample as the attribute `title`; none for an empty set of samples.

    Raises:
        StudyError: the reply is not XML of one of these kinds, or uses entities.
    """
    try:
        root = fromstring(reply)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise _unreadable(reply, where, "the XML of one sample") from error
    records = [_ena_record(sample) for sample in root.iter("SAMPLE")]
    records += [_ncbi_record(sample) for sample in root.iter("BioSample")]
    if not records and root.tag not in ("BioSampleSet", "SAMPLE_SET"):
        raise _unreadable(reply, where, "the attributes of one sample")
    return records


def _ena_record(sample: Element) -> SampleRecord:
    identifiers = [element.text for tag in ("PRIMARY_ID", "SECONDARY_ID") for element in sample.iter(tag)]
    external = [element.text for element in sample.iter("EXTERNAL_ID") if element.get("namespace") == "BioSample"]
    pairs = [(item.findtext("TAG") or "", item.findtext("VALUE") or "") for item in sample.iter("SAMPLE_ATTRIBUTE")]
    accessions = [sample.get("accession"), *identifiers, *external]
    return _record(accessions, sample.findtext(".//TAXON_ID"), [("title", sample.findtext("TITLE") or ""), *pairs])


def _ncbi_record(sample: Element) -> SampleRecord:
    kinds = ("BioSample", "SRA")
    ids = [element.text for element in sample.iter("Id") if (element.get("db") or element.get("namespace")) in kinds]
    organism = sample.find(".//Organism")
    pairs = [
        (item.get("harmonized_name") or item.get("attribute_name") or "", item.text or "")
        for item in sample.iter("Attribute")
    ]
    return _record(
        [sample.get("accession"), *ids],
        None if organism is None else organism.get("taxonomy_id"),
        [("title", sample.findtext(".//Title") or ""), *pairs],
    )


def _record(accessions: list[str | None], tax_id: object, pairs: list[tuple[str, str]]) -> SampleRecord:
    """Keep what was filled in, in one line."""
    named = dict.fromkeys(_line(str(accession)) for accession in accessions if accession)
    cleaned = [(_line(name).lower(), _line(value)) for name, value in pairs]
    filled = {name: value for name, value in cleaned if name and value.lower() not in _EMPTY}
    return SampleRecord(list(named), _line(str(tax_id or "")), filled)


def _line(text: str) -> str:
    return " ".join(one_line(text).split())


def _unreadable(reply: str, where: str, expected: str) -> StudyError:
    return StudyError(
        f"the archive's record of a sample cannot be read: {' '.join(reply.split())[:120]!r}",
        where=where,
        expected=expected,
        remedy="try again later; the next source is asked in its place",
    )
