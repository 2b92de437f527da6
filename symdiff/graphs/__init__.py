"""Computational graphs: an expression as steps, with values, partial derivatives and adjoints, to look at."""

from symdiff.graphs.api import graph
from symdiff.graphs.nodes import Edge, Graph, Node, graph_of

__all__ = ["Edge", "Graph", "Node", "graph", "graph_of"]
