"""The claims register: what a study predicts and how each prediction is decided, read from `config/claims.yaml`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.checks import Collection, check_sense
from claimcheck.claims.gene_words import name_genes
from claimcheck.claims.graph import make_graph
from claimcheck.claims.model import (
    COMPANION,
    CONTROL,
    DECIDING,
    NAN,
    SENSITIVITY,
    SHOWN,
    UNCONFIRMATORY,
    Beyond,
    Claim,
    GeneTest,
    Part,
    Register,
    Rules,
    SetTest,
    Tests,
    Veto,
    change_of,
)
from claimcheck.core.identifiers import KnownGenes
from claimcheck.core.schemas import check, complete, load_schema, load_yaml

DIRECTIONS = {"up": 1, "down": -1, "either": 0, "not_lower": 1, "not_higher": -1}


def read_register(
    path: Path,
    *,
    sets: pd.DataFrame,
    members: pd.DataFrame,
    known: KnownGenes | None = None,
    counted: frozenset[str] | None = None,
    annotation: Mapping[str, str] | None = None,
) -> Register:
    """Read a claims register and check it against its schema and against the study's gene sets.

    Args:
        path: the file.
        sets, members: the study's collection, columns set, family, and set, gene_id, symbol; empty where it has none.
        known: the genes of the study's own tables, which its words are looked up in; None = those of `members`.
        counted: ids of the table of counts, of which words may be; see `name_genes`.
        annotation: symbols by gene id of the whole reference; with it a gene that it lacks is an error.

    Raises:
        StudyError: naming file, claim and key.
    """
    content = load_yaml(
        path, name="claims register", missing="correct `claims` in config/config.yaml, or set it to none"
    )
    schema = load_schema("claims.schema.yaml")
    _check_schema(content, schema, path)
    if known is None:
        known = KnownGenes(dict(zip(members["gene_id"], members["symbol"], strict=True)))
    named = name_genes(content, schema, known, counted=counted, where=str(path))
    full = complete(named, schema)
    check_sense(full, Collection.of(sets, members, annotation), where=str(path))
    # Defaults decide as well: where one changes, so does the checksum.
    primary = {"primary": complete(content, schema)["primary"]}
    canonical = json.dumps(content | primary, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    full["primary"]["procedure"] = full["primary"].get("procedure") or equal_shares(full["claims"])
    return Register(
        title=full["title"],
        publication=full["publication"] or "",
        statements=full["statements"],
        claims=_claims(full, schema["$defs"]),
        vetoes={
            name: Veto(
                name,
                tuple(veto["panels"]),
                slope_gene=veto["slope"]["gene"],
                slope_set=veto["slope"]["set"],
                slope_signed_set=veto["slope"]["signed_set"],
                reference=veto["reference"],
            )
            for name, veto in full["vetoes"].items()
        },
        rules=Rules(**full["primary"]["verdict"]),
        tests=Tests(**full["primary"]["tests"]),
        primary=full["primary"],
        procedure=make_graph(*(full["primary"]["procedure"][part] for part in ("weights", "edges"))),
        lead=tuple(full["lead"]),
        artefacts=full.get("artefacts", {}),
        digest=hashlib.sha256(canonical).hexdigest(),
        file_digest=hashlib.sha256(path.read_bytes()).hexdigest(),
    )


def equal_shares(claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Let every claim with a p-value of its own have the same share of the level, which passes to all others: Holm's procedure.

    Half of what a claim of noninferiority passes on goes to its change, if it says what counts as one, and from there to the rest.
    """
    tested = [claim for claim in claims if claim["kind"] not in UNCONFIRMATORY and "members" not in claim]
    names = [claim["id"] for claim in tested]
    edges = {one: {other: 1 / (len(names) - 1) for other in names if other != one} for one in names}
    weights = dict.fromkeys(names, 1 / len(names)) if names else {}
    for name in (claim["id"] for claim in tested if "superiority" in claim):
        others, share = edges[name], 0.5 if edges[name] else 1.0
        edges[change_of(name)] = others
        edges[name] = {other: (1 - share) * part for other, part in others.items()} | {change_of(name): share}
        weights[change_of(name)] = 0.0
    return {"weights": weights, "edges": {one: passed for one, passed in edges.items() if passed}}


def deviations(register: Register, configuration: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Name the keys in which a study's configuration is not that of the primary analysis: (registered, found).

    Args:
        register: the claims register.
        configuration: the study's configuration, completed with defaults.
    """
    found = {}
    for key, registered in register.primary["configuration"].items():
        value: Any = configuration
        for name in key.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        if value != registered:
            found[key] = (registered, value)
    return found


def describe_register(register: Register, configuration: Mapping[str, Any]) -> pd.DataFrame:
    """List what identifies a register, what it takes out of sets, and every key in which the configuration deviates from it.

    Returns:
        key, value, note.
    """
    rows = [
        ("title", register.title, ""),
        ("publication", register.publication, ""),
        ("digest", register.digest, "SHA-256 of the content"),
        ("file_digest", register.file_digest, "SHA-256 of the file"),
        ("n_claims", str(len(register.claims)), ""),
        ("n_confirmatory", str(len(register.confirmatory)), "claims whose p-values are adjusted together"),
    ]
    for removal in register.primary["removed"]:
        places = [*removal.get("families", ()), *removal.get("sets", ())]
        what = f"{', '.join(removal['genes'].values())} from {', '.join(places) or 'every set'}"
        rows.append(("removed", what, removal["why"]))
    rows += [("optional set", name, source) for name, source in register.primary["optional_sets"].items()]
    rows += [
        (f"deviation: {key}", str(found), f"the primary analysis has {registered}")
        for key, (registered, found) in deviations(register, configuration).items()
    ]
    return pd.DataFrame(rows, columns=["key", "value", "note"])


def _check_schema(content: Any, schema: dict[str, Any], path: Path) -> None:
    """Check every claim on its own, so that a message names it by its id, and then all else."""
    one = {key: schema[key] for key in ("$schema", "$id", "$defs")} | {"$ref": "#/$defs/claim"}
    claims = content.get("claims") if isinstance(content, dict) else None
    stated = claims if isinstance(claims, list) else []
    for position, claim in enumerate(stated, start=1):
        if isinstance(claim, dict):
            name = claim.get("id", f"number {position}")
            check(claim, one, where=f"{path}, claim {name}")
    if all(isinstance(claim, dict) for claim in stated):
        properties = schema["properties"]
        schema = schema | {"properties": properties | {"claims": properties["claims"] | {"items": {}}}}
    check(content, schema, where=str(path))


def _claims(content: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Claim]:
    """Build the claims of a checked register; the definitions hold the defaults of each kind."""
    premises = [raw["id"] for raw in content["claims"] if raw["kind"] == "quality"]
    defaults = content["primary"]["thresholds"]
    built = {}
    for incomplete in content["claims"]:
        raw = complete(incomplete, definitions[incomplete["kind"]])
        kind = raw["kind"]
        size = raw.get("margin", raw.get("threshold", defaults.get("set" if kind == "multi_source" else kind, NAN)))
        needs = raw.get("needs", premises if kind not in UNCONFIRMATORY else ())
        companions, edge = raw.get("accompanied_by", {}), raw.get("leading_edge", {})
        text = ("id", "kind", "statement", "notes", "label", "best_grade", "variant", "question", "why", "assay")
        several = ("about", "vetoes", "covariate", "members")
        named: dict[str, Any] = {name: raw[name] for name in text if name in raw}
        named |= {name: tuple(raw[name]) for name in several if name in raw}
        built[raw["id"]] = Claim(
            **named,
            needs=tuple(needs),
            direction=1 if "models" in raw else DIRECTIONS[raw.get("direction", "either")],
            threshold=abs(float(size)),
            superiority=abs(float(raw.get("superiority", NAN))),
            sets=tuple(_set_tests(raw)),
            genes=tuple(_gene_tests(raw)),
            at_least=raw.get("at_least", 1),
            companions_at_least=companions.get("at_least", 0),
            companions_threshold=float(companions.get("threshold", NAN)),
            leading_edge=tuple(edge.get("genes", {})),
            leading_edge_at_least=edge.get("at_least", 0),
            beyond=Beyond(raw["beyond"]["set"], raw["beyond"]["what"]) if "beyond" in raw else None,
            rivals=tuple(raw.get("rivals", raw.get("controls", ()))),
            presence=raw.get("presence", {}),
            proxy_claims=tuple(raw.get("proxies", {}).get("claims", ())),
        )
    return built


def _set_tests(raw: dict[str, Any]) -> list[SetTest]:
    """List the tests of sets that a claim asks for; the claim's removed genes stay in companions and controls."""
    removed = tuple(raw.get("removed", {}))
    tests = []
    if "set" in raw:
        tests.append(SetTest(DECIDING, DECIDING, (Part(1, raw["set"]),), removed))
    if "parts" in raw:
        tests.append(SetTest(DECIDING, DECIDING, _parts(raw), removed, tuple(raw.get("zero_weight", {}))))
    tests += [SetTest(name, DECIDING, (Part(1, name),), removed) for name in raw.get("sources", ())]
    companions = raw.get("accompanied_by", {})
    apart = tuple(companions.get("removed", {}))
    tests += [SetTest(name, COMPANION, (Part(1, name),), apart) for name in companions.get("sets", ())]
    tests += [SetTest(name, CONTROL, (Part(1, name),)) for name in raw.get("controls", ())]
    for name, other in raw.get("sensitivity", {}).items():
        more = tuple(dict.fromkeys([*removed, *other.get("removed", {})]))
        tests.append(SetTest(name, SENSITIVITY, _parts(other), more, tuple(other.get("zero_weight", {}))))
    shown = [*raw.get("shown", ()), *raw.get("sets", ()), *raw.get("proxies", {}).get("sets", ())]
    return tests + [SetTest(name, SHOWN, (Part(1, name),), removed) for name in shown]


def _parts(raw: dict[str, Any]) -> tuple[Part, ...]:
    return tuple(Part(part["weight"], part.get("set", ""), tuple(part.get("genes", {}))) for part in raw["parts"])


def _gene_tests(raw: dict[str, Any]) -> list[GeneTest]:
    """List the genes that a claim looks at one by one."""
    direction = DIRECTIONS[raw.get("direction", "either")]
    tests = [GeneTest(gene, symbol, DECIDING, direction) for gene, symbol in raw.get("gene", {}).items()]
    for name, model in raw.get("models", {}).items():
        sign = DIRECTIONS[model["direction"]]
        tests += [GeneTest(gene, symbol, DECIDING, sign, name) for gene, symbol in model["genes"].items()]
    shown = {**raw.get("shown_genes", {}), **raw.get("genes", {}), **raw.get("proxies", {}).get("genes", {})}
    return tests + [GeneTest(gene, symbol, SHOWN, 0) for gene, symbol in shown.items()]
