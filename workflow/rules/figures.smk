"""Figures, each from an entry of report/figures.yaml: those of a section are drawn in one job, `draw_<section>`.

Outputs: results/figures/<figure>.svg, .pdf and .tsv (exactly what is drawn)

`snakemake quality` draws those of the quality phase, whatever the gates say.
"""

from tempfile import TemporaryDirectory

from claimcheck.figures.registry import (
    figures_of_study,
    read_entries,
    sections_of,
    write_captions,
)

DRAWN = figures_of_study(
    read_entries(SCRIPTS.parent / "report" / "figures.yaml"),
    config,
    {"archive": FROM_ARCHIVE, "explored": bool(REQUESTS.explored)},
)
SECTIONS = {section.name: section for section in sections_of(DRAWN)}
# Snakemake reads a caption from a file, and only where it makes its report: these go when it ends.
CAPTIONS_FOLDER = TemporaryDirectory(prefix="claimcheck.")
CAPTIONS = write_captions(DRAWN, Path(CAPTIONS_FOLDER.name))


localrules:
    quality,


rule quality:
    input:
        "results/quality/gates.tsv",
        drawings("svg", SECTIONS["quality"].figures),
    message:
        "Quality, composition and identity are assessed: results/quality, results/identity, results/figures"


for section in SECTIONS.values():

    rule:
        name:
            f"draw_{section.name}"
        input:
            tables=section.tables,
            claims=REGISTER["claims"] if "register" in section.needs else [],
            gene_sets=(
                REGISTER["gene_sets"]
                if {"register", "gene_sets"} & section.needs
                else []
            ),
            transcripts=(
                GENE_TABLES["transcripts"] if "transcripts" in section.needs else []
            ),
        output:
            svg=list(map(drawing, section.figures)),
            pdf=drawings("pdf", section.figures),
            table=drawings("tsv", section.figures),
        log:
            f"logs/draw_{section.name}/draw_{section.name}.log",
        benchmark:
            f"logs/draw_{section.name}/draw_{section.name}.benchmark.tsv"
        localrule: True
        conda:
            "../../envs/figures.yaml"
        params:
            figures=section.params,
            test=config["design"]["test"],
            reference=config["design"]["reference"],
            simulated=SIMULATED,
        message:
            f"Draw the figures of the section {section.name}: {len(section.figures)}"
        script:
            "../scripts/draw_section.py"
