"""What the study was made from and what it made, with checksums, and whether it is the same as another run of it.

results/config.yaml             the merged configuration
results/provenance_inputs.tsv   every input with its checksum, every program with its version (before the page is written)
results/provenance.json         the manifest: these, the configuration, and every result with its checksum and rule

`snakemake verify` compares the study and its crate as they are with its own manifest, or with that of another run:
`snakemake verify --config manifest=<path from the study folder>`. It looks only: nothing is made again.

Included last: it completes the rules of all files with what their code depends on.
"""

from snakemake import __version__ as SNAKEMAKE_VERSION
from snakemake.io import regex_from_filepattern

from claimcheck.core.dependencies import digest_of_tables, digests_of_steps
from claimcheck.core.installed import pinned_packages
from claimcheck.core.ledger import (
    clear_partial_records,
    is_locked,
    require_known,
    stated_checksums,
)
from claimcheck.core.steps import CODE, reason_to_run
from claimcheck.provenance.inputs import digest_of_code
from claimcheck.provenance.manifest import MANIFEST as OWN_MANIFEST
from claimcheck.provenance.manifest import in_places_of

PINNED = pinned_packages()
WORKFLOW_VERSIONS = {
    "python": f"{sys.version_info.major}.{sys.version_info.minor}",
    "snakemake": SNAKEMAKE_VERSION,
    "workflow": digest_of_code(SCRIPTS.parent),
}


# A comparison of an archive's study has its reads, and what they were counted with, where that has them.
HOME = f"{PARENT}/" if PARENT and FROM_ARCHIVE else ""


rule save_configuration:
    output:
        "results/config.yaml",
    log:
        "logs/save_configuration/save_configuration.log",
    benchmark:
        "logs/save_configuration/save_configuration.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    params:
        configuration=config,
    message:
        "Save the merged configuration"
    script:
        "../scripts/save_configuration.py"


# The rule by the pattern of each output, and of each result that the manifest states; the crate is made from that.
OUTPUTS = {
    regex_from_filepattern(str(output)): name
    for name, proxy in rules._rules.items()
    for output in proxy.rule.output
}
MAKERS = {
    pattern: name
    for pattern, name in OUTPUTS.items()
    if pattern.startswith("results/") and name != "write_crate"
}


rule record_inputs:
    input:
        configuration="results/config.yaml",
        claims=file_or_none(config["claims"]),
        sheet=branch(
            FROM_ARCHIVE,
            then=branch(exists(HOME + SHEET), then=HOME + SHEET, otherwise=[]),
            otherwise=[(config.get(config["start_from"]) or {}).get("samples", [])],
        ),
        tables=[
            *CURATED,
            *local_paths(
                config["gene_sets"]["reference_expression"],
                config["gene_sets"]["reference_variation"],
                config["collections"]["aliases"],
            ),
            *local_paths(
                *((config["counts"] or {}).get(key) for key in ("table", "genes")),
                *(STUDY.count_files.by_sample.values() if STUDY.count_files else []),
            ),
            *local_paths((config["study"]["published_results"] or {}).get("file")),
            *(
                local_paths(config["transcripts"]["genes"], *ABUNDANCES.tables)
                if ABUNDANCES
                else []
            ),
        ],
        archive=(
            [
                f"{HOME}resources/archive/run_table.tsv",
                f"{HOME}resources/archive/attributes.tsv",
            ]
            if FROM_ARCHIVE
            else []
        ),
        transcripts=(
            f"{HOME}resources/reference/transcripts.fa"
            if FROM_ARCHIVE or (ABUNDANCES and not config["transcripts"]["genes"])
            else []
        ),
        transcript_genes=(
            f"{HOME}resources/reference/transcript_genes"
            if FROM_ARCHIVE and config["reference"]["transcript_genes"]
            else []
        ),
        extra=[f"{HOME}{path}" for path in EXTRA_FILES] if FROM_ARCHIVE else [],
        annotation=(
            f"{HOME}resources/reference/annotation.gtf"
            if FROM_ARCHIVE
            and config["reference"]["annotation"]
            and (HAS_EXONS or not config["reference"]["transcript_genes"])
            else []
        ),
        reads=lambda wildcards: (
            read_files().paths if FROM_ARCHIVE and not HOME else []
        ),
        read_files="results/samples/read_files.tsv" if FROM_ARCHIVE else [],
        run_infos=(
            of_samples("results/quantification/{sample}/run_info.json")
            if FROM_ARCHIVE
            else ABUNDANCES.reports if ABUNDANCES else []
        ),
        collections=(
            "results/gene_sets/collections.tsv"
            if HAS_CLAIMS or config["gene_sets"]["families"]
            else []
        ),
    output:
        "results/provenance_inputs.tsv",
    log:
        "logs/record_inputs/record_inputs.log",
    benchmark:
        "logs/record_inputs/record_inputs.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(240),
    params:
        **({"home": HOME} if HOME else {}),
        workflow=WORKFLOW_VERSIONS,
        pinned=PINNED,
        by_conda=BY_CONDA,
    message:
        "List what the study is made from"
    script:
        "../scripts/record_inputs.py"


rule record_provenance:
    input:
        "results/report/index.html",
        # of several comparisons each has its own
        *(
            []
            if SEVERAL
            else [
                "results/exports/study.h5ad",
                "results/exports/multiqc/multiqc_config.yaml",
            ]
        ),
        "results/reference/agreement.tsv" if HAS_TRANSCRIPTS else [],
        configuration="results/config.yaml",
        inputs="results/provenance_inputs.tsv",
        samples="results/samples/samples.tsv" if FROM_ARCHIVE or not SEVERAL else [],
        read_files="results/samples/read_files.tsv" if FROM_ARCHIVE else [],
        comparisons="results/comparisons/comparisons.tsv" if SEVERAL else [],
    output:
        "results/provenance.json",
    log:
        "logs/record_provenance/record_provenance.log",
    benchmark:
        "logs/record_provenance/record_provenance.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    params:
        makers=MAKERS,
    message:
        "Write the manifest of the study"
    script:
        "../scripts/record_provenance.py"


localrules:
    record_provenance,
    save_configuration,
    verify,


rule verify:
    # No benchmark: a file that is there counts as done, and the comparison would not be made again.
    log:
        "logs/verify/verify.log",
    conda:
        "../../envs/sourcing.yaml"
    params:
        # no inputs: they would be made again where they are missing or changed, and that is the question
        **({"comparisons": list(SEVERAL.given)} if SEVERAL else {}),
        manifest=MANIFEST,
        claims=file_or_none(config["claims"]),
        configuration=config,
        workflow=WORKFLOW_VERSIONS,
        pinned=PINNED,
        by_conda=BY_CONDA,
    message:
        "Compare the study with {params.manifest}"
    script:
        "../scripts/verify_study.py"


# Every step depends on its code, of which Snakemake sees the script's time alone. Where this workflow is a module, its rules have other names
# than here, and local ones are local only by these.
OWN_RULES = {name: proxy.rule for name, proxy in rules._rules.items()}
SECTION_MODULES = {
    f"{task}_{name}": section.modules
    for name, section in SECTIONS.items()
    for task in ("draw", "print")
}
DIGESTS = digests_of_steps(
    SCRIPTS,
    {
        name: (Path(step.script).name, *SECTION_MODULES.get(name, ()))
        for name, step in OWN_RULES.items()
        if step.script
    },
)
LOCAL_RULES = set(workflow._localrules)

# What a run made before is held against its records, unless it is only to be compared or another run is writing it.
LOOK = (
    workflow.is_main_process
    and not is_locked()
    and "verify" not in getattr(workflow.dag_settings, "targets", ())
)
if LOOK:
    clear_partial_records()
    checked(require_known, in_places_of(OUTPUTS), stated_checksums(OWN_MANIFEST))

for name, step in OWN_RULES.items():
    if name in DIGESTS:
        digest = DIGESTS[name] + digest_of_tables(*step.input, *step.output)
        waited_for = [
            str(path) for path in step.input if getattr(path, "is_ancient", False)
        ]
        outputs = [str(path) for path in step.output]
        step.set_params(**{CODE: reason_to_run(digest, outputs, waited_for, look=LOOK)})
    if name in LOCAL_RULES:
        workflow.localrules(step.name)
