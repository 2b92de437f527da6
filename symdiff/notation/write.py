"""Small makers of Trees, shared by all that writes them: they keep signs, quotients and transposes tidy."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symdiff import dims
from symdiff.dims import Dim
from symdiff.syntax.tree import Tree

ONE = Tree("number", (), 1)
LONGEST_RUN = 1024  # a longer run stays in brackets: copying it at every level would take quadratic time


def name(text: str) -> Tree:
    return Tree("name", (), text)


def number(value: int | Fraction | float | complex) -> Tree:
    """A number as people write it: a sign in front, a fraction as a quotient."""
    if isinstance(value, complex):
        imaginary = product([number(value.imag), name("i")])
        return imaginary if value.real == 0 else sum_of([number(value.real), imaginary])
    if value != value:
        return sum_of([name("oo"), negated(name("oo"))])
    if value < 0 or str(value) == "-0.0":
        return negated(number(-value))
    if value == float("inf"):
        return name("oo")
    if isinstance(value, Fraction):
        return Tree("quotient", (number(value.numerator), number(value.denominator)))
    return Tree("number", (), value)


def negated(tree: Tree) -> Tree:
    return tree.children[0] if tree.kind == "neg" else Tree("neg", (tree,))


def transposed(tree: Tree) -> Tree:
    """The transpose; of commutation(m, n) it is commutation(n, m), of a conjugate it is A^H."""
    if tree.kind == "call" and tree.value == ("commutation", ()):
        return Tree("call", tree.children[::-1], tree.value)
    if tree.kind == "transpose":
        return tree.children[0]
    if tree.kind == "hermitian":
        return call("conj", *tree.children)
    if tree.kind == "call" and tree.value[0] == "conj":
        return Tree("hermitian", tree.children)
    return Tree("transpose", (tree,))


def call(function: str, *args: Tree, **keywords: Any) -> Tree:
    """A call; keywords that are None are left out."""
    given = tuple((key, value) for key, value in keywords.items() if value is not None)
    return Tree("call", args, (function, given))


def run(factors: Sequence[Tree], kind: str) -> Tree:
    """Factors of one kind of product; a factor of that kind at the head of the run is spliced in."""
    if len(factors) == 1:
        return factors[0]
    flat: list[Tree] = []
    for factor in factors:
        flat.extend(factor.children if factor.kind == kind else (factor,))
    return Tree(kind, tuple(flat))


def product(factors: Sequence[Tree]) -> Tree:
    """Factors in this order as one run; there is at least one."""
    return factors[0] if len(factors) == 1 else Tree("product", tuple(factors))


def sum_of(terms: Sequence[Tree]) -> Tree:
    return terms[0] if len(terms) == 1 else Tree("sum", tuple(terms))


def power(base: Tree, exponent: Tree, kind: str = "power") -> Tree:
    return Tree(kind, (base, exponent))


def size(dim: Dim) -> Tree:
    """A size: `n`, `2*n`, `m*n + 1`."""
    if isinstance(dim, int):
        return number(dim)
    if (parts := dims.quotient(dim)) is not None:
        common, rest, below = parts
        above = [*(_raised(*factor) for factor in common), *([size(rest)] if rest != 1 else [])]
        return Tree("quotient", (product(above), number(below)))
    written = []
    for monomial, coefficient in dims.terms(dim):
        factors = [_raised(*factor) for factor in monomial]
        if abs(coefficient) != 1 or not factors:
            factors.insert(0, number(-coefficient if coefficient < 0 else coefficient))
        written.append(negated(product(factors)) if coefficient < 0 else product(factors))
    return sum_of(written)


def _raised(text: str, exponent: int) -> Tree:
    return _named_size(text) if exponent == 1 else power(_named_size(text), number(exponent))


def _named_size(text: str) -> Tree:
    return call("min", *map(size, text.parts)) if isinstance(text, dims.Smaller) else name(text)


def axis_of(axes: Sequence[int], rank: int) -> int | tuple[int, ...] | None:
    """Axes as the keyword `axis` says them; None where they are all."""
    if len(axes) == rank:
        return None
    return axes[0] if len(axes) == 1 else tuple(axes)
