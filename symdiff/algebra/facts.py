"""The table of facts: what follows for a node from what is known of its arguments. One row an op.

Signs and bounds speak of every entry. Functions have what the books say of them (`function_facts`), matrices what
their parts pass on (`matrix_facts`). Every row is tried on values in tests/test_facts.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import reduce

from symdiff.algebra import intervals
from symdiff.algebra.build import unspread
from symdiff.algebra.extreme import extreme_of, gap_of
from symdiff.algebra.fact import MATRIX, ROWS, SIGN, STRICT, Fact, bounds, close, facts, sign_bounds
from symdiff.algebra.function_facts import of_function
from symdiff.algebra.intervals import Interval
from symdiff.algebra.leaves import Array, finite
from symdiff.algebra.matrix_facts import (
    is_square,
    of_array,
    of_multiple,
    of_product,
    of_reshape,
    of_sum,
    sign_of_form,
    turned,
)
from symdiff.dims import at_least_one
from symdiff.expr import Expr, recall, worked_out

Found = tuple[int, Interval | None]

BY_PROPERTY = {
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


# Leaves


def _symbol(e: Expr) -> Found:
    found = Fact.NONE
    for name in e.attr.properties:
        found |= BY_PROPERTY.get(name, 0)
    if "complex" in e.attr.properties:  # only what makes sense off the real axis
        return Fact.OPEN | (found & MATRIX & ~Fact.SPD), None
    return Fact.OPEN | Fact.REAL | found, None


def _number(e: Expr) -> Found:
    return _of_values([e.attr])


def _of_values(values: Sequence[int | Fraction | float]) -> Found:
    if any(value != value for value in values):
        return Fact.NONE, None
    found = Fact.REAL
    if all(isinstance(value, int) for value in values):
        found |= Fact.INTEGER
        found |= Fact.EVEN if all(v % 2 == 0 for v in values) else Fact.ODD if all(v % 2 for v in values) else Fact.NONE
    if all(values):
        found |= Fact.NONZERO
    if values and all(map(finite, values)):
        return found, intervals.point(min(values)).join(intervals.point(max(values)))
    return found | (Fact.NONNEGATIVE if values and min(values) >= 0 else Fact.NONE), None


_NAMED = {  # π, e, between numbers
    "pi": Interval(Fraction("3.1415926535"), Fraction("3.1415926536"), True, True),
    "e": Interval(Fraction("2.7182818284"), Fraction("2.7182818285"), True, True),
}


def _constant(e: Expr) -> Found:
    kind = e.attr
    if isinstance(kind, Array):
        found, limits = (Fact.NONE, None) if "c" in kind.kinds else _of_values(kind.entries)  # type: ignore[arg-type]
        return found | of_array(kind), limits
    if kind in _NAMED:
        return Fact.REAL, _NAMED[kind]
    if kind == "oo":
        return Fact.POSITIVE | Fact.UNBOUNDED, None
    if kind == "ones":
        return Fact.INTEGER | Fact.ODD | (Fact.PSD if is_square(e) else Fact.NONE), intervals.point(1)
    if kind == "zeros":
        return Fact.EVEN | (Fact.DIAGONAL | Fact.PSD if is_square(e) else Fact.NONE), intervals.point(0)
    if kind == "eye":
        return Fact.INTEGER | Fact.DIAGONAL | Fact.SPD | Fact.ORTHOGONAL, intervals.TRUTH
    return Fact.NONE, None  # i


# Sums and products


def _add(e: Expr) -> Found:
    parts = [facts(term) for term in e.args]
    shared = reduce(int.__and__, parts)
    found = shared & (Fact.REAL | Fact.INTEGER | Fact.NONNEGATIVE | Fact.NONPOSITIVE)
    either = reduce(int.__or__, parts)
    if found & Fact.NONNEGATIVE:
        found |= either & Fact.POSITIVE
    if found & Fact.NONPOSITIVE:
        found |= either & Fact.NEGATIVE
    if found & Fact.INTEGER and all(part & (Fact.EVEN | Fact.ODD) for part in parts):
        found |= Fact.ODD if sum(bool(part & Fact.ODD) for part in parts) % 2 else Fact.EVEN
    if is_square(e):
        found |= of_sum(e)
    gap = gap_of(e) if found & Fact.REAL else None
    if gap is not None:
        found |= Fact.NONNEGATIVE if gap[1] > 0 else Fact.NONPOSITIVE
    return found, _combined(intervals.plus, e.args)


def _combined(operation: intervals.Operation, parts: Iterable[Expr]) -> Interval | None:
    """The bounds of a sum or a product, where they say more than the signs of its parts."""
    total: Interval | None = None
    for part in parts:
        known = bounds(part)
        if known in _NOTHING_KNOWN:
            return None
        total = known if total is None else operation(total, known)
    return None if total == intervals.EVERYTHING else total


_NOTHING_KNOWN = (None, intervals.EVERYTHING)


def _product_sign(parts: Sequence[int]) -> int:
    """The sign facts of a product."""
    shared, either = reduce(int.__and__, parts), reduce(int.__or__, parts)
    found = shared & (Fact.REAL | Fact.INTEGER | Fact.ODD | Fact.NONZERO)
    if found & Fact.INTEGER:
        found |= either & Fact.EVEN
    if all(part & (Fact.NONNEGATIVE | Fact.NONPOSITIVE) for part in parts):
        turned_round = sum(not part & Fact.NONNEGATIVE for part in parts) % 2
        found |= Fact.NONPOSITIVE if turned_round else Fact.NONNEGATIVE
    return found


def _mul(e: Expr) -> Found:
    parts, limits = [facts(e.args[0])], bounds(e.args[0])
    for base, exponent in zip(e.args[1::2], e.args[2::2], strict=True):
        found, own = of_power(base, exponent)
        parts.append(close(found))
        if limits is not None:
            own = own or sign_bounds(parts[-1])
            limits = None if own in _NOTHING_KNOWN else intervals.times(limits, own)
    return _product_sign(parts), limits


def of_power(base: Expr, exponent: Expr) -> Found:
    """Facts and bounds of base^exponent, entry by entry."""
    of_base, of_exponent = facts(base), facts(exponent)
    scalar = unspread(exponent) if exponent.shape else exponent
    value = scalar.attr if scalar is not None and scalar.op == "number" and finite(scalar.attr) else None
    if value == 1:
        return of_base & SIGN, bounds(base)
    if not of_base & Fact.REAL:
        whole_nonzero = of_exponent & Fact.INTEGER and of_base & Fact.NONZERO
        return Fact.NONZERO if whole_nonzero else Fact.NONE, None
    if not of_exponent & Fact.REAL or not _root_is_real(of_base, of_exponent):
        return Fact.NONE, None
    found = Fact.REAL
    if of_exponent & Fact.EVEN:
        found |= Fact.NONNEGATIVE
    if of_base & Fact.NONNEGATIVE:
        found |= Fact.NONNEGATIVE
    if of_exponent & Fact.ODD:
        found |= of_base & Fact.NONPOSITIVE
    if of_base & Fact.NONZERO or of_exponent & Fact.NEGATIVE:  # 1/x is not 0 where it has a value
        found |= Fact.NONZERO
    if of_exponent & Fact.INTEGER and of_exponent & Fact.NONNEGATIVE:
        found |= of_base & Fact.INTEGER
        found |= of_base & (Fact.EVEN | Fact.ODD) if of_exponent & Fact.POSITIVE else Fact.NONE
    known = bounds(base)
    return found, intervals.to_the(known, value) if value is not None and known is not None else None


def has_real_power(base: Expr, exponent: Expr) -> bool:
    """Whether base^exponent is real where it has a value."""
    return bool(of_power(base, exponent)[0] & Fact.REAL)


def _root_is_real(base: int, exponent: int) -> bool:
    """Whether a power of real numbers is among them.

    A root of a negative constant, or of what is never positive, is not; one of a symbol is, or has no value.
    """
    if exponent & Fact.INTEGER or base & Fact.NONNEGATIVE:
        return True
    return bool(base & Fact.OPEN) and not base & Fact.NONPOSITIVE


_MINUS_ONE = close(Fact.NEGATIVE | Fact.ODD)


def _einsum(e: Expr) -> Found:
    operands, labels, out = e.args[1:], e.attr[:-1], e.attr[-1]
    front = facts(e.args[0])
    parts, counts = [front], Counter[tuple[Expr, tuple[int, ...]]]()
    for operand, own in zip(operands, labels, strict=True):
        structure = facts(operand) & (Fact.SYMMETRIC | Fact.SKEW)
        if structure and own[0] > own[1]:  # as it stands the other way round
            own = own[::-1]
            parts += [_MINUS_ONE] if structure & Fact.SKEW else []
        counts[operand, own] += 1
    for (operand, _), count in counts.items():
        part = facts(operand)
        if count % 2 == 0:
            signed = Fact.NONNEGATIVE if part & Fact.REAL else Fact.NONE
            part = close((part & ~(Fact.NONPOSITIVE | Fact.NEGATIVE)) | signed)
        parts.append(part)
    found = close(_product_sign(parts))
    summed = set().union(*labels).difference(out)
    if summed:
        found &= ~Fact.ODD
        sizes = (
            d for o, own in zip(operands, labels, strict=True) for d, k in zip(o.shape, own, strict=True) if k in summed
        )
        if not found & (Fact.POSITIVE | Fact.NEGATIVE) or not all(map(at_least_one, sizes)):
            found &= ~STRICT  # terms that are not zero may cancel, and a sum of no terms is zero
        if len(operands) == 1 and _has_extreme(operands[0], summed):
            found |= front & (Fact.POSITIVE | Fact.NEGATIVE)
    if len(operands) == 1 and len(labels[0]) == 2 == len(out):
        inner = facts(operands[0])
        found |= of_multiple(e.args[0], inner if labels[0] == out else turned(inner))
    elif is_square(e):
        found |= of_product(e)
    else:
        found |= _product_sign([front, close(sign_of_form(e))])
    return found, None if summed else _combined(intervals.times, e.args)


def _has_extreme(e: Expr, axes: set[int]) -> bool:
    """Whether e is positive where entries are the largest or smallest along some of these axes, and never negative.

    Somewhere they are.
    """
    if e.op != "select" or e.args[0].attr != "==" or not facts(e.args[1]) & Fact.POSITIVE:
        return False
    if not facts(e.args[2]) & Fact.NONNEGATIVE:
        return False
    pairs = (e.args[0].args, e.args[0].args[::-1])
    found = next((node for pair in pairs if (node := extreme_of(*pair)) is not None), None)
    return found is not None and set(found.attr[1]) <= axes and all(map(at_least_one, found.args[0].shape))


# Functions and the rest


def _map(e: Expr) -> Found:
    if e.attr == "pow":
        found, limits = of_power(*e.args)
        return found | _structure_of_power(e), limits
    if e.attr in ("max", "min"):
        return _extreme(e)
    found, limits = of_function(e)
    own = _of_known(e.attr, *e.args)
    return found, limits.meet(own) if limits is not None and own is not None else own or limits


def _of_known(name: str, arg: Expr, *more: Expr) -> Interval | None:
    """The bounds of a function's values that follow from those of its one argument, and not from the books."""
    known = bounds(arg)
    if known is None or more:
        return None
    if name == "abs":
        return intervals.sizes(known)
    return None if facts(arg) & Fact.OPEN else intervals.of_value(name, known)  # a number that has a name


def _symmetric(e: Expr) -> int:
    """A function entry by entry of symmetric matrices."""
    return Fact.SYMMETRIC if is_square(e) and all(facts(arg) & Fact.SYMMETRIC for arg in e.args) else Fact.NONE


def _structure_of_power(e: Expr) -> int:
    """A.^k, which is A.*A.*…*A where k is whole and positive (Schur's product theorem)."""
    base, exponent = map(facts, e.args)
    found = _symmetric(e)
    if is_square(e) and unspread(e.args[1]) is not None and exponent & Fact.INTEGER and exponent & Fact.POSITIVE:
        found |= base & (MATRIX & ~(Fact.SKEW | Fact.ORTHOGONAL | Fact.INVERTIBLE))
        if base & Fact.SKEW:
            found |= Fact.SYMMETRIC if exponent & Fact.EVEN else Fact.SKEW if exponent & Fact.ODD else Fact.NONE
    return found


def _extreme(e: Expr) -> Found:
    """The larger or the smaller of two: one of them, and within the bounds that one alone may give."""
    known = [bounds(arg) for arg in e.args]
    found = reduce(int.__and__, map(facts, e.args)) & SIGN
    if None in known:
        return found | _symmetric(e), None
    operation = intervals.larger if e.attr == "max" else intervals.smaller
    return found | _symmetric(e), reduce(operation, known)  # type: ignore[arg-type]


def _shared(e: Expr) -> Found:
    """Sign facts and bounds that all arguments share: stacking, choosing and picking keep them."""
    args = e.args[1:] if e.op == "select" else e.args
    return reduce(int.__and__, map(facts, args)) & SIGN, _joined(args)


def _joined(args: Sequence[Expr]) -> Interval | None:
    known = [bounds(arg) for arg in args]
    return None if None in known else reduce(Interval.join, known)  # type: ignore[arg-type]


def _reshape(e: Expr) -> Found:
    found, limits = _shared(e)
    return found | of_reshape(e), limits


def _reduce(e: Expr) -> Found:
    """The largest and the smallest entry are entries; a product has the sign that no count of its factors changes."""
    if e.attr[0] in ("max", "min"):
        return _shared(e)
    return facts(e.args[0]) & _OF_PRODUCTS, None


_OF_PRODUCTS = Fact.REAL | Fact.INTEGER | Fact.ODD | Fact.NONNEGATIVE | Fact.POSITIVE | Fact.NONZERO
_OF_SUMS = Fact.REAL | Fact.INTEGER | Fact.EVEN | Fact.NONNEGATIVE | Fact.NONPOSITIVE | Fact.POSITIVE | Fact.NEGATIVE


def _scan(e: Expr) -> Found:
    """Running sums and products have an entry at least."""
    found = close(facts(e.args[0])) & (_OF_SUMS if e.attr[0] == "cumsum" else _OF_PRODUCTS)
    return found, None


def _compare(e: Expr) -> Found:
    return Fact.INTEGER, intervals.TRUTH


def _named_function(e: Expr) -> Found:
    real = "complex" not in e.attr[0].properties and all(facts(arg) & Fact.REAL for arg in e.args)
    return Fact.OPEN | (Fact.REAL if real else Fact.NONE), None


_LINEAR = Fact.REAL | Fact.SYMMETRIC | Fact.DIAGONAL | Fact.LOWER | Fact.UPPER | Fact.SKEW


def _differential(e: Expr) -> Found:
    """What a linear space of matrices keeps: dS is symmetric where S is."""
    return Fact.OPEN | facts(e.args[0]) & _LINEAR, None


def _same(e: Expr) -> Found:
    return facts(e.args[0]), bounds(e.args[0])


ROWS.update(
    symbol=_symbol,
    number=_number,
    constant=_constant,
    mul=_mul,
    einsum=_einsum,
    add=_add,
    map=_map,
    call=of_function,
    select=_shared,
    index=_shared,
    join=_shared,
    reshape=_reshape,
    reduce=_reduce,
    scan=_scan,
    compare=_compare,
    derivative=_named_function,
    stop=_same,
    differential=_differential,
)


def is_symmetric(e: Expr) -> bool:
    return _has_structure(e, Fact.SYMMETRIC)


def is_skew(e: Expr) -> bool:
    return _has_structure(e, Fact.SKEW)


def is_spd(e: Expr) -> bool:
    return _has_structure(e, Fact.SPD)


def is_diagonal(e: Expr) -> bool:
    return _has_structure(e, Fact.DIAGONAL)


def is_orthogonal(e: Expr) -> bool:
    return _has_structure(e, Fact.ORTHOGONAL)


def _has_structure(e: Expr, fact: int) -> bool:
    """Whether e is a square matrix with a fact; a symbol without properties has none."""
    if (e.op == "symbol" and not e.attr.properties) or len(e.shape) != 2 or e.shape[0] != e.shape[1]:
        return False
    return bool(facts(e) & fact)


def is_positive(e: Expr) -> bool:
    return bool(facts(e) & Fact.POSITIVE)


def is_nonnegative(e: Expr) -> bool:
    return bool(facts(e) & Fact.NONNEGATIVE)


def is_nonzero(e: Expr) -> bool:
    return bool(facts(e) & Fact.NONZERO)


def is_real(e: Expr) -> bool:
    """Whether e is known to be real: arrays that are sums and products of what is are asked for no other facts."""
    if e.op == "symbol":
        return "complex" not in e.attr.properties
    return bool(e.shape and worked_out(e, "of reals", _is_of_reals)) or bool(facts(e) & Fact.REAL)


def _is_of_reals(e: Expr) -> bool:
    """Whether e is made of real symbols and whole numbers, by sums and products."""
    if e.op == "symbol":
        return "complex" not in e.attr.properties
    if e.op == "number":
        return isinstance(e.attr, int)
    if e.op == "constant":
        return e.attr in ("ones", "zeros", "eye")
    return e.op in ("add", "einsum") and all(recall(arg, "of reals") for arg in e.args)


def is_integer(e: Expr) -> bool:
    return bool(facts(e) & Fact.INTEGER)


def lacks(value: Expr, symbol: Expr) -> str | None:
    """A property that a symbol has by its declaration and a value in its place is not known to have; None: none."""
    found = facts(value)
    wanted = [name for name in sorted(symbol.attr.properties) if BY_PROPERTY.get(name, 0) & ~found]
    if "complex" not in symbol.attr.properties and not found & Fact.REAL:
        wanted.append("real")
    return wanted[0] if wanted else None
