"""The results in the formats of other programs; docs/exports.md says how each is opened.

results/exports/study.h5ad        AnnData: counts, samples, genes, set tests, and in `uns` what they were made from
results/exports/ranked.rnk        the genes by the statistic that prerank goes by
results/exports/tested_sets.gmt   the sets that were tested, where the study has any
results/exports/multiqc/          the quality as MultiQC's custom content, and a configuration for MultiQC
results/ro-crate-metadata.json    the manifest as an RO-Crate (last)
results/ro-crate/                 what the crate carries besides the results: the Snakefile and the register of claims

Gene sets and ranking name genes by their ids.
"""

from claimcheck.core.effect_words import direction_of


localrules:
    export_quality,
    write_crate,


rule export_results:
    input:
        **GENE_TABLES,
        **(
            {
                "downloaded_sets": "results/gene_sets/downloaded_sets.tsv",
                "downloaded_members": "results/gene_sets/downloaded_members.tsv",
                "sets": "results/gene_sets/sets.tsv",
                "set_tests": "results/gene_sets/tests.tsv",
            }
            if config["gene_sets"]["families"]
            else dict.fromkeys(
                ["downloaded_sets", "downloaded_members", "sets", "set_tests"], []
            )
        ),
        genes="results/differential/genes.tsv",
        counts="results/counts/gene_counts.tsv",
        tpm="results/counts/gene_tpm.tsv" if HAS_TRANSCRIPTS else [],
        samples="results/samples/samples.tsv",
        steps="results/differential/design.tsv",
        size_factors="results/expression/size_factors.tsv",
        provenance="results/provenance_inputs.tsv",
        verdicts="results/claims/verdicts.tsv" if HAS_CLAIMS else [],
    output:
        whole="results/exports/study.h5ad",
        ranked="results/exports/ranked.rnk",
        gmt=(
            "results/exports/tested_sets.gmt"
            if config["gene_sets"]["families"]
            else []
        ),
    log:
        "logs/export_results/export_results.log",
    benchmark:
        "logs/export_results/export_results.benchmark.tsv"
    # the page does not wait for it
    priority: -1
    conda:
        "../../envs/expression.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        study={
            "title": config["study"]["title"],
            "accession": config["study"]["bioproject"] or "",
            "simulated": SIMULATED,
            **GROUPS,
            **(
                {"direction": direction_of(**GROUPS, **INTERACTION)}
                if INTERACTION
                else {}
            ),
        },
        settings=config["gene_sets"],
        deleted_gene=config["study"]["deleted_gene"],
    message:
        "Write the results as AnnData, and as GSEA reads them"
    script:
        "../scripts/export_results.py"


rule export_quality:
    input:
        samples="results/samples/samples.tsv",
        size_factors="results/expression/size_factors.tsv",
        sex="results/quality/sex.tsv",
        gates="results/quality/gates.tsv",
        composition="results/quality/composition.tsv",
        gene_sets=GENE_TABLES["gene_sets"],
        mapping="results/quality/mapping.tsv" if HAS_MAPPING else [],
        libraries="results/quality/libraries.tsv" if FROM_ARCHIVE else [],
        reads="results/quality/reads.tsv" if FROM_ARCHIVE else [],
        read_files="results/samples/read_files.tsv" if FROM_ARCHIVE else [],
    output:
        general="results/exports/multiqc/claimcheck_general_mqc.tsv",
        checks="results/exports/multiqc/claimcheck_checks_mqc.tsv",
        tissues=(
            "results/exports/multiqc/claimcheck_tissues_mqc.tsv"
            if config["quality"]["panels"]
            else []
        ),
        quantification=(
            "results/exports/multiqc/claimcheck_quantification_mqc.tsv"
            if HAS_MAPPING
            else []
        ),
        files=(
            "results/exports/multiqc/claimcheck_reads_mqc.tsv" if FROM_ARCHIVE else []
        ),
        settings="results/exports/multiqc/multiqc_config.yaml",
    log:
        "logs/export_quality/export_quality.log",
    benchmark:
        "logs/export_quality/export_quality.benchmark.tsv"
    # the page does not wait for it
    priority: -1
    conda:
        "../../envs/expression.yaml"
    params:
        # in a group: Snakemake would take braces of a title for wildcards
        study={"title": config["study"]["title"], "simulated": SIMULATED},
    message:
        "Write the quality of the study for MultiQC"
    script:
        "../scripts/export_quality.py"


rule write_crate:
    input:
        manifest="results/provenance.json",
        configuration="results/config.yaml",
        publication="results/publication.tsv",
        claims=file_or_none(config["claims"]),
        read_files="results/samples/read_files.tsv" if FROM_ARCHIVE else [],
        collections=(
            "results/gene_sets/collections.tsv"
            if HAS_CLAIMS or config["gene_sets"]["families"]
            else []
        ),
    output:
        crate="results/ro-crate-metadata.json",
        snakefile="results/ro-crate/Snakefile",
        register="results/ro-crate/claims.yaml" if HAS_CLAIMS else [],
    log:
        "logs/write_crate/write_crate.log",
    benchmark:
        "logs/write_crate/write_crate.benchmark.tsv"
    conda:
        "../../envs/sourcing.yaml"
    params:
        simulated=SIMULATED,
    message:
        "Describe the study as an RO-Crate"
    script:
        "../scripts/write_crate.py"
