"""The gene of a transcript from the header of its FASTA record, as the sources of references write them."""

import re

from claimcheck.core.identifiers import strip_version

SPIKE_IN = re.compile(r"ERCC-[0-9]{5}")
"""Names of the control RNAs of the External RNA Controls Consortium, which are sequences of no organism."""

_ENSEMBL = re.compile(r"(\w+):(\S+)")
_ENSEMBL_KINDS = ("cdna", "ncrna", "cds")
_PAIR = re.compile(r"([\w']+)=(\S+)")
_FLYBASE = re.compile(r"(\w+)=([^;]+)")
_BRACKETS = re.compile(r"\[(\w+)=([^\]]*)\]")
_REFSEQ_ID = re.compile(r"(?:^|[|_-])([NX][MR]_[0-9]+(?:\.[0-9]+)?)(?=[|_]|$)")
_REFSEQ_TEXT = re.compile(r".* \((?P<symbol>\S+)\), (?:[^()]*, )?(?P<kind>[\w -]*RNA)\b[^()]*")
_UCSC = re.compile(r"[A-Za-z0-9]+_(?:refGene|knownGene|ensGene|ncbiRefSeq\w*?)_")
_BIOTYPES = {"mRNA": "protein_coding", "long non-coding RNA": "lncRNA"}


def parse_header(header: str) -> dict[str, str] | None:
    """Read the gene of a transcript from its FASTA header.

    Known are GENCODE (`ENSMUST…|ENSMUSG…|…|…|name|symbol|length|biotype|`), Ensembl (`ENSMUST… cdna … gene:… gene_symbol:…
    transcript_biotype:…`), FlyBase (`FBtr… type=…; name=…; parent=FBgn…;`), RefSeq (`NM_… Mus musculus … (Lcn2), mRNA`, whose
    gene is the symbol; `… [gene=Lcn2] …`), and gffread and WormBase (`… gene_id=… gene=…`). Fields are those right after the
    name: what a free text holds is none.

    Args:
        header: the line without `>`.

    Returns:
        target_id (up to the first space, as quantifiers name it), transcript_id and gene_id without version, symbol, biotype
        ("" where unknown); None if the header names no gene.
    """
    target, _, about = header.strip().partition(" ") if " " in header.strip() else (header.strip(), "", "")
    target, _, tabbed = target.partition("\t")
    found = _gene_of(target, f"{tabbed} {about}".strip())
    if not found or not found[0]:
        return None
    gene, symbol, biotype = strip_version(found[0]), found[1], found[2]
    return {
        "target_id": target,
        "transcript_id": transcript_of(target),
        "gene_id": gene,
        "symbol": symbol or gene,
        "biotype": biotype,
    }


def transcript_of(target: str) -> str:
    """Return the id of a transcript, without version, from the name of its record.

    Of `gi|…|ref|NM_008491.1|`, `rna-NM_008491.1` and `lcl|NC_…_mrna_NM_008491.1_1` it is the accession, of GENCODE's names
    what stands before the first bar, and of UCSC's `mm39_ncbiRefSeq_NM_008491.1` what stands behind the names of genome and table.
    """
    plain = _UCSC.sub("", target, count=1)
    refseq = _REFSEQ_ID.search(plain)
    return strip_version(refseq[1] if refseq else plain.split("|")[0])


def _gene_of(target: str, about: str) -> tuple[str, str, str] | None:
    """Return gene, symbol and biotype; "" where unknown, None where no field is known."""
    bars = target.split("|")
    if len(bars) >= 8:
        return bars[1], bars[5], bars[7]
    if about.startswith("type=") and ";" in about:
        pairs = dict(_FLYBASE.findall(about))
        return (
            pairs.get("parent", "").split(",")[0].strip(),
            re.sub(r"-R[A-Z]+$", "", pairs.get("name", "").strip()),
            "",
        )
    if about.startswith("["):
        pairs = dict(reversed(_BRACKETS.findall(about)))
        return pairs.get("gene") or pairs.get("locus_tag", ""), pairs.get("gene", ""), ""
    return _gene_of_words(target, about)


def _gene_of_words(target: str, about: str) -> tuple[str, str, str] | None:
    """Return what `_gene_of` does, of a header in words with `=`, with `:` or in RefSeq's plain English."""
    words = about.split()
    pairs = _run(_PAIR, words)
    if pairs:
        names = [pairs[key] for key in ("gene_name", "gene_symbol", "gene") if key in pairs]
        gene = pairs.get("gene_id") or pairs.get("gene") or pairs.get("geneID") or pairs.get("locus", "")
        return gene, names[0] if names else "", pairs.get("gene_biotype", "")
    pairs = _run(_ENSEMBL, words[1:] if words and words[0] in _ENSEMBL_KINDS else words)
    if "gene" in pairs:
        return pairs["gene"], pairs.get("gene_symbol", ""), pairs.get("transcript_biotype", "")
    described = _REFSEQ_TEXT.fullmatch(about) if _REFSEQ_ID.search(target) else None
    if described:
        kind = described["kind"].strip()
        return described["symbol"], described["symbol"], _BIOTYPES.get(kind, kind)
    return None


def _run(pattern: re.Pattern[str], words: list[str]) -> dict[str, str]:
    """Return the fields that a header begins with, up to the first word that is none; the first of each name."""
    fields: dict[str, str] = {}
    for word in words:
        match = pattern.fullmatch(word)
        if not match or match[1] == "description":
            break
        fields.setdefault(match[1], match[2])
    return fields
