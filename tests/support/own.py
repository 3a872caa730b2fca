"""The study of this repository, read once for all tests, which change copies alone."""

from typing import Any

import yaml

from claimcheck.claims.register import read_register
from claimcheck.core.contracts import OWN_LOADER
from claimcheck.core.study import read_study
from claimcheck.gene_sets.curated import read_collection
from support.studies import ROOT

CURATED = ROOT / "config/gene_sets"
CONFIGURATION = read_study(ROOT)
SETS, MEMBERS = read_collection(CURATED)
REGISTER_FILE = ROOT / "config/claims.yaml"
REGISTER = read_register(REGISTER_FILE, sets=SETS, members=MEMBERS)
REGISTER_AS_DATA: dict[str, Any] = yaml.load(REGISTER_FILE.read_text(encoding="utf-8"), Loader=OWN_LOADER)
