"""From expressions to a program of array operations.

Functions the backend lacks are replaced by their definitions,
unstable forms by stable ones, products are planned in pairs, shared parts are worked out once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from symdiff import dims
from symdiff.algebra import is_complex, is_real, may_be_complex, rebuild
from symdiff.book import expand, kernel_of
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder
from symdiff.lower.batch import batched
from symdiff.lower.flatten import Structure, multiply_out
from symdiff.lower.principal import principal
from symdiff.lower.program import Builder, Node, Program, reachable, turn_products
from symdiff.lower.stable import stable
from symdiff.lower.translate import Translator

__all__ = ["Builder", "Known", "Node", "Program", "lower"]

_DEFINITIONS = 64  # how deep definitions may use one another


@dataclass(frozen=True, slots=True)
class Known:
    """The functions a backend has a form for: of real arguments, and of complex ones. Of those of whole arrays, which
    take stacks of matrices, and which take the keyword axis.
    """

    real: frozenset[str]
    complex: frozenset[str]
    stacks: frozenset[str] = frozenset()
    axes: frozenset[str] = frozenset()

    def lacks(self, e: Expr) -> str | None:
        """The name of the function that e is, where the backend has no form for it; a power is arithmetic."""
        name = e.attr if e.op == "map" else e.attr[0] if e.op == "call" else "pow"
        if name == "pow" or name in self.complex or (name in self.real and not any(map(may_be_complex, e.args))):
            return None
        return str(name)


def lower(
    roots: Sequence[Expr], inputs: Sequence[Expr], arguments: Mapping[str, str], known: Known,
    batch: Collection[str] = (), length: dims.Dim = 1, parts: Mapping[Expr, str] | None = None,
) -> Program:  # fmt: skip
    """The program that computes the roots from symbols and from functions that are only names.

    `arguments` are all names that are given, in order (`Program.arguments`); `batch` those of inputs with an axis more
    of that `length` in front, over which everything is mapped; `parts` are nodes with names of their own. Raises
    NotSupported naming a function that is neither known nor defined in a book.
    """
    named = parts or {}
    exprs = _in_known(stable(principal(_in_known([*roots, *named], known))), known)
    forms = dict(zip(exprs[len(roots) :], named.values(), strict=True))
    structure = Structure(multiply_out(exprs[: len(roots)]))
    translator = Translator(structure, {symbol: k for k, symbol in enumerate(inputs)})
    results = [translator.result(root) for root in structure.given]
    turn_products(translator.builder, results)
    shapes = [e.shape for e in inputs]
    program = Program(
        list(inputs), shapes, dict(arguments), translator.constants, results, reachable(results),
        any(map(is_complex, roots)), translator.guarded, translator.names(forms),
    )  # fmt: skip
    return batched(program, batch, length, known) if batch else program


def _in_known(roots: Sequence[Expr], known: Known) -> list[Expr]:
    """The roots with every function that the backend lacks replaced by what its book says."""
    exprs = list(roots)
    for _ in range(_DEFINITIONS):
        order = postorder(*exprs)
        if not any(known.lacks(node) for node in order):
            return exprs
        done: dict[Expr, Expr] = {}
        for node in order:
            new = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
            name = known.lacks(new)
            done[node] = new if name is None else _definition(new, name)
        exprs = [done[root] for root in exprs]
    raise NotSupported("a function's definition leads back to itself")


def _definition(e: Expr, name: str) -> Expr:
    off_reals = not is_real(e) and not any(map(is_complex, e.args))  # a kernel is made for the domain
    meaning = (off_reals and expand(e)) or kernel_of(e) or expand(e)
    if meaning is None:
        kind = " for complex numbers" if any(map(may_be_complex, e.args)) else ""
        raise NotSupported(f"{name} has no numerical form{kind}", hint=f"give {name} a def or a kernel in its book")
    return meaning
