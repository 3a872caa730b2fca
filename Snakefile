"""From a project's accession to what its RNA-seq data support. A study is a folder with a config/ folder in it.

Without arguments the study in this folder is run; `--directory demo` runs the simulated one.
"""

from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/common.smk"


if SIMULATED:

    include: "workflow/rules/simulation.smk"


include: "workflow/rules/samples.smk"
include: "workflow/rules/reads.smk"
include: "workflow/rules/reference.smk"
include: "workflow/rules/quantification.smk"
include: "workflow/rules/expression.smk"
include: "workflow/rules/quality.smk"
include: "workflow/rules/quality_figures.smk"
include: "workflow/rules/differential.smk"
include: "workflow/rules/collections.smk"
include: "workflow/rules/gene_sets.smk"
include: "workflow/rules/claims.smk"
include: "workflow/rules/claims_figures.smk"
include: "workflow/rules/gene_figures.smk"
include: "workflow/rules/set_figures.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/provenance.smk"


localrules:
    all,


rule all:
    default_target: True
    input:
        "results/report/index.html",
        "results/config.yaml",
        "results/provenance.json",


depend_on_code()


onstart:
    expect_problems(True)


onsuccess:
    expect_problems(False)


onerror:
    show_problems()
