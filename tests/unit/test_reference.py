"""The gene of a transcript is read from the headers of GENCODE, Ensembl and FlyBase; anything else stops."""

import gzip

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import strip_version
from claimcheck.sourcing.reference import TRANSCRIPT_COLUMNS, parse_header, read_transcripts

GENCODE = (
    "ENSMUST00000193812.2|ENSMUSG00000102693.2|OTTMUSG00000049935.1|OTTMUST00000127109.1|4933401J01Rik-201|"
    "4933401J01Rik|1070|TEC|"
)
ENSEMBL = (
    "ENSMUST00000177564.2 cdna chromosome:GRCm39:14:54359683:54359698:1 gene:ENSMUSG00000096176.2 "
    "gene_biotype:TR_D_gene transcript_biotype:protein_coding gene_symbol:Trdd2 "
    "description:T cell receptor delta diversity 2 [Source:MGI Symbol;Acc:MGI:4439546]"
)
FLYBASE = (
    "FBtr0070002 type=mRNA; loc=X:join(19963955..19964071,19964782..19964944); ID=FBtr0070002; name=Nep3-RB; "
    "dbxref=FlyBase_Annotation_IDs:CG9565-RB,FlyBase:FBtr0070002,REFSEQ:NM_134578; MD5=8a; length=3000; parent=FBgn0031081;"
)


@pytest.mark.parametrize(
    ("identifier", "stripped"),
    [
        ("ENSMUSG00000026822.5", "ENSMUSG00000026822"),
        ("ENSG00000141510", "ENSG00000141510"),
        ("ENST00000381578.6_PAR_Y", "ENST00000381578_PAR_Y"),
        ("NM_008491.2", "NM_008491"),
        ("XR_001.12", "XR_001"),
        ("FBgn0031081.1", "FBgn0031081.1"),
        ("AC149090.1", "AC149090.1"),
        ("H2-T23.2", "H2-T23.2"),
    ],
)
def test_only_ids_of_ensembl_and_refseq_lose_their_version(identifier, stripped):
    assert strip_version(identifier) == stripped


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (GENCODE, (GENCODE, "ENSMUST00000193812", "ENSMUSG00000102693", "4933401J01Rik", "TEC")),
        (
            ENSEMBL,
            ("ENSMUST00000177564.2", "ENSMUST00000177564", "ENSMUSG00000096176", "Trdd2", "protein_coding"),
        ),
        (FLYBASE, ("FBtr0070002", "FBtr0070002", "FBgn0031081", "Nep3", "")),
        ("T1 gene:ENSMUSG00000000001.4", ("T1", "T1", "ENSMUSG00000000001", "ENSMUSG00000000001", "")),
    ],
    ids=["gencode", "ensembl", "flybase", "ensembl without symbol"],
)
def test_headers_of_the_three_sources_are_read(header, expected):
    assert parse_header(header) == dict(zip(TRANSCRIPT_COLUMNS, expected, strict=False))


@pytest.mark.parametrize("header", ["", "NM_134578.3 Drosophila melanogaster, mRNA", "T1||||||||", "T1 gene="])
def test_a_header_without_a_gene_gives_none(header):
    assert parse_header(header) is None


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_transcripts_are_listed_with_their_lengths_in_the_order_of_the_file(tmp_path, pack):
    path = tmp_path / ("t.fa" if pack is bytes else "t.fa.gz")
    path.write_bytes(pack(b">T2 gene:G1 gene_symbol:A\nACGT\nACG\n>T1 gene:G1 gene_symbol:A\nAC\n"))
    table = read_transcripts(path)
    assert tuple(table) == TRANSCRIPT_COLUMNS
    assert table[["transcript_id", "gene_id", "length"]].to_numpy().tolist() == [["T2", "G1", 7], ["T1", "G1", 2]]


def test_a_header_that_names_no_gene_is_quoted_with_its_place(tmp_path):
    path = tmp_path / "t.fa"
    path.write_text(">T1 gene:G1\nACGT\n>NM_1 mouse\nACGT\n")
    with pytest.raises(StudyError, match="NM_1 mouse") as caught:
        read_transcripts(path)
    assert "record 2" in caught.value.where


def test_a_transcript_in_two_versions_stops(tmp_path):
    path = tmp_path / "t.fa"
    path.write_text("".join(f">ENSMUST00000000001.{version} gene:G1\nACGT\n" for version in (1, 2)))
    with pytest.raises(StudyError, match="ENSMUST00000000001 occurs twice"):
        read_transcripts(path)


PACKED = gzip.compress(b"".join(b">T%d gene:G\n%s\n" % (n, bytes([65 + n % 3]) * 90) for n in range(500)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.fa", b""),
        ("t.fa", b"this is no FASTA\n"),
        ("t.fa", b"\x00\xff\xfe junk"),
        ("t.fa", b">T1 gene:G1\nAC\xffGT\n"),
        ("t.fa", "\N{GREEK SMALL LETTER ALPHA}>T1".encode()),
        ("t.fa", b"<html><body>404 Not Found</body></html>"),
        ("t.fa.gz", b"not gzip"),
        ("t.fa.gz", PACKED[: len(PACKED) // 2]),
        ("t.fa.gz", PACKED[:-6] + b"\x00" * 6),
    ],
)
def test_what_is_no_whole_fasta_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(StudyError, match="cannot be read as FASTA") as caught:
        read_transcripts(path)
    assert caught.value.where == str(path)


def test_a_missing_reference_is_refused(tmp_path):
    with pytest.raises(StudyError, match="cannot be read as FASTA"):
        read_transcripts(tmp_path / "absent.fa")
