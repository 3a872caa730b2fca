"""The page of a study.

Inputs:  the tables of all phases before, results/gene_sets and results/claims only where the study has sets and claims; figures
Outputs: results/publication.tsv (the paper), results/report/index.html and report.zip (it with its tables and figures), verdicts.json
"""

CLAIM_TABLES = {
    "register": file_or_none(config["claims"]),
    "collection": GENE_TABLES["gene_sets"] if HAS_CLAIMS else [],
    **{
        name: f"results/claims/{table}.tsv" if HAS_CLAIMS else []
        for name, table in {
            "verdicts": "verdicts",
            "robustness": "robustness",
            "specifications": "specifications",
            "vetoes": "vetoes",
            "procedure": "procedure",
            "artefacts": "artefacts",
            "pattern": "pattern",
            "controls": "controls",
            "leave_one_out": "leave_one_out",
            "members": "members",
            "levels": "levels",
            "claim_set_tests": "set_tests",
            "gene_tests": "gene_tests",
            "identification": "register",
        }.items()
    },
    "truth": "results/claims/truth.tsv" if HAS_CLAIMS and SIMULATED else [],
    "power": "results/power/power.tsv" if HAS_POWER else [],
    "animals": "results/power/animals.tsv" if HAS_POWER else [],
    "power_inputs": "results/power/inputs.tsv" if HAS_POWER else [],
}


localrules:
    fetch_publication,
    write_report,


rule fetch_publication:
    output:
        "results/publication.tsv",
    log:
        "logs/fetch_publication/fetch_publication.log",
    benchmark:
        "logs/fetch_publication/fetch_publication.benchmark.tsv"
    retries: 0
    conda:
        "../../envs/sourcing.yaml"
    params:
        doi=REQUESTS.publication,
        stated=config["study"]["paper"],
        archive=config["archive"],
    message:
        "Look up the paper that the claims are taken from"
    script:
        "../scripts/fetch_publication.py"


rule write_report:
    input:
        **CLAIM_TABLES,
        samples="results/samples/samples.tsv",
        gates="results/quality/gates.tsv",
        genes="results/differential/genes.tsv",
        summary="results/differential/summary.tsv",
        size_factors="results/expression/size_factors.tsv",
        outcomes="results/identity/outcome.tsv",
        composition="results/quality/composition_groups.tsv",
        design="results/differential/design.tsv",
        heterogeneity="results/differential/heterogeneity.tsv",
        outlier_genes="results/differential/outlier_genes.tsv",
        fallbacks="results/differential/fallbacks.tsv",
        published=(
            "results/differential/published.tsv"
            if config["study"]["published_results"]
            else []
        ),
        mapping="results/quality/mapping.tsv" if HAS_MAPPING else [],
        reads="results/quality/reads.tsv" if FROM_ARCHIVE else [],
        extra="results/counts/extra_sequences.tsv" if FROM_ARCHIVE else [],
        set_tests=(
            "results/gene_sets/tests.tsv" if config["gene_sets"]["families"] else []
        ),
        sets="results/gene_sets/sets.tsv" if config["gene_sets"]["families"] else [],
        counts="results/counts/gene_counts.tsv",
        gene_sets=GENE_TABLES["gene_sets"],
        downloaded_sets=(
            "results/gene_sets/downloaded_sets.tsv"
            if config["gene_sets"]["families"]
            else []
        ),
        downloaded_members=(
            "results/gene_sets/downloaded_members.tsv"
            if config["gene_sets"]["families"]
            else []
        ),
        aliases=file_or_none(config["collections"]["aliases"]),
        publication="results/publication.tsv",
        configuration="results/config.yaml",
        provenance="results/provenance_inputs.tsv",
        figures=[figure.file("svg") for figure in FIGURES],
        drawn=[figure.file("tsv") for figure in FIGURES],
    output:
        page="results/report/index.html",
        reviews="results/report/verdicts.json" if HAS_CLAIMS else [],
        bundle="results/report/report.zip",
    log:
        "logs/write_report/write_report.log",
    benchmark:
        "logs/write_report/write_report.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        study={
            "title": config["study"]["title"],
            "accession": config["study"]["bioproject"] or "",
            "simulated": SIMULATED,
            "start_from": config["start_from"],
            "quantifier": ABUNDANCES.quantifier if ABUNDANCES else "",
            **GROUPS,
            **INTERACTION,
            "alpha": config["differential"]["alpha"],
            "families": config["gene_sets"]["families"],
            "label_genes": config["report"]["label_genes"],
            "gene_link": config["report"]["gene_link"],
            "subjects": config["study"]["subjects"],
        },
        tax_id=config["study"]["tax_id"],
    message:
        "Write the page {output}"
    script:
        "../scripts/write_report.py"
