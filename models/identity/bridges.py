"""Weak bridges: one pair that alone joins two groups of records, against all their other pairs.

Here: finding them. If the groups were one person, more of the pairs between them would match. That none
of the others does is evidence too: one bit for each. In the demo of 435,000 people on which the bit was
chosen, of 213 bridges so found 154 joined two people, in another of 100,000 17 of 21. Of those that join
a single node, which stay, fewer than 1 in 100 do.

Source: Randall, Boyd, Ferrante, Bauer & Semmens (2014), *Use of graph theory measures to identify
errors in record linkage*, Computer Methods and Programs in Biomedicine 115(2).
"""

import networkx as nx
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from models.identity.components import component_labels

_Ints = npt.NDArray[np.int64]
_Floats = npt.NDArray[np.float64]

SMALLEST_GROUP = 2
"""Nodes on each side: to a single node a bridge is all that there is."""

BITS_PER_PAIR = 1.0
"""By how much a bridge must exceed the threshold for each other pair between its sides."""


def weak_bridges(left: _Ints, right: _Ints, weight: _Floats, threshold: float) -> _Ints:
    """Rows of the pairs that join two groups of nodes and are too weak for it.

    The weakest goes first, and what it leaves is judged again.

    Args:
        left: (n_pairs,) one node of each pair that joins, from 0; equal records are one node.
        right: (n_pairs,) the other one, never the same.
        weight: (n_pairs,) match weight in bits. Of several pairs of two nodes the surest counts.
        threshold: match probability that joins, in (0, 1].

    Returns:
        Ascending row numbers: all pairs of the nodes that are parted.
    """
    least = -np.log2(max(1 / threshold - 1, 2.0**-53))
    one, other = np.minimum(left, right), np.maximum(left, right)
    rows = _of_suspects(one, other, weight, least)
    graph = nx.Graph()
    for row in rows[np.argsort(-weight[rows], kind="stable")]:
        if not graph.has_edge(one[row], other[row]):
            graph.add_edge(int(one[row]), int(other[row]), weight=weight[row])
    parted = set()
    to_judge = list(nx.connected_components(graph))
    while to_judge:
        members = to_judge.pop()
        weak = [
            (weight, *sorted(nodes))
            for nodes, weight, pairs in _bridges(graph.subgraph(members))
            if weight < least + BITS_PER_PAIR * (pairs - 1)
        ]
        if weak:
            _, *nodes = min(weak)
            graph.remove_edge(*nodes)
            to_judge += [nx.node_connected_component(graph, node) for node in nodes]
            parted.add(tuple(nodes))
    return np.array(
        [row for row in rows if (int(one[row]), int(other[row])) in parted], dtype=np.int64
    )


def _of_suspects(left: _Ints, right: _Ints, weight: _Floats, least: float) -> _Ints:
    """Rows of the pairs in clusters that can hold a weak bridge.

    Nearly none can, and a graph of all takes 15 s for 1,000,000 nodes: a bridge lies in no triangle.
    """
    size = int(max(left.max(), right.max())) + 1 if len(left) else 0
    labels = component_labels(size, left, right)
    nodes = np.bincount(labels)
    degree = np.bincount(np.concatenate([left, right]), minlength=size)
    most_pairs = (nodes // 2) * ((nodes + 1) // 2)
    group = labels[left]
    suspects = np.flatnonzero(
        (weight < (least + BITS_PER_PAIR * (most_pairs - 1))[group])
        & (np.minimum(degree[left], degree[right]) >= SMALLEST_GROUP)
    )
    edges = coo_array(
        (np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size)
    ).tocsr()
    beside = edges + edges.T
    in_triangle = beside[left[suspects]].multiply(beside[right[suspects]]).sum(axis=1) > 0
    return np.flatnonzero(np.isin(group, group[suspects[~in_triangle]]))


def _bridges(graph: nx.Graph) -> list[tuple[tuple[int, int], float, int]]:
    """Bridges of a connected graph between groups: nodes, weight, pairs that lie between the sides."""
    bridges = list(nx.bridges(graph))
    if not bridges:
        return []
    blocks = nx.Graph(graph)
    blocks.remove_edges_from(bridges)
    block_of = {
        node: place for place, block in enumerate(nx.connected_components(blocks)) for node in block
    }
    size = np.bincount(list(block_of.values()))
    tree = nx.Graph([(block_of[one], block_of[other]) for one, other in bridges])
    parents = dict(nx.bfs_predecessors(tree, 0))
    for block in reversed(list(parents)):
        size[parents[block]] += size[block]
    found = []
    for one, other in bridges:
        below, above = block_of[one], block_of[other]
        if parents.get(above) == below:
            below = above
        beyond = len(graph) - size[below]
        if min(size[below], beyond) >= SMALLEST_GROUP:
            weight = graph.edges[one, other]["weight"]
            found.append(((one, other), weight, int(size[below] * beyond)))
    return found
