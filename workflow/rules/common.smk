"""The study's configuration, checked and completed, and the questions that several phases ask of it."""

import atexit
import logging
import os
import shlex
import sys
from functools import cache
from pathlib import Path

from snakemake.exceptions import WorkflowError

# Threads inside numerical libraries make results depend on the machine, and cost more than they bring.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

# Dozens of short steps import the same libraries: their bytecode is kept even where the system says not to.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Snakemake hands the interpreter's path to a shell as it is, which would cut it at a space.
if Path(sys.executable).exists():
    sys.executable = shlex.quote(sys.executable)

# On a full disk no log can be written: that is said once, not with a traceback a line.
logging.raiseExceptions = False

# Where another workflow uses this one as a module, `workflow.basedir` is that of the other.
SCRIPTS = (
    Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parent / "scripts"
)
if not SCRIPTS.is_dir():
    raise WorkflowError(
        "the workflow is not in a folder of this machine\n"
        f"  where:    {SCRIPTS}\n"
        "  expected: a clone, since its steps share a library\n"
        "  remedy:   clone the repository, and name its workflow/Snakefile in the `module` statement"
    )
sys.path.insert(0, str(SCRIPTS))

from claimcheck.claims.requests import read_requests
from claimcheck.core.dependencies import digest_of_tables, digests_of_steps
from claimcheck.core.disk import check_disk
from claimcheck.core.errors import StudyError
from claimcheck.core.steps import CODE, PROBLEMS
from claimcheck.core.study import CONFIG, load_configuration, read_configuration
from claimcheck.core.tables import read_table
from claimcheck.core.unfinished import age_unfinished


def existing_path(path):
    """Return a path that may be `none`."""
    return None if path == "none" else Path(path)


# Of a module the configuration may be given by the workflow that uses it: no file is read, and what is given stays as it is.
IS_GIVEN = workflow.modifier.skip_configfile

try:
    if not IS_GIVEN and (Path(CONFIG).exists() or not workflow.overwrite_configfiles):
        load_configuration(Path(CONFIG))
except StudyError as error:
    raise WorkflowError(str(error)) from None


configfile: CONFIG


config = dict(config)

# What `snakemake verify` compares with is no part of the study.
MANIFEST = config.pop("manifest", "results/provenance.json")

try:
    config.update(read_configuration(config, folder=Path()))
    # A register that cannot be evaluated stops before anything is fetched.
    REQUESTS = read_requests(
        existing_path(config["claims"]),
        curated=config["gene_sets"]["curated"],
        reference_expression=existing_path(config["gene_sets"]["reference_expression"]),
    )
except StudyError as error:
    raise WorkflowError(str(error)) from None

# The processes that run single steps, on nodes of a cluster too, read this file as well.
if workflow.is_main_process:
    age_unfinished(Path.cwd())

FROM_ARCHIVE = config["start_from"] == "archive"
SIMULATED = "simulation" in config
HAS_EXONS = FROM_ARCHIVE and bool(
    config["reference"]["annotation"] and config["study"]["deleted_gene"]
)
HAS_CLAIMS = config["claims"] != "none"
FAMILIES = config["gene_sets"]["families"]
SHEET = "config/samples.tsv"
METADATA_SOURCES = ("ena", "ncbi", "biosamples", "browser")


wildcard_constraints:
    run=r"[ESD]RR[0-9]+",
    sample=r"[A-Za-z0-9][A-Za-z0-9._-]*",
    family=r"[a-z][a-z0-9_]*",


def own_rules():
    """Return the rules of this workflow by their names in it: where it is a module, they have others, and are not alone."""
    return {name: proxy.rule for name, proxy in rules._rules.items()}


def complete_rules():
    """Let every step depend on its code, of which Snakemake sees the script's time alone, and local rules be local in a module too."""
    modules = {f"draw_{name}": section.modules for name, section in SECTIONS.items()}
    scripts = {
        name: Path(step.script).name
        for name, step in own_rules().items()
        if step.script
    }
    digests = digests_of_steps(
        SCRIPTS,
        {name: (script, *modules.get(name, ())) for name, script in scripts.items()},
    )
    local = set(workflow._localrules)
    for name, step in own_rules().items():
        if name in digests:
            tables = digest_of_tables(*step.input, *step.output)
            step.set_params(**{CODE: digests[name] + tables})
        if name in local:
            workflow.localrules(step.name)


def growing(amount):
    """Return a resource that grows with every attempt: where a cluster ends a step for its memory or time, the next has more."""

    def of_attempt(wildcards, attempt):
        return amount * attempt

    return of_attempt


def curated_tables():
    """List the tables of the curated gene sets; none where the study has no sets."""
    folder = config["gene_sets"]["curated"]
    return [] if folder == "none" else sorted(map(str, Path(folder).glob("*.tsv")))


def file_or_none(path):
    """Return a path that may be `none` as an input."""
    return [] if path == "none" else path


def local_inputs(*addresses):
    """Keep the addresses that are paths on this machine: they are inputs, and may be made by the simulation."""
    return sorted(
        {
            address
            for address in addresses
            if address not in (None, "none") and "://" not in address
        }
    )


@cache
def read_files_by(column, path, version):
    """Read the sheet of FASTQ files once for all samples; `version` changes with it."""
    table = read_table(path)
    return table, table.groupby(column, sort=False).indices


def read_files_of(column, value):
    """Return the rows of the sheet of FASTQ files, whose checkpoint decides how many there are."""
    sheet = Path(checkpoints.resolve_samples.get().output.read_files)
    table, rows = read_files_by(column, sheet, sheet.stat().st_mtime_ns)
    return table.iloc[rows.get(value, [])]


def files_of_run(run):
    """List the reads of a run, mate 1 first."""
    mates = read_files_of("run_accession", run)["mate"]
    return [
        f"resources/reads/{run}{'_' + mate if mate else ''}.fastq.gz" for mate in mates
    ]


def all_runs():
    """List the runs of all samples."""
    sheet = checkpoints.resolve_samples.get().output.read_files
    return sorted(set(read_table(Path(sheet))["run_accession"]))


def runs_of_sample(sample):
    """List the runs of a sample, each once."""
    return list(dict.fromkeys(read_files_of("sample", sample)["run_accession"]))


def reads_of_sample(sample):
    """List the reads of a sample, mates in turn, several runs one after the other."""
    return [path for run in runs_of_sample(sample) for path in files_of_run(run)]


def of_samples(pattern):
    """Return an input function that fills a pattern with every sample that the checkpoint resolved."""

    def fill(wildcards):
        sheet = checkpoints.resolve_samples.get().output.samples
        return expand(pattern, sample=read_table(Path(sheet))["sample"])

    return fill


def expect_problems(running):
    """Forget the messages of an earlier run; until this one has ended well, show its own even if Snakemake itself gives up."""
    if running:
        PROBLEMS.unlink(missing_ok=True)
        atexit.register(show_problems)
    else:
        atexit.unregister(show_problems)


def show_problems():
    """Print the messages of the failed steps last, where they are read; a full disk is one even where it took no message."""
    atexit.unregister(show_problems)
    said = PROBLEMS.read_text().rstrip() if PROBLEMS.exists() else ""
    try:
        check_disk(Path("results"))
    except StudyError as error:
        said = said or str(error)
    if said:
        line = "=" * 78
        print(f"\n{line}\n{said}\n{line}", file=sys.stderr)


def collection_files():
    """List the files of collections that are on this machine; one that is not there is no input, but reported as unreachable."""
    tables = [config["collections"][name] for name in ("genes", "orthologs")]
    found = [(file, {}) for file in tables if file] + [
        (file, source)
        for source in config["collections"]["sources"].values()
        for file in source["files"].values()
    ]
    addresses = [
        address.replace("{release}", source.get("release", "unversioned"))
        for file, source in found
        for address in (file["address"], *file.get("copies", ()))
    ]
    return [path for path in local_inputs(*addresses) if Path(path).is_file()]


def drawings(ending, figures=None):
    """List the files of figures, or of all that the study has."""
    chosen = DRAWN if figures is None else figures
    return [f"results/figures/{figure.name}.{ending}" for figure in chosen]


def drawing(figure):
    """Return the drawing of a figure, as Snakemake's report shows it."""
    shown = {"category": figure.entry.category, "labels": figure.labels}
    if figure.entry.subcategory:
        shown["subcategory"] = figure.entry.subcategory
    [path] = drawings("svg", [figure])
    return report(path, caption=str(CAPTIONS[figure.name]), **shown)
