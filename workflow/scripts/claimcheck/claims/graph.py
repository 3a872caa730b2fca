"""A graphical procedure for several claims: what the level of each is, and where it goes when the claim is established.

Bretz et al. 2009 (Stat Med 28:586): every claim has a share of the level, its weight; what a rejected null hypothesis leaves passes
along its edges. All claims together err at the level, whichever of the null hypotheses are true and however the tests depend on
each other. Holm's procedure, fixed sequences and fallback are such graphs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""By which shares that are written as decimals may exceed 1."""


@dataclass(frozen=True)
class Graph:
    """Claims with their weights and the edges between them.

    Attributes:
        nodes: ids of the claims.
        weights: float64, (nodes,), shares of the level, 0 to 1, at most 1 together.
        edges: float64, nodes x nodes; row i says where what i leaves goes, in shares of it: at most 1 together, none to itself.
    """

    nodes: tuple[str, ...]
    weights: Floats
    edges: Floats

    def without(self, node: int) -> "Graph":
        """Take a claim out: its weight passes along its edges, and so do paths that led through it (algorithm 1 of the paper)."""
        out, into = self.edges[node], self.edges[:, node]
        through = into[:, None] * out
        rest = 1 - (into * out)[:, None]  # what goes to the node and comes straight back would go round for ever
        edges = np.divide(self.edges + through, rest, out=np.zeros(self.edges.shape), where=rest > ROUNDING)
        weights = self.weights + self.weights[node] * out
        edges.flat[:: len(edges) + 1] = 0.0
        edges[node], edges[:, node], weights[node] = 0.0, 0.0, 0.0
        return Graph(self.nodes, weights, edges)


def make_graph(weights: Mapping[str, float], edges: Mapping[str, Mapping[str, float]]) -> Graph:
    """Build a graph from what a register states.

    Args:
        weights: by claim; every claim of the graph, also those of weight 0.
        edges: by claim, where to and which share.

    Raises:
        ValueError: naming a claim: its weight or an edge is negative, its edges exceed 1 together, or one leads to itself or
            elsewhere; or the weights exceed 1 together.
    """
    nodes = tuple(weights)
    w = np.array([weights[node] for node in nodes], dtype=np.float64)
    negative = [node for node in nodes if min([weights[node], *edges.get(node, {}).values()]) < 0]
    if negative:
        raise ValueError(f"{negative[0]} has a weight or an edge below 0")
    if w.sum() > 1 + ROUNDING:
        raise ValueError(f"the weights are {w.sum():g} together")
    g = np.zeros((len(nodes), len(nodes)))
    for start, ends in edges.items():
        for end, share in ends.items():
            if start not in weights or end not in weights:
                raise ValueError(
                    f"the edge from {start} to {end} names {end if start in weights else start}, which has no weight"
                )
            if start == end:
                raise ValueError(f"an edge of {start} leads to itself")
            g[nodes.index(start), nodes.index(end)] = share
        total = sum(ends.values())
        if total > 1 + ROUNDING:
            raise ValueError(f"the edges of {start} are {total:g} together")
    return Graph(nodes, w, g)


def adjust(graph: Graph, p_values: ArrayLike) -> Floats:
    """Adjust p-values: the smallest level of the whole graph at which each claim would be established.

    Args:
        graph: of the claims.
        p_values: float64, (nodes,). NaN = not tested for reasons that stand before its p-value: it is taken out of the graph first.

    Returns:
        float64, (nodes,), at most 1; NaN where p is.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = np.full(len(p), np.nan)
    graph = _tested(graph, p)
    left: list[int] = np.flatnonzero(~np.isnan(p)).tolist()
    reached = 0.0
    while left and reached < 1:
        with np.errstate(divide="ignore", invalid="ignore"):
            needed = np.where(graph.weights[left] > 0, p[left] / graph.weights[left], np.inf)
        first = int(np.argmin(needed))
        reached = max(reached, min(1.0, float(needed[first])))
        node = left.pop(first)
        adjusted[node] = reached
        if left:
            graph = graph.without(node)
    adjusted[left] = reached
    return adjusted


def level_of(graph: Graph, p_values: ArrayLike, node: str, alpha: float) -> float:
    """Return the level that one claim is tested at when all claims that are established without it have passed on theirs.

    Args:
        graph: of the claims.
        p_values: float64, (nodes,); that of `node` does not count, NaN as in `adjust`.
        node: id of the claim.
        alpha: level of the whole graph.
    """
    place = graph.nodes.index(node)
    p = np.asarray(p_values, dtype=np.float64).copy()
    p[place] = 1.0
    graph = _tested(graph, p)
    left = [one for one in np.flatnonzero(~np.isnan(p)).tolist() if one != place]
    while passed := [one for one in left if p[one] <= alpha * graph.weights[one]]:
        graph = graph.without(passed[0])
        left.remove(passed[0])
    return float(alpha * graph.weights[place])


def order(graph: Graph, p_values: ArrayLike, alpha: float) -> list[tuple[str, float]]:
    """List the claims that are established at a level in the order of the procedure, each with the level that it was tested at."""
    p = np.asarray(p_values, dtype=np.float64)
    graph = _tested(graph, p)
    steps: list[tuple[str, float]] = []
    left = {node: float(value) for node, value in enumerate(p) if not np.isnan(value)}
    while ratios := {n: one / graph.weights[n] for n, one in left.items() if graph.weights[n] > 0}:
        node = min(ratios, key=ratios.__getitem__)
        if ratios[node] > alpha:
            break
        steps.append((graph.nodes[node], float(alpha * graph.weights[node])))
        graph = graph.without(node)
        del left[node]
    return steps


def _tested(graph: Graph, p_values: Floats) -> Graph:
    for node in np.flatnonzero(np.isnan(p_values)):
        graph = graph.without(int(node))
    return graph
