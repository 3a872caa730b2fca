"""The table of user mistakes: each is planted in a small study, and says what its message has to name.

`STUDIES` builds the small studies, `MISTAKES` lists what is changed in them, `read_as_the_workflow_does` is the way in
that the workflow takes for each kind of input.
"""

import copy
import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml

import import_counts
import list_transcripts
import read_sample_sheet
import resolve_samples
from claimcheck.claims.requests import read_requests
from claimcheck.core.study import CONFIG, load_configuration, read_configuration
from claimcheck.quantification.study_genes import study_genes
from support import tiny
from support.scanning import scan
from support.studies import ROOT

SHEET, COUNTS, READS = "config/sheet.tsv", "config/counts.tsv", "config/samples.tsv"
REGISTER, SETS, BONE = "config/claims.yaml", "config/gene_sets/sets.tsv", "config/gene_sets/bone.tsv"
REFERENCE = "config/transcripts.fa"
RUN = "SRR0000011"
PANELS = yaml.safe_load((ROOT / "config/bone.yaml").read_text())["quality"]["panels"]

Content = str | bytes


@dataclass
class Study:
    """A study folder to be written: its configuration, its other files by path, and the reads of one run."""

    configuration: dict[str, Any]
    files: dict[str, Content | None]
    mates: list[bytes] = field(default_factory=list)
    from_archive: bool = False

    def write(self, folder: Path) -> Path:
        """Write the study below a folder; a file without content is not written, and a configuration in `files` goes first."""
        for path, content in ({CONFIG: yaml.safe_dump(self.configuration)} | self.files).items():
            if content is not None:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder


Change = Callable[[Study], None]


class Mistake(NamedTuple):
    """A mistake: what kind of input it is in, how it is planted, and what the message has to say of it."""

    kind: str
    name: str
    plant: Change
    said: tuple[str, ...]


def counts_study() -> Study:
    """Describe a study of counts that nothing is wrong with, with the claims and gene sets of the repository."""
    shipped = {path: (ROOT / path).read_bytes() for path in (REGISTER, SETS, BONE)}
    others = [*(ROOT / "config/gene_sets").glob("*.tsv"), ROOT / "config/gene_sets/reference/bone_expression.tsv"]
    shipped |= {str(path.relative_to(ROOT)): path.read_bytes() for path in others}
    genes = [*(f"ENSMUSG9{number:010d}" for number in range(39)), "ENSMUSG00000026822", "ENSMUSG00000024868"]
    rows = [f"{gene}\t{number + 20}\t30\t40\t50\n" for number, gene in enumerate(genes)]
    return Study(
        configuration={
            "study": {"title": "counts"},
            "start_from": "counts",
            "counts": {"table": COUNTS, "samples": SHEET},
            "design": {"test": "knockout", "reference": "control"},
            "gene_sets": {
                "curated": "config/gene_sets",
                "families": ["bone"],
                "reference_expression": "config/gene_sets/reference/bone_expression.tsv",
            },
            "quality": {"panels": PANELS},
            "claims": REGISTER,
        },
        files={
            SHEET: "sample\tcondition\tsex\tbatch\na\tcontrol\tF\t1\nb\tcontrol\tM\t2\nc\tknockout\tF\t1\nd\tknockout\tM\t2\n",
            COUNTS: "gene\ta\tb\tc\td\n" + "".join(rows),
            **shipped,
        },
    )


def archive_study() -> Study:
    """Describe the tiny study of reads, with a sample sheet of its own; nothing is wrong with it."""
    runs = "".join(f"animal{number}\t{group}\t{run}\n" for number, (run, group) in enumerate(tiny.RUNS.items()))
    archive = tiny.tiny_archive()
    archive.address = "http://127.0.0.1:9"
    configuration = tiny.tiny_configuration(archive)
    return Study(
        configuration=configuration,
        files={READS: "sample\tcondition\truns\n" + runs, REFERENCE: tiny.fasta(tiny.transcripts())},
        mates=tiny.read_pairs(tiny.transcripts(), seed=0),
        from_archive=True,
    )


STUDIES: dict[str, Callable[[], Study]] = {
    "configuration": counts_study,
    "sample sheet": counts_study,
    "runs": archive_study,
    "claims register": counts_study,
    "gene sets": counts_study,
    "counts table": counts_study,
    "reference": archive_study,
    "reads": archive_study,
}

TARGETS = {
    "configuration": "results/config.yaml",
    "sample sheet": "results/samples/samples.tsv",
    "runs": "results/samples/samples.tsv",
    "claims register": "results/config.yaml",
    "gene sets": "results/config.yaml",
    "counts table": "results/counts/gene_counts.tsv",
    "reference": "results/reference/transcripts.tsv",
    "reads": "results/quality/reads/animal0.tsv",
}
"""What is asked of Snakemake to meet a mistake of each kind."""


def read_as_the_workflow_does(kind: str, study: Study) -> None:
    """Read an input through the functions that the rules call, from within the study folder."""
    configuration = read_configuration(load_configuration(Path(CONFIG)), folder=Path())
    groups = {name: configuration["design"][name] for name in ("test", "reference", "covariates")}
    if kind in ("configuration", "claims register", "gene sets"):
        claims, expression = configuration["claims"], configuration["gene_sets"]["reference_expression"]
        read_requests(
            None if claims == "none" else Path(claims),
            curated=configuration["gene_sets"]["curated"],
            reference_expression=None if expression == "none" else Path(expression),
            counted=study_genes(configuration, {}),
        )
    if kind in ("configuration", "sample sheet", "counts table") and not study.from_archive:
        read_sample_sheet.main(
            sheet=Path(SHEET), key="counts.samples", factor="condition", **groups, output=Path("samples.tsv")
        )
    if kind == "counts table":
        import_counts.main(
            files=[Path(COUNTS)],
            samples=Path("samples.tsv"),
            curated=[],
            names=None,
            stated={},
            animals=[],
            left_out=[],
            column="auto",
            strandedness={},
            counts=Path("counts.tsv"),
            gene_names=Path("gene_names.tsv"),
            gates=Path("gates.tsv"),
        )
    if kind == "runs":
        runs = pd.DataFrame(tiny.tiny_archive().projects[tiny.PROJECT])
        runs = runs.assign(listed_by="ENA;NCBI", instrument_model="", base_count="")
        runs.to_csv("run_table.tsv", sep="\t", index=False)
        Path("attributes.tsv").write_text("sample_accession\tattribute\tvalue\n")
        resolve_samples.main(
            run_table=Path("run_table.tsv"),
            attributes=Path("attributes.tsv"),
            sheet=Path(READS),
            accession=tiny.PROJECT,
            tax_id=10090,
            rules=configuration["samples"],
            **groups,
            samples=Path("samples.tsv"),
            calls=Path("calls.tsv"),
            read_files=Path("read_files.tsv"),
        )
    if kind == "reference":
        list_transcripts.main(
            transcripts=Path(configuration["reference"]["transcripts"]),
            extra=[],
            transcript_genes=None,
            annotation=None,
            listed_transcripts=Path("listed.tsv"),
            listed_extra=Path("extra.tsv"),
        )
    if kind == "reads":
        paths = [Path(f"{RUN}_{mate}.fastq.gz") for mate in (1, 2)]
        for path, content in zip(paths, study.mates, strict=True):
            path.write_bytes(content)
        scan(Path("scanned"), {RUN: paths})


def sets(**changes: Any) -> Change:
    """Set keys of the configuration, `a__b` for `b` of section `a`; None removes one."""

    def change(study: Study) -> None:
        study.configuration = copy.deepcopy(study.configuration)
        for path, value in changes.items():
            *sections, key = path.split("__")
            part = study.configuration
            for section in sections:
                part = part.setdefault(section, {})
            part[key] = value
            if value is None:
                del part[key]

    return change


def writes(path: str, content: Content | None) -> Change:
    """Give a file another content; None removes it."""

    def change(study: Study) -> None:
        study.files[path] = content

    return change


def edits(path: str, old: str, new: str) -> Change:
    """Replace the first occurrence of a text in a file."""

    def change(study: Study) -> None:
        content = study.files[path]
        assert content is not None
        text = content if isinstance(content, str) else content.decode()
        assert old in text, f"{path} has no {old!r}"
        study.files[path] = text.replace(old, new, 1)

    return change


def encodes(path: str, encode: Callable[[str], bytes]) -> Change:
    """Write a file of text as other bytes."""

    def change(study: Study) -> None:
        content = study.files[path]
        assert content is not None
        study.files[path] = encode(content if isinstance(content, str) else content.decode())

    return change


def published(path: str, content: Content) -> Change:
    """Give the reference another name and content."""

    def change(study: Study) -> None:
        study.configuration["reference"] = {"transcripts": path}
        study.files[path] = content

    return change


def reads(number: int, spoil: Callable[[bytes], bytes]) -> Change:
    """Spoil the uncompressed reads of mate 1 or 2."""

    def change(study: Study) -> None:
        study.mates[number - 1] = gzip.compress(spoil(gzip.decompress(study.mates[number - 1])), 1)

    return change


def packed(number: int, spoil: Callable[[bytes], bytes]) -> Change:
    """Spoil the compressed reads of mate 1 or 2."""

    def change(study: Study) -> None:
        study.mates[number - 1] = spoil(study.mates[number - 1])

    return change


def swap(study: Study) -> None:
    """Exchange the mates."""
    study.mates.reverse()


def transpose(study: Study) -> None:
    """Exchange the rows and columns of the counts."""
    lines = [line.split("\t") for line in str(study.files[COUNTS]).splitlines()]
    study.files[COUNTS] = "".join("\t".join(cells) + "\n" for cells in zip(*lines, strict=True))


def without_counts(study: Study) -> None:
    """Set every count to 0."""
    header, *rows = str(study.files[COUNTS]).splitlines()
    study.files[COUNTS] = "\n".join([header, *(row.split("\t")[0] + "\t0\t0\t0\t0" for row in rows)]) + "\n"


WORKBOOK = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" + bytes(range(256))
"""The beginning of an Excel workbook (.xlsx): a zip archive."""
PAGE = "<!DOCTYPE html><html><body>404 Not Found</body></html>\n"
PROTEIN = ">ENSMUSP01|ENSMUST01.1|ENSMUSG01.1|-|-|Abc1-201|Abc1|60|\nMKLEFQPILVVWEFQPILMKLEFQPILVVWEFQPIL\n"
HEADERLESS = ">NM_134578.3 a transcript\nACGTACGTACGT\n"

MISTAKES = [
    Mistake(*row)
    for row in (
        # the configuration
        (
            "configuration",
            "unknown key",
            sets(design__covariate=["sex"]),
            ("unknown key `covariate`", "did you mean `covariates`", "config/config.yaml, design"),
        ),
        (
            "configuration",
            "wrong type",
            sets(quantification__threads="many"),
            ("`quantification.threads` is 'many'", "a whole number"),
        ),
        ("configuration", "missing section", sets(design=None), ("the key `design` is missing", "add `design`")),
        ("configuration", "one group twice", sets(design__test="control"), ("both 'control'", "correct `design.test`")),
        (
            "configuration",
            "bad accession",
            sets(study__bioproject="GSE96870"),
            ("`study.bioproject` is 'GSE96870'", "BioProject accession, such as", "correct `study.bioproject`"),
        ),
        (
            "configuration",
            "no such file of it",
            sets(files=["config/figure.yaml"]),
            ("config/figure.yaml does not exist", "correct `files` in config/config.yaml"),
        ),
        (
            "configuration",
            "symbol of another gene",
            sets(report__label_genes={"ENSMUSG00000029307": "Sost"}),
            (
                "ENSMUSG00000029307: Sost, elsewhere Dmp1",
                "config/config.yaml, report.label_genes",
                "correct the id or the symbol",
            ),
        ),
        (
            "configuration",
            "plain http elsewhere",
            sets(archive__fastq="http://example.org/files"),
            ("`archive.fastq` is 'http://example.org/files'", "https", "correct `archive.fastq`"),
        ),
        (
            "configuration",
            "reference by plain http",
            sets(reference__transcripts="ftp://example.org/t.fa.gz"),
            ("`reference.transcripts` is 'ftp://example.org/t.fa.gz'", "https", "correct `reference.transcripts`"),
        ),
        (
            "configuration",
            "negative number",
            sets(differential__min_count=-1),
            ("`differential.min_count` is -1", "counts that a gene needs"),
        ),
        (
            "configuration",
            "broken YAML",
            writes(CONFIG, 'study:\n  title: "counts\ndesign: {test: a\n'),
            ("config/config.yaml, line", "cannot be read", "correct the line"),
        ),
        (
            "configuration",
            "tabs in YAML",
            writes(CONFIG, "study:\n\ttitle: counts\n"),
            ("config/config.yaml, line 2", "tab", "spaces"),
        ),
        ("configuration", "empty file", writes(CONFIG, ""), ("is empty", "config/config.yaml", "config/README.md")),
        ("configuration", "a list", writes(CONFIG, "- study\n- design\n"), ("config/config.yaml", "`study: …`")),
        (
            "configuration",
            "a key twice",
            writes(CONFIG, "study: {title: a}\ndesign: {test: x, reference: y}\nstudy: {title: b}\n"),
            ("the key `study` stands twice", "config/config.yaml, line 1", "each key once"),
        ),
        (
            "configuration",
            "UTF-16",
            writes(CONFIG, "study:\n  title: counts\n".encode("utf-16")[:-1]),
            ("config/config.yaml", "UTF-16", "UTF-8"),
        ),
        ("configuration", "no file", writes(CONFIG, None), ("config/config.yaml does not exist", "--directory")),
        (
            "configuration",
            "no counts table",
            writes(COUNTS, None),
            ("the file config/counts.tsv does not exist", "config/config.yaml, counts.table"),
        ),
        (
            "configuration",
            "path with a brace",
            sets(counts__table="config/{run}.tsv"),
            ("the path 'config/{run}.tsv' holds a brace", "config/config.yaml, counts.table", "correct `counts.table`"),
        ),
        (
            "configuration",
            "unknown covariate",
            sets(design__covariates=["litter"]),
            ("covariate 'litter'", "config/sheet.tsv", "design.covariates"),
        ),
        (
            "configuration",
            "unknown family",
            sets(gene_sets__families=["bones"]),
            ("no gene set has the family bones", "gene_sets.families", "bone"),
        ),
        (
            "configuration",
            "trailing line end",
            sets(design__test="knockout\n"),
            ("`design.test` is 'knockout\\n'", "letters, digits"),
        ),
        # the sample sheet of a table of counts
        (
            "sample sheet",
            "missing column",
            edits(SHEET, "condition", "group"),
            ("no column `condition`", "config/sheet.tsv, header line: sample, group", "design.factor"),
        ),
        (
            "sample sheet",
            "sample twice",
            edits(SHEET, "\nb\t", "\na\t"),
            ("the sample a is given twice", "config/sheet.tsv", "join the rows"),
        ),
        (
            "sample sheet",
            "condition not in the design",
            edits(SHEET, "control\tM", "contrl\tM"),
            ("contrl", "config/sheet.tsv", "design.reference"),
        ),
        (
            "sample sheet",
            "one group",
            writes(SHEET, "sample\tcondition\na\tcontrol\nb\tcontrol\n"),
            ("no sample has the condition 'knockout'", "config/sheet.tsv: conditions are control"),
        ),
        (
            "sample sheet",
            "header alone",
            writes(SHEET, "sample\tcondition\n"),
            ("config/sheet.tsv", "has no row", "one row a sample"),
        ),
        (
            "sample sheet",
            "empty",
            writes(SHEET, ""),
            ("sample sheet cannot be read: it is empty", "config/sheet.tsv", "fill it"),
        ),
        (
            "sample sheet",
            "UTF-16",
            encodes(SHEET, lambda text: text.encode("utf-16")),
            ("sample sheet cannot be read", "UTF-16", "UTF-8"),
        ),
        (
            "sample sheet",
            "Latin-1",
            encodes(
                SHEET, lambda text: text.replace("M\t2", "M\tNr. \N{MASCULINE ORDINAL INDICATOR}2").encode("latin-1")
            ),
            ("sample sheet cannot be read", "line 3", "UTF-8"),
        ),
        (
            "sample sheet",
            "workbook",
            writes(SHEET, WORKBOOK),
            ("sample sheet cannot be read", "an Excel workbook", "tab-separated text"),
        ),
        (
            "sample sheet",
            "column twice",
            edits(SHEET, "\tbatch", "\tsex"),
            ("the column sex twice", "config/sheet.tsv, header line", "correct the header line"),
        ),
        (
            "sample sheet",
            "sex is x",
            edits(SHEET, "\tM\t", "\tx\t"),
            ("the sex of b is 'x'", "config/sheet.tsv, column sex", "female or male", "leave it empty"),
        ),
        (
            "sample sheet",
            "name unfit for a file",
            edits(SHEET, "\nb\t", "\nb 2\t"),
            ("'b 2' is not a sample name", "config/sheet.tsv", "part of file names"),
        ),
        (
            "sample sheet",
            "condition empty",
            edits(SHEET, "b\tcontrol", "b\t"),
            ("the condition of b is empty", "config/sheet.tsv, column condition", "delete the row"),
        ),
        # the sheet that names runs
        (
            "runs",
            "run of two samples",
            edits(READS, "SRR0000012", "SRR0000011"),
            ("the run SRR0000011 is given to two samples", "config/samples.tsv, column runs"),
        ),
        (
            "runs",
            "run twice in a sample",
            edits(READS, "SRR0000012", "SRR0000012;SRR0000012"),
            ("SRR0000012 is given twice to animal1", "config/samples.tsv, column runs", "correct the column runs"),
        ),
        (
            "runs",
            "run of another project",
            edits(READS, "SRR0000012", "SRR9999999"),
            ("SRR9999999 (sample animal1)", "config/samples.tsv, column runs", "correct the run accessions"),
        ),
        (
            "runs",
            "no column of runs",
            edits(READS, "\truns", "\tfiles"),
            ("no column `runs`", "config/samples.tsv, header line", "add the column"),
        ),
        (
            "runs",
            "unknown covariate",
            sets(design__covariates=["litter"]),
            ("covariate 'litter'", "config/samples.tsv", "design.covariates"),
        ),
        # the claims register
        (
            "claims register",
            "unknown kind",
            edits(REGISTER, "id: C11\n    kind: gene", "id: C11\n    kind: genes"),
            ("config/claims.yaml, claim C11, kind", "'genes'", "one of"),
        ),
        (
            "claims register",
            "unknown set",
            edits(REGISTER, "shown: [MITOPHAGY]", "shown: [MITOPHAGIE]"),
            (
                "there is no gene set MITOPHAGIE",
                "config/claims.yaml, claim C10, shown",
                "correct `shown` of claim C10",
            ),
        ),
        (
            "claims register",
            "id of another symbol",
            edits(REGISTER, "gene: {ENSMUSG00000024868: Dkk1}", "gene: {ENSMUSG00000024868: Sost}"),
            ("ENSMUSG00000024868 is Dkk1, not Sost", "config/claims.yaml, claim C11, gene", "ENSMUSG00000024868: Dkk1"),
        ),
        (
            "claims register",
            "symbol of another species",
            edits(REGISTER, "gene: {ENSMUSG00000024868: Dkk1}", "gene: DKK1"),
            ("no gene DKK1 is known; did you mean `Dkk1`", "config/claims.yaml, claim C11, gene", "write `id: symbol`"),
        ),
        (
            "claims register",
            "counts with ids of another kind",
            writes(COUNTS, "gene\ta\tb\tc\td\nENSG00000148346\t20\t30\t40\t50\n"),
            (
                "has genes of human, and the study names genes of mouse",
                "config/claims.yaml: 0 of",
                "counts.table has ENSG00000148346",
                "of the same species",
            ),
        ),
        (
            "gene sets",
            "GMT file of another species",
            writes("config/gene_sets/human.gmt", "HUMAN\t\tGPX4\tACSL4\n"),
            ("no gene id is known of GPX4, ACSL4", "human.gmt, set HUMAN", "add config/gene_sets/gene_names.tsv"),
        ),
        (
            "claims register",
            "no direction",
            edits(REGISTER, "Dkk1}\n    direction: down\n    threshold: -0.585", "Dkk1}"),
            ("the key `direction` is missing", "config/claims.yaml, claim C11", "add `direction`"),
        ),
        (
            "claims register",
            "id twice",
            edits(REGISTER, "id: C12", "id: C11"),
            ("two claims have the id C11", "config/claims.yaml, claim C11, id"),
        ),
        (
            "claims register",
            "circular intersection",
            edits(REGISTER, "members: [C11, C12]", "members: [C11, C13]"),
            ("C13 is no claim with a verdict above C13", "config/claims.yaml, claim C13, members", "stand earlier"),
        ),
        (
            "claims register",
            "threshold of 0",
            edits(REGISTER, "threshold: -0.585", "threshold: 0"),
            ("the threshold 0 does not fit the direction", "config/claims.yaml, claim", "a number below 0"),
        ),
        (
            "claims register",
            "threshold in words",
            edits(REGISTER, "threshold: -0.585", "threshold: large"),
            ("`threshold` is 'large'", "config/claims.yaml, claim", "correct `threshold`"),
        ),
        (
            "claims register",
            "broken YAML",
            edits(REGISTER, "gene: {ENSMUSG00000024868: Dkk1}", "gene: {ENSMUSG00000024868: Dkk1"),
            ("the claims register cannot be read", "config/claims.yaml, line", "correct the line"),
        ),
        ("claims register", "no file", writes(REGISTER, None), ("config/claims.yaml does not exist", "claims")),
        (
            "claims register",
            "empty",
            writes(REGISTER, ""),
            ("the claims register cannot be read: it is empty", "config/claims.yaml", "fill it"),
        ),
        # the gene sets
        (
            "gene sets",
            "missing column",
            edits(BONE, "gene_id", "id"),
            ("bone.tsv lacks the column gene_id", "config/gene_sets/bone.tsv, header line", "correct the header line"),
        ),
        (
            "gene sets",
            "symbol in place of an id",
            edits(BONE, "ENSMUSG00000029307\tDmp1", "Dmp1\tDmp1"),
            ("Dmp1", "config/gene_sets", "gene ids without version", "config/gene_sets/README.md"),
        ),
        (
            "gene sets",
            "gene twice in a set",
            edits(BONE, "OSTEOCYTE\tENSMUSG00000053863\tMepe", "OSTEOCYTE\tENSMUSG00000029307\tDmp1"),
            ("a set lists a gene twice: OSTEOCYTE Dmp1", "config/gene_sets"),
        ),
        (
            "gene sets",
            "header alone",
            writes(BONE, "set\tgene_id\tsymbol\talias\n"),
            ("only one of sets.tsv and the gene lists has", "OSTEOCYTE", "config/gene_sets"),
        ),
        (
            "gene sets",
            "set without description",
            edits(BONE, "OSTEOCYTE\t", "OSTEOCYTES\t"),
            ("only one of sets.tsv and the gene lists has OSTEOCYTES", "config/gene_sets"),
        ),
        (
            "gene sets",
            "no claims to find it",
            lambda study: (sets(claims="none")(study), edits(BONE, "gene_id", "id")(study), None)[-1],
            ("bone.tsv lacks the column gene_id", "config/gene_sets/bone.tsv"),
        ),
        # the table of counts
        (
            "counts table",
            "negative",
            edits(COUNTS, "\t27\t", "\t-27\t"),
            ("gene ENSMUSG90000000007 in sample a is '-27'", "config/counts.tsv, data row 8", "zero or more"),
        ),
        (
            "counts table",
            "text",
            edits(COUNTS, "\t27\t", "\tmany\t"),
            ("in sample a is 'many'", "config/counts.tsv, data row 8", "correct the table"),
        ),
        ("counts table", "NaN", edits(COUNTS, "\t27\t", "\tNaN\t"), ("in sample a is 'NaN'", "data row 8")),
        ("counts table", "missing cell", edits(COUNTS, "\t27\t", "\t\t"), ("in sample a is ''", "data row 8")),
        (
            "counts table",
            "gene twice",
            edits(COUNTS, "ENSMUSG90000000007\t", "ENSMUSG90000000008\t"),
            ("the gene ENSMUSG90000000008 occurs twice", "config/counts.tsv", "sum or remove"),
        ),
        (
            "counts table",
            "other sample names",
            edits(COUNTS, "\td\n", "\tD\n"),
            ("no column for d", "columns are gene, a, b, c, D", "counts.samples"),
        ),
        ("counts table", "sample twice", edits(COUNTS, "\td\n", "\ta\n"), ("the sample a twice", "config/counts.tsv")),
        (
            "counts table",
            "all zero",
            without_counts,
            ("not one gene is counted in a, b, c, d", "config/counts.tsv", "leave the samples out"),
        ),
        (
            "counts table",
            "one column",
            writes(COUNTS, "gene\ta\nENSMUSG90000000001\t5\n"),
            ("no column for b, c, d", "columns are gene, a"),
        ),
        (
            "counts table",
            "header alone",
            writes(COUNTS, "gene\ta\tb\tc\td\n"),
            ("no gene below it", "config/counts.tsv"),
        ),
        (
            "counts table",
            "transposed",
            transpose,
            ("samples in its rows", "config/counts.tsv", "exchange rows and columns"),
        ),
        (
            "counts table",
            "workbook",
            writes(COUNTS, WORKBOOK),
            ("cannot be read", "an Excel workbook", "config/counts.tsv", "tab-separated text"),
        ),
        (
            "counts table",
            "cut off",
            encodes(COUNTS, lambda text: gzip.compress(text.encode())[:-20]),
            ("cannot be read", "compression is damaged", "config/counts.tsv", "download the file again"),
        ),
        # the reference
        ("reference", "no FASTA", writes(REFERENCE, "gene,length\nA,5\n"), ("cannot be read as FASTA", REFERENCE)),
        ("reference", "empty", writes(REFERENCE, ""), ("it holds no transcript", REFERENCE, "reference.transcripts")),
        (
            "reference",
            "truncated",
            published("config/t.fa.gz", gzip.compress(tiny.fasta(tiny.transcripts()).encode())[:-900]),
            ("cannot be read as FASTA", "config/t.fa.gz", "reference.transcripts"),
        ),
        (
            "reference",
            "headers without genes",
            writes(REFERENCE, HEADERLESS),
            ("names no gene", "NM_134578.3", f"{REFERENCE}, record 1", "reference.annotation"),
        ),
        (
            "reference",
            "proteins",
            writes(REFERENCE, PROTEIN),
            ("proteins", "ENSMUSP01", f"{REFERENCE}, record 1", "reference.transcripts"),
        ),
        (
            "reference",
            "a page saved as gzip",
            published("config/t.fa.gz", PAGE),
            ("a web page", "config/t.fa.gz", "reference.transcripts"),
        ),
        (
            "reference",
            "reads",
            writes(REFERENCE, "@read\nACGT\n+\nIIII\n"),
            ("cannot be read as FASTA", REFERENCE, "reference.transcripts"),
        ),
        ("reference", "no file", sets(reference__transcripts="config/no.fa"), ("config/no.fa", "does not exist")),
        # the reads
        (
            "reads",
            "truncated",
            packed(1, lambda content: content[: len(content) // 2]),
            (f"{RUN}_1.fastq.gz cannot be read to its end", "fetched again"),
        ),
        (
            "reads",
            "other number of mates",
            reads(2, lambda text: b"".join(text.splitlines(keepends=True)[:-400])),
            (f"3,000 in {RUN}_1.fastq.gz and 2,900 in {RUN}_2.fastq.gz", "mate 2 for every read of mate 1"),
        ),
        (
            "reads",
            "no FASTQ",
            reads(1, lambda text: b">a\nACGT\n"),
            (f"{RUN}_1.fastq.gz is FASTA, which has no qualities",),
        ),
        (
            "reads",
            "qualities of another length",
            reads(2, lambda text: text.replace(b"I\n", b"\n", 1)),
            (f"{RUN}_2.fastq.gz: read 1 has fewer qualities than letters", "config/samples.tsv"),
        ),
        ("reads", "empty", reads(1, lambda text: b""), (f"{RUN}_1.fastq.gz is empty", "fetched again")),
        (
            "reads",
            "mates swapped",
            swap,
            ("the mates are swapped", f"{RUN}_1.fastq.gz", "'read0/2'", "config/samples.tsv"),
        ),
        (
            "reads",
            "other pairs",
            reads(2, lambda text: text.replace(b"@read7/2", b"@other/2", 1)),
            ("read 8", "'read7/1'", "'other/2'", f"{RUN}_2.fastq.gz", "config/samples.tsv"),
        ),
        ("reads", "a page", packed(2, lambda content: PAGE.encode()), (f"{RUN}_2.fastq.gz cannot be read to its end",)),
    )
]
