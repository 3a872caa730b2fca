"""The study's configuration, checked and completed, and the questions that several phases ask of it."""

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.settings.types import DeploymentMethod

# Where another workflow uses this one as a module, `workflow.basedir` is that of the other.
HERE = Path(workflow.current_basedir.get_path_or_uri(secret_free=True))
SCRIPTS = HERE.parent / "scripts"
if not SCRIPTS.is_dir():
    raise WorkflowError(
        "the workflow is not in a folder of this machine\n"
        f"  where:    {SCRIPTS}\n"
        "  expected: a clone, since its steps share a library\n"
        "  remedy:   clone the repository, and name its workflow/Snakefile in the `module` statement"
    )
sys.path.insert(0, str(SCRIPTS))

from claimcheck.core.errors import StudyError
from claimcheck.core.forks import fork_steps
from claimcheck.core.installed import require_machine
from claimcheck.core.own_files import require_no_modules, require_own_folders
from claimcheck.core.processes import prepare_processes, wake_for_ended_jobs
from claimcheck.core.unfinished import age_unfinished


def checked(read, *arguments, **named):
    """Read a part of the study; a mistake in it is said without a traceback."""
    try:
        return read(*arguments, **named)
    except StudyError as error:
        raise WorkflowError(str(error)) from None


BY_CONDA = DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method
prepare_processes(workflow.deployment_settings if BY_CONDA else None)
# Single steps, on nodes of a cluster too, read this file as well.
if workflow.is_main_process:
    checked(require_machine, by_conda=BY_CONDA)
    checked(require_own_folders, Path.cwd())
    checked(require_no_modules, Path.cwd())
    age_unfinished(Path.cwd())

from claimcheck.claims.several import read_studies
from claimcheck.core.problems import expect_none, expect_problems, show_problems
from claimcheck.core.study import CONFIG, SHEET, load_configuration
from claimcheck.figures.registry import figures_of_study, read_entries, sections_of
from claimcheck.gene_sets.curated import list_tables
from claimcheck.quantification.abundance_files import abundances_of_study
from claimcheck.sourcing.addresses import file_or_none, local_paths
from claimcheck.sourcing.read_files import open_sheet

# Of a module the configuration may be given by the workflow that uses it: no file is read, and what is given stays as it is.
if not workflow.modifier.skip_configfile:
    if Path(CONFIG).exists() or not workflow.overwrite_configfiles:
        checked(load_configuration, Path(CONFIG))


configfile: CONFIG


config = dict(config)

# What `snakemake verify` compares with is no part of the study.
MANIFEST = config.pop("manifest", "results/provenance.json")

# A register that cannot be evaluated, and genes that do not agree, stop before anything is fetched.
SEVERAL, STUDY = checked(read_studies, config, folder=Path())
config.update(STUDY.configuration)
REQUESTS = STUDY.requests

DESIGN = config["design"]
GROUPS = {key: DESIGN[key] for key in ("test", "reference") if key in DESIGN}
INTERACTION = {key: DESIGN[key] for key in ("interaction",) if key in DESIGN}
PICKED = {"picked": DESIGN["samples"]} if "samples" in DESIGN else {}
# The study that this one is a comparison of, from which it takes over what is made once.
PARENT = config.get("parent")
# An interaction asks whether effects differ, and not whether a gene is deleted.
DELETED = {
    key: None if INTERACTION and key == "deleted_gene" else config["study"][key]
    for key in ("deleted_gene", "deleted_gene_symbol")
}

FROM_ARCHIVE = config["start_from"] == "archive"
ABUNDANCES = None if SEVERAL else checked(abundances_of_study, config, Path())
HAS_TRANSCRIPTS = FROM_ARCHIVE or ABUNDANCES is not None
HAS_NAMES = not FROM_ARCHIVE and not (ABUNDANCES and not config["transcripts"]["genes"])
HAS_MAPPING = FROM_ARCHIVE or bool(ABUNDANCES and ABUNDANCES.has_mapping)
SIMULATED = "simulation" in config
HAS_EXONS = FROM_ARCHIVE and bool(
    config["reference"]["annotation"] and DELETED["deleted_gene"]
)
HAS_CLAIMS = config["claims"] != "none"
# the map is that of two groups
HAS_POWER = (
    HAS_CLAIMS
    and config["gene_sets"]["reference_variation"] != "none"
    and not INTERACTION
)
ENTRIES = read_entries(SCRIPTS.parent / "report" / "figures.yaml")
FACTS = {"archive": FROM_ARCHIVE, "mapping": HAS_MAPPING}
FACTS |= {"explored": bool(REQUESTS.explored)}
FIGURES = [] if SEVERAL else figures_of_study(ENTRIES, config, FACTS)
SECTIONS = {section.name: section for section in sections_of(FIGURES)}

CURATED = list_tables(config["gene_sets"]["curated"])
EXTRA_FILES = [
    f"resources/reference/extra/{number}.fa"
    for number in range(len(config["reference"]["extra"]))
]
GENE_TABLES = {
    "transcripts": "results/reference/transcripts.tsv" if HAS_TRANSCRIPTS else [],
    "gene_sets": CURATED + ["results/counts/gene_names.tsv"] * HAS_NAMES,
}


def growing(amount):
    """Return a resource that grows with every attempt, for clusters that end a step for its memory or time."""
    return lambda wildcards, attempt: amount * attempt


def read_files():
    """Return the FASTQ files of the samples, whose checkpoint decides which there are."""
    sheet = Path(checkpoints.resolve_samples.get().output.read_files)
    return open_sheet(sheet, sheet.stat().st_mtime_ns)


def of_samples(pattern):
    """Return an input function that fills a pattern with every sample that the checkpoint resolved."""
    return lambda wildcards: expand(pattern, sample=read_files().samples)
