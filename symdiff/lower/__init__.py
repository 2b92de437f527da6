"""From expressions to a program of array operations.

Functions the backend lacks are replaced by their definitions,
unstable forms by stable ones, products are planned in pairs, shared parts are worked out once."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.algebra import rebuild
from symdiff.book import expand, kernel_of
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder
from symdiff.lower.flatten import Structure, multiply_out
from symdiff.lower.program import Builder, Node, Program, reachable
from symdiff.lower.stable import stable
from symdiff.lower.translate import Translator

__all__ = ["Builder", "Node", "Program", "lower"]

_DEFINITIONS = 64  # how deep definitions may use one another


def lower(
    roots: Sequence[Expr], inputs: Sequence[Expr], functions: Sequence[str], known: frozenset[str]
) -> Program:
    """The program that computes the roots from symbols and callables; `known` are the backend's functions.

    Raises NotSupported naming a function that is neither known nor defined in a book.
    """
    exprs = _in_known(stable(_in_known(roots, known)), known)
    structure = Structure(multiply_out(exprs))
    places = {symbol: k for k, symbol in enumerate(inputs)}
    translator = Translator(structure, places, {name: k for k, name in enumerate(functions)})
    results = [translator.result(root) for root in structure.given]
    imaginary = any(
        (e.op == "symbol" and "complex" in e.attr.properties) or (e.op == "constant" and e.attr == "i")
        for e in structure.order
    )
    nodes = reachable(results)
    return Program(
        list(inputs), list(functions), translator.constants, results, nodes, imaginary, translator.guarded
    )


def _in_known(roots: Sequence[Expr], known: frozenset[str]) -> list[Expr]:
    """The roots with every function that the backend lacks replaced by what its book says."""
    exprs = list(roots)
    for _ in range(_DEFINITIONS):
        order = postorder(*exprs)
        if not any(_unknown(node, known) for node in order):
            return exprs
        done: dict[Expr, Expr] = {}
        for node in order:
            new = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
            name = _unknown(new, known)
            done[node] = new if name is None else _definition(new, name)
        exprs = [done[root] for root in exprs]
    raise NotSupported("a function's definition leads back to itself")


def _unknown(e: Expr, known: frozenset[str]) -> str | None:
    """The name of the function that e is, where the backend lacks it; a power is arithmetic."""
    name = e.attr if e.op == "map" else e.attr[0] if e.op == "call" else "pow"
    return None if name == "pow" or name in known else name


def _definition(e: Expr, name: str) -> Expr:
    meaning = kernel_of(e) or expand(e)
    if meaning is None:
        raise NotSupported(f"{name} has no numerical form", hint=f"give {name} a def or a kernel in its book")
    return meaning
