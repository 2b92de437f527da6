"""Graphs as SVG: boxes with what is worked out, its value and its adjoint, and partial derivatives on the edges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from unicodedata import combining, east_asian_width
from zlib import crc32

from symdiff.graphs.layout import Box, Link, placed
from symdiff.graphs.nodes import Edge, Graph, Node
from symdiff.graphs.writing import Words, about, partial_value

_SIZE, _SMALL, _LINE = 15.0, 12.0, 17.0
_PAD, _MARGIN = 9.0, 14.0
_LETTER = "[A-Za-z\u00c0-\u024f\u0370-\u03ff][\u0300-\u036f]*"
_NAME = re.compile(rf"(?<![A-Za-z])(?!(?:and|or|not|nan|entries)\b)((?:{_LETTER})+)(?![A-Za-z(])")
_NARROW, _WIDE = "ijlt.,:;|'!()[] ᵀ′", "mwMW⊙⊘…"
_FONT = "'STIX Two Text', Cambria, 'DejaVu Serif', serif"
_STYLE = {
    "text": f"font-family: {_FONT}; fill: #1a1a1a",
    ".box": "fill: #ffffff; stroke: #5b6b7f", ".given": "fill: #eef3fb", ".output": "fill: #fdf3e3",
    ".edge": "fill: none; stroke: #7d8894", ".still": "stroke-dasharray: 4 4", ".tip": "fill: #7d8894",
    ".name": "font-style: italic", ".value": "fill: #4a5563", ".back": "fill: #b3261e", ".partial": "fill: #1f5fa8",
}  # fmt: skip
_RULES = " ".join(f".symdiff-graph {what} {{ {how} }}" for what, how in _STYLE.items())


def svg(graph: Graph) -> str:
    """The graph drawn, from the left to the right: a white page of its own size."""
    words = Words(graph)
    lines = {node: _lines(words, node) for node in graph.nodes}
    labels = [_label(words, edge) for edge in graph.edges]
    sizes = {node: _box(rows) for node, rows in lines.items()}
    links = [
        Link(edge.source, edge.target, *_label_size(label)) for edge, label in zip(graph.edges, labels, strict=True)
    ]
    drawing = placed(sizes, links)
    out: list[str] = []
    for edge, label, chain in zip(graph.edges, labels, drawing.chains, strict=True):
        out += _edge(edge, drawing.boxes[edge.source], chain, drawing.boxes[edge.target], label)
    for node, rows in lines.items():
        out += _node(node, drawing.boxes[node], rows, node is graph.output)
    width, height = drawing.width + 2 * _MARGIN, drawing.height + 2 * _MARGIN
    tip = f"tip-{crc32(''.join(out).encode()):x}"  # on a page with several graphs each has its own
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" class="symdiff-graph" role="img" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">'
        f"<title>{escape(words.node(graph.output))}</title><style>{_RULES}</style>"
        f'<defs><marker id="{tip}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path class="tip" d="M0 0 L8 4 L0 8 z"/></marker></defs>'
        f'<rect width="100%" height="100%" fill="#ffffff"/><g transform="translate({_MARGIN} {_MARGIN})">'
    )
    return "\n".join([head, *(line.replace("url(#tip)", f"url(#{tip})") for line in out), "</g></svg>", ""])


_Rows = Sequence[tuple[str, str, float]]  # text, class, size of the font


def _lines(words: Words, node: Node) -> _Rows:
    rows = [(words.node(node), "", _SIZE), (about(node), "value", _SMALL), (words.slope(node), "back", _SMALL)]
    return [row for row in rows if row[0]]


def _label(words: Words, edge: Edge) -> _Rows:
    rows = [(words.partial(edge), "partial", _SMALL), (partial_value(edge), "value", _SMALL)]
    return [row for row in rows if row[0]]


def _extent(text: str, size: float) -> float:
    """How wide a text is, at most about."""
    units = 0.0
    for c in text:
        if not combining(c):
            units += 0.36 if c in _NARROW else 0.95 if c in _WIDE else 1.05 if east_asian_width(c) == "W" else 0.63
    return units * size


def _box(rows: _Rows) -> tuple[float, float]:
    return max(_extent(text, size) for text, _, size in rows) + 2 * _PAD, len(rows) * _LINE + _PAD


def _label_size(rows: _Rows) -> tuple[float, float]:
    """A label stands above its line."""
    return (max(_extent(text, size) for text, _, size in rows) + 8, 2 * len(rows) * _LINE) if rows else (0.0, 0.0)


def _text(rows: _Rows, x: float, top: float) -> Iterator[str]:
    for k, (text, kind, size) in enumerate(rows):
        named = f' class="{kind}"' if kind else ""
        y = top + (k + 0.8) * _LINE
        place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="middle"'
        yield f"<text{named} {place}>{_mathematics(text)}</text>"


def _mathematics(text: str) -> str:
    """A text in which names are italic, and what is applied to something is not."""
    pieces = _NAME.split(text)
    return "".join(f'<tspan class="name">{p}</tspan>' if k % 2 else escape(p) for k, p in enumerate(pieces))


def _node(node: Node, box: Box, rows: _Rows, output: bool) -> Iterator[str]:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    kind = "box output" if output else "box given" if node.is_leaf else "box"
    size = f'width="{box.width:.1f}" height="{box.height:.1f}"'
    yield f'<rect class="{kind}" x="{left:.1f}" y="{top:.1f}" {size} rx="6"/>'
    yield from _text(rows, box.x, top + _PAD / 2)
    if node.step:
        place = f'x="{left + box.width + 2:.1f}" y="{top - 2:.1f}"'
        yield f'<text class="back" {place} font-size="10" text-anchor="end">{node.step}</text>'


def _edge(edge: Edge, source: Box, chain: Sequence[Box], target: Box, label: _Rows) -> Iterator[str]:
    """A line through the columns, level where it passes one; the label above it in the first."""
    x, y = source.x + source.width / 2, source.y
    path = [f"M{x:.1f} {y:.1f}"]
    ends = [(box.x - box.width / 2, box.x + box.width / 2, box.y) for box in chain]
    for left, right, level in [*ends, (target.x - target.width / 2, 0.0, target.y)]:
        middle = (x + left) / 2
        path.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {level:.1f} {left:.1f} {level:.1f}")
        if right:
            path.append(f"L{right:.1f} {level:.1f}")
        x, y = right, level
    kind = "edge" if edge.moves else "edge still"
    yield f'<path class="{kind}" d="{" ".join(path)}" marker-end="url(#tip)"/>'
    if label:
        yield from _text(label, chain[0].x, chain[0].y - len(label) * _LINE - 3)
