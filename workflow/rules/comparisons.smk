"""The comparisons of a study that has several: each is a study of its own in a folder below, which takes over what is made once.

comparisons/<comparison>/config/config.yaml   its configuration: that of the whole study, but for what the comparison says otherwise
comparisons/<comparison>/results/             its results, page and manifest, as of any study
results/comparisons/<comparison>.json         how its run ended: finished, with the checksum of its manifest, or stopped, and why
results/comparisons/comparisons.tsv           one row a comparison: groups, model, genes that differ, how it ended
results/comparisons/verdicts.tsv              one row a comparison and claim
results/report/index.html                     the page over all of them

One that stops, at a gate for example, stops no other; the study fails at its end, when it would write its manifest.
"""

import os

from claimcheck.core.comparisons import FOLDER, moved_below, named_files
from claimcheck.core.nested import (
    OPTIONS,
    options_of_call,
    times_again_of,
    unlock,
    version_of,
)

NAMES = list(SEVERAL.given)
TITLES = {one["name"]: one.get("title", one["name"]) for one in DESIGN["comparisons"]}
DESIGNS = [
    {
        **design,
        "name": name,
        "title": TITLES[name],
        "claims": SEVERAL.studies[name].configuration["claims"],
    }
    for name, design in zip(NAMES, SEVERAL.groups)
]

# What of this study a comparison reads.
MEASURED = [
    "results/quality/libraries/{sample}.tsv",
    "results/quantification/{sample}/run_info.json",
]
FROM_READS = [
    "results/samples/samples.tsv",
    "results/reference/agreement.tsv",
    "results/quality/reads.tsv",
    "results/counts/gene_counts.tsv",
]
SHARED = {
    name: [
        *(FROM_READS if FROM_ARCHIVE else []),
        *(
            ["results/gene_sets/collections.tsv", "resources/collections"]
            if study.configuration["claims"] != "none"
            or study.configuration["gene_sets"]["families"]
            else []
        ),
        *named_files(SEVERAL.given[name], folder=Path()),
        *list_tables(study.configuration["gene_sets"]["curated"]),
    ]
    for name, study in SEVERAL.studies.items()
}

if workflow.is_main_process:
    OWN = [Path(FOLDER, name, *part) for name in NAMES for part in ((), ("config",))]
    checked(require_own_folders, Path.cwd(), [Path(FOLDER), *OWN])
    os.environ[OPTIONS] = options_of_call(
        sys.argv[1:],
        deployment=[str(one) for one in workflow.deployment_settings.deployment_method],
        conda_prefix=workflow.deployment_settings.conda_prefix,
    )
    if "--unlock" in sys.argv:
        unlock(NAMES)


wildcard_constraints:
    comparison="|".join(NAMES),


localrules:
    comparisons,
    configure_comparison,
    run_comparison,
    collect_comparisons,
    write_index,


rule configure_comparison:
    output:
        f"{FOLDER}/{{comparison}}/config/config.yaml",
    log:
        "logs/configure_comparison/{comparison}.log",
    benchmark:
        "logs/configure_comparison/{comparison}.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    params:
        configuration=lambda wildcards: moved_below(
            SEVERAL.given[wildcards.comparison], wildcards.comparison
        ),
    message:
        "Write the configuration of the comparison {wildcards.comparison}"
    script:
        "../scripts/configure_comparison.py"


rule comparisons:
    input:
        expand(f"{FOLDER}/{{comparison}}/config/config.yaml", comparison=NAMES),
    message:
        "Each comparison is configured, in a folder of its own: {input}"


rule run_comparison:
    input:
        lambda wildcards: SHARED[wildcards.comparison],
        *(map(of_samples, MEASURED) if FROM_ARCHIVE else []),
        configuration=f"{FOLDER}/{{comparison}}/config/config.yaml",
    output:
        "results/comparisons/{comparison}.json",
    log:
        "logs/run_comparison/{comparison}.log",
    benchmark:
        "logs/run_comparison/{comparison}.benchmark.tsv"
    retries: 0
    conda:
        "../../envs/sourcing.yaml"
    threads: workflow.cores or 1
    params:
        logged="logs/run_comparison/{comparison}.log",
        workflow=version_of(SCRIPTS.parent),
        again=lambda wildcards: times_again_of(wildcards.comparison),
    message:
        "Run the comparison {wildcards.comparison} as a study of its own; it says what it does in {log}"
    script:
        "../scripts/run_comparison.py"


rule collect_comparisons:
    input:
        outcomes=expand("results/comparisons/{comparison}.json", comparison=NAMES),
    output:
        comparisons="results/comparisons/comparisons.tsv",
        verdicts="results/comparisons/verdicts.tsv",
    log:
        "logs/collect_comparisons/collect_comparisons.log",
    benchmark:
        "logs/collect_comparisons/collect_comparisons.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    params:
        designs=DESIGNS,
    message:
        "Collect what the comparisons found"
    script:
        "../scripts/collect_comparisons.py"


rule write_index:
    input:
        comparisons="results/comparisons/comparisons.tsv",
        verdicts="results/comparisons/verdicts.tsv",
    output:
        "results/report/index.html",
    log:
        "logs/write_index/write_index.log",
    benchmark:
        "logs/write_index/write_index.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        title=config["study"]["title"],
        accession=config["study"]["bioproject"] or "",
    message:
        "Write the page over all comparisons, {output}"
    script:
        "../scripts/write_index.py"
