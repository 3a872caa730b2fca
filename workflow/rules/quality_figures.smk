"""Figures of quality and identity, drawn from the tables of the quality phase, whatever the gates say.

Outputs: results/figures/<figure>.svg, .pdf and .tsv (exactly what is drawn)
"""

QUALITY_FIGURES = [
    *(["mapping", "library"] if FROM_ARCHIVE else []),
    *(["shares"] if config["quality"]["shares"] else []),
    *(["composition"] if config["quality"]["panels"] else []),
    *(
        ["sex"]
        if config["identity"]["female_genes"] or config["identity"]["male_genes"]
        else []
    ),
    *(["knockout"] if config["study"]["deleted_gene"] else []),
    "relations",
    "pca",
    "pca_covariates",
]


localrules:
    quality,
    draw_mapping,
    draw_library,
    draw_shares,
    draw_composition,
    draw_sex,
    draw_knockout,
    draw_relations,
    draw_pca,
    draw_pca_covariates,


rule quality:
    input:
        "results/quality/gates.tsv",
        expand("results/figures/{figure}.svg", figure=QUALITY_FIGURES),
    message:
        "Quality, composition and identity are assessed: results/quality, results/identity, results/figures"


rule draw_mapping:
    input:
        samples="results/samples/samples.tsv",
        mapping="results/quality/mapping.tsv",
    output:
        svg=report(
            "results/figures/mapping.svg",
            caption="../report/mapping.rst",
            category="Quality",
            labels={"figure": "fragments and pseudoalignment"},
        ),
        pdf="results/figures/mapping.pdf",
        table="results/figures/mapping.tsv",
    log:
        "logs/draw_mapping/draw_mapping.log",
    benchmark:
        "logs/draw_mapping/draw_mapping.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        min_share=config["quality"]["pseudoaligned_share"]["warn"],
        min_fragments=config["quality"]["pseudoaligned_reads"]["warn"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_mapping.py"


rule draw_library:
    input:
        samples="results/samples/samples.tsv",
        libraries="results/quality/libraries.tsv",
        mapping="results/quality/mapping.tsv",
        gene_body="results/quality/gene_body.tsv",
    output:
        svg=report(
            "results/figures/library.svg",
            caption="../report/library.rst",
            category="Quality",
            labels={"figure": "strand, fragment length, coverage"},
        ),
        pdf="results/figures/library.pdf",
        table="results/figures/library.tsv",
    log:
        "logs/draw_library/draw_library.log",
    benchmark:
        "logs/draw_library/draw_library.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_library.py"


rule draw_shares:
    input:
        samples="results/samples/samples.tsv",
        shares="results/quality/shares.tsv",
    output:
        svg=report(
            "results/figures/shares.svg",
            caption="../report/shares.rst",
            category="Quality",
            labels={"figure": "shares of counts"},
        ),
        pdf="results/figures/shares.pdf",
        table="results/figures/shares.tsv",
    log:
        "logs/draw_shares/draw_shares.log",
    benchmark:
        "logs/draw_shares/draw_shares.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_shares.py"


rule draw_composition:
    input:
        samples="results/samples/samples.tsv",
        scores="results/quality/composition.tsv",
        differences="results/quality/composition_groups.tsv",
    output:
        svg=report(
            "results/figures/composition.svg",
            caption="../report/composition.rst",
            category="Composition",
            labels={"figure": "panels of other tissues"},
        ),
        pdf="results/figures/composition.pdf",
        table="results/figures/composition.tsv",
    log:
        "logs/draw_composition/draw_composition.log",
    benchmark:
        "logs/draw_composition/draw_composition.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        min_log2_ratio=config["quality"]["composition"]["log2_ratio"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_composition.py"


rule draw_sex:
    input:
        samples="results/samples/samples.tsv",
        sexes="results/quality/sex.tsv",
    output:
        svg=report(
            "results/figures/sex.svg",
            caption="../report/sex.rst",
            category="Identity",
            labels={"figure": "sex from expression"},
        ),
        pdf="results/figures/sex.pdf",
        table="results/figures/sex.tsv",
    log:
        "logs/draw_sex/draw_sex.log",
    benchmark:
        "logs/draw_sex/draw_sex.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_sex.py"


rule draw_knockout:
    input:
        transcripts=GENE_TABLES["transcripts"],
        gene_sets=GENE_TABLES["gene_sets"],
        levels="results/identity/deleted_gene.tsv",
        effects="results/identity/effects.tsv",
        exons="results/identity/exons.tsv",
        junctions="results/identity/junctions.tsv",
        outcome="results/identity/outcome.tsv",
    output:
        svg=report(
            "results/figures/knockout.svg",
            caption="../report/knockout.rst",
            category="Identity",
            labels={"figure": "the deleted gene"},
        ),
        pdf="results/figures/knockout.pdf",
        table="results/figures/knockout.tsv",
    log:
        "logs/draw_knockout/draw_knockout.log",
    benchmark:
        "logs/draw_knockout/draw_knockout.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        deleted_gene=config["study"]["deleted_gene"],
        deleted_gene_symbol=config["study"]["deleted_gene_symbol"],
        marker=config["identity"]["other_source"]["name"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_knockout.py"


rule draw_relations:
    input:
        samples="results/samples/samples.tsv",
        relations="results/quality/relations.tsv",
        outliers="results/quality/outliers.tsv",
    output:
        svg=report(
            "results/figures/relations.svg",
            caption="../report/relations.rst",
            category="Likeness",
            labels={"figure": "correlation of the samples"},
        ),
        pdf="results/figures/relations.pdf",
        table="results/figures/relations.tsv",
    log:
        "logs/draw_relations/draw_relations.log",
    benchmark:
        "logs/draw_relations/draw_relations.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_relations.py"


rule draw_pca:
    input:
        samples="results/samples/samples.tsv",
        scores="results/expression/pca.tsv",
    output:
        svg=report(
            "results/figures/pca.svg",
            caption="../report/pca.rst",
            category="Likeness",
            labels={"figure": "principal components"},
        ),
        pdf="results/figures/pca.pdf",
        table="results/figures/pca.tsv",
    log:
        "logs/draw_pca/draw_pca.log",
    benchmark:
        "logs/draw_pca/draw_pca.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_pca.py"


rule draw_pca_covariates:
    input:
        covariates="results/expression/pca_covariates.tsv",
        scores="results/expression/pca.tsv",
    output:
        svg=report(
            "results/figures/pca_covariates.svg",
            caption="../report/pca_covariates.rst",
            category="Likeness",
            labels={"figure": "what the components go along with"},
        ),
        pdf="results/figures/pca_covariates.pdf",
        table="results/figures/pca_covariates.tsv",
    log:
        "logs/draw_pca_covariates/draw_pca_covariates.log",
    benchmark:
        "logs/draw_pca_covariates/draw_pca_covariates.benchmark.tsv"
    conda:
        "../../envs/figures.yaml"
    params:
        test=config["design"]["test"],
        reference=config["design"]["reference"],
        simulated=SIMULATED,
    message:
        "Draw {output.svg}"
    script:
        "../scripts/draw_pca_covariates.py"
