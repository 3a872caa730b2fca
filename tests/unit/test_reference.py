"""The gene of a transcript is read from the headers of GENCODE, Ensembl and FlyBase; anything else stops."""

import gzip

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import strip_version
from claimcheck.sourcing.headers import parse_header, transcript_of
from claimcheck.sourcing.reference import TRANSCRIPT_COLUMNS, read_reference

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


@pytest.mark.parametrize(
    ("header", "transcript", "gene", "symbol", "biotype"),
    [
        ("NM_008491.1 Mus musculus lipocalin 2 (Lcn2), mRNA", "NM_008491", "Lcn2", "Lcn2", "protein_coding"),
        (
            "NM_001.2 Mus musculus solute carrier family 22 (organic cation transporter), member 17 (Slc22a17), "
            "transcript variant 1, mRNA; nuclear gene for mitochondrial product",
            "NM_001",
            "Slc22a17",
            "Slc22a17",
            "protein_coding",
        ),
        ("XR_9.1 PREDICTED: Mus musculus x gene=Lcn2 (Gm1), long non-coding RNA", "XR_9", "Gm1", "Gm1", "lncRNA"),
        ("NM_7.1 Drosophila melanogaster l (l(1)G0007), mRNA", "NM_7", "l(1)G0007", "l(1)G0007", "protein_coding"),
        ("gi|6|ref|NM_008491.1| Mus musculus lipocalin 2 (Lcn2), mRNA", "NM_008491", "Lcn2", "Lcn2", "protein_coding"),
        ("lcl|NC_1.1_mrna_NM_008491.2_5 [gene=Lcn2] [product=x [gene=Y]] ", "NM_008491", "Lcn2", "Lcn2", ""),
        ("NM_008491.1 gene=Lcn2 CDS=1-300", "NM_008491", "Lcn2", "Lcn2", ""),
        ("rna-NM_008491.1 gene=Lcn2", "NM_008491", "Lcn2", "Lcn2", ""),
        ("T1\tgene_id=G1 gene_name=Lcn2", "T1", "G1", "Lcn2", ""),
        ("Y74C9A.3.1 gene=WBGene00022277", "Y74C9A.3.1", "WBGene00022277", "WBGene00022277", ""),
        ("T1 cdna gene:G1 gene_symbol:A description:like gene:G9 gene_symbol:B (Lcn2), mRNA", "T1", "G1", "A", ""),
        ("T1 gene=G1 a note with gene=G2 gene_id=G3", "T1", "G1", "G1", ""),
    ],
)
def test_headers_of_other_sources_are_read_and_free_text_is_not(header, transcript, gene, symbol, biotype):
    found = parse_header(header)
    assert found["target_id"] == header.split()[0]
    assert (found["transcript_id"], found["gene_id"], found["symbol"], found["biotype"]) == (
        transcript,
        gene,
        symbol,
        biotype,
    )


@pytest.mark.parametrize(
    ("target", "transcript"),
    [
        ("mm39_ncbiRefSeq_NM_008491.1", "NM_008491"),
        ("hg38_knownGene_ENST00000456328.2", "ENST00000456328"),
        (GENCODE, "ENSMUST00000193812"),
        ("MSTRG.1.2", "MSTRG.1.2"),
    ],
)
def test_the_transcript_of_a_name(target, transcript):
    assert transcript_of(target) == transcript


@pytest.mark.parametrize(
    "header",
    [
        "NM_2.1 text gene:G1 gene=G2 (x), y",
        "ENSMUST00000193812.2 range=chr1:1-9",
        "",
        "NM_134578.3 Drosophila melanogaster, mRNA",
        "T1||||||||",
        "T1 gene=",
    ],
)
def test_a_header_without_a_gene_gives_none(header):
    assert parse_header(header) is None


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_transcripts_are_listed_with_their_lengths_in_the_order_of_the_file(tmp_path, pack):
    path = tmp_path / ("t.fa" if pack is bytes else "t.fa.gz")
    path.write_bytes(pack(b">T2 gene:G1 gene_symbol:A\nACGT\nACG\n>T1 gene:G1 gene_symbol:A\nAC\n"))
    table = read_reference(path).transcripts
    assert tuple(table) == TRANSCRIPT_COLUMNS
    assert table[["transcript_id", "gene_id", "length"]].to_numpy().tolist() == [["T2", "G1", 7], ["T1", "G1", 2]]


def test_a_header_that_names_no_gene_is_quoted_with_its_place(tmp_path):
    path = tmp_path / "t.fa"
    path.write_text(">T1 gene:G1\nACGT\n>NM_1 mouse\nACGT\n")
    with pytest.raises(StudyError, match="NM_1 mouse") as caught:
        read_reference(path)
    assert "record 2" in caught.value.where


def test_a_transcript_in_two_versions_stops(tmp_path):
    path = tmp_path / "t.fa"
    path.write_text("".join(f">ENSMUST00000000001.{version} gene:G1\nACGT\n" for version in (1, 2)))
    with pytest.raises(StudyError, match="ENSMUST00000000001 occurs twice"):
        read_reference(path)


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
        read_reference(path)
    assert caught.value.where == str(path)


def test_a_missing_reference_is_refused(tmp_path):
    with pytest.raises(StudyError, match="cannot be read as FASTA"):
        read_reference(tmp_path / "absent.fa")


def fasta(path, *records):
    path.write_text("".join(f">{name}\n{sequence}\n" for name, sequence in records))
    return path


def table(*rows):
    return pd.DataFrame(rows, columns=["transcript_id", "gene_id", "symbol"])


PLAIN = [("NM_008491.2", "ACGT"), ("Y74C9A.3.1", "ACGTA")]


@pytest.mark.parametrize("by", ["genes", "annotated"])
@pytest.mark.parametrize("ids", [("NM_008491", "Y74C9A.3.1"), ("NM_008491", "Y74C9A.3")], ids=["whole", "unversioned"])
def test_a_table_gives_plain_names_their_genes(tmp_path, by, ids):
    genes = table((ids[0], "G1", "Lcn2"), (ids[1], "G2", "G2"))
    asked = {"genes": genes} if by == "genes" else {"annotated": lambda: genes}
    found = read_reference(fasta(tmp_path / "t.fa", *PLAIN), **asked).transcripts
    assert found[["target_id", "gene_id", "symbol"]].to_numpy().tolist() == [
        ["NM_008491.2", "G1", "Lcn2"],
        ["Y74C9A.3.1", "G2", "G2"],
    ]


def test_a_table_overrules_headers_and_an_annotation_does_not(tmp_path):
    path = fasta(tmp_path / "t.fa", ("NM_1.1 Mus musculus x (Lcn2), mRNA", "ACGT"), ("T2", "ACGT"))
    genes = table(("NM_1", "ENSMUSG1", "ENSMUSG1"), ("T2", "ENSMUSG2", "B"))
    by_table = read_reference(path, genes=genes).transcripts
    assert by_table[["gene_id", "symbol", "biotype"]].to_numpy().tolist() == [
        ["ENSMUSG1", "Lcn2", "protein_coding"],
        ["ENSMUSG2", "B", ""],
    ]
    by_annotation = read_reference(path, annotated=lambda: genes).transcripts
    assert list(by_annotation["gene_id"]) == ["Lcn2", "ENSMUSG2"]


def test_transcripts_that_a_table_lacks_are_counted_and_both_keys_are_named(tmp_path):
    path = fasta(tmp_path / "t.fa", *PLAIN)
    with pytest.raises(
        StudyError, match=r"1 of 2 transcripts have no gene in reference\.transcript_genes: Y74C9A\.3\.1"
    ):
        read_reference(path, genes=table(("NM_008491", "G1", "A")))
    with pytest.raises(StudyError, match="names no gene, as 2 of 2 don't") as caught:
        read_reference(path)
    assert "reference.transcript_genes" in caught.value.remedy
    assert "reference.annotation" in caught.value.remedy
    assert "reference.extra" in caught.value.remedy


def test_spike_ins_and_extra_files_are_set_apart_and_empty_records_left_out(tmp_path):
    path = fasta(tmp_path / "t.fa", ("T1 gene:G1", "ACGT"), ("ERCC-00002", "ACG"), ("T2 gene:G1", ""))
    extra = fasta(tmp_path / "e.fa", ("Cre a recombinase (Lcn2), mRNA", "ACGTACGT"))
    reference = read_reference(path, [extra])
    assert list(reference.transcripts["transcript_id"]) == ["T1"]
    assert reference.extra.to_numpy().tolist() == [["ERCC-00002", 3], ["Cre", 8]]
    assert reference.n_empty == 1


@pytest.mark.parametrize("name", ["T1", "ERCC-00002"])
def test_a_name_in_two_files_stops(tmp_path, name):
    path = fasta(tmp_path / "t.fa", ("T1 gene:G1", "ACGT"), ("ERCC-00002", "ACG"))
    with pytest.raises(StudyError, match=f"the sequence {name} occurs twice"):
        read_reference(path, [fasta(tmp_path / "e.fa", (name, "ACGT"))])
