import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import fetch_collections
import map_collections
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import check, complete, load_schema
from claimcheck.core.tables import read_table
from claimcheck.gene_sets.curated import SET_COLUMNS
from claimcheck.gene_sets.published.lock import difference
from claimcheck.gene_sets.published.sources import read_published

MOUSE = "Wnt signaling%WikiPathways_{date}%WP403%Mus musculus\thttps://x\t1\t2\t3\n"
HUMAN = "Ferroptosis%WikiPathways_{date}%WP4313%Homo sapiens\thttps://x\t2879\t6319\n"
MODELS = (
    "1. MGI accession id\t3. marker symbol\t6. Entrez gene id\t11. Ensembl gene id\n"
    "MGI:1\tAbc1\t1\tENSMUSG00000000001\nMGI:2\tAbc2\t2\tENSMUSG00000000002\n"
    "MGI:3\tLcn2\t3\tENSMUSG00000000003\nMGI:4\tGpx4\t4\tENSMUSG00000000004\n"
)
CLASSES = (
    "DB Class Key\tCommon Organism Name\tNCBI Taxon ID\tSymbol\tEntrezGene ID\tMouse MGI ID\tHGNC ID\n"
    "1\tmouse, laboratory\t10090\tGpx4\t4\tMGI:4\t\n1\thuman\t9606\tGPX4\t2879\t\tHGNC:4556\n"
)
TRANSCRIPTS = (
    "target_id\ttranscript_id\tgene_id\tsymbol\tbiotype\tlength\n"
    + "".join(f"t{n}\tt{n}\tENSMUSG0000000000{n}\tAbc{n}\tprotein_coding\t9\n" for n in (1, 2))
    + "t3\tt3\tENSMUSG00000000003\tLcn2\tprotein_coding\t9\nt4\tt4\tENSMUSG00000000004\tGpx4\tprotein_coding\t9\n"
)


class Publisher:
    """A site on loopback: path -> (status, content type, body); `requests` are the paths that were asked for."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.pages: dict[str, tuple[int, str, bytes]] = {}
        self.requests: list[str] = []

    def publish(self, path: str, text: str, kind: str = "text/plain", status: int = 200) -> None:
        self.pages[path] = (status, kind, text.encode())


@pytest.fixture
def site() -> Iterator[Publisher]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            publisher.requests.append(self.path)
            status, kind, body = publisher.pages.get(self.path, (404, "text/html", b"<html>gone</html>"))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing: the tests read `requests`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    publisher = Publisher(f"http://127.0.0.1:{server.server_port}")
    thread.start()
    yield publisher
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def study(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def collections_of(address: str, *, release: str = "20260610", **changes: Any) -> dict[str, Any]:
    """Return a completed section `collections` with WikiPathways at an address."""
    name = "wikipathways-{release}-gmt-%s.gmt"
    files = {
        file: {
            "address": f"{address}/{{release}}/gmt/{name % species}",
            "listing": f"{address}/current/gmt",
        }
        for file, species in (("mouse", "Mus_musculus"), ("human", "Homo_sapiens"))
    }
    section = {
        "genes": {"address": f"{address}/models.rpt"},
        "orthologs": {"address": f"{address}/classes.rpt"},
        "sources": {
            "wikipathways": {
                "format": "wikipathways",
                "release": release,
                "licence": "CC0-1.0",
                "files": {"mouse": files["mouse"], "human": files["human"] | {"tax_id": 9606}},
                "sets": {
                    "WP_WNT": {"ids": ["WP403"], "family": "wnt"},
                    "WP_FERROPTOSIS": {"ids": ["WP4313"], "family": "ferroptosis"},
                },
            }
        },
    }
    schema = load_schema("collections.schema.yaml")
    check(section | changes, schema, where="test")
    return complete(section | changes, schema)


def publish_all(site: Publisher, date: str = "20260610", folder: str = "") -> None:
    for species, text in (("Mus_musculus", MOUSE), ("Homo_sapiens", HUMAN)):
        site.publish(f"/{folder or date}/gmt/wikipathways-{date}-gmt-{species}.gmt", text.format(date=date))
    site.publish("/models.rpt", MODELS)
    site.publish("/classes.rpt", CLASSES)


def fetch(collections: dict[str, Any]) -> pd.DataFrame:
    table = Path("results/gene_sets/collections.tsv")
    fetch_collections.main(
        collections=collections, folder=Path("resources/collections"), table=table, timeout=2, pause=0.01
    )
    return read_table(table, text=True).set_index(["collection", "file"])


def map_all(collections: dict[str, Any]) -> dict[str, pd.DataFrame]:
    Path("transcripts.tsv").write_text(TRANSCRIPTS)
    folder = Path("results/gene_sets")
    named = {"sets": "downloaded_sets", "members": "downloaded_members"}
    outputs = {
        name: folder / f"{named.get(name, name)}.tsv" for name in ("sets", "members", "lost", "missing", "overlaps")
    }
    map_collections.main(
        folder=Path("resources/collections"),
        fetched=folder / "collections.tsv",
        transcripts=Path("transcripts.tsv"),
        collections=collections,
        gene_sets=[],
        tax_id=10090,
        deleted_gene="ENSMUSG00000000003",
        **outputs,
    )
    return {name: read_table(path) for name, path in outputs.items()}


def lock_text() -> str:
    return Path("config/data.lock.tsv").read_text()


def test_a_published_collection_becomes_sets_of_the_study(site):
    publish_all(site)
    collections = collections_of(site.address)
    states = fetch(collections)
    assert states["status"].tolist() == ["used"] * 4
    tables = map_all(collections)
    members = tables["members"].groupby("set")["symbol"].agg(list).to_dict()
    assert members == {"WP_WNT": ["Abc1", "Abc2"], "WP_FERROPTOSIS": ["Gpx4"]}
    sets = tables["sets"].set_index("set")
    assert set(SET_COLUMNS) <= set(tables["sets"])
    assert sets.loc["WP_WNT", ["version", "licence", "n_source", "n_mapped"]].tolist() == [
        "20260610",
        "CC0-1.0",
        3,
        2,
    ]
    assert sets.loc["WP_WNT", "sha256"] == states.loc[("wikipathways", "mouse"), "sha256"]
    assert sets.loc["WP_WNT", "description"] == "Wnt signaling (WP403)"
    assert tables["lost"].to_numpy().tolist() == [
        ["WP_WNT", "3", "it is the deleted gene"],
        ["WP_FERROPTOSIS", "6319", "no ortholog is known"],
    ]
    assert tables["missing"].empty


def test_what_was_fetched_is_not_asked_for_again(site):
    publish_all(site)
    collections = collections_of(site.address)
    fetch(collections)
    before = lock_text()
    site.requests.clear()
    assert fetch(collections)["status"].tolist() == ["used"] * 4
    assert site.requests == []
    assert lock_text() == before


def test_a_file_that_changed_since_its_first_use_stops_the_study_and_shows_how(site, tmp_path, monkeypatch):
    publish_all(site)
    collections = collections_of(site.address)
    fetch(collections)
    lock = lock_text()
    other = tmp_path / "elsewhere"
    (other / "config").mkdir(parents=True)
    (other / "config/data.lock.tsv").write_text(lock)
    monkeypatch.chdir(other)
    site.publish(
        "/20260610/gmt/wikipathways-20260610-gmt-Mus_musculus.gmt", MOUSE.replace("\t3\n", "\n").format(date="x")
    )
    with pytest.raises(StudyError) as error:
        fetch(collections)
    assert "WP403 has 2 genes where it had 3" in error.value.what
    assert lock.split("wikipathways\tmouse")[1].split("\t")[4] in error.value.expected
    assert "delete the line `wikipathways mouse 20260610`" in error.value.remedy
    assert lock_text() == lock
    kept = [line for line in lock.splitlines(keepends=True) if not line.startswith("wikipathways\tmouse")]
    (other / "config/data.lock.tsv").write_text("".join(kept))
    assert fetch(collections)["status"].tolist() == ["used"] * 4
    assert "WP403=2:" in lock_text()


def test_a_copy_with_the_locked_content_is_used_where_the_first_address_changed(site, tmp_path, monkeypatch):
    publish_all(site)
    collections = collections_of(site.address)
    fetch(collections)
    lock = lock_text()
    (tmp_path / "other/config").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "other")
    Path("config/data.lock.tsv").write_text(lock)
    path = "/20260610/gmt/wikipathways-20260610-gmt-Mus_musculus.gmt"
    site.pages["/copy.gmt"] = site.pages[path]
    site.publish(path, MOUSE.replace("\t3\n", "\n").format(date="x"))
    collections["sources"]["wikipathways"]["files"]["mouse"]["copies"] = [f"{site.address}/copy.gmt"]
    states = fetch(collections)
    assert states.loc[("wikipathways", "mouse"), "address"] == f"{site.address}/copy.gmt"


def test_the_newest_release_stands_in_for_a_retired_one_and_stays(site):
    publish_all(site, "20260910", "current")
    publish_all(site, "20260810", "current")
    listing = "".join(f'<a href="{path}">{path}</a>' for path in site.pages)
    site.publish("/current/gmt", f"<html>{listing}</html>", "text/html")
    collections = collections_of(site.address)
    state = fetch(collections).loc[("wikipathways", "mouse")]
    assert (state["status"], state["release"]) == ("used", "20260910")
    assert "release 20260610 is gone, 20260910 stands in" in state["message"]
    publish_all(site, "20261010", "current")
    site.publish("/current/gmt", f"<html>{''.join(site.pages)}</html>", "text/html")
    assert fetch(collections).loc[("wikipathways", "mouse"), "release"] == "20260910"
    assert map_all(collections)["sets"]["version"].tolist() == ["20260910", "20260910"]


def test_a_locked_release_that_is_gone_is_missed_and_not_replaced(site, tmp_path, monkeypatch):
    publish_all(site)
    collections = collections_of(site.address)
    fetch(collections)
    lock = lock_text()
    (tmp_path / "other/config").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "other")
    Path("config/data.lock.tsv").write_text(lock)
    for path in [path for path in site.pages if "20260610" in path]:
        del site.pages[path]
    publish_all(site, "20260910", "current")
    site.publish("/current/gmt", "".join(site.pages))
    state = fetch(collections).loc[("wikipathways", "mouse")]
    assert state["status"] == "unreachable"
    assert "status 404" in state["message"]
    assert map_all(collections)["missing"]["set"].tolist() == ["WP_WNT", "WP_FERROPTOSIS"]


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("<html>moved</html>", "text/html", "a web page in place of the file"),
        ("<!doctype html><html>moved</html>", "text/plain", "it is a web page"),
        ("SET\tx\tAbc1\n", "text/plain", "is not named Title%WikiPathways"),
        ("A%W%WP1%M\tx\t" + "1" * 1_100_000, "text/plain", "line 1 has"),
    ],
)
def test_what_comes_in_place_of_a_collection_is_not_used_nor_locked(site, text, kind, said):
    publish_all(site)
    site.publish("/20260610/gmt/wikipathways-20260610-gmt-Mus_musculus.gmt", text, kind)
    collections = collections_of(site.address)
    state = fetch(collections).loc[("wikipathways", "mouse")]
    assert state["status"] == "unreachable"
    assert said in state["message"]
    assert "wikipathways\tmouse" not in lock_text()
    assert not list(Path("resources").rglob("mouse*"))
    tables = map_all(collections)
    assert tables["sets"]["set"].tolist() == ["WP_FERROPTOSIS"]
    assert said in tables["missing"].loc[0, "reason"]


def test_without_any_network_the_study_goes_on_and_says_what_is_missing():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        collections = collections_of(address)
        states = fetch(collections)
    assert states["status"].tolist() == ["unreachable"] * 4
    assert states["message"].str.contains("no answer from 127.0.0.1").all()
    tables = map_all(collections)
    assert tables["members"].empty
    assert tables["missing"]["set"].tolist() == ["WP_WNT", "WP_FERROPTOSIS"]
    assert not Path("config/data.lock.tsv").exists()


def test_human_sets_are_missing_where_the_orthologs_are(site):
    publish_all(site)
    del site.pages["/classes.rpt"]
    collections = collections_of(site.address)
    fetch(collections)
    tables = map_all(collections)
    assert tables["sets"]["set"].tolist() == ["WP_WNT"]
    assert "no table of orthologs" in tables["missing"].loc[0, "reason"]


def test_a_collection_that_is_off_is_not_asked_for(site):
    publish_all(site)
    collections = collections_of(site.address)
    collections["sources"]["wikipathways"]["enabled"] = False
    states = fetch(collections)
    assert states["status"].to_dict()[("wikipathways", "mouse")] == "off"
    assert not [path for path in site.requests if "gmt" in path]
    fetch(collections_of(site.address, enabled=False) | {"enabled": False})
    assert map_all(collections)["missing"]["reason"].str.startswith("mouse off").all()


def test_a_configured_checksum_is_stronger_than_the_lock(site):
    publish_all(site)
    collections = collections_of(site.address)
    collections["sources"]["wikipathways"]["files"]["mouse"]["sha256"] = "0" * 64
    with pytest.raises(StudyError) as error:
        fetch(collections)
    assert "0" * 64 in error.value.expected
    assert "collections.sources.wikipathways.files.mouse.sha256" in error.value.remedy


def test_local_files_are_read_where_they_stand(tmp_path):
    Path("mine").mkdir()
    Path("mine/mouse.gmt").write_text(MOUSE.format(date="20260610"))
    Path("mine/models.rpt").write_text(MODELS)
    collections = collections_of("unused", genes={"address": "mine/models.rpt"}, orthologs=None)
    files = collections["sources"]["wikipathways"]["files"]
    del files["human"]
    files["mouse"] = {"address": "mine/mouse.gmt"}
    assert fetch(collections)["status"].tolist() == ["used", "used"]
    assert Path("resources/collections/wikipathways.mouse").resolve() == (tmp_path / "mine/mouse.gmt").resolve()
    assert map_all(collections)["sets"]["set"].tolist() == ["WP_WNT"]
    Path("mine/mouse.gmt").write_text(MOUSE.format(date="20260610").replace("\t3\n", "\t4\n"))
    with pytest.raises(StudyError, match=r"WP403 has as many genes \(3\), but others"):
        fetch(collections)


def test_no_collections_give_empty_tables():
    collections = collections_of("unused", genes=None, orthologs=None, sources={})
    assert fetch(collections).empty
    tables = map_all(collections)
    assert all(table.empty for table in tables.values())
    assert list(tables["members"]) == ["set", "gene_id", "symbol", "yielded_to"]


def test_the_ontology_and_its_annotations_become_a_set_by_the_ids_of_the_gene_models(site):
    obo = (
        "[Term]\nid: GO:0000001\nname: death\n\n[Term]\nid: GO:0000002\nname: kind of death\nis_a: GO:0000001 ! death\n"
    )
    cells = [
        "MGI",
        "MGI:4",
        "renamed",
        "involved_in",
        "GO:0000002",
        "x",
        "IDA",
        "",
        "P",
        "",
        "",
        "protein",
        "taxon:10090",
    ]
    site.publish("/2026-08-05/terms.obo", obo)
    site.publish("/2026-08-05/mouse.gaf", "!gaf-version: 2.2\n" + "\t".join([*cells, "20260101", "MGI", "", ""]) + "\n")
    site.publish("/models.rpt", MODELS)
    names = {"annotations": "mouse.gaf", "ontology": "terms.obo"}
    source = {
        "format": "gene_ontology",
        "release": "2026-08-05",
        "files": {file: {"address": f"{site.address}/{{release}}/{name}"} for file, name in names.items()},
        "sets": {"GO_DEATH": {"ids": ["GO:0000001"], "family": "ferroptosis"}},
    }
    collections = collections_of(site.address, sources={"gene_ontology": source}, orthologs=None)
    assert fetch(collections)["status"].tolist() == ["used"] * 3
    tables = map_all(collections)
    assert tables["members"].to_numpy().tolist() == [["GO_DEATH", "ENSMUSG00000000004", "Gpx4", ""]]
    assert tables["sets"].loc[0, "description"] == "death (GO:0000001)"
    del site.pages["/2026-08-05/terms.obo"]
    Path("config/data.lock.tsv").unlink()
    for path in Path("resources/downloads").rglob("ontology*"):
        path.unlink()
    fetch(collections)
    assert "ontology unreachable" in map_all(collections)["missing"].loc[0, "reason"]


def test_two_sets_of_one_name_are_refused():
    collections = collections_of("unused")
    collections["sources"]["again"] = collections["sources"]["wikipathways"]
    with pytest.raises(StudyError, match="two collections have a set WP_FERROPTOSIS, WP_WNT"):
        read_published(collections)


def test_plain_http_to_another_machine_is_refused():
    collections = collections_of("http://data.example.org")
    with pytest.raises(StudyError, match="is not one to fetch from"):
        read_published(collections)


def test_the_ontology_needs_both_of_its_files():
    source = {"format": "gene_ontology", "files": {"annotations": {"address": "x"}}}
    sets = {"GO": {"ids": ["GO:0000001"], "family": "wnt"}}
    with pytest.raises(StudyError, match="gene_ontology needs two files"):
        read_published(collections_of("unused", sources={"gene_ontology": source | {"sets": sets}}))


def test_a_difference_names_the_sets_that_changed():
    assert difference("A=2:aa;B=1:bb", "A=2:aa;B=1:bb") == "the sets of this study are the same in both"
    assert difference("A=2:aa;B=1:bb", "B=3:cc;C=1:dd") == "A is gone; B has 3 genes where it had 1; C is new"
