"""What a schema cannot say of a claims register: that its sets, genes, claims and numbers fit together."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from claimcheck.claims.graph import make_graph
from claimcheck.claims.model import THREE_PRIME_BIAS, UNCONFIRMATORY, change_of
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import load_schema
from claimcheck.core.tables import listed

BANNED = re.compile(r"\bconfirm(s|ed|ing|ation)?\b", re.IGNORECASE)
"""No verdict confirms anything: it says what the data are compatible with."""

Complaint = tuple[str, str, str, str]
"""Place (a claim or section), key, what is wrong, what was expected."""

Finding = tuple[str, str, str]
"""The same without its place."""

_SIGNS = {"up": 1, "down": -1, "either": 1, "not_lower": -1, "not_higher": 1}
"""Sign that a threshold (or, of noninferiority, a margin) has."""


@dataclass(frozen=True)
class Collection:
    """The study's gene sets: families, members (gene id: symbol), and the ids of symbols.

    `complete` says whether `symbols` covers the whole reference, so that a gene that it lacks cannot exist.
    """

    families: Mapping[str, str]
    members: Mapping[str, Mapping[str, str]]
    symbols: Mapping[str, str]
    complete: bool

    @classmethod
    def of(cls, sets: pd.DataFrame, members: pd.DataFrame, annotation: Mapping[str, str] | None = None) -> "Collection":
        """Collect frames (set, family) and (set, gene_id, symbol), and the symbols of an annotation if there is one."""
        by_set = {
            str(name): dict(zip(rows["gene_id"], rows["symbol"], strict=True)) for name, rows in members.groupby("set")
        }
        symbols = dict(zip(members["gene_id"], members["symbol"], strict=True))
        families = dict(zip(sets["set"], sets["family"], strict=True))
        return cls(families, by_set, {**(annotation or {}), **symbols}, annotation is not None)


def check_sense(content: Mapping[str, Any], collection: Collection, *, where: str) -> None:
    """Check a register that fits its schema.

    Raises:
        StudyError: the first problem, with file, claim and key.
    """
    for place, key, what, expected in _complaints(content, collection):
        raise StudyError(
            what, where=f"{where}, {place}, {key}", expected=expected, remedy=f"correct `{key}` of {place}"
        )


def _complaints(content: Mapping[str, Any], collection: Collection) -> Iterator[Complaint]:
    claims = content["claims"]
    ids = [claim["id"] for claim in claims]
    for name in ids:
        if ids.count(name) > 1:
            yield f"claim {name}", "id", f"two claims have the id {name}", "an id of its own for every claim"
    known = {claim["id"]: claim for claim in claims}
    optional = content["primary"].get("optional_sets", {})
    for claim in claims:
        place = f"claim {claim['id']}"
        yield from ((place, *rest) for rest in _references(claim, content, known))
        yield from ((place, *rest) for rest in _others(claim, content, known))
        yield from ((place, *rest) for rest in _sets(claim, collection, optional, content["primary"]))
        yield from ((place, *rest) for rest in _numbers(claim))
    sections = [(section, content.get(section, {})) for section in ("primary", "artefacts")]
    for place, part in [*((f"claim {claim['id']}", claim) for claim in claims), *sections]:
        yield from ((place, *rest) for rest in _genes(part, collection))
    yield from _procedure(content, known)
    yield from _configuration(content["primary"])
    yield from _alternatives(content["primary"])
    yield from _sections(content, known, collection, {**collection.families, **optional})


def _references(claim: Mapping[str, Any], content: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the statements, premises and variant that a claim names, and its words."""
    variants = content["primary"]["variants"]
    for name in claim.get("about", ()):
        if name not in content.get("statements", {}):
            yield "about", f"there is no statement {name}", f"one of {listed(content.get('statements', {}), most=20)}"
    for name in claim.get("needs", ()):
        if known.get(name, {}).get("kind") != "quality":
            yield "needs", f"{name} is no premise", "ids of claims of the kind quality"
    if claim.get("variant", "full") not in variants:
        yield "variant", f"there is no variant {claim['variant']}", f"one of {listed(variants)}"
    for key in ("statement", "label", "best_grade", "why", "notes"):
        found = BANNED.search(claim.get(key, ""))
        if found:
            yield key, f"the word `{found.group()}` is banned: it promises more than data can", "other words"


def _others(claim: Mapping[str, Any], content: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the claims and vetoes that a claim names."""
    vetoes = content.get("vetoes", {})
    earlier = list(known)[: list(known).index(claim["id"])]
    for name in claim.get("members", ()):
        if name not in earlier or known[name]["kind"] in ("quality", "not_testable", "exploratory"):
            yield (
                "members",
                f"{name} is no claim with a verdict above {claim['id']}",
                "ids of claims that stand earlier",
            )
    if claim["kind"] == "intersection" and "threshold" not in claim.get("accompanied_by", {"threshold": None}):
        yield "accompanied_by", "the sets have no threshold, and neither has the claim", "a threshold of the sets"
    if claim.get("members") and claim.get("covariate"):
        yield "covariate", "the members decide, each with covariates of its own", "no covariate"
    if claim["kind"] == "intersection" and claim.get("members") and claim.get("vetoes"):
        yield "vetoes", "the members decide, each with vetoes of its own", "no vetoes"
    for name in claim.get("proxies", {}).get("claims", ()):
        if name not in known:
            yield "proxies", f"there is no claim {name}", "ids of claims"
    for name in claim.get("vetoes", ()):
        if name not in vetoes:
            yield "vetoes", f"there is no veto {name}", f"one of {listed(vetoes)}"


def _sets(
    claim: Mapping[str, Any], collection: Collection, optional: Mapping[str, str], primary: Mapping[str, Any]
) -> Iterator[Finding]:
    """Check the sets of a claim, that they can be tested, and the genes that are weighed in them."""
    smallest = primary["verdict"]["min_set_genes"]
    tested = {"set", "sources", "accompanied_by", "controls", "parts"}
    for key, name in _set_names(claim):
        genes = collection.members.get(name)
        left = len(set(genes or {}) - set(claim.get("removed", {})))
        if genes is None and name not in optional:
            yield key, f"there is no gene set {name}", "a set of gene_sets.curated, or one of primary.optional_sets"
        elif genes is not None and key in tested - {"parts"} and left < smallest:
            yield key, f"{name} has {left} genes to test", f"at least {smallest}; name the genes one by one instead"
    for name in claim.get("rivals", ()):
        if name not in claim["controls"]:
            yield "rivals", f"{name} is none of the controls", f"one of {listed(claim['controls'])}"
    others = [(f"sensitivity.{name}", run) for name, run in claim.get("sensitivity", {}).items()]
    for key, composite in [("parts", claim), *others]:
        weights: dict[str, int] = {}
        for part in composite.get("parts", ()):
            for gene in part.get("genes") or collection.members.get(part.get("set", ""), {}):
                if weights.setdefault(gene, part["weight"]) != part["weight"] and gene not in composite.get(
                    "zero_weight", {}
                ):
                    name = collection.symbols.get(gene, gene)
                    yield key, f"{name} has the weights 1 and -1", "one weight a gene; name it under zero_weight"
        for gene, symbol in composite.get("zero_weight", {}).items():
            if gene not in weights:
                yield "zero_weight", f"{symbol} ({gene}) is in none of the parts", "genes of the sets that are tested"
    if "parts" in claim and len({part["weight"] for part in claim["parts"]}) == 1:
        yield "parts", "all parts have the same weight", "parts of weight 1 and of weight -1, or the kind set"


def _numbers(claim: Mapping[str, Any]) -> Iterator[Finding]:
    """Check signs, and that no more is asked for than there is."""
    for key in ("threshold", "margin", "superiority"):
        value, direction = claim.get(key), claim.get("direction", "either")
        sign = _SIGNS[direction] * (-1 if key == "superiority" else 1)
        if key == "margin" and claim["kind"] != "noninferiority":
            sign = 1
        if value is not None and value * sign <= 0:
            wanted = "a number above 0" if sign > 0 else "a number below 0"
            yield key, f"the {key} {value:g} does not fit the direction {direction}", wanted
    asked = [
        ("at_least", claim, claim.get("sources") or claim.get("members", ())),
        ("accompanied_by", claim.get("accompanied_by", {}), claim.get("accompanied_by", {}).get("sets", ())),
        ("leading_edge", claim.get("leading_edge", {}), claim.get("leading_edge", {}).get("genes", ())),
    ]
    for key, holder, choices in asked:
        if holder.get("at_least", 0) > len(choices):
            yield key, f"at least {holder['at_least']} of {len(choices)} can never hold", f"at most {len(choices)}"
    presence = claim.get("presence", {})
    if presence and presence["absent_tpm"] > presence["present_tpm"]:
        yield "presence", "absent_tpm is above present_tpm", "absent_tpm at or below present_tpm"


def _genes(part: Mapping[str, Any], collection: Collection) -> Iterator[Finding]:
    """Check every `gene id: symbol` of a claim or section."""
    ids = {symbol: gene for gene, symbol in collection.symbols.items()}
    for key, gene, symbol in _gene_names(part):
        found = collection.symbols.get(gene)
        if found is not None and found != symbol:
            yield key, f"{gene} is {found}, not {symbol}", f"{gene}: {found}"
        elif found is None and symbol in ids:
            yield key, f"{symbol} has the id {ids[symbol]}, not {gene}", f"{ids[symbol]}: {symbol}"
        elif found is None and collection.complete:
            yield key, f"the reference has no gene {gene} ({symbol})", "a gene id of the reference, without version"


def _procedure(content: Mapping[str, Any], known: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that the graph of the procedure is one, and that its nodes are claims with a p-value of their own."""
    graph = content["primary"].get("procedure")
    if graph is None:
        return
    own = {name for name, claim in known.items() if claim["kind"] not in UNCONFIRMATORY}
    changes = {change_of(name): name for name in own if "superiority" in known[name]}
    try:
        make_graph(graph["weights"], graph["edges"])
    except ValueError as error:
        yield "primary", "procedure", str(error), "weights, and edges of each claim, of at most 1 together"
    for node, weight in graph["weights"].items():
        if node not in own | set(changes):
            yield (
                "primary",
                "procedure.weights",
                f"{node} is no claim that is tested",
                f"one of {listed(sorted(own), most=30)}",
            )
        into = [start for start, ends in graph["edges"].items() if node in ends]
        if node in changes and (weight or into != [changes[node]]):
            expected = f"the weight 0 and an edge from {changes[node]} alone"
            yield "primary", "procedure", f"{node} can be tested before {changes[node]}", expected


def _configuration(primary: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that the keys of the configuration that belong to the primary analysis are keys that a configuration can have."""
    known = _keys(load_schema("config.schema.yaml"))
    for key in primary.get("configuration", {}):
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            yield "primary", f"configuration.{key}", f"a configuration has no key `{key}`{hint}", "a key of config.yaml"


def _keys(schema: Mapping[str, Any], path: str = "") -> list[str]:
    """List the keys of a schema, joined by dots, groups of keys too."""
    found = []
    for name, part in schema.get("properties", {}).items():
        found += [f"{path}{name}", *_keys(part, f"{path}{name}.")]
    return found


def _alternatives(primary: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check the alternatives that the register itself defines."""
    for name in primary.get("alternatives", {}).get("set_variant", ()):
        if name not in primary["variants"]:
            known = f"one of {listed(primary['variants'])}"
            yield "primary", "alternatives.set_variant", f"there is no variant {name}", known


def _sections(
    content: Mapping[str, Any], known: Mapping[str, Any], collection: Collection, sets: Mapping[str, str]
) -> Iterator[Complaint]:
    """Check the sections of the register beside its claims."""
    primary, families = content["primary"], set(collection.families.values())
    rules = primary["verdict"]
    if rules["k_weak"] > rules["k_supported"]:
        yield "primary", "verdict.k_weak", "k_weak is above k_supported", "a weak verdict that asks for less"
    artefacts = content.get("artefacts", {"readouts": {}, "worlds": []})
    for place, key, name in _sets_of_sections(content, artefacts["readouts"]):
        if name not in sets:
            yield place, key, f"there is no gene set {name}", "a set of gene_sets.curated"
    for removal in primary.get("removed", ()):
        for family in removal.get("families", ()):
            if family not in families:
                yield (
                    "primary",
                    "removed",
                    f"there is no family {family}",
                    f"one of {listed(sorted(families), most=12)}",
                )
    used = {name for claim in known.values() for name in claim.get("about", ())}
    for name in content.get("statements", {}):
        if name not in used:
            yield (
                "statements",
                name,
                f"no claim is about the statement {name}",
                "a claim, if only that it is not testable",
            )
    of_readouts = [
        ("artefacts", name, readout["claim"]) for name, readout in artefacts["readouts"].items() if "claim" in readout
    ]
    for place, key, name in [*of_readouts, *(("lead", name, name) for name in content.get("lead", ()))]:
        if name not in known:
            yield place, key, f"there is no claim {name}", "ids of claims"
    for world in artefacts["worlds"]:
        if set(world["predicts"]) != set(artefacts["readouts"]):
            odd = listed(sorted(set(world["predicts"]) ^ set(artefacts["readouts"])))
            yield "artefacts", world["name"], f"predictions and readouts differ in {odd}", "one prediction a readout"
    yield from _explanations(artefacts)


def _explanations(artefacts: Mapping[str, Any]) -> Iterator[Complaint]:
    """Check that the explanations can be told apart, and weighed where the register says by what."""
    names = [world["name"] for world in artefacts["worlds"]]
    pattern = artefacts.get("pattern")
    for name in [*names, *([pattern["unknown"]["name"]] if pattern else [])]:
        if names.count(name) + (pattern is not None and name == pattern["unknown"]["name"]) > 1:
            yield (
                "artefacts",
                "worlds",
                f"two explanations are called {name}",
                "a name of its own for every explanation",
            )
    if pattern:
        n_claimed = sum(world.get("claimed", False) for world in artefacts["worlds"])
        if n_claimed != 1:
            yield (
                "artefacts",
                "worlds",
                f"{n_claimed} explanations are claimed",
                "one with `claimed: true`, to weigh others against",
            )
        for world in artefacts["worlds"]:
            if world.get("claimed") and "prior" in world:
                yield (
                    "artefacts",
                    world["name"],
                    "what is claimed has a prior of its own",
                    "`prior` in artefacts.pattern alone",
                )
        if pattern["size"]["least"] >= pattern["size"]["most"]:
            yield "artefacts", "pattern.size", "the smallest size is not below the largest", "least below most"


def _sets_of_sections(content: Mapping[str, Any], readouts: Mapping[str, Any]) -> Iterator[Finding]:
    """List the sets that sections other than the claims name: section, key, set."""
    primary = content["primary"]
    for name, variant in primary["variants"].items():
        yield from (("primary", f"variants.{name}", set_name) for set_name in variant.get("sets", ()))
    for removal in primary.get("removed", ()):
        yield from (("primary", "removed", set_name) for set_name in removal.get("sets", ()))
    if "housekeeping" in primary.get("negative_controls", {}):
        yield "primary", "negative_controls", primary["negative_controls"]["housekeeping"]
    for name, veto in content.get("vetoes", {}).items():
        yield from (("vetoes", name, panel) for panel in veto["panels"] if panel != THREE_PRIME_BIAS)
    yield from (("artefacts", name, readout["set"]) for name, readout in readouts.items() if "set" in readout)


def _set_names(claim: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """List the sets that a claim names, with the key."""
    holders = [("parts", claim)] + [("sensitivity", run) for run in claim.get("sensitivity", {}).values()]
    for key, holder in holders:
        yield from ((key, part["set"]) for part in holder.get("parts", ()) if "set" in part)
    if "set" in claim:
        yield "set", claim["set"]
    for key in ("sources", "controls", "shown", "sets", "covariate"):
        yield from ((key, name) for name in claim.get(key, ()))
    for key in ("accompanied_by", "proxies"):
        yield from ((key, name) for name in claim.get(key, {}).get("sets", ()))
    if "beyond" in claim:
        yield "beyond", claim["beyond"]["set"]


def _names_genes(part: Any) -> bool:
    """Tell genes from a readout, model or run that is called `genes` or the like."""
    return isinstance(part, Mapping) and "claim" not in part and all(isinstance(one, str) for one in part.values())


def _gene_names(part: Any, key: str = "") -> Iterator[tuple[str, str, str]]:
    """List the `gene id: symbol` pairs anywhere below a part of the register, with the key."""
    if isinstance(part, Mapping):
        for name, inner in part.items():
            if name in ("gene", "genes", "removed", "zero_weight", "shown_genes") and _names_genes(inner):
                yield from ((key or name, gene, symbol) for gene, symbol in inner.items())
            else:
                yield from _gene_names(inner, key or name)
    elif isinstance(part, list):
        for inner in part:
            yield from _gene_names(inner, key)
