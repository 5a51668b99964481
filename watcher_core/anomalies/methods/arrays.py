"""The arrays that the methods work on, and their units of time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Seconds.
HOUR = 3600.0
DAY = 86_400.0
