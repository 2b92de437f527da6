"""What an expression becomes while lowering: a node that holds only the axes and the diagonal that matter.

A `Value` of rank r has one class per result axis in `out`, numbered by first appearance: axes of one class
run together (a diagonal), a class that the node has no axis for is constant along it (broadcast). `labels`
are the classes of the node's axes, in any order. So a transpose, `eye`, `ones`, `diag(x)` and a spread scalar
are never stored.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from symdiff.dims import Dim, Shape
from symdiff.lower.program import Builder, Node


@dataclass(frozen=True, slots=True)
class Value:
    """A node and how its axes stand in the result's."""

    node: Node
    labels: tuple[int, ...]
    out: tuple[int, ...]
    shape: Shape

    @property
    def plain(self) -> bool:
        """Whether no two axes run together."""
        return len(set(self.out)) == len(self.out)

    def sizes(self) -> list[Dim]:
        """The size of each class."""
        found: dict[int, Dim] = {}
        for label, dim in zip(self.out, self.shape, strict=True):
            found.setdefault(label, dim)
        return list(found.values())


def whole(node: Node) -> Value:
    """A node that holds every axis of the result, in order."""
    axes = tuple(range(node.rank))
    return Value(node, axes, axes, node.shape)


def value(node: Node, labels: Sequence[Hashable], out: Sequence[Hashable], shape: Shape) -> Value:
    """A value from any labels: every label of the node is one of the result."""
    classes: dict[Hashable, int] = {}
    for label in out:
        classes.setdefault(label, len(classes))
    return Value(node, tuple(classes[k] for k in labels), tuple(classes[k] for k in out), shape)


def align(builder: Builder, values: Sequence[Value]) -> tuple[list[Node], tuple[int, ...], Shape]:
    """Nodes of values with one pattern, brought to common axes: the nodes, their classes, the shape.

    The order is that of a value that has every axis, so that A' + B' is added without moving axes.
    """
    present = {label for v in values for label in v.labels}
    orders = [v.labels for v in values if len(v.labels) == len(present)]
    straight = tuple(sorted(present))
    order = straight if straight in orders or not orders else orders[0]
    sizes = values[0].sizes()
    nodes = []
    for v in values:
        place = {label: k for k, label in enumerate(v.labels)}
        node = builder.permute(v.node, [place[label] for label in order if label in place])
        nodes.append(builder.expand(node, [label in place for label in order]))
    return nodes, order, tuple(sizes[label] for label in order)


def dense(builder: Builder, v: Value) -> Node:
    """The node with every axis of the result stored."""
    sizes = v.sizes()
    if not v.plain and not v.labels and v.shape[:1] * 2 == v.shape:
        return builder.mul(v.node, builder.node("eye", (), None, v.shape), v.shape)
    place = {label: k for k, label in enumerate(v.labels)}
    node = builder.permute(v.node, [place[label] for label in range(len(sizes)) if label in place])
    if len(place) < len(sizes):
        node = _filled(builder, node, [label in place for label in range(len(sizes))], tuple(sizes))
    return node if v.plain else builder.node("embed", (node,), v.out, v.shape)


def _filled(builder: Builder, node: Node, mask: Sequence[bool], shape: Shape) -> Node:
    """The node with the axes that it lacks: where they have length 1 nothing is repeated."""
    if node.value is not None:
        return builder.node("fill", (node,), None, shape)
    if not node.host and all(real or dim == 1 for real, dim in zip(mask, shape, strict=True)):
        return builder.node("expand", (node,), tuple(mask), shape)
    return builder.node("broadcast", (builder.expand(node, mask),), None, shape)
