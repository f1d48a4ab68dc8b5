"""Connected components: what belongs together if all given pairs do."""

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

_Ints = npt.NDArray[np.int64]


def component_labels(size: int, left: _Ints, right: _Ints) -> _Ints:
    """(size,) label of the connected component of each of ``size`` nodes under the given edges."""
    edges = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    labels: _Ints = connected_components(edges, directed=False)[1].astype(np.int64)
    return labels
