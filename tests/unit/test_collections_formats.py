import base64
import gzip
import sys
import zlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.gene_sets.published.formats import check_file, read_sets
from claimcheck.gene_sets.published.gene_ontology import read_terms
from support.archive import shared_data

# A workbook of two sheets, the second with three genes; made with xlwt.
WORKBOOK = (
    "eNrtWE9IFFEY/97M7Pon/6y2BlrIIGhlEq5m2EG3TTfbw6q5VBKBzepAi/tHZkfKkLJsj0HQqegieKmD1aX/h7pFBEYdgiDQOnYK"
    "Cjqo2/e+mdlW24NCLRnzG9733ve99/3em3nfe29m3sxXLMzcr1mENegEEVbSReDMsjFMRZbiAqxPp3nRygsxpW1sKhQV4kQ6HfC0"
    "9HUBn0M+34sgwD3pBUqAT5hOwRj0JuKqnEccojEojI+hg0kYewLcwlQG1TSuSpLDJLeSvEttn5E8SJarJDuw7QI7CfPe3sZ2M44H"
    "hTqqK0PJ4CH5fCCLB6rgJY/ji9eY0dYBPi2iRP/NilqpBGYBZ65HjauaEl0AN07hLHxPywDfrLX6XLbt+bUzQPuP1faCHPbrggQw"
    "BenTjAdiCgPylWQswwG/rzvoT8EOkGkPdoNPDibGk6ocjOiJLkXTlda9zUsgshKs5ckBoIQT4/oWAGrIQyLQjc6hiVg4Ea1Gc5bn"
    "EFf6Ff3MWWUiWQrgjyfVWDhqOOEYuiaGPX6AvsH+I30huVPuSsTGouo5ORAIcI1nyfHweDyiJ+VJOajq2Hc0koxhpT+qDutaIi4P"
    "K5oWUbVkJdL3hoLHQj3NhJaWtjYPDsynj7UpnsocvRyvX+vStq+lfTLbdIAgYujHPMX8ZKKdzLVqJyul9V2CcgTKqVxBq9yFZ9XS"
    "7a9vg+F+7xBZpuj0Ms64ej4pkIZL3AOdyzI1hmwkjz0kLxPrdirXkHTjRGDe0F9lFg5PU5srVNuA/bQS3nl3ZpV3YTn15eij2tRn"
    "724sz/UsnnfPvffOQB2euSPoz69paGJN7OYNjsdeK2fmbviRZPVvO2Oh4DLHnjYP8nJYhmIqVhinvVAJD3hT3Dl/IR9PVcrIzfpU"
    "pZxPld+xoVlPx9AE1MSMJqImmVxsDdcFoZhsFbC/TKL2jLgcpjcjLmdG41wFJpeQg0sgrjtPjPbGrBWCpXGuoozGuYpNLjEHl0hc"
    "Vt8iceG2Y9YJ5h0zwYka56L4glzxZcOGDRs2bNjIPxi9k4B5ytNHBJ3rBeZ/nWVMK/Zvkv8WA5DAS8fPUj/EMddgYkPxsw0czOJi"
    "6/Sx/hdynMDeNRiFMI1jdMPxi+/oLPt+1u3o+nNLaKP9r2xknH+5/59bikNB"
)

OBO = """format-version: 1.2
data-version: releases/2026-01-01

[Term]
id: GO:0000001
name: process

[Term]
id: GO:0000002
name: kind of process
is_a: GO:0000001 ! process

[Term]
id: GO:0000003
name: part of process
alt_id: GO:0000009
relationship: part_of GO:0000002 ! kind of process

[Term]
id: GO:0000004
name: regulation of process
relationship: regulates GO:0000001 ! process

[Term]
id: GO:0000005
name: obsolete process
is_a: GO:0000001 ! process
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


def gaf_line(identifier: str, symbol: str, term: str, qualifier: str = "involved_in", kind: str = "protein") -> str:
    cells = [
        "MGI",
        identifier,
        symbol,
        qualifier,
        term,
        "PMID:1",
        "IDA",
        "",
        "P",
        "",
        "",
        kind,
        "taxon:10090",
        "20260101",
    ]
    return "\t".join([*cells, "MGI", "", ""])


GAF = "\n".join(
    [
        "!gaf-version: 2.2",
        gaf_line("MGI:1", "Abc1", "GO:0000001"),
        gaf_line("MGI:2", "Abc2", "GO:0000009"),
        gaf_line("MGI:2", "Abc2", "GO:0000003", "acts_upstream_of"),
        gaf_line("MGI:3", "Abc3", "GO:0000002", "NOT|involved_in"),
        gaf_line("MGI:4", "Abc4", "GO:0000004"),
        gaf_line("MGI:5", "Abc5", "GO:0000005"),
        gaf_line("CPX-1", "complex", "GO:0000001", "part_of", "protein_complex"),
    ]
)


def read(tmp_path: Path, kind: str, wanted: list[str], contents: Mapping[str, str | bytes]) -> pd.DataFrame:
    paths = {name: tmp_path / f"{name}.txt" for name in contents}
    for name, content in contents.items():
        paths[name].write_bytes(content.encode() if isinstance(content, str) else content)
    return read_sets(kind, paths, wanted)


def genes(table: pd.DataFrame, kind: str = "symbol") -> dict[str, list[str]]:
    return table.groupby("set", sort=False)[kind].agg(list).to_dict()


def test_a_gmt_file_gives_the_wanted_sets_and_counts_no_gene_twice(tmp_path):
    text = "SET_A\thttp://a\tAbc1\tAbc2\tAbc1\r\nSET_B\t\tAbc3\t\t\n\n"
    table = read(tmp_path, "gmt", ["SET_A"], {"one": text})
    assert genes(table) == {"SET_A": ["Abc1", "Abc2"]}
    assert set(table["title"]) == {"http://a"}


def test_two_tabs_after_the_name_are_an_empty_description(tmp_path):
    assert genes(read(tmp_path, "gmt", ["SET"], {"one": "SET\t\tABC1\tABC2\n"})) == {"SET": ["ABC1", "ABC2"]}


def test_wikipathways_names_are_taken_apart_from_the_right(tmp_path):
    text = "Uptake of 5% glucose%WikiPathways_20260610%WP42%Mus musculus\thttps://x\t11364\t11409\n"
    table = read(tmp_path, "wikipathways", ["WP42"], {"mouse": text})
    assert genes(table, "entrez") == {"WP42": ["11364", "11409"]}
    assert set(table["title"]) == {"Uptake of 5% glucose"}


@pytest.mark.parametrize("prefix", ["path:", ""])
def test_kegg_links_are_read_with_and_without_prefix(tmp_path, prefix):
    text = f"{prefix}mmu04216\tmmu:11364\n{prefix}mmu00010\tmmu:1\n{prefix}mmu04216\tmmu:2\n"
    assert genes(read(tmp_path, "kegg", ["mmu04216"], {"links": text}), "entrez") == {"mmu04216": ["11364", "2"]}


def test_ferrdb_symbols_lose_their_blanks_and_their_repetitions(tmp_path):
    text = 'id,symbol,hgncid,evidence\n1,"RNF113A ",HGNC:12974,"a, b"\n2,RNF113A,HGNC:12974,c\n3,hsa-miR-1,_NA_,d\n4,,_NA_,e\n'
    table = read(tmp_path, "ferrdb", ["driver"], {"driver": text})
    assert table[["symbol", "hgnc"]].to_numpy().tolist() == [["RNF113A", "HGNC:12974"], ["hsa-miR-1", ""]]


def test_the_third_version_of_ferrdb_has_another_column_of_symbols(tmp_path):
    text = "Symbol_or_reported_abbr,HGNC_ID\nGPX4,HGNC:4556\n"
    assert genes(read(tmp_path, "ferrdb", ["suppressor"], {"suppressor": text})) == {"suppressor": ["GPX4"]}


def test_a_gene_of_a_mitochondrial_pathway_is_also_in_those_above_it(tmp_path):
    text = (
        "Symbol\tMitoCarta3.0_MitoPathways\tEnsemblGeneID_mapping\n"
        "Cyc1\tOXPHOS > Complex III | Metabolism > Heme\tENSMUSG1\nGm1\t0\t\n"
    )
    table = read(tmp_path, "mitocarta", ["MitoCarta3.0", "OXPHOS", "Complex III", "Heme", "0"], {"inventory": text})
    assert genes(table) == {
        "MitoCarta3.0": ["Cyc1", "Gm1"],
        "Complex III": ["Cyc1"],
        "Heme": ["Cyc1"],
        "OXPHOS": ["Cyc1"],
    }
    assert table["ensembl"].tolist() == ["ENSMUSG1", "ENSMUSG1", "ENSMUSG1", "ENSMUSG1", ""]


def test_the_published_workbook_is_read_by_its_columns(tmp_path):
    pytest.importorskip("xlrd", reason="reading .xls needs xlrd")
    content = zlib.decompress(base64.b64decode(WORKBOOK))
    table = read(tmp_path, "mitocarta", ["MitoCarta3.0", "Complex V"], {"inventory": content})
    assert genes(table) == {"MitoCarta3.0": ["Cyc1", "Atp5a1", "Gm1"], "Complex V": ["Atp5a1"]}
    assert genes(table, "ensembl")["Complex V"] == ["ENSMUSG00000025428|ENSMUSG00000999999"]


def test_a_workbook_that_cannot_be_read_is_refused_in_plain_words(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlrd", None)
    with pytest.raises(StudyError, match="no collection of gene sets"):
        read(tmp_path, "mitocarta", ["MitoCarta3.0"], {"inventory": zlib.decompress(base64.b64decode(WORKBOOK))})


def test_a_term_holds_the_genes_of_its_descendants_but_not_of_what_regulates_it(tmp_path):
    table = read(tmp_path, "gene_ontology", ["GO:0000001", "GO:0000009"], {"annotations": GAF, "ontology": OBO})
    assert genes(table) == {"GO:0000001": ["Abc1", "Abc2"], "GO:0000009": ["Abc2"]}
    assert genes(table, "mgi")["GO:0000001"] == ["MGI:1", "MGI:2"]


def test_annotations_may_be_compressed(tmp_path):
    contents = {"annotations": gzip.compress(GAF.encode()), "ontology": OBO}
    assert genes(read(tmp_path, "gene_ontology", ["GO:0000002"], contents)) == {"GO:0000002": ["Abc2"]}


def test_an_obsolete_term_has_no_genes():
    terms = read_terms(OBO, where="x")
    assert terms.below("GO:0000005") == set()
    assert terms.below("GO:0000001") == {"GO:0000001", "GO:0000002", "GO:0000003"}


@pytest.mark.parametrize(
    ("kind", "name", "content", "said"),
    [
        ("gmt", "one", b"<!DOCTYPE html><html>moved</html>", "a web page"),
        ("gmt", "one", b"\n  <html><body>SET\tx\tAbc1</body>", "a web page"),
        ("gmt", "one", b"", "it is empty"),
        ("gmt", "one", b"SET\tdescription\n", "line 1 names no set with genes"),
        ("gmt", "one", b"\x7fELF\0\0", "a binary file"),
        ("gmt", "one", b"SET\tx\t" + b"A" * 1_100_000, "line 1 has 1100006 characters"),
        ("gmt", "one", gzip.compress(b"SET\tx\tAbc1\n", mtime=0)[:-6], "its compression is damaged"),
        ("wikipathways", "one", b"SET\tx\tAbc1\n", "is not named Title%WikiPathways"),
        ("kegg", "one", b"Sorry, too many requests\n", "no pair of a pathway and a gene"),
        ("ferrdb", "one", b"a,b\n1,2\n", "no column of symbols"),
        ("mitocarta", "one", b"a\tb\n1\t2\n", "no table with the columns"),
        ("gene_ontology", "annotations", b"!gaf-version: 2.2\n", "there is no annotation in it"),
        ("gene_ontology", "annotations", b"MGI\tMGI:1\tAbc1\n", "too few cells"),
        ("gene_ontology", "ontology", b"format-version: 1.2\n", "there is no [Term] in it"),
    ],
)
def test_a_file_of_another_content_is_refused(tmp_path, kind, name, content, said):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(StudyError) as error:
        check_file(kind, name, path)
    assert said in error.value.what


def test_names_with_the_characters_of_paths_are_names_and_nothing_else(tmp_path):
    text = "../../etc/passwd\tx\tAbc1\n/SET\tx\tAbc2\n"
    assert genes(read(tmp_path, "gmt", ["../../etc/passwd"], {"one": text})) == {"../../etc/passwd": ["Abc1"]}
    assert [path.name for path in tmp_path.iterdir()] == ["one.txt"]


def test_pathways_derived_from_the_real_inventory_are_those_published():
    folder = shared_data("genesets/mitocarta3")
    lines = [line.split("\t") for line in (folder / "human_MitoPathways3.0_149.gmt").read_text().splitlines()]
    published = {line[1].split(" > ")[-1]: set(line[2:]) for line in lines}
    table = read_sets("mitocarta", {"inventory": folder / "human_mitocarta3_A.tsv"}, list(published))
    derived = table.groupby("set")["symbol"].agg(set).to_dict()
    assert len(published) == 149
    assert derived == published


def test_real_files_have_the_sizes_that_their_publishers_state():
    folder = shared_data("genesets")
    roles = {role: folder / f"ferrdb_v2/ferroptosis_{role}.csv" for role in ("driver", "suppressor")}
    assert read_sets("ferrdb", roles, list(roles)).groupby("set").size().to_dict() == {"driver": 264, "suppressor": 238}
    hallmark = {"hallmark": folder / "msigdb_v7_mouse/h.all.v7.0.symbols.mouse.gmt"}
    assert len(read_sets("gmt", hallmark, ["HALLMARK_WNT_BETA_CATENIN_SIGNALING"])) == 42
    mouse = {"mouse": folder / "wikipathways/wikipathways-20260610-gmt-Mus_musculus.gmt"}
    sizes = read_sets("wikipathways", mouse, ["WP295", "WP403", "WP539", "WP723", "WP4313"]).groupby("set").size()
    assert sizes.to_dict() == {"WP295": 99, "WP403": 60, "WP539": 108, "WP723": 98}
