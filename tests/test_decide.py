"""The stage on what was measured of a few candidates whose merits are known."""

import numpy as np

from tasks.statistics.holm import holm


def test_holms_correction_by_hand() -> None:
    assert np.allclose(holm([0.01, 0.04, 0.03]), [0.03, 0.06, 0.06])  # type: ignore[arg-type]
