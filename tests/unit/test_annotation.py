"""A transcript of a gene is cut into exons with a GTF of any style, and files that do not belong together are refused."""

import gzip

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table, write_table
from claimcheck.sourcing.annotation import EXON_COLUMNS, list_exons, read_gene_exons
from claimcheck.sourcing.headers import parse_header
from claimcheck.sourcing.reference import read_reference
from list_exons import main
from support.archive import shared_data

GENE = "ENSMUSG00000000001"
EXONS = ["AAAC" * 5, "CCGT" * 10, "GATT" * 3]
SPANS = {"+": [(101, 120), (201, 240), (301, 312)], "-": [(301, 320), (201, 240), (101, 112)]}


def attributes(style, gene, transcript, number, biotype="protein_coding"):
    if style == "gencode":
        return (
            f'gene_id "{gene}.7"; transcript_id "{transcript}.2"; gene_type "protein_coding"; '
            f'transcript_type "{biotype}"; exon_number {number}; level 2;'
        )
    if style == "ensembl":
        return (
            f'gene_id "{gene}"; gene_version "7"; transcript_id "{transcript}"; transcript_version "2"; '
            f'exon_number "{number}"; transcript_biotype "{biotype}";'
        )
    return f'gene_id "{gene}"; gene_symbol "g"; transcript_id "{transcript}"; transcript_symbol "g-RA";'


def gtf_line(kind, span, strand, about, chromosome="chr2"):
    return f"{chromosome}\tX\t{kind}\t{span[0]}\t{span[1]}\t.\t{strand}\t.\t{about}\n"


def gtf(style, strand, gene, models):
    """Write the exon lines of transcripts (id, exon numbers, biotype), lowest coordinate first as FlyBase has them."""
    lines = []
    for transcript, exons, biotype in models:
        for number, exon in enumerate(exons, 1):
            about = attributes(style, gene, transcript, number, biotype)
            span = SPANS[strand][exon - 1]
            lines += [(span, gtf_line(kind, span, strand, about)) for kind in ("exon", "CDS")]
    other = gtf_line("exon", (1, 50), "+", attributes(style, "ENSMUSG00000000009", "ENSMUST00000000009", 1))
    comment = f"#!genome {gene}\n{gtf_line('gene', (101, 320), strand, f'gene_id {chr(34)}{gene}{chr(34)};')}"
    other += gtf_line("exon", (1, 5), strand, f'gene_id "{gene}";')
    return comment + other + "".join(line for _, line in sorted(lines))


def header(style, gene, transcript, biotype="protein_coding"):
    if style == "gencode":
        return f">{transcript}.2|{gene}.7|-|-|Gen-201|Gen|72|{biotype}|"
    if style == "ensembl":
        return f">{transcript}.2 cdna chromosome:X:2:1:9:1 gene:{gene}.7 transcript_biotype:{biotype} gene_symbol:Gen"
    return f">{transcript} type=mRNA; loc=2L:1..9; ID={transcript}; name=Gen-RA; parent={gene}; release=r6;"


def fasta(style, gene, models):
    sequences = ["".join(EXONS[exon - 1] for exon in exons) for _, exons, _ in models]
    other = header(style, "ENSMUSG00000000009", "ENSMUST00000000009") + "\n" + "A" * 50
    records = [
        f"{header(style, gene, transcript, biotype)}\n{sequence}"
        for (transcript, _, biotype), sequence in zip(models, sequences, strict=True)
    ]
    return "\n".join([other, *records]) + "\n"


@pytest.fixture
def files(tmp_path):
    """Return a function that writes an annotation and transcripts and gives their paths."""

    def write(annotation, transcripts):
        paths = tmp_path / "annotation.gtf", tmp_path / "transcripts.fa"
        for path, content in zip(paths, (annotation, transcripts), strict=True):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return paths

    return write


T1, T2, T3 = (f"ENSMUST0000000000{number}" for number in (1, 2, 3))
WHOLE = [(T1, (1, 2, 3), "protein_coding")]


@pytest.mark.parametrize("strand", ["+", "-"])
@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("style", ["gencode", "ensembl", "flybase"])
def test_exons_come_in_the_order_of_transcription_in_every_style(files, style, strand, compressed):
    gene, transcript = ("FBgn0002563", "FBtr0078025") if style == "flybase" else (GENE, T1)
    models = [(transcript, (1, 2, 3), "protein_coding")]
    content = gtf(style, strand, gene, models).encode()
    paths = files(gzip.compress(content) if compressed else content, fasta(style, gene, models))
    table = list_exons(*paths, gene)
    assert tuple(table) == EXON_COLUMNS
    assert table["sequence"].tolist() == EXONS
    assert table["exon"].tolist() == [1, 2, 3]
    assert list(zip(table["start"], table["end"], strict=True)) == SPANS[strand]
    assert table["length"].tolist() == [20, 40, 12]
    assert set(table["strand"]) == {strand}
    assert table[["gene_id", "symbol", "transcript_id"]].drop_duplicates().to_numpy().tolist() == [
        [gene, "Gen", transcript]
    ]


def test_versions_of_ids_do_not_matter(files):
    paths = files(gtf("gencode", "+", GENE, WHOLE), fasta("gencode", GENE, WHOLE))
    assert list_exons(*paths, f"{GENE}.99", f"{T1}.5").equals(list_exons(*paths, GENE))


def test_sequences_in_small_letters_are_read_as_capitals(files):
    content = "".join(
        line if line[0] == ">" else line.lower() for line in fasta("ensembl", GENE, WHOLE).splitlines(True)
    )
    table = list_exons(*files(gtf("ensembl", "+", GENE, WHOLE), content), GENE)
    assert table["sequence"].tolist() == EXONS


@pytest.mark.parametrize(
    ("models", "chosen"),
    [
        ([(T1, (1, 2, 3), "retained_intron"), (T2, (1, 3), "protein_coding")], T2),
        ([(T1, (1, 3), "protein_coding"), (T2, (1, 2, 3), "protein_coding")], T2),
        ([(T1, (1, 3), "protein_coding"), (T2, (1, 2), "protein_coding")], T2),
        ([(T2, (1, 2, 3), "lncRNA"), (T1, (1, 2, 3), "lncRNA")], T1),
    ],
    ids=["coding first", "then most exons", "then the longest", "then the smallest id"],
)
def test_the_transcript_that_shows_most_is_chosen(files, models, chosen):
    paths = files(gtf("gencode", "-", GENE, models), fasta("gencode", GENE, models))
    assert set(list_exons(*paths, GENE)["transcript_id"]) == {chosen}


def test_a_stated_transcript_is_taken(files):
    models = [*WHOLE, (T2, (1, 3), "retained_intron")]
    table = list_exons(*files(gtf("gencode", "+", GENE, models), fasta("gencode", GENE, models)), GENE, T2)
    assert table["sequence"].tolist() == [EXONS[0], EXONS[2]]


def test_a_transcript_that_the_reference_leaves_out_is_passed_over(files):
    models = [*WHOLE, (T2, (1, 3), "protein_coding")]
    paths = files(gtf("gencode", "+", GENE, models), fasta("gencode", GENE, models[1:]))
    assert set(list_exons(*paths, GENE)["transcript_id"]) == {T2}
    with pytest.raises(StudyError, match=f"the annotation has the transcript {T1}, the reference does not"):
        list_exons(*paths, GENE, T1)


def test_a_gene_of_one_exon_has_one_row(files):
    models = [(T1, (2,), "protein_coding")]
    table = list_exons(*files(gtf("ensembl", "-", GENE, models), fasta("ensembl", GENE, models)), GENE)
    assert table["sequence"].tolist() == [EXONS[1]]


@pytest.mark.parametrize(
    ("gene", "transcript", "problem"),
    [
        ("ENSMUSG00000000002", None, "has no exon of the gene ENSMUSG00000000002"),
        ("ENSMUSG0000000000", None, "has no exon of the gene ENSMUSG0000000000"),
        (GENE, T3, f"the transcript {T3} is none of the gene's"),
    ],
)
def test_what_the_annotation_does_not_have_is_named(files, gene, transcript, problem):
    paths = files(gtf("gencode", "+", GENE, WHOLE), fasta("gencode", GENE, WHOLE))
    with pytest.raises(StudyError, match=problem) as caught:
        list_exons(*paths, gene, transcript)
    assert str(paths[0]) in caught.value.where


def test_an_annotation_of_another_release_is_refused(files):
    paths = files(gtf("gencode", "+", GENE, WHOLE).replace("\t240\t", "\t241\t"), fasta("gencode", GENE, WHOLE))
    with pytest.raises(StudyError, match=f"exons of {T1} have 73 nucleotides in all, its sequence has 72"):
        list_exons(*paths, GENE)
    paths = files(gtf("gencode", "+", GENE, WHOLE), fasta("gencode", GENE, [(T2, (1, 2, 3), "protein_coding")]))
    with pytest.raises(StudyError, match=r"the reference does not") as caught:
        list_exons(*paths, GENE)
    assert "reference.annotation" in caught.value.remedy


@pytest.mark.parametrize(("old", "new"), [("\t+\t", "\t.\t"), ("chr2\tX\texon\t301", "chrX\tX\texon\t301")])
def test_exons_on_no_single_strand_are_refused(files, old, new):
    paths = files(gtf("gencode", "+", GENE, WHOLE).replace(old, new), fasta("gencode", GENE, WHOLE))
    with pytest.raises(StudyError, match="not on one strand of one chromosome"):
        list_exons(*paths, GENE)


LONG = "".join(gtf("gencode", "+", f"ENSMUSG{number:011d}", WHOLE) for number in range(300)).encode()


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(LONG, mtime=0)[:-900],
        gzip.compress(LONG, mtime=0)[:-8] + b"\x00" * 8,
        b"\x1f\x8b<html>not found</html>",
        f"2\t{GENE}\n".encode(),
        LONG.replace(b"\t101\t", b"\tabc\t"),
        f"chr2\tX\texon\t1\t9\t.\t+\t.\t{GENE} \xff".encode("latin-1"),
    ],
    ids=["gzip cut", "gzip checksum", "no gzip", "columns missing", "no coordinate", "not UTF-8"],
)
def test_an_annotation_that_is_not_whole_is_refused(files, content):
    paths = files(content, fasta("gencode", GENE, WHOLE))
    with pytest.raises(StudyError, match="the annotation cannot be read") as caught:
        list_exons(*paths, GENE)
    assert caught.value.where == str(paths[0])


def test_missing_files_and_a_spoilt_reference_are_refused(files, tmp_path):
    annotation, transcripts = files(gtf("gencode", "+", GENE, WHOLE), b"\x1f\x8bjunk")
    with pytest.raises(StudyError, match="the annotation cannot be read"):
        list_exons(tmp_path / "absent.gtf", transcripts, GENE)
    with pytest.raises(StudyError, match="the reference cannot be read as FASTA"):
        list_exons(annotation, transcripts, GENE)


def test_the_step_writes_the_table(files, tmp_path):
    paths = files(gtf("gencode", "-", GENE, WHOLE), fasta("gencode", GENE, WHOLE))
    output = tmp_path / "exons.tsv"
    known = tmp_path / "transcripts.tsv"
    write_table(read_reference(paths[1]).transcripts, known)
    main(annotation=paths[0], transcripts=paths[1], known=known, gene=GENE, transcript=None, output=output)
    assert read_table(output, columns=EXON_COLUMNS)["sequence"].tolist() == EXONS


def test_exons_of_real_genes_are_the_genome_at_their_coordinates():
    folder = shared_data("reads/smn_fly")
    annotation, transcripts = folder / "dm6.small.gtf.gz", folder / "dm6.small.transcriptome.fa"
    genome, name = {}, ""
    for line in (folder / "dm6.small.fa").read_text().splitlines():
        if line.startswith(">"):
            name = line[1:].split()[0]
        genome.setdefault(name, []).append("" if line.startswith(">") else line.upper())
    chromosomes = {name: "".join(lines) for name, lines in genome.items()}
    headers = [parse_header(line[1:]) for line in transcripts.read_text().splitlines() if line.startswith(">")]
    strands = set()
    for gene in sorted({header["gene_id"] for header in headers})[::12]:
        chromosome = chromosomes[read_gene_exons(annotation, gene)["chromosome"].iloc[0]]
        for exon in list_exons(annotation, transcripts, gene).itertuples():
            bases = chromosome[exon.start - 1 : exon.end]
            strands.add(exon.strand)
            if exon.strand == "-":
                bases = bases.translate(str.maketrans("ACGT", "TGCA"))[::-1]
            assert exon.sequence == bases
    assert strands == {"+", "-"}
