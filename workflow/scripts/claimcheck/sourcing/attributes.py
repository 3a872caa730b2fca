"""The attributes of a sample (genotype, sex, age, tissue and whatever else a submitter filled in) as archives send them."""

import json
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from claimcheck.errors import StudyError
from claimcheck.texts import one_line

_EMPTY = {"", "missing", "not applicable", "not collected", "not provided", "na", "n/a", "none", "-"}


def parse_biosample_json(reply: str, *, where: str) -> dict[str, str]:
    """Read a BioSamples record: `characteristics` holds a list of texts by attribute.

    Returns:
        Attribute (lower case) -> value, several values joined by `; `; attributes without a value are left out.

    Raises:
        StudyError: the reply is no such record.
    """
    try:
        record = json.loads(reply)
        characteristics = dict(record["characteristics"])
        pairs = [(name, "; ".join(str(item["text"]) for item in items)) for name, items in characteristics.items()]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unreadable(reply, where, "a JSON record with `characteristics`") from error
    return _filled(pairs)


def parse_sample_xml(reply: str, *, where: str) -> dict[str, str]:
    """Read the attributes of ENA's sample XML (`SAMPLE_ATTRIBUTE`) or of NCBI's BioSample XML (`Attribute`).

    Returns:
        As `parse_biosample_json`, the title of the sample as `title`; nothing for an empty set of samples.

    Raises:
        StudyError: the reply is not XML of one of these kinds, or uses entities.
    """
    try:
        root = fromstring(reply)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise _unreadable(reply, where, "the XML of one sample") from error
    pairs = [(item.findtext("TAG") or "", item.findtext("VALUE") or "") for item in root.iter("SAMPLE_ATTRIBUTE")]
    pairs += [
        (item.get("harmonized_name") or item.get("attribute_name") or "", item.text or "")
        for item in root.iter("Attribute")
    ]
    titles = [element.text or "" for tag in ("TITLE", "Title") for element in root.iter(tag)]
    is_empty = root.tag in ("BioSampleSet", "SAMPLE_SET") and not len(root)
    if not pairs and not titles and not is_empty:
        raise _unreadable(reply, where, "the attributes of one sample")
    return _filled([("title", title) for title in titles[:1]] + pairs)


def _filled(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Keep what was filled in, in one line."""
    cleaned = [(" ".join(one_line(name).lower().split()), " ".join(one_line(value).split())) for name, value in pairs]
    return {name: value for name, value in cleaned if name and value.lower() not in _EMPTY}


def _unreadable(reply: str, where: str, expected: str) -> StudyError:
    return StudyError(
        f"the archive's record of a sample cannot be read: {' '.join(reply.split())[:120]!r}",
        where=where,
        expected=expected,
        remedy="try again later; the next source is asked in its place",
    )
