"""Conditions as data: what must hold for a rule or a value, from a closed list of predicates.

A condition can be decided by facts, evaluated at numbers (layer 6) and printed; nothing else is ever allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from symdiff.algebra.fact import Fact, bounds
from symdiff.algebra.facts import facts, is_positive, is_real, is_spd
from symdiff.algebra.intervals import EVERYTHING, ZERO, Interval
from symdiff.dims import at_least_one
from symdiff.errors import SymdiffError
from symdiff.expr import Expr

# predicate -> number of arguments. `principal(X)`: no eigenvalue of X is on the closed negative real axis;
# `separate_spectra(A, B)`: A and -B share no eigenvalue.
# `simple(x, y)`: x is an entry of y and differs from all others.
# `unique_max_along(x, axes)`: one largest entry along the axes (an array of numbers) at each place of the others.
# `rank(X, r)`: the rank of X is r.
# `lone_max(x)`: the largest entry of x is one, or several that are equal by the structure of x (see `ties`).
# `less(a, b)` is a < b; `apart(a, b)` is a ≠ b; `equal(a, b)` is a = b;
# `within(x, a, b)` is a < x < b; `within_closed` is a ≤ x ≤ b. `off_poles(x)`: x is not 0, -1, -2, …;
# `fractional(x)`: x is no whole number
PREDICATES: dict[str, int] = {
    "positive": 1,
    "nonnegative": 1,
    "nonzero": 1,
    "off_poles": 1,
    "fractional": 1,
    "real": 1,
    "integer": 1,
    "odd": 1,
    "even": 1,
    "equal": 2,
    "less": 2,
    "less_equal": 2,
    "apart": 2,
    "within": 3,
    "within_closed": 3,
    "square": 1,
    "invertible": 1,
    "symmetric": 1,
    "spd": 1,
    "diagonal": 1,
    "orthogonal": 1,
    "skew": 1,
    "unique_max": 1,
    "unique_min": 1,
    "unique_max_along": 2,
    "unique_min_along": 2,
    "lone_max": 1,
    "lone_min": 1,
    "lone_max_along": 2,
    "lone_min_along": 2,
    "distinct_entries": 1,
    "distinct_eigenvalues": 1,
    "full_rank": 1,
    "rank": 2,
    "simple": 2,
    "lower": 1,
    "upper": 1,
    "principal": 1,
    "separate_spectra": 2,
    "scalar": 1,
    "vector": 1,
    "matrix": 1,
}


class Condition(NamedTuple):
    """`predicate(args)` must hold (for arrays: at every entry, unless the predicate speaks of the whole).

    Where some of `given` does not hold nothing is asked: `x > 0 where t > 0` is asked of an x beside a positive t.
    """

    predicate: str
    args: tuple[Expr, ...]
    given: tuple[Condition, ...] = ()

    @property
    def parts(self) -> tuple[Expr, ...]:
        """All that is spoken of."""
        return (*self.args, *(part for c in self.given for part in c.parts))

    def of(self, replace: Callable[[Expr], Expr]) -> Condition:
        """The condition on other things."""
        return Condition(self.predicate, tuple(map(replace, self.args)), tuple(c.of(replace) for c in self.given))


def condition(predicate: str, *args: Expr) -> Condition:
    """A condition; SymdiffError for a predicate that is not on the list."""
    if PREDICATES.get(predicate) != len(args):
        raise SymdiffError(f"no condition {predicate!r} with {len(args)} arguments")
    return Condition(predicate, args)


def holds(c: Condition) -> bool | None:
    """True or False where facts and shapes decide, None where it depends on values."""
    first = c.args[0]
    name = c.predicate
    if c.given:
        return True if holds(c._replace(given=())) or any(holds(g) is False for g in c.given) else None
    if name in ("apart", "less") and c.args[0] is c.args[1]:
        return False
    if name in ("scalar", "vector", "matrix"):
        return first.rank == ("scalar", "vector", "matrix").index(name)
    if name == "square":
        return first.rank == 2 and first.shape[0] == first.shape[1]
    if all(arg.op == "number" for arg in c.args):
        return _of_numbers(name, [arg.attr for arg in c.args])
    if name == "real" and is_real(first):
        return True
    if facts(first) & _BY_FACT.get(name, 0):
        return True
    if name == "simple" and c.args[1].shape == (1,):
        return True
    if name == "separate_spectra" and all(map(_right_half_plane, c.args)):
        return True
    if name in _COMPARED and all(map(at_least_one, first.shape)):
        return _by_bounds(name, [bounds(arg) for arg in c.args])
    return None


_BY_FACT = {
    "positive": Fact.POSITIVE,
    "nonnegative": Fact.NONNEGATIVE,
    "nonzero": Fact.NONZERO,
    "off_poles": Fact.POSITIVE,
    "real": Fact.REAL,
    "integer": Fact.INTEGER,
    "symmetric": Fact.SYMMETRIC,
    "spd": Fact.SPD,
    "orthogonal": Fact.ORTHOGONAL,
    "diagonal": Fact.DIAGONAL,
    "skew": Fact.SKEW,
    "lower": Fact.LOWER,
    "upper": Fact.UPPER,
    "invertible": Fact.INVERTIBLE,
    "full_rank": Fact.INVERTIBLE,
    "principal": Fact.SPD,
}


def _by_bounds(name: str, known: list[Interval | None]) -> bool | None:
    """Whether the bounds of the arguments decide a comparison of numbers."""
    first, *others = (part if part is not None else EVERYTHING for part in known)
    if None in known:
        return None
    below, strictly = _COMPARED[name](first, others)
    if all(a.below(b, strictly) for a, b in below):
        return True
    return False if any(b.below(a, not strictly) for a, b in below) else None


def _apart(first: Interval, others: list[Interval]) -> Pairs:
    """Which of two is the lower one where they do not meet; if they do, nothing is decided."""
    a, b = first, others[0]
    return ([(a, b)] if a.below(b) else [(b, a)] if b.below(a) else [(a, EVERYTHING)]), True


Pairs = tuple[list[tuple[Interval, Interval]], bool]
# which of the bounds are below which, strictly or not
_COMPARED: dict[str, Callable[[Interval, list[Interval]], Pairs]] = {
    "positive": lambda x, others: ([(ZERO, x)], True),
    "nonnegative": lambda x, others: ([(ZERO, x)], False),
    "nonzero": lambda x, others: _apart(x, [ZERO]),
    "less": lambda x, others: ([(x, others[0])], True),
    "less_equal": lambda x, others: ([(x, others[0])], False),
    "apart": _apart,
    "within": lambda x, others: ([(others[0], x), (x, others[1])], True),
    "within_closed": lambda x, others: ([(others[0], x), (x, others[1])], False),
}


def _is_call(e: Expr, name: str) -> bool:
    return e.op == "call" and e.attr[0] == name


def _right_half_plane(e: Expr) -> bool:
    """Whether all eigenvalues are known to have a positive real part: those of a principal root have."""
    if e.op == "einsum" and len(e.args) == 2 and is_positive(e.args[0]):
        e = e.args[1]  # transposed, or a positive multiple
    return is_spd(e) or _is_call(e, "sqrtm")


def _of_numbers(name: str, values: list[float]) -> bool | None:
    a = values[0]
    if name in ("odd", "even"):
        return a == int(a) and (int(a) % 2 == 1) == (name == "odd")
    tests: dict[str, Callable[[], bool]] = {
        "positive": lambda: a > 0,
        "nonnegative": lambda: a >= 0,
        "nonzero": lambda: a != 0,
        "off_poles": lambda: a > 0 or a != int(a),
        "fractional": lambda: a != int(a),
        "real": lambda: a == a,
        "integer": lambda: a == int(a),
        "equal": lambda: a == values[1],
        "less": lambda: a < values[1],
        "less_equal": lambda: a <= values[1],
        "apart": lambda: a != values[1],
        "within": lambda: values[1] < a < values[2],
        "within_closed": lambda: values[1] <= a <= values[2],
    }
    return tests[name]() if name in tests else None


def merge(*groups: Iterable[Condition]) -> tuple[Condition, ...]:
    """Conditions of several sources: each once, those that facts decide to hold left out."""
    return tuple(dict.fromkeys(c for group in groups for c in group if holds(c) is not True))
