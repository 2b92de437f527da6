"""What follows from a node alone: symmetric, positive, integer … computed once a node, bottom up.

A fact that is False is merely not known to hold.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from symdiff.algebra.build import unspread
from symdiff.algebra.fact import Fact, close
from symdiff.algebra.leaves import Array
from symdiff.algebra.matrix_facts import of_call, of_map, of_multiple, of_product, of_reshape, of_sum, turned
from symdiff.expr import Expr, postorder, recall, remember

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
_REAL_MAPS = frozenset({"real", "imag", "arg", "abs"})  # of complex things too, as are norms
_POSITIVE_CALLS = frozenset({"softmax"})
_NONNEGATIVE_CALLS = frozenset({"norm1", "norm2", "norm_inf", "norm", "norm_nuc", "norm_spec", "var", "std"})
_NORMS = frozenset({"norm1", "norm2", "norm_inf", "norm"})


def facts(e: Expr) -> Fact:
    """All that is known of e."""
    known = recall(e, "facts")
    if known is None:
        for node in postorder(e, into=lambda n: recall(n, "facts") is None):
            if recall(node, "facts") is None:
                remember(node, "facts", close(_RULES.get(node.op, _other)(node)))
        known = recall(e, "facts")
    return known


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
        parts.append(part if _is_one(exponent) else close(power_sign(part, exponent)))
    return _product_sign([close(part) for part in parts])


def _is_one(e: Expr) -> bool:
    return e.op == "number" and isinstance(e.attr, int) and e.attr == 1


def _add(e: Expr) -> Fact:
    parts = [facts(term) for term in e.args]
    found = Fact.NONE
    for fact in (
        Fact.REAL, Fact.INTEGER, Fact.NONNEGATIVE, Fact.NEGATIVE
    ):
        if all(fact in part for part in parts):
            found |= fact
    if Fact.NONNEGATIVE in found and any(Fact.POSITIVE in part for part in parts):
        found |= Fact.POSITIVE
    if len(e.shape) == 2 and e.shape[0] == e.shape[1]:
        found |= of_sum(e)
    return found


def _einsum(e: Expr) -> Fact:
    operands, labels = e.args[1:], e.attr[:-1]
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
    summed = any(label not in e.attr[-1] for own in labels for label in own)
    found = _product_sign(parts)
    if summed and Fact.POSITIVE not in found and Fact.NEGATIVE not in found:
        found &= ~Fact.NONZERO  # terms that are not zero may cancel
    if len(operands) == 1 and len(labels[0]) == 2 == len(e.attr[-1]):
        inner = facts(operands[0])
        return found | of_multiple(e.args[0], inner if labels[0] == e.attr[-1] else turned(inner))
    return found | of_product(e)


def _map(e: Expr) -> Fact:
    parts = [facts(arg) for arg in e.args]
    name = e.attr
    found = Fact.REAL if name in _REAL_MAPS or all(Fact.REAL in part for part in parts) else Fact.NONE
    if name == "pow":
        scalar = unspread(e.args[1])
        found = power_sign(parts[0], scalar) if scalar is not None else found
    elif found and name in _POSITIVE_MAPS:
        found |= Fact.POSITIVE
    elif found and name in _NONNEGATIVE_MAPS:
        found |= Fact.NONNEGATIVE
        if name in ("abs", "sqrt") and Fact.NONZERO in parts[0]:
            found |= Fact.POSITIVE
    elif name in ("min", "max"):
        found |= reduce(Fact.__and__, parts) & _SIGN  # one of them
    if found and name in _INTEGER_MAPS:
        found |= Fact.INTEGER
    if len(e.shape) != 2 or e.shape[0] != e.shape[1]:
        return found
    if len(parts) == 1:
        return found | of_map(name, parts[0])
    return found | (Fact.SYMMETRIC if all(Fact.SYMMETRIC in part for part in parts) else Fact.NONE)


def _call(e: Expr) -> Fact:
    name = e.attr[0]
    found = Fact.REAL if all(Fact.REAL in facts(arg) for arg in e.args) else Fact.NONE
    if name in _NONNEGATIVE_CALLS and (found or name in _NORMS):
        return found | Fact.NONNEGATIVE
    if name in _POSITIVE_CALLS and found:
        return found | Fact.POSITIVE
    return found | of_call(e)


def _shared(e: Expr) -> Fact:
    """Sign facts that all arguments share: stacking, choosing and picking keep them."""
    args = e.args[1:] if e.op == "select" else e.args
    found = _SIGN
    for arg in args:
        found &= facts(arg)
    return found


def _reshape(e: Expr) -> Fact:
    return _shared(e) | of_reshape(e)


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
    "reshape": _reshape,
    "reduce": _shared,
    "scan": _sums,
    "derivative": _unknown_function,
    "stop": _same,
    "differential": _differential,
}


def is_symmetric(e: Expr) -> bool:
    return Fact.SYMMETRIC in facts(e)


def is_skew(e: Expr) -> bool:
    return Fact.SKEW in facts(e)


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
