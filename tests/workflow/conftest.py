"""Studies that were run once, for all tests of the workflow; a test that changes one copies it."""

from pathlib import Path

import pytest

from support.archive import shared_data
from support.finished import compare_fly_study, finish_tiny_study, made_once
from support.fly import FLY


@pytest.fixture(scope="session")
def tiny_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "tiny", finish_tiny_study)


@pytest.fixture(scope="session")
def fly_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shared_data(FLY)
    return made_once(tmp_path_factory, "fly", compare_fly_study)
