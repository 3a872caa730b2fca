"""Tails and quantiles are those of scipy.stats, wherever they are asked for."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from claimcheck.core import distributions

PLACES = np.r_[np.linspace(-40, 40, 801), 1e-300, np.inf, -np.inf, np.nan]
SHARES = np.r_[np.linspace(0, 1, 801), 1e-290, 1e-16, -0.1, 1.1, np.nan]
DEGREES = [0.5, 1, 2, 3.3, 7, 1e6, np.inf, np.nan, -1, 0]
ARGUMENT = {"cdf": PLACES, "sf": PLACES, "ppf": SHARES, "isf": SHARES}


@pytest.mark.parametrize("name", ARGUMENT)
@pytest.mark.parametrize("df", DEGREES)
def test_student_is_that_of_scipy(name, df):
    ours = getattr(distributions, f"student_{name}")
    np.testing.assert_array_equal(ours(ARGUMENT[name], df), getattr(stats.t, name)(ARGUMENT[name], df))


@pytest.mark.parametrize("name", ARGUMENT)
def test_normal_is_that_of_scipy(name):
    ours = getattr(distributions, f"normal_{name}")
    np.testing.assert_array_equal(ours(ARGUMENT[name]), getattr(stats.norm, name)(ARGUMENT[name]))


@pytest.mark.parametrize("name", ARGUMENT)
def test_a_number_gives_a_number_and_a_column_an_array(name):
    for ours, more in ((f"student_{name}", [5]), (f"normal_{name}", [])):
        function = getattr(distributions, ours)
        assert isinstance(function(0.3, *more), float)
        column = function(pd.Series([0.3, 0.4], index=["b", "a"]), *more)
        assert isinstance(column, np.ndarray)
        assert column.tolist() == [function(0.3, *more), function(0.4, *more)]
