"""Every key of the claims register does something: changed, it changes a result or what other steps do, or is refused."""

import copy
import functools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from claimcheck.claims import checks, evaluate, measurements, requests, wald
from claimcheck.claims import register as reading
from claimcheck.claims import tests as measure
from claimcheck.claims.artefacts import add_readouts
from claimcheck.claims.decide import EarlierResults
from claimcheck.claims.register import describe_register
from claimcheck.claims.resolve import planned_genes, planned_sets, readout_genes
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import check, load_schema
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.filtering import filter_genes
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.figures.named import standards_of
from claimcheck.page.captions import Study
from claimcheck.page.claims import ClaimResults, view_claims
from claimcheck.page.set_names import SetNames
from support.defaults import detected_genes, fit, score_panels

# A world of 240 genes: every set is a block of eight, shifted in the test group.

SHIFTS = {
    "UP": 1.2,
    "DOWN": -1.2,
    "FLAT": 0.0,
    "STILL": 0.0,
    "SOURCE1": 1.0,
    "SOURCE2": 0.8,
    "SOURCE3": 0.1,
    "MIXED": 0.3,
    "PANEL": 0.9,
    "QUIET": 0.0,
    "HOUSE": 0.0,
    "SEEN": 0.5,
}
GENES = [f"g{number:03d}" for number in range(240)]
SYMBOL = {gene: gene.upper() for gene in GENES}
MEMBERS = pd.DataFrame(
    [(name, GENES[8 * block + n]) for block, name in enumerate(SHIFTS) for n in range(8)], columns=["set", "gene_id"]
)
MEMBERS["symbol"] = MEMBERS["gene_id"].map(SYMBOL)
SETS = pd.DataFrame({"set": list(SHIFTS), "family": ["first"] * 6 + ["second"] * 6})
VARIATION = pd.DataFrame(
    {"symbol": SYMBOL, "dispersion": 0.02, "log2_length": dict(zip(GENES, np.tile([-1.0, 0.0, 1.0], 80), strict=True))}
).assign(factor_1=0.1, factor_2=0.0, factor_3=0.0)
REFERENCE = pd.DataFrame(
    {"gene_id": GENES, "log2_marrow_over_clean": np.tile([0.0, 0.0, 0.0, 2.0, 1.0, 0.0, 0.0, 0.0], 30)}
)
REFERENCE.loc[
    REFERENCE["gene_id"].isin(MEMBERS.loc[MEMBERS["set"] == "PANEL", "gene_id"]), "log2_marrow_over_clean"
] = 2.0
GROUPS = Design("knockout", "control")


def gene(name, number):
    """Name a gene of a set, or of none, as the register does."""
    found = f"g{8 * list(SHIFTS).index(name) + number:03d}" if name else f"g{number:03d}"
    return {found: SYMBOL[found]}


def genes(name, *numbers):
    return {key: symbol for number in numbers for key, symbol in gene(name, number).items()}


@functools.cache
def world():
    rng = np.random.default_rng(3)
    sheet = pd.DataFrame(
        {
            "sample": [f"s{n}" for n in range(8)],
            "condition": ["control"] * 4 + ["knockout"] * 4,
            "sex": ["female", "male"] * 4,
            "cage": ["a", "a", "b", "b"] * 2,
        }
    )
    of_test = (sheet["condition"] == "knockout").to_numpy()
    shift = np.zeros(240)
    for name, size in SHIFTS.items():
        shift[MEMBERS.index[MEMBERS["set"] == name]] = size
    shift[200:204] = 1.5, -1.5, 1.1, 0.25
    shift[3] += 0.5  # a gene that is thinned out
    level = rng.normal(8.5, 1.0, 240)[:, None] + np.outer(shift, of_test) + rng.normal(0, 0.25, (240, 8))
    level[::8] -= 6.5  # hardly expressed
    level[88:96] += rng.normal(0, 0.4, 8)  # a set that varies
    level[80:88] += np.outer(np.ones(8), [0.5, 0, 0, -0.5, 0.1, 0.2, 0, 0])
    level[16:24, 4:] += [0.8, -0.5, 0, 0]
    depth = np.array([1, 1.2, 0.9, 1.1, 1, 0.8, 1.1, 0.9])
    counts = pd.DataFrame(rng.poisson(2.0**level * depth), index=GENES, columns=sheet["sample"])
    levels = log2_cpm(counts, counts.sum())
    of_panels = {name: set(MEMBERS.loc[MEMBERS["set"] == name, "gene_id"]) for name in ("PANEL", "QUIET", "SEEN")}
    detected = detected_genes(levels, of_panels, sheet.set_index("sample")["condition"])
    scores = score_panels(levels, detected)
    wide, of_levels = (
        scores.pivot(index="sample", columns="panel", values=value).reindex(sheet["sample"])
        for value in ("score", "level")
    )
    return sheet, counts, wide, of_levels


# A register with every key of the schema.

TESTED = {
    "about": ["A1"],
    "notes": "A caveat.",
    "label": "inferred",
    "needs": ["Q1"],
    "vetoes": ["quiet"],
    "shown": ["SEEN"],
    "shown_genes": genes("", 230, 231),
}
OF_SETS = TESTED | {"removed": genes("SEEN", 1) | genes("UP", 7) | genes("FLAT", 7)}
EVERY = {
    "title": "Every key",
    "publication": "10.1000/x",
    "statements": {"A1": "It moves.", "A2": "It stays."},
    "primary": {
        "configuration": {"differential.min_count": 10, "design.covariates": "auto"},
        "alternatives": {
            "covariates": ["none", "cage", "quiet"],
            "low_count_filter": [5],
            "size_factors": ["standard"],
            "set_variant": ["full", "thin"],
            "samples": ["flagged outliers left out"],
            "set_test": ["rotation", "CAMERA"],
            "gene_test": ["moderated t"],
            "shrinkage": ["apeglm"],
            "set_source": ["other sources of the same family"],
        },
        "tests": {
            "rotations": 199,
            "seed": 5,
            "least_correlation": 0.01,
            "interval": 0.95,
            "equivalence_interval": 0.9,
            "power": 0.8,
            "few_residual_df": 3,
            "score_animals": 4,
            "small_p": 0.02,
            "small_p_rotations": 999,
        },
        "thresholds": {"gene": 0.5, "set": 0.2, "signed_set": 0.1},
        "verdict": {
            "alpha": 0.5,
            "min_animals": 3,
            "min_set_genes": 4,
            "share_detected": 0.5,
            "detected_counts": 10,
            "leave_one_out_p": 0.024,
            "leave_one_out_lost": 5,
            "k_supported": 0.999,
            "k_weak": 0.3,
            "k_effect_share": 0.5,
            "camera_p": 0.5,
            "veto_p": 0.05,
            "veto_effect_kept": 0.5,
            "veto_chance": 0.1,
            "underpowered_ratio": 2,
        },
        "cells": {"name": "some of the cells", "share": 0.2},
        "procedure": {
            "weights": {
                "G1": 0.2,
                "S1": 0.2,
                "S2": 0.4,
                "C1": 0.099,
                "M1": 0.05,
                "G2": 0,
                "C2": 0.001,
                "I2": 0,
                "E1": 0,
                "E2": 0,
                "E3": 0.05,
                "E3_changed": 0,
            },
            "edges": {"G1": {"S1": 0.5, "G2": 0.5}, "S1": {"G1": 0.5, "S2": 0.5}, "E3": {"E3_changed": 1}},
        },
        "negative_controls": {
            "random_sets": 4,
            "labellings": 2,
            "rotations": 99,
            "false_support_warn": 1,
            "housekeeping": "HOUSE",
            "matching": {"nearest_genes": 100, "strengths": [0, 1], "trials": 3},
        },
        "variants": {"full": {}, "thin": {"above": {"log2_marrow_over_clean": 1.5}, "sets": ["HOUSE"]}},
        "removed": [
            {"why": "it is deleted", "genes": genes("UP", 0)},
            {"why": "it counts elsewhere", "families": ["first"], "genes": genes("DOWN", 1)},
            {"why": "it is doubtful", "sets": ["FLAT"], "genes": genes("FLAT", 1)},
        ],
        "optional_sets": {"ELSEWHERE": "a set that others have"},
    },
    "vetoes": {
        "loud": {
            "panels": ["PANEL"],
            "slope": {"gene": 0.5, "set": 0.3, "signed_set": 0.2},
            "reference": "log2_marrow_over_clean",
        },
        "quiet": {"panels": ["QUIET"]},
    },
    "claims": [
        {
            "id": "Q1",
            "kind": "quality",
            "statement": "It is gone.",
            "question": "knockout",
            "about": ["A1"],
            "notes": "x",
        },
        {
            "id": "Q2",
            "kind": "quality",
            "statement": "It is bone.",
            "question": "tissue",
            "about": ["A2"],
            "notes": "x",
        },
        {
            "id": "G1",
            "kind": "gene",
            "statement": "G200 rises.",
            "gene": genes("", 200),
            "direction": "up",
            "threshold": 0.6,
        }
        | TESTED
        | {"best_grade": "higher", "vetoes": ["quiet"], "covariate": ["QUIET"], "removed": genes("SEEN", 1)},
        {
            "id": "G2",
            "kind": "gene",
            "statement": "G201 falls.",
            "gene": genes("", 201),
            "direction": "down",
            "needs": ["Q1"],
            "vetoes": ["loud"],
        },
        {
            "id": "S1",
            "kind": "set",
            "statement": "The set rises.",
            "set": "UP",
            "direction": "up",
            "threshold": 0.4,
            "variant": "full",
            "accompanied_by": {
                "sets": ["SOURCE1", "STILL"],
                "at_least": 1,
                "threshold": 0.3,
                "removed": genes("SOURCE1", 3),
            },
            "leading_edge": {"genes": genes("UP", 0, 1), "at_least": 1},
            "beyond": {"set": "SOURCE1", "what": "the number of cells"},
            "sensitivity": {
                "core": {
                    "parts": [{"set": "UP", "weight": 1}, {"genes": genes("", 206, 207), "weight": 1}],
                    "removed": genes("UP", 5),
                    "zero_weight": genes("UP", 6),
                }
            },
        }
        | OF_SETS
        | {"best_grade": "higher", "vetoes": ["loud"], "covariate": ["QUIET"]},
        {"id": "S2", "kind": "set", "statement": "It moves.", "set": "MIXED", "direction": "either", "needs": ["Q1"]},
        {
            "id": "S3",
            "kind": "set",
            "statement": "It moves along.",
            "set": "SOURCE1",
            "direction": "up",
            "needs": ["Q1"],
            "beyond": {"set": "UP", "what": "the number of cells"},
        },
        {
            "id": "C1",
            "kind": "signed_set",
            "statement": "The balance rises.",
            "parts": [{"set": "UP", "weight": 1}, {"genes": genes("DOWN", 1, 2, 3, 4, 5), "weight": -1}],
            "zero_weight": genes("UP", 2),
            "direction": "up",
            "threshold": 0.3,
            "variant": "full",
            "sensitivity": {"one": {"parts": [{"set": "UP", "weight": 1}]}},
        }
        | OF_SETS
        | {"best_grade": "higher", "covariate": ["QUIET"]},
        {
            "id": "C2",
            "kind": "signed_set",
            "statement": "The balance falls.",
            "parts": [{"set": "SOURCE1", "weight": 1}, {"set": "DOWN", "weight": -1}],
            "direction": "down",
            "needs": ["Q1"],
            "vetoes": ["loud"],
        },
        {
            "id": "M1",
            "kind": "multi_source",
            "statement": "Two sources rise.",
            "sources": ["SOURCE1", "SOURCE2", "SOURCE3"],
            "at_least": 2,
            "direction": "up",
            "threshold": 0.3,
            "variant": "full",
            "sensitivity": {"one": {"parts": [{"set": "UP", "weight": 1}]}},
        }
        | OF_SETS
        | {"best_grade": "higher", "covariate": ["QUIET"], "removed": genes("SOURCE1", 2)},
        {"id": "I1", "kind": "intersection", "statement": "Both hold.", "members": ["G1", "S1"]}
        | {key: value for key, value in TESTED.items() if key != "vetoes"}
        | {"best_grade": "higher", "removed": genes("SEEN", 1)}
        | {
            "accompanied_by": {
                "sets": ["SOURCE1", "STILL"],
                "at_least": 1,
                "threshold": 0.3,
                "removed": genes("SOURCE1", 3),
            }
        },
        {
            "id": "I2",
            "kind": "intersection",
            "statement": "A model holds.",
            "models": {
                "both": {"direction": "up", "genes": genes("", 200, 202)},
                "other": {"direction": "down", "genes": genes("", 201, 203)},
            },
            "threshold": 0.3,
            "best_grade": "as {model} says",
            "covariate": ["QUIET"],
            "needs": ["Q1"],
            "vetoes": ["loud"],
        },
        {
            "id": "E1",
            "kind": "equivalence",
            "statement": "A gene stays.",
            "gene": genes("FLAT", 3),
            "margin": 1.5,
            "presence": {"present_tpm": 3300, "present_share": 0.75, "absent_tpm": 2930, "absent_share": 0.5},
            "needs": ["Q1"],
        },
        {
            "id": "E2",
            "kind": "equivalence",
            "statement": "A set stays.",
            "set": "FLAT",
            "margin": 0.9,
            "variant": "thin",
            "sensitivity": {"one": {"parts": [{"set": "STILL", "weight": 1}]}},
        }
        | OF_SETS
        | {"best_grade": "as it was", "covariate": ["QUIET"]},
        {
            "id": "E3",
            "kind": "noninferiority",
            "statement": "A set does not fall.",
            "set": "SOURCE2",
            "direction": "not_lower",
            "margin": -0.2,
            "superiority": 0.3,
            "variant": "thin",
            "sensitivity": {"one": {"parts": [{"set": "STILL", "weight": 1}]}},
        }
        | OF_SETS
        | {"covariate": ["QUIET"], "removed": genes("SOURCE2", 2)},
        {
            "id": "E4",
            "kind": "noninferiority",
            "statement": "A gene does not rise.",
            "gene": genes("", 201),
            "direction": "not_higher",
            "margin": 0.2,
            "needs": ["Q1"],
            "best_grade": "kept",
        },
        {
            "id": "P1",
            "kind": "specificity",
            "statement": "Only this moves.",
            "members": ["G1", "S1"],
            "at_least": 1,
            "direction": "up",
            "controls": ["FLAT", "STILL"],
            "rivals": ["STILL"],
            "margin": 0.9,
            "variant": "full",
            "sensitivity": {"one": {"parts": [{"set": "STILL", "weight": 1}]}},
        }
        | OF_SETS
        | {"best_grade": "only this"},
        {
            "id": "N1",
            "kind": "not_testable",
            "statement": "The cells die.",
            "why": "cells are counted",
            "assay": "sections",
            "about": ["A1"],
            "notes": "x",
            "proxies": {"claims": ["G1"], "sets": ["SEEN"], "genes": genes("", 232, 233)},
        },
        {
            "id": "X1",
            "kind": "exploratory",
            "statement": "What else moves?",
            "about": ["A1"],
            "notes": "x",
            "sets": ["SEEN"],
            "genes": genes("", 234, 235),
            "variant": "thin",
        },
    ],
    "lead": ["G1"],
    "artefacts": {
        "readouts": {
            "up": {"claim": "S1", "set": "UP"},
            "one": {"claim": "G1", "gene": genes("", 200)},
            "still": {"set": "STILL"},
            "long": {"slope": "log2_length"},
        },
        "worlds": [
            {
                "name": "marrow",
                "explanation": "Less marrow.",
                "prior": 1,
                "predicts": {"up": 1.0, "one": 0.4, "still": 0, "long": 0},
            },
            {
                "name": "model",
                "explanation": "It does what it should.",
                "claimed": True,
                "predicts": {"up": 0.4, "one": 0.4, "still": "kept_or_up", "long": 0.1},
            },
        ],
        "pattern": {
            "reference_animals": 5,
            "inflation": 1.5,
            "between_groups": 0.25,
            "size": {"df": 3, "doublings": 0.7, "least": 0.25, "most": 4, "points": 5},
            "deviation": {"of_change": 0.2, "elsewhere": 0.1},
            "prior": 0.3,
            "together": 0.5,
            "unknown": {"name": "something else", "prior": 1, "deviation": 0.4},
            "odds": 1,
            "calibration": "Mostly right.",
        },
    },
}


# From a register to all that it decides.


@pytest.fixture(scope="module", autouse=True)
def quick():
    """Measure alike models of alike plans once, read every schema once, and check every part once."""
    patch = pytest.MonkeyPatch()
    kept = {}

    def once(function, key):
        def call(*arguments, **options):
            name = (function.__name__, key(*arguments), *options.items())
            if name not in kept:
                kept[name] = function(*arguments, **options)
            return kept[name]

        return call

    def of_data(data):
        return tuple(data.samples["condition"]), data.gene_ids

    def of_plan(data):
        rows = data.planned.attrs["whole"], data.planned.index.to_numpy().tobytes()
        return of_data(data), data.tests, data.detected_counts, rows

    compare = once(measure.compare, lambda data, model: (of_data(data), model))
    sets = once(measure.measure_sets, lambda data, comparison: (of_plan(data), id(comparison)))
    wald_genes = once(wald.wald_genes, lambda data, comparison, model: (of_data(data), data.tests, model))
    for module in (evaluate, measurements):
        patch.setattr(module, "compare", compare)
        patch.setattr(module, "measure_sets", sets)
    patch.setattr(measurements, "wald_genes", wald_genes)
    schemas = functools.cache(load_schema)
    patch.setattr(reading, "load_schema", schemas)
    patch.setattr(checks, "load_schema", schemas)
    patch.setattr(reading, "load_yaml", lambda path, **_: CONTENT[0])
    patch.setattr(reading, "check", once(check, lambda part, schema: (repr(part), schema.get("$ref"))))
    yield
    patch.undo()


CONTENT = [EVERY]


@functools.cache
def fitted(keep):
    sheet, counts, _, _ = world()
    filtered = filter_genes(counts, sheet, min_count=10, keep=set(keep))
    return fit(filtered, sheet, GROUPS, alpha=0.05)[0]


def read(content):
    CONTENT[0] = content
    return reading.read_register(Path(__file__), sets=SETS, members=MEMBERS)


def asked(register):
    """Say what other steps are asked for."""
    of_variants = [requests.left_out_genes(register, name, {}, REFERENCE) for name in register.primary["variants"]]
    kept = tuple(sorted({*planned_genes(register)["gene_id"], *readout_genes(register)}))
    sections = sorted({key.partition(".")[0] for key in register.primary["configuration"]})
    return kept, of_variants, register.tests.levels, sections


def decided(register):
    """Decide every claim, and put together what the page says: tables, and the page's view of them, by name."""
    sheet, counts, scores, of_levels = world()
    ids = tuple(dict.fromkeys([*planned_genes(register)["gene_id"], *readout_genes(register)]))
    housekeeping = register.primary["negative_controls"].get("housekeeping")
    planned = planned_sets(register, SETS, MEMBERS, REFERENCE)
    planned = add_readouts(planned, register, MEMBERS, (housekeeping,) if housekeeping else ()).reset_index(drop=True)
    planned.attrs["whole"] = hash(tuple(map(tuple, planned.to_numpy())))
    data = measure.Data(
        counts=counts,
        samples=sheet,
        design=GROUPS,
        composition_genes=frozenset(MEMBERS.loc[MEMBERS["set"] == "HOUSE", "gene_id"]),
        panels=scores,
        panel_levels=of_levels,
        set_genes={str(name): tuple(rows) for name, rows in MEMBERS.groupby("set")["gene_id"]},
        reference=REFERENCE.set_index("gene_id"),
        planned=planned,
        gene_ids=ids,
        tests=register.tests,
        detected_counts=register.rules.detected_counts,
    )
    outcomes = [("knockout", "confirmed", "confirmed: gone"), ("tissue", "contradicted", "contradicted: no bone")]
    study = EarlierResults(
        genes=fitted(tuple(sorted(ids))),
        tpm=counts / counts.sum() * 1e6,
        gates=pd.DataFrame(columns=["gate", "scope", "status", "reason"]),
        outcomes=pd.DataFrame(outcomes, columns=["question", "outcome", "sentence"]),
        outliers=("s4",),
        min_count=10,
        min_residual_df=4,
        available=tuple(SETS["set"]),
        variation=VARIATION,
    )
    tables = evaluate.evaluate(register, data, study)
    found = describe_register(register, {"differential": {"min_count": 10}, "design": {"covariates": "auto"}})
    tables["register"] = found[~found["key"].str.endswith("digest")]
    return tables, found, study


def page_of(register, tables, found, study):
    shown = {name: tables[name] for name in ClaimResults.__dataclass_fields__ if name in tables and name != "register"}
    for name in ("verdicts", "robustness"):
        shown[name] = shown[name].assign(n_genes=pd.to_numeric(shown[name]["n_genes"], errors="coerce"))
    results = ClaimResults(register=register, identification=found.assign(value=found["value"].astype(str)), **shown)
    about = Study("Every key", "", False, "counts", "knockout", "control", 0.05)
    nothing = SetNames(pd.DataFrame(columns=["set", "description"]))
    view = view_claims(results, study.outcomes, study.genes, world()[0], about, names=nothing)
    return repr(replace(view, digest="", file_digest="")), standards_of(register, 10)


BROAD = {"score_animals", "k_supported", "k_weak"}
"""Keys that show what they do where much is done otherwise."""
OF_ALL_CLAIMS = {"cells", "procedure", "vetoes"} | {
    *("signed_set", "min_set_genes", "share_detected", "leave_one_out_lost", "k_effect_share", "veto_chance"),
    "underpowered_ratio",
}
"""Groups of keys, and keys, that show what they do in one claim or the other."""


def register_for(path):
    """Keep what a key needs to show what it does, since every further specification, control and claim takes time."""
    content = copy.deepcopy(EVERY)
    primary = content["primary"]
    if path[-1] not in BROAD and not (path[0] != "claims" and OF_ALL_CLAIMS & {*path}):
        needed = {"Q1", "Q2", "G1", "S1"}
        if path[0] == "claims":
            needed.add(EVERY["claims"][path[1]]["id"])
        content["claims"] = [claim for claim in content["claims"] if claim["id"] in needed]
        del primary["procedure"]  # which names others
    if path[-1] not in BROAD:
        primary["alternatives"] = {axis: ways for axis, ways in primary["alternatives"].items() if axis == path[-1]}
    if path[1:2] != ("negative_controls",):
        primary["negative_controls"] |= {"random_sets": 0, "labellings": 0}
    return content


def with_value(path, value):
    """Give a key of `register_for` another value."""
    content = register_for(path)
    part, keys = content, list(path)
    if path[0] == "claims":
        part = next(claim for claim in content["claims"] if claim["id"] == EVERY["claims"][path[1]]["id"])
        keys = keys[2:]
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    return content


@functools.cache
def unchanged(path):
    register = read(register_for(path))
    tables, found, study = decided(register)
    return asked(register), tables, page_of(register, tables, found, study)


def changes_something(path, register):
    """Tell whether another register asks for something else, decides something else, or is shown otherwise."""
    is_special = path[-1] in BROAD | OF_ALL_CLAIMS or path[1:2] == ("alternatives",)
    before, tables, page = unchanged(path if is_special else path[:2])
    if asked(register) != before:
        return True
    try:
        others, found, study = decided(register)
    except StudyError:
        return True
    if any(not frame.equals(others[name]) for name, frame in tables.items()):
        return True
    return page_of(register, others, found, study) != page


# Walking the schema.

SCHEMA = load_schema("claims.schema.yaml")
WORDS = {
    "set": list(SHIFTS),
    "claim": [claim["id"] for claim in EVERY["claims"]],
    "variant": ["full", "thin"],
    "other": ["quiet", "loud", "Q1", "Q2", "A1", "A2", "first", "second", "core", "none", "sex"],
}


def resolved(schema):
    while "$ref" in schema:
        schema = {
            **SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]],
            **{k: v for k, v in schema.items() if k != "$ref"},
        }
    return schema


def below(place, key):
    """Go down to a key; the runs of a sensitivity analysis are the same in claims of all kinds."""
    return (key,) if key == "sensitivity" else (*place, key)


def leaves(schema, value, path=(), place=()):
    """List (path in the register, place in the schema, the leaf's schema); of a list or of names the first item stands for all."""
    schema = resolved(schema)
    if place == ("claims",):
        for number, claim in enumerate(value):
            yield from leaves(SCHEMA["$defs"][claim["kind"]], claim, (*path, number), (claim["kind"],))
    elif "properties" in schema:
        for key, part in schema["properties"].items():
            if key in value:
                yield from leaves(part, value[key], (*path, key), below(place, key))
    elif schema.get("type") == "object":
        named = schema["additionalProperties"]
        if resolved(named).get("properties"):
            for name in value:
                yield from leaves(named, value[name], (*path, name), (*place, "*"))
        else:
            yield path, place, schema
    elif schema.get("type") == "array" and resolved(schema["items"]).get("properties"):
        for number, item in enumerate(value):
            yield from leaves(schema["items"], item, (*path, number), (*place, "*"))
    else:
        yield path, place, schema


def places(schema, place=()):
    """List the places of all leaves of the schema."""
    schema = resolved(schema)
    if place == ("claims",):
        for kind in resolved(SCHEMA["$defs"]["claim"])["properties"]["kind"]["enum"]:
            yield from places(SCHEMA["$defs"][kind], (kind,))
    elif "properties" in schema:
        for key, part in schema["properties"].items():
            yield from places(part, below(place, key))
    elif schema.get("type") == "object" and resolved(schema["additionalProperties"]).get("properties"):
        yield from places(schema["additionalProperties"], (*place, "*"))
    elif schema.get("type") == "array" and resolved(schema["items"]).get("properties"):
        yield from places(schema["items"], (*place, "*"))
    else:
        yield place


def others(value, schema, kind="other"):
    """List other values that may be allowed in a leaf's place."""
    schema = resolved(schema)
    if "enum" in schema:
        return [other for other in schema["enum"] if other != value] or ["unknown"]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        whole = schema.get("type") == "integer"
        found = [
            value * 2,
            value / 2,
            0.01,
            0.98,
            value + 1,
            value / 10,
            value * 10,
            0,
            0.999,
            1,
            value * 1.1,
            value * 0.9,
        ]
        found = [int(number) if whole else number for number in found]
        return [number for number in found if number != value]
    if isinstance(value, str):
        return [word for word in (*WORDS[kind], *WORDS["other"], f"{value} x", f"{value}0") if word != value]
    if isinstance(value, list):
        more = others(value[0], schema.get("items", {}), kind)
        return [value[1:], value[:-1], *([item, *value[1:]] for item in more), *([*value, item] for item in more)]
    if isinstance(value, dict):
        first, *rest = value.items()
        part = schema.get("additionalProperties", {})
        of_value = [
            {**value, first[0]: other} for other in others(first[1], part if isinstance(part, dict) else {}, kind)
        ]
        is_gene = first[0] in SYMBOL
        fewer = [dict(rest)] if rest else []
        return [*fewer, *([{**value, "g239": "G239"}, {"g238": "G238"}] if is_gene else of_value)]
    raise AssertionError(value)


def kind_of(place):
    """Say what kind of name stands at a place."""
    key = next(part for part in reversed(place) if part != "*")
    of_sets = {"set", "sets", "sources", "controls", "rivals", "shown", "covariate", "panels", "housekeeping"}
    if key in of_sets:
        return "set"
    return (
        "claim"
        if key in {"claim", "claims", "members", "lead"}
        else "variant"
        if key in {"variant", "set_variant"}
        else "other"
    )


LEAVES: dict[tuple[str, ...], list] = {}
for path, place, schema in leaves(SCHEMA, EVERY):
    LEAVES.setdefault(place, []).append((path, schema))


def test_the_register_of_this_test_has_every_key_of_the_schema():
    missing = [".".join(place) for place in dict.fromkeys(places(SCHEMA)) if place not in LEAVES]
    assert not missing


@pytest.mark.whole_run
@pytest.mark.parametrize("place", LEAVES, ids=".".join)
def test_every_key_changes_something_or_is_refused(place):
    allowed = []
    for path, schema in LEAVES[place]:
        read(register_for(path))
        value = functools.reduce(lambda part, key: part[key], path, EVERY)
        for other in others(value, schema, kind_of(place)):
            try:
                register = read(with_value(path, other))
            except StudyError:
                continue
            if changes_something(path, register):
                return
            allowed.append(other)
            if len(allowed) % 10 == 9:
                break
    assert not allowed, f"{'.'.join(place)} changes nothing: {allowed}"
