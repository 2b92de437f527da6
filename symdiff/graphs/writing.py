"""Graphs as text: names and numbers in mathematics, DOT, Mermaid, the table of the backward pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any
from unicodedata import combining, normalize

from symdiff import show
from symdiff.algebra import ONE, split_number
from symdiff.dims import show_shape
from symdiff.expr import Expr, Names, named
from symdiff.graphs.nodes import Edge, Graph, Node

_LONGEST = 44  # characters of a formula in a node
_ROW, _ROWS = 6, 4  # entries that are written out
_ASCII = {ord("−"): "-", ord("×"): "x", ord("…"): "...", ord("∞"): "inf"}
_HEAD = ("step", "node", "value", "partial derivatives", "adjoint")


class Words:
    """What stands in a graph's nodes and on its edges, in Unicode or in LaTeX."""

    def __init__(self, graph: Graph, style: str = "unicode") -> None:
        self.style = style
        self.d = {"unicode": "∂", "latex": r"\partial ", "text": "d"}[style]
        self._write: Callable[[Expr], str] = getattr(show, style)
        self._bars = {self._write(node.bar): self._barred(self._write(node.stands)) for node in graph.nodes}
        longest = sorted(map(re.escape, self._bars), key=len, reverse=True)
        self._names = re.compile(rf"(?<![A-Za-zΑ-ω_])(?:{'|'.join(longest)})")

    def _barred(self, name: str) -> str:
        if self.style == "text":
            return f"{name}_bar"
        base, *_ = re.split(r"[_₀-₉]", name, maxsplit=1)
        rest = name[len(base) :]
        if self.style == "latex":
            return rf"\bar{{{base}}}{rest}"
        return (normalize("NFC", base + "\u0304") if len(base) == 1 else "".join(c + "\u0305" for c in base)) + rest

    def of(self, e: Expr) -> str:
        """A formula on one line, cut where it is long."""
        said = self._names.sub(lambda found: self._bars[found[0]], self._write(named(e, Names(parts=False))))
        return f"{said[: _LONGEST - 1]}…" if self.style != "latex" and len(said) > _LONGEST else said

    def whole(self, e: Expr) -> str:
        """A formula as it is printed, in parts where it is long."""
        return self._write(e)

    def node(self, node: Node) -> str:
        """`v₁ = xᵀx`, or a bare name."""
        name = self._write(node.stands)
        return name if node.expr.op == "symbol" else f"{name} = {self.of(node.written)}"

    def partial(self, edge: Edge) -> str:
        """The partial derivative; of more than two axes what the operand's differential becomes."""
        return self.of(edge.change) if edge.moves else ""

    def adjoint(self, node: Node) -> str:
        """`x̄ = 2v̄₁x`."""
        assert node.adjoint is not None
        return f"{self.of(node.bar)} = {self.of(node.adjoint)}"

    def slope(self, node: Node) -> str:
        """The adjoint as a number where there is one: `x̄ = [0, 4, 8, 12]`; else as a formula."""
        if node.adjoint is None:
            return ""
        return self.adjoint(node) if node.slope is None else f"{self.of(node.bar)} = {value_text(node.slope)}"

    def derivative(self, edge: Edge) -> str:
        """`∂v₁/∂x = 2x`, or `dv₁ = dA x`."""
        above, below = self._write(edge.target.stands), self._write(edge.source.stands)
        if edge.partial.rank > 2:
            return f"d{above} = {self.partial(edge)}"
        return f"{self.d}{above}/{self.d}{below} = {self.of(edge.partial)}"


def value_text(value: Any) -> str:
    """A value in a few characters: a number, the entries of a small array, the shape of a large one."""
    import numpy as np

    array = np.asarray(value)
    if array.ndim > 2 or max(array.shape, default=0) > _ROW or (array.ndim == 2 and len(array) > _ROWS):
        return " × ".join(map(str, array.shape)) + (" entries" if array.ndim == 1 else "")
    if array.ndim == 0:
        return _number(array[()])
    rows = [", ".join(map(_number, row)) for row in np.atleast_2d(array)]
    return f"[{'; '.join(rows)}]"


def _number(value: Any) -> str:
    if isinstance(value, complex):
        real, imaginary = _number(value.real), _number(abs(value.imag))
        sign = "−" if value.imag < 0 else "+"
        if imaginary == "0":
            return real
        return f"{real} {sign} {imaginary}i" if real != "0" else f"{sign.strip('+')}{imaginary}i"
    text = f"{value:.4g}"
    return "0" if text == "-0" else text.replace("-", "−").replace("inf", "∞")


def about(node: Node) -> str:
    """A node's value, or its shape where no values are given."""
    return value_text(node.value) if node.value is not None else show_shape(node.shape) if node.shape else ""


def partial_value(edge: Edge) -> str:
    """The number of a partial where it is small and says more than the formula, its shape where it is large."""
    if edge.value is None or not edge.moves or edge.partial.rank > 2 or _is_plain(edge.partial):
        return ""
    return value_text(edge.value) if edge.value.size <= _ROW else " × ".join(map(str, edge.value.shape))


def _is_plain(e: Expr) -> bool:
    """Whether it is a number, or one times a constant that is read as it stands."""
    rest = split_number(e)[1]
    return rest.op == "constant" or rest is ONE


# --- the table -------------------------------------------------------------------------------------------------


def _rows(graph: Graph, style: str) -> list[tuple[str, list[str], list[str], list[str], list[str]]]:
    """The steps of the backward pass: number, node, value, partials by the operands, adjoint.

    Where it reaches nothing, the steps of the work.
    """
    words = Words(graph, style)
    rows = []
    for node in graph.backward or graph.nodes:
        partials = []
        for edge in node.edges:
            if edge.moves and edge.source.adjoint is not None:
                number = partial_value(edge)
                partials.append(words.derivative(edge) + (f" = {number}" if number else ""))
        adjoint = "" if node.adjoint is None else words.adjoint(node)
        if node.slope is not None and node.adjoint is not None and not _is_plain(node.adjoint):
            adjoint += f" = {value_text(node.slope)}"
        number = str(node.step) if node.step else ""
        rows.append((number, [words.node(node)], [about(node)], partials, [adjoint]))
    return rows


def _ending(graph: Graph, style: str) -> list[str]:
    """The gradients, in the names of the function."""
    words = Words(graph, style)
    y = words.of(graph.output.stands)
    y = f"sum({y})" if graph.output.shape else y
    return [f"{words.d}{y}/{words.d}{words.of(x)} = {words.whole(g)}" for x, g in graph.gradients.items()]


def table(graph: Graph, style: str) -> str:
    """The backward pass in columns, then the gradients."""
    lines: list[tuple[str, ...]] = [_HEAD]
    for number, *cells in _rows(graph, style):
        height = max(map(len, cells), default=1)
        for k in range(height):
            line = [number if k == 0 else "", *(cell[k] if k < len(cell) else "" for cell in cells)]
            lines.append(tuple(cell.translate(_ASCII) for cell in line) if style == "text" else tuple(line))
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    told = [
        "   ".join(cell + " " * (w - _width(cell)) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([*told, *_ending(graph, style)])


def _width(text: str) -> int:
    return sum(not combining(c) for c in text)


def markdown(graph: Graph) -> str:
    """The backward pass as a table of Markdown, its mathematics in dollars."""
    lines = [f"| {' | '.join(_HEAD)} |", "| --- | --- | --- | --- | --- |"]
    for number, (node,), value, partials, (adjoint,) in _rows(graph, "latex"):
        told = [f"${adjoint}$"] if adjoint else [""]
        cells = [number, f"${node}$", *value, "<br>".join(f"${p}$" for p in partials), *told]
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join([*lines, "", *(f"${end}$\n" for end in _ending(graph, "latex"))])


def fragment(graph: Graph) -> str:
    """The drawing and the table, as a piece of HTML."""
    from symdiff.graphs.drawing import svg

    def row(cells: Sequence[str], tag: str) -> str:
        style = ' style="text-align: left; padding: 2px 12px 2px 0; vertical-align: top"'
        return "<tr>" + "".join(f"<{tag}{style}>{cell}</{tag}>" for cell in cells) + "</tr>"

    rows = [row(_HEAD, "th")]
    for number, *cells in _rows(graph, "unicode"):
        rows.append(row([number, *("<br>".join(map(escape, cell)) for cell in cells)], "td"))
    ends = "".join(f"<p>{escape(end)}</p>" for end in _ending(graph, "unicode"))
    return f'<div><div style="overflow-x: auto">{svg(graph)}</div><table>{"".join(rows)}</table>{ends}</div>'


def html(graph: Graph) -> str:
    """A page with the drawing and the table."""
    title = escape(Words(graph).node(graph.output))
    head = f'<meta charset="utf-8"><title>{title}</title><style>body {{ font-family: serif; margin: 2em }}</style>'
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>{fragment(graph)}</body></html>\n"


# --- languages of graphs ---------------------------------------------------------------------------------------


def _lines(words: Words, node: Node) -> list[str]:
    return [line for line in (words.node(node), about(node), words.slope(node)) if line]


def _label(words: Words, edge: Edge) -> list[str]:
    return [line for line in (words.partial(edge), partial_value(edge)) if line]


def dot(graph: Graph) -> str:
    """The graph in the language of Graphviz."""
    words, place = Words(graph), {node: k for k, node in enumerate(graph.nodes)}

    def quoted(lines: Sequence[str]) -> str:
        return '"' + r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in lines) + '"'

    out = ["digraph {", "  rankdir=LR; node [shape=box, style=rounded];"]
    out += [f"  n{k} [label={quoted(_lines(words, node))}];" for node, k in place.items()]
    for edge in graph.edges:
        attributes = [f"label={quoted(label)}"] if (label := _label(words, edge)) else []
        attributes += [] if edge.moves else ["style=dashed"]
        told = f" [{', '.join(attributes)}]" if attributes else ""
        out.append(f"  n{place[edge.source]} -> n{place[edge.target]}{told};")
    return "\n".join([*out, "}", ""])


def mermaid(graph: Graph) -> str:
    """The graph as a flowchart of Mermaid."""
    words, place = Words(graph), {node: k for k, node in enumerate(graph.nodes)}

    def quoted(lines: Sequence[str]) -> str:
        told = (escape(line, quote=False).replace('"', "#quot;").replace("*", "&ast;") for line in lines)
        return f'"{"<br/>".join(told)}"'

    out = ["flowchart LR"]
    out += [f"  n{k}[{quoted(_lines(words, node))}]" for node, k in place.items()]
    for edge in graph.edges:
        arrow = "-->" if edge.moves else "-.->"
        label = _label(words, edge)
        middle = f"|{quoted(label)}|" if label else ""
        out.append(f"  n{place[edge.source]} {arrow}{middle} n{place[edge.target]}")
    return "\n".join([*out, ""])
