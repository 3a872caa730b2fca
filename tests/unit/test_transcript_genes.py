"""Tables that give transcripts their genes, as the tools that people use write them."""

import gzip

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.quantification.transcript_genes import TRANSCRIPT_GENE_COLUMNS, read_transcript_genes

T1, T2, G1, G2 = "ENSMUST00000050785", "ENSMUST00000192913", "ENSMUSG00000026822", "ENSMUSG00000027858"
LCN2_AND_SOST = [(T1, G1, "Lcn2"), (T2, G2, "Sost")]
WITHOUT_SYMBOLS = [(T1, G1, G1), (T2, G2, G2)]
REFSEQ = [("NM_008491", "Lcn2", "Lcn2"), ("NM_024449", "Sost", "Sost")]


def gtf(*attributes, kind="transcript"):
    return "".join(f"chr2\tX\t{kind}\t1\t9\t.\t-\t.\t{about}\n" for about in attributes)


FORMATS = {
    "nf-core tx2gene.tsv": (
        f"transcript_id\tgene_id\tgene_name\n{T1}.8\t{G1}.4\tLcn2\n{T2}.1\t{G2}.9\tSost\n",
        LCN2_AND_SOST,
    ),
    "nf-core before 3.13, no header": (f"{T1}.8\t{G1}.4\tLcn2\n{T2}.1\t{G2}.9\tSost\n", LCN2_AND_SOST),
    "two columns, no header": (f"{T1}\t{G1}\n{T2}\t{G2}\n", WITHOUT_SYMBOLS),
    "CRLF, no final line end": (f"{T1}\t{G1}\r\n{T2}\t{G2}", WITHOUT_SYMBOLS),
    "tximport's csv": (f"TXNAME,GENEID\n{T1}.8,{G1}.4\n{T2}.1,{G2}.9\n", WITHOUT_SYMBOLS),
    "write.csv with row names": (f'"","TXNAME","GENEID"\n"1","{T1}","{G1}"\n"2","{T2}","{G2}"\n', WITHOUT_SYMBOLS),
    "write.table": (f'"TXNAME" "GENEID"\n"1" "{T1}" "{G1}"\n"2" "{T2}" "{G2}"\n', WITHOUT_SYMBOLS),
    "write.csv2": (f'"";"tx";"gene"\n"1";"{T1}";"{G1}"\n"2";"{T2}";"{G2}"\n', WITHOUT_SYMBOLS),
    "BioMart, genes first": (
        "Gene stable ID\tGene stable ID version\tTranscript stable ID\tTranscript stable ID version\tGene name\n"
        f"{G1}\t{G1}.4\t{T1}\t{T1}.8\tLcn2\n{G2}\t{G2}.9\t{T2}\t{T2}.1\tSost\n",
        LCN2_AND_SOST,
    ),
    "sleuth": (f"target_id,ens_gene,ext_gene\n{T1}.8,{G1},Lcn2\n{T2}.1,{G2},Sost\n", LCN2_AND_SOST),
    "kb ref t2g.txt": (
        f"{T1}.8\t{G1}.4\tLcn2\tLcn2-201\t2\t1\t9\t-\n{T2}.1\t{G2}.9\tSost\tSost-201\t11\t1\t9\t-\n",
        LCN2_AND_SOST,
    ),
    "UCSC refGene with its header": ("#name\tname2\nNM_008491\tLcn2\nNM_024449\tSost\n", REFSEQ),
    "RefSeq with versions": ("NM_008491.1\tLcn2\nNM_024449.6\tSost\n", REFSEQ),
    "blanks": (f"{T1}  {G1} Lcn2\n{T2}  {G2} Sost\n", LCN2_AND_SOST),
    "symbols as genes": (f"tx,symbol\n{T1},Lcn2\n{T2},Sost\n", [(T1, "Lcn2", "Lcn2"), (T2, "Sost", "Sost")]),
    "a comment above": (f"# made on a Monday\n{T1}\t{G1}\n{T2}\t{G2}\n", WITHOUT_SYMBOLS),
    "byte order mark": (f"\ufefftranscript,gene\n{T1},{G1}\n{T2},{G2}\n", WITHOUT_SYMBOLS),
    "NA as gene, a row twice": (f"{T1}\t{G1}\n{T1}\t{G1}\nENSMUST00000000001\tNA\n{T2}\t{G2}\n", WITHOUT_SYMBOLS),
    "GENCODE's GTF": (
        "##provider: GENCODE\n"
        + gtf(f'gene_id "{G1}.4"; gene_name "Lcn2";', kind="gene")
        + gtf(
            f'gene_id "{G1}.4"; transcript_id "{T1}.8"; gene_name "Lcn2"; tag "basic";',
            f'gene_id "{G2}.9"; transcript_id "{T2}.1"; gene_name "Sost";',
        )
        + gtf(f'gene_id "{G1}.4"; transcript_id "{T1}.8"; gene_name "Lcn2"; exon_number 1;', kind="exon"),
        LCN2_AND_SOST,
    ),
    "RefSeq's GTF, exons first": (
        gtf('gene_id "Lcn2"; transcript_id "NM_008491.1"; db_xref "GeneID:16819"; gene "Lcn2";', kind="exon")
        + gtf('gene_id "Sost"; transcript_id "NM_024449.6"; gene "Sost";', kind="exon"),
        REFSEQ,
    ),
    "FlyBase's GTF": (
        gtf('gene_id "FBgn0031081"; gene_symbol "Nep3"; transcript_id "FBtr0070002";', kind="mRNA"),
        [("FBtr0070002", "FBgn0031081", "Nep3")],
    ),
    "WormBase, whose dots are no versions": (
        "Y74C9A.3.1\tWBGene00022277\thomt-1\n",
        [("Y74C9A.3.1", "WBGene00022277", "homt-1")],
    ),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(("content", "expected"), FORMATS.values(), ids=FORMATS.keys())
def test_what_tools_write_is_read(tmp_path, content, expected, packed):
    path = tmp_path / ("tx2gene.gz" if packed else "tx2gene")
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())
    table = read_transcript_genes(path)
    assert list(table.columns) == list(TRANSCRIPT_GENE_COLUMNS)
    assert list(table.itertuples(index=False, name=None)) == expected


REFUSED = {
    "empty": (b"", "it is empty"),
    "one column": (f"{T1}\n{T2}\n".encode(), "no two columns were found"),
    "a short row": (f"{T1}\t{G1}\n{T2}\n".encode(), "line 2 has 1 cells"),
    "no column of genes": (f"target_id\tlength\n{T1}\t9\n".encode(), "names no column of genes"),
    "no column of transcripts": (f"gene_id\tlength\n{G1}\t9\n".encode(), "names no column of transcripts"),
    "only NA": (f"{T1}\tNA\n".encode(), "no transcript with a gene"),
    "genes first": (f"{G1}\t{T1}\n{G1}\t{T2}\n".encode(), f"{G1} is a transcript of {T1}, {T2}"),
    "GFF3": (b"chr2\tX\tmRNA\t1\t9\t.\t-\t.\tID=rna-NM_1;Parent=gene-Lcn2\n", "it is a GFF3, not a GTF"),
    "FASTA": (b">NM_1\nACGT\n", "it is FASTA"),
    "workbook": (b"PK\x03\x04\x00\xff\n", "Excel workbook"),
    "UTF-16": ("tx\tgene\n".encode("utf-16"), "UTF-16"),
    "web page": (b"<!DOCTYPE html><html>", "web page"),
    "a GTF that ends in a line": (
        gtf(f'gene_id "{G1}"; transcript_id "{T1}";').encode() + b"chr2\ttranscript_id\n",
        "line 2",
    ),
}


@pytest.mark.parametrize(("content", "complaint"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_such_table_is_said(tmp_path, content, complaint):
    path = tmp_path / "tx2gene.tsv"
    path.write_bytes(content)
    with pytest.raises(StudyError, match=complaint) as caught:
        read_transcript_genes(path)
    assert str(path) in caught.value.where


def test_a_truncated_gzip_is_said(tmp_path):
    path = tmp_path / "a.gtf.gz"
    path.write_bytes(gzip.compress(gtf(*(f'gene_id "{n}"; transcript_id "t{n}";' for n in range(9999))).encode())[:-50])
    with pytest.raises(StudyError, match=r"cannot be read from a\.gtf\.gz"):
        read_transcript_genes(path)
