"""Figures of the results, and the page of a study.

Inputs:  the tables of all phases before, results/gene_sets and results/claims only where the study has sets and claims
Outputs: results/figures/<figure>.svg, .pdf and .tsv (exactly what is drawn), results/config.yaml (the merged configuration),
         results/report/index.html
"""

FAMILIES = config["gene_sets"]["families"]
FIGURES = [
    *CLAIM_FIGURES,
    *QUALITY_FIGURES,
    *GENE_FIGURES,
    "ma",
    "volcano",
    "dispersions",
    "gene_counts",
    *SET_FIGURES,
    *[f"enrichment_{family}" for family in FAMILIES],
]


localrules:
    draw_genes,
    draw_dispersions,
    draw_gene_counts,
    draw_enrichment,
    save_configuration,
    write_report,


rule draw_genes:
    input:
        genes="results/differential/genes.tsv",
        summary="results/differential/summary.tsv",
    output:
        ma_svg=report(
            "results/figures/ma.svg",
            caption="../report/ma.rst",
            category="Differential expression",
            labels={"figure": "fold change against expression"},
        ),
        ma_pdf="results/figures/ma.pdf",
        ma_table="results/figures/ma.tsv",
        volcano_svg=report(
            "results/figures/volcano.svg",
            caption="../report/volcano.rst",
            category="Differential expression",
            labels={"figure": "evidence against fold change"},
        ),
        volcano_pdf="results/figures/volcano.pdf",
        volcano_table="results/figures/volcano.tsv",
    log:
        "logs/draw_genes/draw_genes.log",
    benchmark:
        "logs/draw_genes/draw_genes.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        alpha=config["differential"]["alpha"],
        label_genes=config["report"]["label_genes"],
        simulated=SIMULATED,
    message:
        "Draw {output.ma_svg} and {output.volcano_svg}"
    script:
        "../scripts/draw_genes.py"


rule draw_dispersions:
    input:
        dispersions="results/differential/dispersions.tsv",
    output:
        svg=report(
            "results/figures/dispersions.svg",
            caption="../report/dispersions.rst",
            category="Differential expression",
            labels={"figure": "dispersions"},
        ),
        pdf="results/figures/dispersions.pdf",
        table="results/figures/dispersions.tsv",
    log:
        "logs/draw_dispersions/draw_dispersions.log",
    benchmark:
        "logs/draw_dispersions/draw_dispersions.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_dispersions.py"


rule draw_gene_counts:
    input:
        counts="results/differential/gene_counts.tsv",
    output:
        svg=report(
            "results/figures/gene_counts.svg",
            caption="../report/gene_counts.rst",
            category="Differential expression",
            labels={"figure": "genes animal by animal"},
        ),
        pdf="results/figures/gene_counts.pdf",
        table="results/figures/gene_counts.tsv",
    log:
        "logs/draw_gene_counts/draw_gene_counts.log",
    benchmark:
        "logs/draw_gene_counts/draw_gene_counts.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_gene_counts.py"


rule draw_enrichment:
    input:
        tests="results/gene_sets/tests.tsv",
        running_sums="results/gene_sets/running_sums.tsv",
    output:
        svg=report(
            "results/figures/enrichment_{family}.svg",
            caption="../report/enrichment.rst",
            category="Gene sets",
            labels={"figure": "running sums", "family": "{family}"},
        ),
        pdf="results/figures/enrichment_{family}.pdf",
        table="results/figures/enrichment_{family}.tsv",
    log:
        "logs/draw_enrichment/{family}.log",
    benchmark:
        "logs/draw_enrichment/{family}.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_enrichment.py"


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
        mapping="results/quality/mapping.tsv" if FROM_ARCHIVE else [],
        reads="results/quality/reads.tsv" if FROM_ARCHIVE else [],
        set_tests="results/gene_sets/tests.tsv" if FAMILIES else [],
        sets="results/gene_sets/sets.tsv" if FAMILIES else [],
        configuration="results/config.yaml",
        provenance="results/provenance_inputs.tsv",
        figures=expand("results/figures/{figure}.svg", figure=FIGURES),
        drawn=expand(
            "results/figures/{figure}.{form}", figure=FIGURES, form=["pdf", "tsv"]
        ),
    output:
        page="results/report/index.html",
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
            "test": config["design"]["test"],
            "reference": config["design"]["reference"],
            "alpha": config["differential"]["alpha"],
            "families": FAMILIES,
            "label_genes": config["report"]["label_genes"],
            "gene_link": config["report"]["gene_link"],
        },
    message:
        "Write the page {output}"
    script:
        "../scripts/write_report.py"
