"""What kallisto says of each sample is put together in the order of the samples."""

import json

import pandas as pd

from claimcheck.quantification.mapping import read_mapping


def test_mapping_is_read_for_every_sample(tmp_path):
    paths = {}
    for name, processed, aligned, length in (("B", 200, 150, 199.5), ("A", 0, 0, None)):
        paths[name] = tmp_path / f"{name}.json"
        info = {"n_processed": processed, "n_pseudoaligned": aligned, "n_unique": aligned // 2}
        assumed = 200 if length is None else None
        paths[name].write_text(json.dumps(info | {"fragment_length": length, "fragment_length_assumed": assumed}))
    expected = pd.DataFrame(
        {
            "sample": ["B", "A"],
            "n_processed": [200, 0],
            "n_pseudoaligned": [150, 0],
            "n_unique": [75, 0],
            "share_pseudoaligned": [0.75, 0.0],
            "fragment_length": [199.5, float("nan")],
            "fragment_length_assumed": [float("nan"), 200.0],
        }
    )
    pd.testing.assert_frame_equal(read_mapping(paths), expected)
