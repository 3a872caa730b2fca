"""Which run belongs to which animal and group: from a sheet, or from what the archive says in configured patterns."""

import difflib
import hashlib
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.sourcing.addresses import check_sample_names
from claimcheck.sourcing.characteristics import sex_of_text
from claimcheck.sourcing.notation import clean

SAMPLE_COLUMNS = ("sample", "condition", "sex", "age", "tissue", "batch", "runs", "evidence")
DIGEST = "archive_digest"
"""Column with a checksum a run of what the archive said of it when the sheet was made, joined by `;`."""
LEFT_OUT = "left out"
"""Condition of a sample of a sheet that is in neither group."""
ARCHIVE = "archive:"
"""Begins the columns of a template that quote the archive."""
READING = ("title", "read_as", "problem")
"""Columns in which a template says what was read of a sample; a sheet made from it states the groups without them."""

MIN_ANIMALS = 2
"""Animals a group without which nothing can be compared."""

MIXED_SEX = ("mixed", "pooled", "both")
"""What the column sex may say of several animals in one sample; it is then told from expression."""

_DESCRIBED = (
    "sample_accession",
    "tax_id",
    "library_layout",
    "library_strategy",
    "sample_title",
    "sample_alias",
    "library_name",
)


def compile_patterns(patterns: Mapping[str, Sequence[str]]) -> dict[str, list[re.Pattern[str]]]:
    """Compile the patterns of each condition, ignoring case.

    Raises:
        StudyError: one is not a regular expression.
    """
    compiled: dict[str, list[re.Pattern[str]]] = {}
    for condition, texts in patterns.items():
        compiled[condition] = []
        for text in texts:
            try:
                compiled[condition].append(re.compile(text, re.IGNORECASE))
            except re.error as error:
                raise StudyError(
                    f"the pattern {text!r} is not a regular expression: {error}",
                    where=f"config/config.yaml, samples.patterns.{condition}",
                    expected="a Python regular expression",
                    remedy="correct the pattern",
                ) from error
    return compiled


def call_conditions(
    samples: pd.DataFrame, *, fields: Sequence[str], patterns: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Call the condition of every sample from its descriptive fields.

    Each field is read alone and names the conditions whose patterns occur in it; a field with the same text in all samples
    cannot tell groups apart and is not read. A sample is called if all fields that name a condition name the same one.

    Args:
        samples: one row a sample, text columns.
        fields: columns to read, in the order in which the evidence lists them.
        patterns: regular expressions of each condition.

    Returns:
        Indexed like `samples`: condition ("" if not called), evidence (the fields that spoke), problem ("" if called).
    """
    compiled = compile_patterns(patterns)
    varying = [field for field in fields if field in samples and (len(samples) == 1 or samples[field].nunique() > 1)]
    calls = []
    for _, sample in samples.iterrows():
        votes: dict[str, list[str]] = {}
        for field in varying:
            for condition, expressions in compiled.items():
                if any(expression.search(str(sample[field])) for expression in expressions):
                    votes.setdefault(condition, []).append(f"{field}: {sample[field]}")
        evidence = " | ".join(dict.fromkeys(text for texts in votes.values() for text in texts))
        if len(votes) == 1:
            calls.append((next(iter(votes)), evidence, ""))
        else:
            problem = f"names {listed(votes)} at once" if votes else "names no condition"
            calls.append(("", evidence, problem))
    return pd.DataFrame(calls, columns=["condition", "evidence", "problem"], index=samples.index)


def describe_runs(runs: pd.DataFrame, attributes: pd.DataFrame) -> pd.DataFrame:
    """Put the attributes of the samples beside the fields of their runs.

    Args:
        runs: one row a run.
        attributes: sample_accession, attribute, value.

    Returns:
        The runs with a column `attribute:<name>` for each attribute, "" where a sample lacks it.
    """
    if attributes.empty:
        return runs
    first = attributes.drop_duplicates(["sample_accession", "attribute"])
    wide = first.pivot(index="sample_accession", columns="attribute", values="value")
    wide.columns = pd.Index([f"attribute:{name}" for name in wide.columns])
    return runs.join(wide, on="sample_accession").fillna("")


def digest_runs(runs: pd.DataFrame) -> str:
    """Return checksums of what the archive says of each run of a sample: 16 hexadecimal digits a run, joined by `;`."""
    said = zip(*(list(runs[name]) for name in ("run_accession", *_DESCRIBED)), strict=True)
    return ";".join(
        hashlib.sha256("\t".join(map(str, row)).encode()).hexdigest()[:16]
        for row in sorted(said, key=lambda row: row[0])
    )


def require_unchanged(sheet: pd.DataFrame, runs: pd.DataFrame, *, where: str) -> None:
    """Check that the archive still says of each sample what it said when the sheet was made.

    Samples without a digest, or whose runs ENA does not list now, are not compared.

    Args:
        sheet: with the column DIGEST, if it was made by this workflow.
        runs: the project's runs, with `listed_by`.

    Raises:
        StudyError: the description of a sample has changed.
    """
    for row in sheet.to_dict("records"):
        own = runs[runs["run_accession"].isin([run.strip() for run in str(row["runs"]).split(";")])]
        comparable = bool(row.get(DIGEST)) and own["listed_by"].str.contains("ENA").all()
        # a row that was split by hand keeps the checksums of all runs
        if comparable and not set(digest_runs(own).split(";")) <= set(str(row[DIGEST]).split(";")):
            raise StudyError(
                f"the archive now describes {row['sample']} differently than when the sample sheet was made",
                where=f"{where}, column {DIGEST}; {listed(own['run_accession'])}: {listed(own['sample_title'].unique())}",
                expected=f"the description with the digest {row[DIGEST]}, not {digest_runs(own)}",
                remedy="look at what changed; if the sheet still holds, replace the digest (or leave it empty)",
            )


def describe_samples(runs: pd.DataFrame, animals: "pd.Series[str]") -> pd.DataFrame:
    """Describe samples in place of runs: different texts of the runs of a sample are joined by `; `.

    Args:
        runs: one row a run, text columns.
        animals: the sample of each run, indexed like `runs`.

    Returns:
        One row a sample, indexed by it.
    """
    places = runs.groupby(animals).indices
    columns = dict(zip(runs, runs.to_numpy(dtype=object).T.tolist(), strict=True))
    texts = {
        name: ["; ".join(dict.fromkeys(values[place] for place in own)) for own in places.values()]
        for name, values in columns.items()
    }
    return pd.DataFrame(texts, index=pd.Index(list(places), name="sample"))


def samples_from_calls(runs: pd.DataFrame, animals: "pd.Series[str]", calls: pd.DataFrame) -> pd.DataFrame:
    """Add the runs and the archive's digest to called samples.

    Args:
        runs: one row a run.
        animals: the sample of each run, indexed like `runs`.
        calls: indexed by sample: condition, evidence, and any of the other columns of SAMPLE_COLUMNS.

    Returns:
        The sample sheet with the columns SAMPLE_COLUMNS, DIGEST and what else `calls` has, sorted by condition and sample.
    """
    rows = []
    check_sample_names(sorted(set(map(str, animals))), where="the archive's column sample_accession")
    for sample, group in runs.groupby(animals, sort=True):
        row = {str(column): value for column, value in calls.loc[sample].items()}
        row |= {"sample": sample, "runs": ";".join(group["run_accession"]), DIGEST: digest_runs(group)}
        rows.append(row)
    others = [column for column in calls if column not in SAMPLE_COLUMNS]
    sheet = pd.DataFrame(rows).reindex(columns=[*SAMPLE_COLUMNS, DIGEST, *others]).fillna("")
    return sheet.sort_values(["condition", "sample"], ignore_index=True)


def template_of(sheet: pd.DataFrame, described: pd.DataFrame) -> pd.DataFrame:
    """Lay out called samples for somebody who completes them: sample, title, what was read, the column to fill, and the rest.

    Args:
        sheet: from `samples_from_calls`.
        described: what the archive says, indexed by sample.
    """
    parts = [column for column in ("label", "sex", "stratum") if column in sheet]
    said = sheet[parts].replace("all samples", "").astype(str)
    read_as = ["; ".join(filter(None, row)) for row in said.itertuples(index=False)]
    template = sheet.assign(
        title=sheet["sample"].map(described["sample_title"]) if "title" not in sheet else sheet["title"],
        read_as=read_as,
    )
    first = ["sample", "title", "read_as", "condition", "sex", "age", "tissue", "batch", "runs", "problem", DIGEST]
    quoted = described.loc[:, (described != "").any()].rename(
        columns=lambda name: ARCHIVE + name.removeprefix("attribute:")
    )
    return template[first].join(quoted, on="sample")


def check_sheet(sheet: pd.DataFrame, *, where: str, factor: str = "condition") -> pd.DataFrame:
    """Check a sample sheet that a user wrote.

    Args:
        sheet: text columns, at least `sample` and the factor.
        where: the file, for messages.
        factor: column that holds the condition.

    Returns:
        The sheet with the columns SAMPLE_COLUMNS first, absent ones empty, and all others kept.

    Raises:
        StudyError: a column or every row is missing, a name unfit for a file, a sample or run given twice, a condition empty,
            or a sex unknown.
    """
    for column in ("sample", factor):
        if column not in sheet:
            raise StudyError(
                f"the sample sheet has no column `{column}`",
                where=f"{where}, header line: {listed(sheet.columns, most=20)}",
                expected=f"the columns {listed(dict.fromkeys(('sample', factor)))}",
                remedy="add the column, or name the right one in config/config.yaml (design.factor)",
            )
    if sheet.empty:
        raise StudyError(
            "the sample sheet has no row",
            where=where,
            expected="one row a sample below the header line",
            remedy="add the samples, or remove the file",
        )
    quoted = [column for column in sheet if column in READING or str(column).startswith(ARCHIVE)]
    checked = sheet.drop(columns=[column for column in quoted if "read_as" in sheet]).apply(
        lambda column: column.str.strip()
    )
    checked["condition"] = checked[factor]
    check_sample_names(checked["sample"], where=where)
    repeated = checked.loc[checked["sample"].duplicated(), "sample"]
    if len(repeated):
        raise StudyError(
            f"the sample {listed(repeated)} is given twice",
            where=where,
            expected="one row a sample; several runs of one sample joined by ;",
            remedy="join the rows, or give the second sample another name",
        )
    unnamed = checked.loc[checked["condition"] == "", "sample"]
    if len(unnamed):
        raise StudyError(
            f"the condition of {listed(unnamed)} is empty",
            where=f"{where}, column {factor}",
            expected=f"a condition for every sample; `{LEFT_OUT}` for one that is in neither group",
            remedy="fill the column, or delete the row",
        )
    for sample, sex in zip(checked["sample"], checked.get("sex", pd.Series(dtype=str)), strict=False):
        if clean(sex) and not sex_of_text(sex) and sex.lower() not in MIXED_SEX:
            raise StudyError(
                f"the sex of {sample} is {sex!r}",
                where=f"{where}, column sex",
                expected=f"female or male (f, m, XX, XY), or {listed(MIXED_SEX)}",
                remedy="correct the cell, or leave it empty",
            )
    others = [column for column in checked if column not in SAMPLE_COLUMNS]
    return checked.reindex(columns=[*SAMPLE_COLUMNS, *others]).fillna("")


def with_left_out(sheet: pd.DataFrame, runs: pd.DataFrame, *, groups: Sequence[str], where: str) -> pd.DataFrame:
    """Say of every sample of a sheet that is in neither group why, and add the samples whose runs it does not name."""
    named = {run.strip() for cell in sheet["runs"] for run in str(cell).split(";")}
    others = runs[~runs["run_accession"].isin(named)].groupby("sample_accession")["run_accession"].agg(";".join)
    rest = pd.DataFrame({"sample": others.index, "runs": others.to_numpy(), "left_out": f"not in {where}"})
    stated = sheet["condition"].str.lower().isin([group.lower() for group in groups])
    reasons = ("called `" + sheet["condition"] + f"` in {where}").mask(stated, "")
    return pd.concat(
        [sheet.assign(left_out=reasons), rest.reindex(columns=[*sheet, "left_out"], fill_value="")], ignore_index=True
    )


def require_covariates(sheet: pd.DataFrame, covariates: Sequence[str] | str, *, where: str) -> None:
    """Check before anything large is done that the stated covariates are known; sex can still be told from expression.

    Args:
        sheet: the selected samples, from `select_groups`.
        covariates: columns of the sheet, or "auto".

    Raises:
        StudyError: a column is missing, or empty for a sample.
    """
    for covariate in () if isinstance(covariates, str) else covariates:
        is_known = covariate in sheet and (sheet[covariate] != "").all()
        if not is_known and covariate != "sex":
            raise StudyError(
                f"the covariate {covariate!r} is not known for every sample",
                where=where,
                expected=f"a column {covariate} with a value for all of {listed(sheet['sample'], most=8)}",
                remedy=(
                    "fill the column in the sample sheet, or remove it from design.covariates in config/config.yaml; "
                    "where litters are compared, what differs within one is not known"
                ),
            )


def match_runs(sheet: pd.DataFrame, runs: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Check that the runs of a sheet are runs of the project, each used once.

    Returns:
        One row a run in the sheet's order: sample, run_accession.

    Raises:
        StudyError: a run is unknown, used twice, or a sample has none.
    """
    if not sheet["runs"].any():
        raise StudyError(
            "the sample sheet has no column `runs`, or an empty one",
            where=f"{where}, header line",
            expected="a column runs with the run accessions of every sample, joined by ;",
            remedy="add the column",
        )
    pairs = [(row.sample, run.strip()) for row in sheet.itertuples() for run in str(row.runs).split(";")]
    known = set(runs["run_accession"])
    unknown = [f"{run or 'no run'} (sample {sample})" for sample, run in pairs if run not in known]
    if unknown:
        raise StudyError(
            f"the sample sheet names runs that the project does not have: {listed(unknown)}",
            where=f"{where}, column runs",
            expected=f"RNA-Seq runs of the project, such as {listed(sorted(known), most=3)}",
            remedy="correct the run accessions",
        )
    used = pd.DataFrame(pairs, columns=["sample", "run_accession"])
    again = used[used["run_accession"].duplicated()]
    if len(again):
        within = used[used.duplicated()]
        raise StudyError(
            f"the run {listed(within['run_accession'])} is given twice to {listed(within['sample'])}"
            if len(within)
            else f"the run {listed(again['run_accession'])} is given to two samples",
            where=f"{where}, column runs",
            expected="every run in one sample",
            remedy="correct the column runs",
        )
    return used


def select_groups(sheet: pd.DataFrame, *, test: str, reference: str, where: str) -> pd.DataFrame:
    """Keep the samples of the two groups that are compared, the reference first.

    Raises:
        StudyError: a group is missing, or a condition looks like one that is misspelt.
    """
    spelled = {group.lower(): group for group in (reference, test)}
    sheet = sheet.assign(condition=sheet["condition"].map(lambda text: spelled.get(text.lower(), text)))
    for group in (reference, test):
        if group not in set(sheet["condition"]):
            raise StudyError(
                f"no sample has the condition {group!r}",
                where=f"{where}: conditions are {listed(sorted(set(sheet['condition'])), most=10)}",
                expected=f"samples of both {test!r} and {reference!r} (design.test and design.reference)",
                remedy="correct the conditions, or design.test and design.reference in config/config.yaml",
            )
    for condition in sorted(set(sheet["condition"]) - {test, reference}):
        near = difflib.get_close_matches(_bare(condition), [_bare(test), _bare(reference)], n=1, cutoff=0.85)
        if near and re.sub(r"\D", "", condition) in ("", *(re.sub(r"\D", "", group) for group in (test, reference))):
            meant = test if near[0] == _bare(test) else reference
            raise StudyError(
                f"the condition {condition!r} of {listed(sheet.loc[sheet['condition'] == condition, 'sample'])} is neither "
                f"group; is it {meant!r}?",
                where=where,
                expected=f"{test!r} or {reference!r} (design.test and design.reference), or a name unlike both",
                remedy="correct the condition; delete the row, or give it another name, to leave the sample out",
            )
    order = sheet["condition"].map({reference: 0, test: 1})
    return (
        sheet[order.notna()]
        .assign(order=order)
        .sort_values(["order", "sample"], ignore_index=True)
        .drop(columns="order")
    )


def require_animals(sheet: pd.DataFrame, *, where: str) -> None:
    """Check that each group of a sheet has enough animals to be compared.

    Raises:
        StudyError: a group has one; the message counts animals, whatever their numbers of runs.
    """
    sizes = sheet["condition"].value_counts(sort=False)
    if sizes.min() < MIN_ANIMALS:
        counted = " and ".join(f"{number} {group} animal{'s' * (number != 1)}" for group, number in sizes.items())
        raise StudyError(
            f"too few animals: {counted}",
            where=where,
            expected=f"at least {MIN_ANIMALS} animals a group; runs, lanes and technical replicates of one animal count once",
            remedy=(
                "with so few, nothing can be compared; where rows or runs are animals of their own, say so in config/samples.tsv "
                "(a row each) or with samples.unit in config/config.yaml"
            ),
        )


def _bare(condition: str) -> str:
    """Return a condition in small letters and digits alone."""
    return re.sub(r"[\W_]", "", condition.lower())
