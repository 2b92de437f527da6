"""Comparisons as sets of reals: `1 - 2*x > 0` says that x is in (-oo, 1/2), `floor(x) <= 0` that it is below 1."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from math import ceil, floor

from symdiff.algebra.build import add, exact_power, fmap, mul, neg, power, scale, split_number, spread, sub, unspread
from symdiff.algebra.conditions import Condition
from symdiff.algebra.fact import Fact, bounds
from symdiff.algebra.facts import facts, is_nonnegative, is_positive, is_real
from symdiff.algebra.fingerprint import fingerprint
from symdiff.algebra.leaves import ONE, ZERO, Number, finite, number
from symdiff.algebra.reals import LINE, NOTHING, Reals, compared
from symdiff.expr import Expr

_AGAINST_ZERO = {"positive": ">", "nonnegative": ">=", "nonzero": "!="}
_BETWEEN = {"less": "<", "less_equal": "<=", "apart": "!=", "equal": "=="}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Ranges:
    """Things that range over the reals, each once: x - y and 2*y - 2*x + 2 are one thing in other units."""

    def __init__(self) -> None:
        self._things: dict[bytes, Expr] = {}
        self._told: dict[tuple[str, Expr, Expr], tuple[Expr, Reals] | None] = {}
        self._sides: dict[Expr, tuple[Expr, Expr]] = {}  # of a thing that is a difference: as it was compared first

    def of(self, c: Condition) -> tuple[Expr, Reals] | None:
        """A condition as a thing and the set it has to be in; None for one that is no comparison of reals."""
        name = c.predicate
        if name in _AGAINST_ZERO:
            return self.compared(_AGAINST_ZERO[name], c.args[0], ZERO)
        if name in _BETWEEN:
            return self.compared(_BETWEEN[name], *c.args)
        if name in ("within", "within_closed"):
            sign = "<" if name == "within" else "<="
            x, low, high = c.args
            below, above = self.compared(sign, low, x), self.compared(sign, x, high)
            if below is not None and above is not None and below[0] is above[0]:
                return below[0], below[1] & above[1]
        return None

    def compared(self, sign: str, a: Expr, b: Expr) -> tuple[Expr, Reals] | None:
        """A comparison of two things of one shape, or with a scalar."""
        key = sign, a, b
        if key not in self._told:
            self._told[key] = self._compared(*key)
        return self._told[key]

    def _compared(self, sign: str, a: Expr, b: Expr) -> tuple[Expr, Reals] | None:
        left, right = unspread(a), unspread(b)
        a, b = (a if left is None else left), (b if right is None else right)
        if not (is_real(a) and is_real(b)):
            return None
        if b.op == "number":
            return self.placed(a, compared(sign, b.attr))
        if a.op == "number":
            return self.placed(b, compared(_MIRRORED[sign], a.attr))
        if a.shape and b.shape and a.shape != b.shape:
            return None
        whole = difference(a, b)
        found = self.placed(whole, compared(sign, 0))
        if found[0] is whole:
            self._sides.setdefault(whole, (a, b))
        return found

    def placed(self, e: Expr, within: Reals) -> tuple[Expr, Reals]:
        """A thing that e is made of, and the set that it is in exactly where e is in this one."""
        while True:
            inner, mapped = _unwrapped(e, within)
            if inner is e:
                break
            e, within = inner, mapped
        for sign, thing in ((1, e), (-1, neg(e))):
            known = self._things.get(fingerprint(thing))
            if known is not None:
                return known, within.scaled(sign, 0)
        self._things[fingerprint(e)] = e
        return e, within

    def either(self, thing: Expr, within: Reals) -> list[tuple[Condition, ...]]:
        """Several lists of conditions, one of which holds where a thing is in a set."""
        told = self.stated(thing, within)
        if told is not None:
            return [told]
        found = []
        for run in within.runs():
            told = self.stated(thing, run)
            assert told is not None
            found.append(told)
        return found

    def stated(self, thing: Expr, within: Reals) -> tuple[Condition, ...] | None:
        """Conditions that together say that a thing is in a set; None where no few of them do."""
        if len(within.ends) == 1 and within.inside == (False, True, False):
            return (self._comparison("==", thing, within.ends[0]),)
        lone = [end for k, end in enumerate(within.ends) if within.inside[2 * k : 2 * k + 3] == (True, False, True)]
        holes = NOTHING
        for end in lone:
            holes = holes | compared("==", end)
        hull = within | holes
        if len(list(hull.runs())) != 1 or not any(hull.inside[::2]) or len(hull.ends) > 2:
            return None
        found: list[Condition] = []
        for k, end in enumerate(hull.ends):
            closed = hull.inside[2 * k + 1]
            below = hull.inside[2 * k]
            sign = ("<=" if closed else "<") if below else (">=" if closed else ">")
            found.append(self._comparison(sign, thing, end))
        if len(lone) == 2 and lone[0] == -lone[1] and hull.is_whole:
            return (self._comparison("!=", fmap("abs", thing), lone[1]),)
        return (*found, *(self._comparison("!=", thing, end) for end in lone))

    def _comparison(self, sign: str, thing: Expr, end: Number) -> Condition:
        if end == 0 and thing in self._sides:
            a, b = self._sides[thing]
            return _between(sign, a, b)
        if end == 0 and sign in (">", ">=", "!="):
            return Condition({">": "positive", ">=": "nonnegative", "!=": "nonzero"}[sign], (thing,))
        return _between(sign, thing, number(end))


def difference(a: Expr, b: Expr = ZERO) -> Expr:
    """a - b of things of one shape, or of a thing and a scalar at each of its entries."""
    shape = a.shape or b.shape
    return sub(*(side if side.shape else spread(side, shape) for side in (a, b)))


def _between(sign: str, a: Expr, b: Expr) -> Condition:
    if sign in (">", ">="):
        sign, a, b = _MIRRORED[sign], b, a
    return Condition({"<": "less", "<=": "less_equal", "!=": "apart", "==": "equal"}[sign], (a, b))


def known_range(e: Expr) -> Reals:
    """Where facts say that a thing is."""
    known, interval = facts(e), bounds(e)
    found = compared("!=", 0) if known & Fact.NONZERO else LINE
    if known & Fact.NONNEGATIVE:
        found = found & compared(">=", 0)
    if known & Fact.NONPOSITIVE:
        found = found & compared("<=", 0)
    if interval is not None and finite(interval.low):
        found = found & compared(">" if interval.low_open else ">=", interval.low)
    if interval is not None and finite(interval.high):
        found = found & compared("<" if interval.high_open else "<=", interval.high)
    if e.op == "add" and len(e.args) == 2:
        found = found & _of_quadratic(*map(split_number, e.args))
    return found & _of_share(e) if e.op == "mul" else found


def _of_quadratic(first: tuple[Number, Expr], second: tuple[Number, Expr]) -> Reals:
    """On which side of its vertex a*x^2 + b*x is: not below -b^2/(4*a) for a positive a."""
    (a, square), (b, x) = (first, second) if second[1].op == "symbol" else (second, first)
    if x.op != "symbol" or not is_real(x) or square is not power(x, number(2)):
        return LINE
    end = -(Fraction(b) ** 2) / (4 * Fraction(a))
    return compared(">=" if a > 0 else "<=", end)


def _of_share(e: Expr) -> Reals:
    """u/(k + c*u), with a positive k and c and a u that is not negative, is less than 1/c."""
    factors = list(zip(e.args[1::2], e.args[2::2], strict=True))
    for whole, exponent in factors:
        if whole.op == "add" and exponent is number(-1):
            value, u = split_number(mul(e.args[0], *(power(*factor) for factor in factors if factor[0] is not whole)))
            shares = {term: own for term in whole.args for own, of in [split_number(term)] if _are_one(of, u)}
            rest = add(*(term for term in whole.args if term not in shares))
            if len(shares) == 1 and is_nonnegative(u) and is_positive(rest):
                (share,) = shares.values()
                return compared("<", Fraction(value) / Fraction(share)) if min(value, share) > 0 else LINE
    return LINE


def _are_one(a: Expr, b: Expr) -> bool:
    return fingerprint(a) == fingerprint(b)


def _unwrapped(e: Expr, within: Reals) -> tuple[Expr, Reals]:
    """One layer off: a summand or a factor that is a number, a function that is undone."""
    scalar = unspread(e) if e.shape else None
    if scalar is not None:
        return scalar, within
    if e.op == "add":
        e = _flat(e)
    if e.op == "add":
        shift = [unspread(term) for term in e.args]
        constant = sum((s.attr for s in shift if s is not None and s.op == "number"), 0)
        rest = [t for t, s in zip(e.args, shift, strict=True) if s is None or s.op != "number"]
        first = split_number(rest[0])[0] if rest else 1
        if rest and first != 0 and (constant != 0 or first != 1):
            unit = number(1 if isinstance(first, float) else _inverse(first))
            if constant == 0 and unit is ONE:
                return e, within
            return add(*(scale(unit, term) for term in rest)), within.scaled(1, -constant).scaled(unit.attr, 0)
        return e, within
    value, rest_ = split_number(e)
    if value not in (0, 1) and rest_ is not ONE:
        return rest_, within.scaled(_inverse(value), 0)
    inner, undone = _undone(e)
    back = undone(within) if undone is not None else None
    return (e, within) if back is None else (inner, back)


def _undone(e: Expr) -> tuple[Expr, Undone | None]:
    """What stands in a function or a power of one thing, and the set of it by the set of the whole."""
    if e.op == "map" and len(e.args) == 1:
        return e.args[0], _UNDONE.get(e.attr)
    if e.op == "mul" and len(e.args) == 3 and e.args[0] is ONE:
        base, exponent = e.args[1:]
    elif e.op == "map" and e.attr == "pow":
        base, exponent = e.args[0], unspread(e.args[1]) or e
    else:
        return e, None
    return base, partial(_of_powers, exponent.attr) if exponent.op == "number" and exponent.attr != 0 else None


def _flat(e: Expr) -> Expr:
    """A sum without sums in it: x - (x - 2) is 2."""
    found = []
    for term in e.args:
        value, rest = split_number(term)
        found += [scale(number(value), inner) for inner in rest.args] if rest.op == "add" else [term]
    return e if len(found) == len(e.args) else add(*found)


def _inverse(value: Number) -> Number:
    return 1 / value if isinstance(value, float) else Fraction(1) / value


def _of_powers(k: Number, within: Reals) -> Reals | None:
    """The numbers whose k-th power is in a set, where the ends have exact roots; of those that have none any."""
    found = within & compared("==", 0) if k > 0 else NOTHING
    sides = (1, -1) if k == int(k) else (1,)
    for side in sides:
        ends, inside = _above_zero(within if side > 0 or k % 2 == 0 else within.scaled(-1, 0))
        roots = [exact_power(end, _inverse(k)) for end in ends]
        if None in roots:
            return None
        if k < 0:
            roots, inside = roots[::-1], inside[::-1]
        found = found | Reals((0, *roots), (False, False, *inside)).scaled(side, 0)  # type: ignore[arg-type]
    if len(sides) == 1 and inside[0]:
        found = found | compared("<", 0)
    with_zero = found | compared("==", 0)
    return with_zero if k < 0 and len(with_zero.ends) < len(found.ends) else found


def _above_zero(within: Reals) -> Reals:
    """A set as far as it is above 0, without the end 0."""
    below = sum(end <= 0 for end in within.ends)
    return Reals(within.ends[below:], within.inside[2 * below :])


def _of_exponentials(within: Reals) -> Reals | None:
    """The numbers whose exponential is in a set that ends at 0 and 1 alone."""
    above = _above_zero(within)
    return above.scaled(1, -1) if all(end == 1 for end in above.ends) else None


def _of_size(within: Reals) -> Reals:
    """The numbers whose absolute value is in a set."""
    upper = within & compared(">=", 0)
    return upper | upper.scaled(-1, 0)


def _of_steps(low: Callable[[int], Reals], high: Callable[[int], Reals]) -> Callable[[Reals], Reals]:
    """The numbers that a step function takes to the whole numbers in a set.

    `low(k)` are those it takes to k and above, `high(k)` to k and below.
    """

    def undone(within: Reals) -> Reals:
        found = NOTHING
        bounds = [None, *within.ends, None]
        for k, inside in enumerate(within.inside):
            if inside and k % 2:
                end = within.ends[k // 2]
                if end == floor(end):
                    found = found | (low(floor(end)) & high(floor(end)))
            elif inside:
                below, above = bounds[k // 2], bounds[k // 2 + 1]
                first = LINE if below is None else low(floor(below) + 1)
                last = LINE if above is None else high(ceil(above) - 1)
                if below is None or above is None or floor(below) + 1 <= ceil(above) - 1:
                    found = found | (first & last)
        return found

    return undone


def _half(k: int, sign: str) -> Reals:
    """The numbers that round to k and above (`>`), or below (`<`); halves go to the even number."""
    end = Fraction(2 * k - 1, 2) if sign == ">" else Fraction(2 * k + 1, 2)
    return compared(f"{sign}=" if k % 2 == 0 else sign, end)


def _of_logarithms(within: Reals) -> Reals | None:
    """The numbers whose logarithm is in a set that ends at 0 alone; of those that have none any."""
    return None if any(within.ends) else within.scaled(1, 1)


def _of_signs(within: Reals) -> Reals | None:
    """The numbers of which a function with their sign is in a set that ends at 0 alone."""
    return None if any(within.ends) else within


OF_ONE_SIGN = frozenset({"asinh", "atan", "cbrt", "erf", "sinh", "tanh"})  # everywhere, with what they are of
Undone = Callable[[Reals], "Reals | None"]
_UNDONE: dict[str, Undone] = {
    **dict.fromkeys(("sinh", "asinh", "tanh", "atanh", "atan", "asin", "erf", "log1p", "expm1"), _of_signs),
    "abs": _of_size,
    "exp": _of_exponentials,
    "log": _of_logarithms,
    "sqrt": partial(_of_powers, Fraction(1, 2)),
    "cbrt": lambda within: Reals(tuple(end**3 for end in within.ends), within.inside),
    "floor": _of_steps(lambda k: compared(">=", k), lambda k: compared("<", k + 1)),
    "ceil": _of_steps(lambda k: compared(">", k - 1), lambda k: compared("<=", k)),
    "round": _of_steps(lambda k: _half(k, ">"), lambda k: _half(k, "<")),
}
