"""The page: one HTML file that holds everything it shows and asks nothing of any server."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import yaml
from markupsafe import Markup

from claimcheck import __version__
from claimcheck.core.contracts import OWN_LOADER
from claimcheck.core.effect_words import reworded
from claimcheck.figures.registry import OF_GROUPS, Entry, entry_of, read_entries
from claimcheck.page.captions import describe_figure
from claimcheck.page.claims import ClaimResults, ClaimsView, view_claims
from claimcheck.page.drawings import data_address, shorten
from claimcheck.page.explorer import GeneTables, pack_genes
from claimcheck.page.headline import find_cautions, make_headline
from claimcheck.page.interactive import prepare_interaction
from claimcheck.page.methods import read_references
from claimcheck.page.provenance_card import make_card, versions_of
from claimcheck.page.published import describe_published
from claimcheck.page.reviews import as_json, review_claims
from claimcheck.page.sentences import (
    describe_fallbacks,
    describe_fragments,
    describe_heterogeneity,
    describe_model,
    describe_outcome,
    describe_reads,
    describe_size_factors,
    name_differing_panels,
)
from claimcheck.page.set_names import SetNames, link_claims, true_minus
from claimcheck.page.study_words import Calls, Study, count_calls
from claimcheck.page.tables import (
    Column,
    Table,
    as_table,
    design_table,
    extra_table,
    gate_table,
    gates_of_fallbacks,
    gene_table,
    panel_table,
    reads_table,
    sample_table,
    sentence,
    set_table,
    set_test_table,
    top_genes,
    words,
)
from claimcheck.page.templates import page_environment
from claimcheck.provenance.inputs import certificate_of

PAPER_FIELDS = ("doi", "title", "authors", "journal", "year", "licence", "abstract", "source")


@dataclass(frozen=True)
class Results:
    """The tables that the page is made from; those of steps that a study does not have are None.

    Attributes:
        samples: sample, condition, sex, age, tissue, batch, runs, evidence (text).
        gates: gate, scope, status, value, threshold, reason, accepted (text).
        outcomes: question (knockout, tissue), outcome, sentence (text); no row where nothing was asked.
        composition: panel, n_genes, n_detected, log2_ratio, standardised_difference, p_t, p_permutation, differs.
        design: covariate, formula, residual_df, chosen, reason.
        heterogeneity: symbol, difference, p_adjusted; no row where it was not fitted.
        outlier_genes: sample, n_outlier_genes, flagged.
        fallbacks: fit, step, used, instead_of, n_genes, status, reason: what was done in place of what was planned.
        genes: gene_id, symbol, base_mean, log2_fold_change, lfc_se, stat, p_value, p_adjusted,
            log2_fold_change_shrunken.
        summary: quantity, value (text).
        size_factors: sample, size_factor, library_size, method.
        published: as results/differential/published.tsv; None where the study names no such table.
        mapping: as results/quality/mapping.tsv.
        extra: sequence, length, sample, condition, n_reads, per_million: sequences that are no genes; None without reads.
        reads: as results/quality/reads.tsv.
        set_tests: set, family, source, variant, n_genes, effect, p_max, p_max_adjusted, nes, p_prerank, p_prerank_adjusted,
            leading_edge.
        sets: where the sets come from.
        publication: what is known of the paper, by field.
        configuration: the merged configuration, YAML.
        provenance: kind, name, algorithm, value, size of what went in; of the kind software the value is a version.
        gene_tables: what the explorer shows besides the tests.
        claims: the claims register and what was found of it, None where no register was evaluated.
    """

    samples: pd.DataFrame
    gates: pd.DataFrame
    outcomes: pd.DataFrame
    composition: pd.DataFrame
    design: pd.DataFrame
    heterogeneity: pd.DataFrame
    outlier_genes: pd.DataFrame
    fallbacks: pd.DataFrame
    genes: pd.DataFrame
    summary: pd.DataFrame
    size_factors: pd.DataFrame
    published: pd.DataFrame | None
    mapping: pd.DataFrame | None
    reads: pd.DataFrame | None
    extra: pd.DataFrame | None
    set_tests: pd.DataFrame | None
    sets: pd.DataFrame | None
    publication: dict[str, str]
    configuration: str
    provenance: pd.DataFrame
    gene_tables: GeneTables
    claims: ClaimResults | None = None


@dataclass(frozen=True)
class FigureView:
    """A figure as the page shows it.

    Attributes:
        key: what its name adds to the entry's.
        image: a data URI.
        width: in points.
        linked: whether its files lie beside the page.
    """

    name: str
    entry: Entry
    key: str
    image: Markup
    width: float
    alt: str
    caption: str
    linked: bool


@dataclass(frozen=True)
class FamilyView:
    """A family of gene sets as the page shows it."""

    name: str
    figures: list[FigureView]
    table: Table
    sentence: str


def prepare_page(study: Study, results: Results, figures: Sequence[Path], template: Path) -> Callable[[bool], str]:
    """Gather all that the page of a study says, and return the function that writes it.

    Args:
        study: names, direction, alpha.
        results: tables.
        figures: SVG files, named after what they show.
        template: the page's Jinja template; the files that it includes, its script and the entries of figures lie beside it.

    Returns:
        Takes whether the files of the study lie beside the page, so that their names are links, and returns HTML. All text of the
        study is escaped.
    """
    environment = page_environment(template.parent)
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    calls = count_calls(results.genes, results.samples, study)
    entries = read_entries(template.parent / "figures.yaml")
    drawn = {path.stem: _view(path, study, calls, entries) for path in figures}
    sampled = results.samples.merge(results.size_factors, on="sample", how="left", validate="1:1")
    if results.mapping is not None:
        sampled = sampled.merge(results.mapping, on="sample", how="left")
    gates = pd.concat([results.gates, gates_of_fallbacks(results.fallbacks)], ignore_index=True)
    found = results.claims
    names = SetNames(results.gene_tables.sets)
    claims = (
        None
        if found is None
        else view_claims(found, results.outcomes, results.genes, results.samples, study, names=names)
    )
    settings = yaml.load(results.configuration, Loader=OWN_LOADER)
    published = None if results.published is None else describe_published(results.published, settings["study"], study)
    linked_claims = claims.anchors if claims else frozenset()
    environment.filters["coded"] = lambda text: names.both(true_minus(text))
    environment.filters["claims_linked"] = lambda text: link_claims(names.both(text), linked_claims)
    headline = make_headline(
        results.samples, None if found is None else found.verdicts, None if found is None else found.register, study
    )
    explored = "exploratory" in drawn or bool(claims and claims.exploratory.rows)
    interest = results.genes[results.genes["gene_id"].isin(study.label_genes)].sort_values("symbol")
    said = dict(
        study=study,
        calls=calls,
        claims=claims,
        headline=headline,
        version=__version__,
        # what would end the script is written as JSON writes it
        reviews=Markup(make_reviews(results, study).replace("<", "\\u003c")),
        statements=claims.abstract if claims else [],
        sections=_sections(claims, explored=explored),
        paper=dict.fromkeys(PAPER_FIELDS, "") | results.publication,
        cautions=find_cautions(claims, gates, published),
        published=published,
        samples=sample_table(sampled, study),
        gates=gate_table(gates),
        size_factors=describe_size_factors(results.size_factors),
        fallbacks=describe_fallbacks(results.fallbacks),
        outcomes=results.outcomes.to_dict("records"),
        differing=true_minus(names.plain(name_differing_panels(results.composition, results.gates, study))),
        panels=panel_table(results.composition, study),
        model=describe_model(results.design),
        design=design_table(results.design),
        heterogeneity=describe_heterogeneity(results.heterogeneity, results.design, study),
        outlier_samples=list(results.outlier_genes.loc[results.outlier_genes["flagged"].eq(True), "sample"]),
        reads=None if results.reads is None else reads_table(results.reads),
        measured="" if results.reads is None else describe_reads(results.reads),
        assumed="" if results.mapping is None else describe_fragments(results.mapping),
        extra=None if results.extra is None or results.extra.empty else extra_table(results.extra, study),
        n_status=gates["status"].value_counts().to_dict(),
        outcome=describe_outcome(results.genes, study, calls),
        top_genes=top_genes(results.genes, study),
        interest=gene_table(interest, study, "The genes of interest."),
        absent=sorted(set(study.label_genes) - set(results.genes["gene_id"])),
        summary=as_table(
            results.summary,
            [Column("meaning", "what was counted", sentence), Column("value", "number", words)],
            "Numbers of the differential test.",
        ),
        explored=explored,
        sets=None if results.sets is None else set_table(results.sets),
        configuration=results.configuration,
        settings=settings,
        versions=versions_of(results.provenance),
        card=make_card(results.samples, results.configuration, results.provenance, study),
        **read_references(template.parent / "references.yaml").helpers(),
        interaction=prepare_interaction(
            pack_genes(results.genes, results.gene_tables, results.samples, results.size_factors, study),
            template.parent,
        ),
    )

    def write(linked: bool) -> str:
        views = {name: replace(view, linked=linked) for name, view in drawn.items()}

        def at(place: str) -> list[FigureView]:
            chosen = (view for view in views.values() if view.entry.place == place)
            return sorted(chosen, key=lambda view: view.entry.order)

        return environment.get_template(template.name).render(
            said,
            linked=linked,
            views=views,
            at=at,
            families=_families(study, results.set_tests, at("sets"), names),
            opposed=[view for view in views.values() if view.entry.place == "sets" and view.key not in study.families],
        )

    return write


def make_reviews(results: Results, study: Study) -> str:
    """Write the verdicts as JSON-LD, "" without claims."""
    if results.claims is None:
        return ""
    return as_json(
        review_claims(
            results.claims.verdicts,
            results.claims.register,
            title=study.title,
            paper=results.publication,
            certificate=certificate_of(results.provenance),
            simulated=study.simulated,
        )
    )


def _sections(claims: ClaimsView | None, *, explored: bool) -> list[tuple[str, str, bool]]:
    """List the sections of the page: anchor, name, and whether this study has it."""
    has_claims = claims is not None
    return [
        ("claims", "Verdicts", has_claims),
        ("summary", "Summary", not has_claims),
        ("abstract", "Abstract", has_claims),
        ("artefacts", "Other explanations", has_claims),
        ("genes", "Genes", True),
        ("samples", "Samples and quality", True),
        ("sets", "Gene sets", True),
        ("robustness", "Robustness", has_claims),
        ("power", "Power", bool(claims and claims.power)),
        ("exploratory", "Without a verdict", explored),
        ("nulls", "Negative controls", True),
        ("can-say", "What this page can say", True),
        ("methods", "Methods", True),
        ("provenance", "Data and provenance", True),
        ("cite", "Cite and keep", True),
        ("made", "Figures and settings", True),
        ("truth", "Planted truth", bool(claims and claims.truth)),
    ]


def _view(path: Path, study: Study, calls: Calls, entries: Mapping[str, Entry]) -> FigureView:
    entry, key = entry_of(path.stem, entries)
    alt, caption = describe_figure(path.stem, study, calls, entries)
    if entry.section not in OF_GROUPS:
        alt, caption = (reworded(text, study.test, study.reference, study.interaction) for text in (alt, caption))
    drawing = path.read_text(encoding="utf-8")
    printed = re.search(r'<svg[^>]*? width="([\d.]+)pt"', drawing)
    width = float(printed[1]) if printed else 0.0
    if study.simulated:
        alt = f"Simulated data. {alt}"
    return FigureView(
        path.stem, entry, "".join(key.values()), data_address(shorten(drawing)), width, alt, caption, linked=False
    )


def _families(
    study: Study, tests: pd.DataFrame | None, views: Sequence[FigureView], names: SetNames
) -> list[FamilyView]:
    if tests is None:
        return []
    families = []
    for name in study.families:
        chosen = tests[tests["family"] == name]
        low = chosen[chosen["p_max_adjusted"] < study.alpha].sort_values("set")
        up = list(low.loc[low["effect"] > 0, "set"])
        down = list(low.loc[low["effect"] < 0, "set"])
        n_ranked = int((chosen["p_prerank_adjusted"] < study.alpha).sum())
        named = "".join(
            f" Higher in {group}: {'; '.join(map(names.plain, sets))}."
            for group, sets in ((study.effect.up, up), (study.effect.down, down))
            if sets
        )
        sentence = (
            f"Of {len(chosen)} set{'s' * (len(chosen) != 1)} tested, {len(low)} move{'s' * (len(low) == 1)} both by rotation "
            f"and more than other genes by CAMERA (the larger p, adjusted over all sets tested, below {study.alpha:g}).{named} "
            f"Ranking alone would name {n_ranked}."
        )
        families.append(
            FamilyView(
                name=name,
                figures=[view for view in views if view.key == name],
                table=set_test_table(tests, name),
                sentence=sentence,
            )
        )
    return families
