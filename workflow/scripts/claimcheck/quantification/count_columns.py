"""The counts of one sample in a file of its own, as HTSeq, STAR, RSEM, featureCounts or salmon write it, and such files joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from claimcheck.core.delimited import Delimited, are_numbers, read_delimited
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import ID_COLUMNS, plain_name
from claimcheck.core.tables import listed
from claimcheck.quantification.count_layout import find_layout, is_summary
from claimcheck.quantification.counts import CountTable, Finding, Labels, counts_of, labels_of

AUTO = "auto"
STRANDS = ("unstranded", "forward", "reverse")
"""How the columns 2 to 4 of STAR are called here; GDC writes STAR's counts with a header line that says it otherwise."""
_OF_GDC = ("unstranded", "strandedfirst", "strandedsecond")
_KNOWN = {"expectedcount": "RSEM", "numreads": "salmon"}
"""Names of columns of counts in files that hold other numbers as well, and the programs that write them."""
_EXPECTED = (
    "gene ids and one column of counts, as HTSeq, STAR, RSEM, featureCounts or salmon (quant.genes.sf) write them"
)


@dataclass(frozen=True)
class SampleFile:
    """What the file of one sample holds.

    Attributes:
        program: that wrote it, "" where its columns do not tell.
        ids: text, one a row.
        symbols: text, or None.
        columns: by name, text; those that may hold the counts.
    """

    program: str
    ids: "pd.Series[str]"
    symbols: "pd.Series[str] | None"
    columns: dict[str, "pd.Series[str]"]

    @property
    def kind(self) -> str:
        """How files are called that may be joined with it."""
        return self.program or ("a table with symbols" if self.symbols is not None else "a table")


class Strands(NamedTuple):
    """What decides strandedness (quality.strandedness).

    Attributes:
        stranded: share of the commoner strand above which a library is stranded.
        unstranded: share below which it is unstranded.
        min_reads: reads on the strands of genes below which it is undetermined.
    """

    stranded: float
    unstranded: float
    min_reads: float = 0


def read_sample_labels(path: Path) -> Labels:
    """Read what the genes of a sample's file are called."""
    one = read_sample_file(path)
    cells = pd.DataFrame({0: one.ids} | ({1: one.symbols} if one.symbols is not None else {}))
    return labels_of(Delimited(cells, ["gene_id", "gene_name"][: cells.shape[1]], 1, []))


def read_count_files(files: Mapping[str, Path], *, column: str, strands: Strands, folder: Path) -> CountTable:
    """Read the counts of samples from a file each, with the checks of `read_count_table`.

    Args:
        files: by sample.
        column: which column holds the counts: AUTO, one of STRANDS for STAR, or its name in the header line. AUTO is the only one
            that may be, the one that RSEM and salmon name, or for STAR the strand that most reads are on.
        strands: what STAR's strand is decided by.
        folder: where the files are, for messages.

    Raises:
        StudyError: see `read_count_table`; files were written by different programs or hold different genes, or it is open which
            column holds the counts.
    """
    read = {sample: read_sample_file(path) for sample, path in files.items()}
    _require_one_program(read, files)
    first = next(iter(read.values()))
    if first.program == "STAR":
        chosen, finding = _strand_of(read, column, strands, folder)
    else:
        chosen, finding = _column_of(read, files, column)
    counts = {sample: one.columns[chosen[sample]] for sample, one in read.items()}
    joined = _join(read, counts, files)
    table = counts_of(joined, list(files), folder, files)
    return table._replace(findings=[finding, *table.findings])


def read_sample_file(path: Path) -> SampleFile:
    """Read the file of one sample, with a header line or without.

    Raises:
        StudyError: it is no table, or no column of it holds numbers.
    """
    table = read_delimited(
        path,
        what="file of counts",
        expected=_EXPECTED,
        key="counts.folder",
        is_header=_names_columns,
    )
    names = [name or f"column {place}" for place, name in enumerate(table.header, 1)]
    plain = [plain_name(name) for name in names]
    layout = find_layout(table.cells, names, None) if len(table.cells) else None
    if layout is None or not layout.samples:
        raise StudyError(
            "no column of the file of counts holds numbers",
            where=f"{path}: {listed(table.header, most=8)}",
            expected=_EXPECTED,
            remedy="copy the file again, or name another file in the sample sheet",
        )
    ids, program, places = table.cells[layout.ids], "", dict(layout.samples)
    known = [place for place, name in enumerate(plain) if name in _KNOWN]
    if set(_OF_GDC) <= set(plain):
        program, places = "STAR", {strand: plain.index(name) for strand, name in zip(STRANDS, _OF_GDC, strict=True)}
    elif known:
        program, places = _KNOWN[plain[known[0]]], {names[known[0]]: known[0]}
    elif len(names) == len(STRANDS) + 1 and _is_of_star(path, ids) and not any(table.header):
        program, places = "STAR", dict(zip(STRANDS, layout.samples.values(), strict=True))
    symbols = None if layout.symbols is None else table.cells[layout.symbols]
    words = [place for place in range(len(names)) if place != layout.ids and place not in layout.samples.values()]
    if symbols is None and not any(table.header) and words:  # HTSeq with --additional-attr
        symbols = table.cells[words[0]]
    return SampleFile(program, ids, symbols, {name: table.cells[place] for name, place in places.items()})


def _names_columns(cells: Sequence[str]) -> bool:
    """Say whether a line is a header: its first cell is as columns of ids are called, or none behind it is a number."""
    has_number = any(are_numbers(["", cell]) for cell in cells[1:])
    return plain_name(cells[0]) in ("", "gene", *ID_COLUMNS) or not has_number


def _is_of_star(path: Path, ids: "pd.Series[str]") -> bool:
    return "readspergene" in path.name.lower() or bool(ids.str.fullmatch("N_(?:unmapped|noFeature)").any())


def _require_one_program(read: Mapping[str, SampleFile], files: Mapping[str, Path]) -> None:
    by_kind: dict[str, list[str]] = {}
    for sample, one in read.items():
        by_kind.setdefault(one.kind, []).append(sample)
    if len(by_kind) > 1:
        said = [f"{listed(samples, most=3)}: {kind}" for kind, samples in by_kind.items()]
        raise StudyError(
            f"the files of counts were written by different programs: {'; '.join(said)}",
            where=listed((files[samples[0]] for samples in by_kind.values()), most=3),
            expected="the files of one program for all samples, since programs differ as groups do",
            remedy="count all samples with one program, or name other files in the sample sheet",
        )


def _column_of(
    read: Mapping[str, SampleFile], files: Mapping[str, Path], column: str
) -> tuple[dict[str, str], Finding]:
    """Choose the column of counts in the files of other programs than STAR."""
    chosen = {}
    for sample, one in read.items():
        named = [name for name in one.columns if column in (AUTO, name)]
        if len(named) != 1:
            raise StudyError(
                f"the file of {sample} has {len(named)} columns that may hold its counts: {listed(named, most=6)}"
                if named
                else f"the file of {sample} has no column of counts {column!r}",
                where=f"{files[sample]}: {listed(one.columns, most=8)}",
                expected="one column of counts, or counts.column to say which",
                remedy=f"set counts.column to {' or '.join(one.columns)}"
                if len(one.columns) > 1
                else f"leave counts.column out, or set it to {AUTO}",
            )
        chosen[sample] = named[0]
    names = list(dict.fromkeys(chosen.values()))
    program = next(iter(read.values())).program
    said = f", column {names[0]} of {program}" if program else f", column {names[0]}" if column != AUTO else ""
    return chosen, Finding("columns", f"one file for each sample{said}")


def _strand_of(
    read: Mapping[str, SampleFile], column: str, strands: Strands, folder: Path
) -> tuple[dict[str, str], Finding]:
    """Choose the column of STAR by the share of the reads of genes that are on one strand."""
    shares, calls = {}, {}
    for sample, one in read.items():
        genes = ~one.ids.map(is_summary)
        forward, reverse = (pd.to_numeric(one.columns[name][genes], errors="coerce").sum() for name in STRANDS[1:])
        shares[sample] = float(forward / max(forward + reverse, 1.0))
        calls[sample] = _call(shares[sample], strands) if forward + reverse >= strands.min_reads else "undetermined"
    low, high = 100 * min(shares.values()), 100 * max(shares.values())
    said = f"{low:.0f} to {high:.0f} % of the reads that genes have on one of the strands are on the forward strand"
    different = sorted(set(calls.values()))
    if column in STRANDS:
        fits = different == [column]
        sentence = f"STAR's column {column}, as counts.column says; {said}"
        sentence += "" if fits else f", by which it would be {' or '.join(different)}"
        return dict.fromkeys(read, column), Finding("columns", sentence, warns=not fits)
    if column == AUTO and len(different) == 1 and different[0] in STRANDS:
        return dict.fromkeys(read, different[0]), Finding("columns", f"STAR's column {different[0]}, since {said}")
    raise StudyError(
        f"STAR's files have no column {column!r}"
        if column != AUTO
        else "it is open which of STAR's columns holds the counts, since strandedness is undetermined or differs",
        details=[f"{sample}: {100 * share:.1f} % forward, {calls[sample]}" for sample, share in shares.items()],
        where=str(folder),
        expected=f"all samples with more than {100 * strands.stranded:g} % on one strand, or all with less than "
        f"{100 * strands.unstranded:g} % on either, of {strands.min_reads:,} reads at least (quality.strandedness)",
        remedy=f"set counts.column to {' or '.join(STRANDS)}, as the protocol of the libraries says",
    )


def _call(forward: float, strands: Strands) -> str:
    """Say which column a share of reads on the forward strand speaks for; "undetermined" between the thresholds."""
    commoner = max(forward, 1 - forward)
    if commoner < strands.unstranded:
        return "unstranded"
    if commoner <= strands.stranded:
        return "undetermined"
    return "forward" if forward > 1 / 2 else "reverse"


def _join(
    read: Mapping[str, SampleFile], counts: Mapping[str, "pd.Series[str]"], files: Mapping[str, Path]
) -> Delimited:
    """Join the counts of all samples to a table in the order of the first file.

    Raises:
        StudyError: files have different genes.
    """
    base = next(iter(read))
    first = read[base]
    columns = [first.ids, *([first.symbols] if first.symbols is not None else [])]
    for sample, one in read.items():
        values = counts[sample]
        if not one.ids.equals(first.ids):
            _require_same_genes(first, one, files[base], files[sample])
            own = values.set_axis(one.ids)
            values = own.reindex(first.ids, fill_value="0").set_axis(first.ids.index)
        columns.append(values)
    cells = pd.concat(columns, axis="columns").set_axis(range(len(columns)), axis="columns")
    return Delimited(cells, ["gene_id", "gene_name"][: len(columns) - len(read)] + list(read), 1, [])


def _require_same_genes(first: SampleFile, other: SampleFile, path: Path, other_path: Path) -> None:
    """Check that two files have the same genes, each once; what is counted beside genes may differ."""
    ours, theirs = ({name for name in one.ids if not is_summary(name)} for one in (first, other))
    repeated = [name for one in (first, other) for name in one.ids[one.ids.duplicated()]]
    if repeated:
        raise StudyError(
            f"the gene {listed(dict.fromkeys(repeated))} occurs twice",
            where=f"{path}, {other_path}",
            expected="one row a gene",
            remedy="count again, or sum the copies",
        )
    if ours != theirs:
        raise StudyError(
            f"two files of counts have different genes: {len(ours - theirs):,} are in the first only, "
            f"{len(theirs - ours):,} in the second only, {len(ours & theirs):,} in both",
            details=[
                f"{where} has {listed(sorted(only), most=3)}"
                for where, only in ((path, ours - theirs), (other_path, theirs - ours))
                if only
            ],
            where=f"{path}, {other_path}",
            expected="the same genes in all files, those without reads as 0; versions of ids tell releases of an annotation apart",
            remedy="count all samples with the same annotation",
        )
