"""Complex numbers: where they are part of an expression; real and imaginary part, conjugate, argument."""

from __future__ import annotations

from collections.abc import Callable

from symdiff.algebra.build import add, fmap, mul, power, scale, split_number, spread
from symdiff.algebra.einsum import einsum
from symdiff.algebra.fact import Fact, facts
from symdiff.algebra.facts import is_nonnegative, is_real
from symdiff.algebra.function_facts import domain
from symdiff.algebra.leaves import MINUS_ONE, ONE, Array, is_constant, named, number, zeros
from symdiff.algebra.structure import compare, select
from symdiff.expr import Expr, postorder, recall, worked_out

PARTS = ("real", "imag", "conj", "arg")
_TURNED = {  # the part of i·x, by the parts of x
    "real": lambda x: scale(MINUS_ONE, complex_part("imag", x)),
    "imag": lambda x: complex_part("real", x),
    "conj": lambda x: scale(scale(MINUS_ONE, named("i")), complex_part("conj", x)),
}  # fmt: skip


_FACT = "has complex parts"


def is_complex(e: Expr) -> bool:
    """Whether a complex symbol, `i` or a complex array is part of e.

    An expression that is not complex is one of real numbers: what has no real value there has none. A complex one is
    worked out in the plane wherever its parts are not real by their facts: log(-2) is iπ + log(2) in `log(-2)*z`.
    """
    return bool(
        worked_out(e, _FACT, lambda node: _is_complex_leaf(node) or any(recall(arg, _FACT) for arg in node.args))
    )


def in_the_plane(e: Expr) -> Expr:
    """A real thing as a complex one, for functions of complex numbers."""
    return fmap(_PLANE, e)


_PLANE = "plane"


def _is_complex_leaf(e: Expr) -> bool:
    if e.op == "map":
        return bool(e.attr == _PLANE)
    if e.op == "symbol":
        return "complex" in e.attr.properties
    return e.op == "constant" and (e.attr == "i" or (isinstance(e.attr, Array) and "c" in e.attr.kinds))


def is_total(e: Expr) -> bool:
    """Whether e has a finite value whatever the values of its symbols are."""
    return not facts(e) & Fact.UNBOUNDED and not any(map(domain, postorder(e)))


def may_be_complex(e: Expr) -> bool:
    """Whether e has complex parts, and is not known to be real itself as |z| is."""
    return is_complex(e) and not is_real(e)


def complex_part(name: str, x: Expr) -> Expr:
    """A part of x, entry by entry: of a real thing it is known; numbers, real factors and i stand outside.

    The imaginary part of log(t) is 0 only where there is a logarithm, so it stays: no constructor widens a domain.
    """
    if is_real(x) and (name in ("real", "conj") or is_total(x)):
        return _of_real(name, x)
    if name == "arg":
        parts = [_of_sum(part, x) for part in ("imag", "real")]
        return fmap(name, x) if None in parts else fmap("atan2", *parts)  # type: ignore[arg-type]
    value, rest = split_number(x)
    if value != 1:
        return scale(number(value), complex_part(name, rest))
    without = _without_i(x)
    if without is not None:
        return _TURNED[name](without)
    if name == "conj" and x.op == "map" and x.attr == "conj":
        return x.args[0]
    around = _real_factors(x)
    if around is not None:
        put, factor = around
        return put(_of_factor(name, factor))
    return _of_sum(name, x) or fmap(name, x)


def _of_sum(name: str, x: Expr) -> Expr | None:
    """The part of a sum of real terms and of real ones times i: imag(x + i*y) is y; None of anything else."""
    known: list[Expr] = []
    for term in x.args if x.op == "add" else ():
        upright = _without_i(term)
        if not is_real(term if upright is None else upright):
            return None
        known.append(complex_part(name, term))
    return add(*known) if known and not any(part.op == "map" and part.attr == name for part in known) else None


def _of_factor(name: str, x: Expr) -> Expr:
    """The part of one factor, whose own factors stay where they are."""
    return x.args[0] if name == "conj" and x.op == "map" and x.attr == "conj" else fmap(name, x)


def _of_real(name: str, x: Expr) -> Expr:
    if name in ("real", "conj"):
        return x
    if name == "imag" or is_nonnegative(x):
        return zeros(x.shape)
    return select(compare("<", x, zeros(x.shape)), spread(named("pi"), x.shape), zeros(x.shape))


def _without_i(x: Expr) -> Expr | None:
    """u where x is i·u."""
    if is_constant(x, "i"):
        return ONE
    if x.op == "mul":
        pairs = list(zip(x.args[1::2], x.args[2::2], strict=True))
        place = next((k for k, (b, p) in enumerate(pairs) if is_constant(b, "i") and p is ONE), None)
        if place is not None:
            return mul(x.args[0], *(power(*pair) for k, pair in enumerate(pairs) if k != place))
    if x.op == "einsum":
        front = _without_i(x.args[0])
        if front is not None:
            return einsum(front, x.args[1:], x.attr[:-1], x.attr[-1])
    return None


def _real_factors(x: Expr) -> tuple[Callable[[Expr], Expr], Expr] | None:
    """The one factor of a product with axes that is not real, and the product with something in its place."""
    if x.op != "einsum":
        return None
    places = [k for k, arg in enumerate(x.args) if not is_real(arg)]
    if len(places) != 1:
        return None
    (k,) = places

    def put(factor: Expr) -> Expr:
        args = [*x.args[:k], factor, *x.args[k + 1 :]]
        return einsum(args[0], args[1:], x.attr[:-1], x.attr[-1])

    return put, x.args[k]
