"""What follows from a node alone: symmetric, positive, integer … computed once a node, bottom up.

A fact that is False is merely not known to hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntFlag

from symdiff.algebra.build import unspread
from symdiff.algebra.leaves import ONE, Array
from symdiff.algebra.views import contraction
from symdiff.expr import Expr, make, postorder, recall, remember


class Fact(IntFlag):
    """Known properties. Sign facts speak of every entry, the matrix facts of the whole."""

    NONE = 0
    REAL = 1
    INTEGER = 2
    NONNEGATIVE = 4
    POSITIVE = 8
    NONZERO = 16
    SYMMETRIC = 32
    PSD = 64
    SPD = 128
    DIAGONAL = 256
    LOWER = 512
    UPPER = 1024
    SKEW = 2048
    ORTHOGONAL = 4096
    NEGATIVE = 8192


_IMPLIED = {
    Fact.POSITIVE: Fact.NONNEGATIVE | Fact.NONZERO | Fact.REAL,
    Fact.NEGATIVE: Fact.NONZERO | Fact.REAL,
    Fact.NONNEGATIVE: Fact.REAL,
    Fact.INTEGER: Fact.REAL,
    Fact.SPD: Fact.SYMMETRIC | Fact.PSD | Fact.REAL,
    Fact.PSD: Fact.SYMMETRIC | Fact.REAL,
    Fact.DIAGONAL: Fact.SYMMETRIC | Fact.LOWER | Fact.UPPER,
}
_BY_PROPERTY = {
    "positive": Fact.POSITIVE,
    "integer": Fact.INTEGER,
    "real": Fact.REAL,
    "dimension": Fact.POSITIVE | Fact.INTEGER,
    "symmetric": Fact.SYMMETRIC,
    "spd": Fact.SPD,
    "diagonal": Fact.DIAGONAL,
    "lower": Fact.LOWER,
    "upper": Fact.UPPER,
    "skew": Fact.SKEW,
    "orthogonal": Fact.ORTHOGONAL,
}
_SIGN = Fact.REAL | Fact.INTEGER | Fact.NONNEGATIVE | Fact.POSITIVE | Fact.NONZERO | Fact.NEGATIVE
_POSITIVE_MAPS = frozenset({"exp", "cosh", "sech", "sigmoid", "softplus", "exp2"})
_NONNEGATIVE_MAPS = frozenset({"abs", "sqrt", "relu", "heaviside", "hypot"})
_INTEGER_MAPS = frozenset({"sign", "floor", "ceil", "round", "heaviside"})
_POSITIVE_CALLS = frozenset({"softmax"})
_NONNEGATIVE_CALLS = frozenset({"norm1", "norm2", "norm_inf", "norm", "norm_nuc", "norm_spec", "var", "std"})


def facts(e: Expr) -> Fact:
    """All that is known of e."""
    known = recall(e, "facts")
    if known is None:
        for node in postorder(e, into=lambda n: recall(n, "facts") is None):
            if recall(node, "facts") is None:
                remember(node, "facts", _close(_RULES.get(node.op, _other)(node)))
        known = recall(e, "facts")
    return known


def _close(found: Fact) -> Fact:
    for fact, more in _IMPLIED.items():
        if fact in found:
            found |= more
    for fact, more in _IMPLIED.items():  # twice: SPD implies PSD implies SYMMETRIC
        if fact in found:
            found |= more
    if Fact.LOWER in found and Fact.UPPER in found:
        found |= Fact.DIAGONAL | Fact.SYMMETRIC
    return found


def _symbol(e: Expr) -> Fact:
    found = Fact.NONE if "complex" in e.attr.properties else Fact.REAL
    for name in e.attr.properties:
        found |= _BY_PROPERTY.get(name, Fact.NONE)
    return found


def _number(e: Expr) -> Fact:
    value = e.attr
    found = Fact.REAL if value == value else Fact.NONE
    if isinstance(value, int):
        found |= Fact.INTEGER
    if value > 0:
        found |= Fact.POSITIVE
    elif value < 0:
        found |= Fact.NEGATIVE
    elif value == 0:
        found |= Fact.NONNEGATIVE
    return found


def _constant(e: Expr) -> Fact:
    kind = e.attr
    if isinstance(kind, Array):
        return Fact.NONE if "c" in kind.kinds else Fact.REAL
    square = len(e.shape) == 2 and e.shape[0] == e.shape[1]
    if kind in ("pi", "e", "oo"):
        return Fact.POSITIVE
    if kind == "ones":
        return Fact.POSITIVE | Fact.INTEGER | (Fact.PSD if square else Fact.NONE)
    if kind == "zeros":
        return Fact.NONNEGATIVE | Fact.INTEGER | (Fact.DIAGONAL | Fact.PSD if square else Fact.NONE)
    if kind == "eye":
        return Fact.NONNEGATIVE | Fact.INTEGER | Fact.DIAGONAL | Fact.SPD | Fact.ORTHOGONAL
    return Fact.NONE


def power_sign(base: Fact, exponent: Expr) -> Fact:
    """Sign facts of base^exponent."""
    value = exponent.attr if exponent.op == "number" else None
    whole = Fact.INTEGER in facts(exponent)
    found = base & facts(exponent) & Fact.REAL  # where it is defined: of real things nothing complex is made
    if Fact.POSITIVE in base and Fact.REAL in facts(exponent):
        found |= Fact.POSITIVE
    elif isinstance(value, int) and value % 2 == 0 and Fact.REAL in base:
        found |= Fact.POSITIVE if Fact.NONZERO in base else Fact.NONNEGATIVE
    elif Fact.NONNEGATIVE in base and value is not None:
        found |= Fact.NONNEGATIVE
    elif whole and Fact.REAL in base:
        found |= Fact.REAL | (base & Fact.NONZERO)
        if isinstance(value, int) and value % 2 and Fact.NEGATIVE in base:
            found |= Fact.NEGATIVE
    if isinstance(value, int) and value >= 0:
        found |= base & Fact.INTEGER
    return found


def _product_sign(parts: list[Fact]) -> Fact:
    found = Fact.NONE
    for fact in (Fact.REAL, Fact.INTEGER, Fact.NONNEGATIVE, Fact.POSITIVE, Fact.NONZERO):
        if all(fact in part for part in parts):
            found |= fact
    negative = sum(Fact.NEGATIVE in part for part in parts)
    if negative and all(part & (Fact.NEGATIVE | Fact.POSITIVE) for part in parts):
        found |= Fact.NEGATIVE if negative % 2 else Fact.POSITIVE
    return found


def _mul(e: Expr) -> Fact:
    parts = [facts(e.args[0])]
    for k in range(1, len(e.args), 2):
        base, exponent = e.args[k], e.args[k + 1]
        part = facts(base)
        parts.append(part if _is_one(exponent) else _close(power_sign(part, exponent)))
    return _product_sign([_close(part) for part in parts])


def _is_one(e: Expr) -> bool:
    return e.op == "number" and isinstance(e.attr, int) and e.attr == 1


def _add(e: Expr) -> Fact:
    parts = [facts(term) for term in e.args]
    found = Fact.NONE
    for fact in (
        Fact.REAL | Fact.INTEGER | Fact.NONNEGATIVE | Fact.NEGATIVE | Fact.SYMMETRIC | Fact.PSD | Fact.DIAGONAL
        | Fact.LOWER | Fact.UPPER | Fact.SKEW
    ):
        if all(fact in part for part in parts):
            found |= fact
    if Fact.NONNEGATIVE in found and any(Fact.POSITIVE in part for part in parts):
        found |= Fact.POSITIVE
    if Fact.PSD in found and any(Fact.SPD in part for part in parts):
        found |= Fact.SPD
    if len(e.shape) == 2 and Fact.SYMMETRIC not in found and _self_transposed(e):
        found |= Fact.SYMMETRIC
    return found


def _einsum(e: Expr) -> Fact:
    operands, labels, out = e.args[1:], e.attr[:-1], e.attr[-1]
    front = facts(e.args[0])
    counts: dict[tuple[Expr, tuple[int, ...]], int] = {}
    for factor in zip(operands, labels, strict=True):
        counts[factor] = counts.get(factor, 0) + 1
    parts = [front]
    for (operand, _), count in counts.items():
        part = facts(operand)
        if count % 2 == 0 and Fact.REAL in part:
            part |= Fact.NONNEGATIVE
        parts.append(part)
    found = _product_sign(parts)
    if Fact.NONNEGATIVE not in found and not out and _is_gram_scalar(operands, labels):
        found |= Fact.NONNEGATIVE
    if len(out) != 2 or e.shape[0] != e.shape[1]:
        return found
    if any(operand.op == "constant" and operand.attr == "eye" for operand in operands):
        found |= Fact.DIAGONAL
        rest = [facts(o) for o in operands if not (o.op == "constant" and o.attr == "eye")]
        if all(Fact.POSITIVE in part for part in [front, *rest]):
            found |= Fact.SPD
        return found
    if len(operands) == 1:
        inner = facts(operands[0])
        if labels[0] == out:
            keep = Fact.SYMMETRIC | Fact.DIAGONAL | Fact.LOWER | Fact.UPPER | Fact.SKEW
            found |= inner & keep
            if Fact.POSITIVE in front:
                found |= inner & Fact.SPD
            if Fact.NONNEGATIVE in front:
                found |= inner & Fact.PSD
        elif labels[0] == out[::-1]:
            found |= inner & (Fact.SKEW | Fact.ORTHOGONAL)
            found |= Fact.UPPER if Fact.LOWER in inner else Fact.NONE
            found |= Fact.LOWER if Fact.UPPER in inner else Fact.NONE
        return found
    if Fact.NONNEGATIVE in front and _is_gram(operands, labels, out):
        found |= Fact.PSD
    elif _self_transposed(e):
        found |= Fact.SYMMETRIC
    return found


def _is_gram(operands: tuple[Expr, ...], labels: tuple[tuple[int, ...], ...], out: tuple[int, ...]) -> bool:
    """P'P, PP', xx', or P'SP with S positive semidefinite."""
    if any(Fact.REAL not in facts(o) for o in operands):
        return False
    if len(operands) == 2:
        (a, b), (p, q) = operands, labels
        if a is not b:
            return False
        return (p, q) in (((out[0],), (out[1],)), ((out[1],), (out[0],))) or (
            len(p) == 2 == len(q) and {p[0], q[0]} == set(out) and p[1] == q[1]
        ) or (len(p) == 2 == len(q) and {p[1], q[1]} == set(out) and p[0] == q[0])
    if len(operands) != 3:
        return False
    (a, s, b), (p, m, q) = operands, labels
    if a is not b or len(m) != 2 or Fact.PSD not in facts(s) or len(p) != 2 or len(q) != 2:
        return False
    for k in (0, 1):
        if {p[k], q[k]} == set(out) and {p[1 - k], q[1 - k]} == set(m) and p[1 - k] != q[1 - k]:
            return True
    return False


def _is_gram_scalar(operands: tuple[Expr, ...], labels: tuple[tuple[int, ...], ...]) -> bool:
    """x'Sx with S positive semidefinite."""
    if len(operands) != 3:
        return False
    for k in range(3):
        (a, p), (b, q) = ((operands[j], labels[j]) for j in range(3) if j != k)
        if a is b and len(p) == len(q) == 1 and p != q and set(p + q) == set(labels[k]):
            if Fact.PSD in facts(operands[k]) and Fact.REAL in facts(a):
                return True
    return False


def _self_transposed(e: Expr) -> bool:
    """Whether a square matrix equals its transpose up to the fingerprint."""
    from symdiff.algebra.fingerprint import (
        fingerprint,  # it asks for the facts of operands, never of e itself
    )

    def turned(term: Expr) -> bytes:
        if term.op == "einsum":
            return fingerprint(make("einsum", term.args, (*term.attr[:-1], term.attr[-1][::-1]), term.shape))
        if Fact.SYMMETRIC in facts(term):
            return fingerprint(term)
        return fingerprint(make("einsum", (ONE, term), ((0, 1), (1, 0)), term.shape[::-1]))

    terms = e.args if e.op == "add" else (e,)
    if len(terms) > 64 or any(t.op == "einsum" and len(contraction(t).operands) > 24 for t in terms):
        return False
    return sorted(map(fingerprint, terms)) == sorted(map(turned, terms))


def _map(e: Expr) -> Fact:
    parts = [facts(arg) for arg in e.args]
    found = Fact.REAL if all(Fact.REAL in part for part in parts) else Fact.NONE
    name = e.attr
    if name == "pow":
        scalar = unspread(e.args[1])
        found = power_sign(parts[0], scalar) if scalar is not None else found
    elif found and name in _POSITIVE_MAPS:
        found |= Fact.POSITIVE
    elif found and name in _NONNEGATIVE_MAPS:
        found |= Fact.NONNEGATIVE
        if name in ("abs", "sqrt") and Fact.NONZERO in parts[0]:
            found |= Fact.POSITIVE
    elif name in ("log", "log2", "log10", "asin", "acos", "acosh", "atanh"):
        pass  # real where defined: the domain is a condition, not a fact
    if found and name in _INTEGER_MAPS:
        found |= Fact.INTEGER
    if len(e.shape) == 2 and all(Fact.SYMMETRIC in part for part in parts):
        found |= Fact.SYMMETRIC
    return found


def _call(e: Expr) -> Fact:
    name = e.attr[0]
    first = facts(e.args[0]) if e.args else Fact.NONE
    found = Fact.REAL if all(Fact.REAL in facts(arg) for arg in e.args) else Fact.NONE
    if name in _NONNEGATIVE_CALLS and found:
        return found | Fact.NONNEGATIVE
    if name in _POSITIVE_CALLS and found:
        return found | Fact.POSITIVE
    if name == "inv":
        keep = Fact.SYMMETRIC | Fact.SPD | Fact.DIAGONAL | Fact.LOWER | Fact.UPPER | Fact.SKEW | Fact.ORTHOGONAL
        return found | (first & keep)
    if name in ("adj", "matpow", "expm", "sqrtm"):
        return found | (first & (Fact.SYMMETRIC | Fact.DIAGONAL | Fact.LOWER | Fact.UPPER))
    if name == "det" and Fact.SPD in first:
        return found | Fact.POSITIVE
    return found


def _shared(e: Expr) -> Fact:
    """Sign facts that all arguments share: stacking, choosing and picking keep them."""
    args = e.args[1:] if e.op == "select" else e.args
    found = _SIGN
    for arg in args:
        found &= facts(arg)
    return found


def _sums(e: Expr) -> Fact:
    """What running sums and products keep."""
    return facts(e.args[0]) & (Fact.REAL | Fact.INTEGER | Fact.NONNEGATIVE | Fact.POSITIVE)


def _unknown_function(e: Expr) -> Fact:
    real = "complex" not in e.attr[0].properties and all(Fact.REAL in facts(arg) for arg in e.args)
    return Fact.REAL if real else Fact.NONE


_LINEAR = Fact.REAL | Fact.SYMMETRIC | Fact.DIAGONAL | Fact.LOWER | Fact.UPPER | Fact.SKEW


def _differential(e: Expr) -> Fact:
    """What a linear space of matrices keeps: dS is symmetric where S is."""
    return facts(e.args[0]) & _LINEAR if e.args[0].shape == e.shape else Fact.NONE


def _same(e: Expr) -> Fact:
    return facts(e.args[0])


def _other(e: Expr) -> Fact:
    return Fact.NONE


_RULES: dict[str, Callable[[Expr], Fact]] = {
    "symbol": _symbol,
    "number": _number,
    "constant": _constant,
    "mul": _mul,
    "einsum": _einsum,
    "add": _add,
    "map": _map,
    "call": _call,
    "select": _shared,
    "index": _shared,
    "join": _shared,
    "reshape": _shared,
    "reduce": _shared,
    "scan": _sums,
    "derivative": _unknown_function,
    "stop": _same,
    "differential": _differential,
}


def is_symmetric(e: Expr) -> bool:
    return Fact.SYMMETRIC in facts(e)


def is_spd(e: Expr) -> bool:
    return Fact.SPD in facts(e)


def is_diagonal(e: Expr) -> bool:
    return Fact.DIAGONAL in facts(e)


def is_orthogonal(e: Expr) -> bool:
    return Fact.ORTHOGONAL in facts(e)


def is_positive(e: Expr) -> bool:
    return Fact.POSITIVE in facts(e)


def is_nonnegative(e: Expr) -> bool:
    return Fact.NONNEGATIVE in facts(e)


def is_nonzero(e: Expr) -> bool:
    return Fact.NONZERO in facts(e)


def is_real(e: Expr) -> bool:
    return Fact.REAL in facts(e)


def is_integer(e: Expr) -> bool:
    return Fact.INTEGER in facts(e)


def symbols_of(*roots: Expr) -> tuple[Expr, ...]:
    """The symbols below the roots in order of first appearance, dimension names not counted."""
    return tuple(
        node for node in postorder(*roots) if node.op == "symbol" and "dimension" not in node.attr.properties
    )


class Dependence:
    """Which expressions depend on the variables, each node looked at once; what `detach` hides does not.

    Comparisons are constant: where they do not jump, they do not move.
    """

    def __init__(self, variables: Iterable[Expr]) -> None:
        self._known: dict[Expr, bool] = dict.fromkeys(variables, True)

    def __call__(self, e: Expr) -> bool:
        known = self._known
        if e not in known:
            for node in postorder(e, into=lambda n: n not in known and n.op not in ("stop", "compare")):
                if node not in known:
                    hidden = node.op in ("stop", "compare", "differential")
                    known[node] = not hidden and any(known[a] for a in node.args)
        return known[e]


def constant_in(e: Expr, *wrt: Expr) -> bool:
    """Whether e does not depend on these symbols (what `detach` hides does not count)."""
    return not any(node in wrt for node in postorder(e, into=lambda n: n.op != "stop"))
