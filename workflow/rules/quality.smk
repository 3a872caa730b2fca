"""From counts and reads to what the samples are: quality, composition, sex, identity, and the gates on all of it.

results/quality/{mapping,libraries,gene_body}.tsv   of the reads (from the archive only)
results/quality/{shares,composition,composition_groups,sex,similarity,outliers}.tsv   of the counts
results/expression/{size_factors,pca,pca_covariates}.tsv
results/identity/{deleted_gene,effects,exons,junctions,carriers,outcome}.tsv   is the gene deleted, is the tissue the one named
results/differential/{design,model}.tsv   which covariate is adjusted for and why; the sheet as it is modelled
results/quality/gates.tsv                 every gate with value, threshold and reason; a failed one stops what follows

`snakemake quality` stops here and draws the figures of this phase, whatever the gates say.
"""

# on what the counts were made from
FIRST_GATES = {
    "archive": ["libraries"],
    "transcripts": ["transcripts", "counts"],
    "counts": ["counts_table", "counts"],
}[config["start_from"]]
GATES = expand(
    "results/quality/gates/{part}.tsv",
    part=[*FIRST_GATES, "samples", "identity", "design"],
)


localrules:
    assess_identity,
    choose_design,
    collect_gates,


if FROM_ARCHIVE:

    localrules:
        assess_libraries,

    rule assess_libraries:
        input:
            samples="results/samples/samples.tsv",
            reads="results/quality/reads.tsv",
            run_infos=of_samples("results/quantification/{sample}/run_info.json"),
            library_parts=of_samples("results/quality/libraries/{sample}.tsv"),
            gene_body_parts=of_samples("results/quality/gene_body/{sample}.tsv"),
        output:
            mapping="results/quality/mapping.tsv",
            libraries="results/quality/libraries.tsv",
            gene_body="results/quality/gene_body.tsv",
            library_gates="results/quality/gates/libraries.tsv",
        log:
            "logs/assess_libraries/assess_libraries.log",
        benchmark:
            "logs/assess_libraries/assess_libraries.benchmark.tsv"
        conda:
            "../../envs/expression.yaml"
        params:
            **GROUPS,
            **INTERACTION,
            quality=config["quality"],
        message:
            "Check the reads of each sample against the thresholds"
        script:
            "../scripts/assess_libraries.py"

else:

    localrules:
        gate_counts,

    rule gate_counts:
        input:
            counts="results/counts/gene_counts.tsv",
        output:
            "results/quality/gates/counts.tsv",
        log:
            "logs/gate_counts/gate_counts.log",
        benchmark:
            "logs/gate_counts/gate_counts.benchmark.tsv"
        conda:
            "../../envs/expression.yaml"
        params:
            thresholds=config["quality"]["library_size"],
        message:
            "Check the library size of each sample against the thresholds"
        script:
            "../scripts/gate_counts.py"


rule assess_samples:
    input:
        **GENE_TABLES,
        counts="results/counts/gene_counts.tsv",
        first_gates=GATES[: len(FIRST_GATES)],
        samples="results/samples/samples.tsv",
        mapping="results/quality/mapping.tsv" if HAS_MAPPING else [],
    output:
        shares="results/quality/shares.tsv",
        composition="results/quality/composition.tsv",
        composition_groups="results/quality/composition_groups.tsv",
        sex="results/quality/sex.tsv",
        similarity="results/quality/similarity.tsv",
        outliers="results/quality/outliers.tsv",
        size_factors="results/expression/size_factors.tsv",
        pca="results/expression/pca.tsv",
        pca_covariates="results/expression/pca_covariates.tsv",
        gates="results/quality/gates/samples.tsv",
    log:
        "logs/assess_samples/assess_samples.log",
    benchmark:
        "logs/assess_samples/assess_samples.benchmark.tsv"
    conda:
        "../../envs/expression.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        **GROUPS,
        **INTERACTION,
        quality=config["quality"],
        identity=config["identity"],
        differential=config["differential"],
    message:
        "Measure composition, sex and similarity between samples"
    script:
        "../scripts/assess_samples.py"


rule assess_identity:
    input:
        **GENE_TABLES,
        counts="results/counts/gene_counts.tsv",
        tpm="results/counts/gene_tpm.tsv" if HAS_TRANSCRIPTS else [],
        samples="results/samples/samples.tsv",
        size_factors="results/expression/size_factors.tsv",
        composition="results/quality/composition_groups.tsv",
        profiles=(of_samples("results/quality/exons/{sample}.tsv") if HAS_EXONS else []),
    output:
        levels="results/identity/deleted_gene.tsv",
        effects="results/identity/effects.tsv",
        exons="results/identity/exons.tsv",
        junctions="results/identity/junctions.tsv",
        carriers="results/identity/carriers.tsv",
        outcome="results/identity/outcome.tsv",
        gates="results/quality/gates/identity.tsv",
    log:
        "logs/assess_identity/assess_identity.log",
    benchmark:
        "logs/assess_identity/assess_identity.benchmark.tsv"
    conda:
        "../../envs/expression.yaml"
    params:
        **GROUPS,
        **INTERACTION,
        **DELETED,
        identity=config["identity"],
    message:
        "Look whether the gene is deleted and the tissue the one named"
    script:
        "../scripts/assess_identity.py"


rule choose_design:
    input:
        samples="results/samples/samples.tsv",
        sex="results/quality/sex.tsv",
    output:
        steps="results/differential/design.tsv",
        model="results/differential/model.tsv",
        design_gates="results/quality/gates/design.tsv",
    log:
        "logs/choose_design/choose_design.log",
    benchmark:
        "logs/choose_design/choose_design.benchmark.tsv"
    conda:
        "../../envs/expression.yaml"
    params:
        design=config["design"],
    message:
        "Choose what the comparison is adjusted for"
    script:
        "../scripts/choose_design.py"


rule collect_gates:
    input:
        parts=GATES,
    output:
        "results/quality/gates.tsv",
    log:
        "logs/collect_gates/collect_gates.log",
    benchmark:
        "logs/collect_gates/collect_gates.benchmark.tsv"
    conda:
        "../../envs/expression.yaml"
    params:
        **({"is_one_of_several": True} if PARENT else {}),
        accepted=config["quality"]["accepted"],
    message:
        "Collect the gates"
    script:
        "../scripts/collect_gates.py"
