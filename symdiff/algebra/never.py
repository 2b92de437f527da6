"""Which conditions hold at no point: of entries that are 0, ranks that are low and values that repeat by structure."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.algebra.build import neg, unspread
from symdiff.algebra.conditions import Condition, holds
from symdiff.algebra.extreme import gap_of
from symdiff.algebra.fact import Fact, facts
from symdiff.algebra.facts import is_orthogonal, is_positive, is_skew, is_spd
from symdiff.algebra.leaves import is_zero
from symdiff.algebra.ranges import Ranges, difference, known_range
from symdiff.algebra.reals import Reals
from symdiff.algebra.singular import rank_bound
from symdiff.dims import Dim, at_least_one
from symdiff.expr import Expr, recall, worked_out


def impossible(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Of conditions that never hold those that are to blame: one alone, or several of one thing; none if they may."""
    ranges = Ranges()
    within: dict[Expr, tuple[tuple[Condition, ...], Reals]] = {}
    for c in conditions:
        if c.given:
            continue
        if never(c):
            return (c,)
        placed = ranges.of(c)
        if placed is not None:
            thing, allowed = placed
            told, before = within.get(thing, ((), known_range(thing)))
            within[thing] = ((*told, c), before & allowed)
            if within[thing][1].is_empty:
                return within[thing][0]
    return ()


def never(c: Condition) -> bool:
    """Whether it is known that no point meets a condition, whatever is given."""
    name, e = c.predicate, c.args[0]
    if holds(c._replace(given=())) is False:
        return True
    if name in ("less", "apart"):
        return has_zero(difference(*c.args))
    if name in ("positive", "nonzero"):
        low = e.op == "call" and e.attr[0] == "det" and is_low(e.args[0])
        return low or has_zero(e) or _is_low_value(e)
    if name in ("invertible", "full_rank", "spd", "principal"):
        return is_low(e) or (name in ("spd", "principal") and is_spd(neg(e)))
    return (name == "simple" and _all_repeat(c.args[1])) or (name.startswith("distinct_") and _repeat(e))


# --- entries that are 0 --------------------------------------------------------------------------------------------


def has_zero(e: Expr) -> bool:
    """Whether an entry of e is 0 wherever e has a value: on the diagonal of a skew matrix, of x - max(x)."""
    return bool(worked_out(e, _FACT, lambda node: all(map(at_least_one, node.shape)) and _has_zero(node)))


_FACT = "has a zero entry"
_THROUGH_ZERO = frozenset(
    "abs sign sqrt cbrt relu sin tan asin atan sinh tanh asinh atanh log1p expm1 erf softsign".split()
)
_NORMS = frozenset("norm norm1 norm2 norm_inf norm_spec norm_nuc std".split())


def _has_zero(e: Expr) -> bool:
    """Whether e has an entry that is 0; of its arguments that is known."""
    if is_zero(e) or _has_zero_by_structure(e) or gap_of(e) is not None:
        return True
    if e.op == "map":
        exponent = unspread(e.args[1]) if e.attr == "pow" else None
        kept = e.attr in _THROUGH_ZERO or (exponent is not None and is_positive(exponent))
        return kept and bool(recall(e.args[0], _FACT))
    if e.op == "einsum":  # a product that is not summed
        *own, out = e.attr
        factors = [(o, labels) for o, labels in zip(e.args[1:], own, strict=True) if len(set(labels)) == len(labels)]
        return set(out) >= {x for labels in own for x in labels} and any(recall(o, _FACT) for o, _ in factors)
    if e.op == "call" and e.attr[0] in _NORMS:
        return is_zero(e.args[0]) or (e.attr[0] == "std" and e.args[0].shape == (1,))
    return e.op in ("join", "reshape") and any(recall(arg, _FACT) for arg in e.args)


def _has_zero_by_structure(e: Expr) -> bool:
    if e.rank != 2 or e.shape[0] != e.shape[1]:
        return False
    return is_skew(e) or (_is_several(e.shape[0]) and bool(facts(e) & (Fact.LOWER | Fact.UPPER)))


def _is_several(d: Dim) -> bool:
    return at_least_one(d - 1)


# --- ranks, and values that repeat ---------------------------------------------------------------------------------


def is_low(e: Expr) -> bool:
    """Whether a matrix has less than full rank whatever its entries are."""
    bound = rank_bound(e)
    if bound is None or not all(isinstance(d, int) for d in e.shape):
        return False
    return isinstance(bound, str) or bound < min(e.shape)


def _is_low_value(e: Expr) -> bool:
    """Whether e is a singular value past the rank of its matrix."""
    if e.op != "index" or e.args[0].op != "call" or e.args[0].attr[0] != "svdvals":
        return False
    bound, (k,) = rank_bound(e.args[0].args[0]), e.attr
    return isinstance(bound, int) and isinstance(k, int) and k >= bound


def _all_repeat(values: Expr) -> bool:
    """Whether each of the singular values or eigenvalues stands there several times, but for one that is 0."""
    if values.op != "call" or values.attr[0] not in ("svdvals", "eigvals"):
        return False
    (matrix,) = values.args
    if values.attr[0] == "svdvals" and is_skew(matrix):
        return True
    unit = is_orthogonal(matrix) if values.attr[0] == "svdvals" else _is_scalar(matrix)
    return matrix.shape[0] == matrix.shape[1] and unit and _is_several(matrix.shape[0])


def _repeat(e: Expr) -> bool:
    """Whether some of the values, or of the eigenvalues of a matrix, are equal by structure."""
    if e.rank == 2:
        matrix, again = e, _is_scalar(e) and _is_several(e.shape[0])
    elif e.op == "call" and e.attr[0] == "svdvals":
        matrix, again = e.args[0], _all_repeat(e)
    else:
        return False
    bound = rank_bound(matrix)
    sizes = [d for d in matrix.shape if isinstance(d, int)]
    return again or (isinstance(bound, int) and len(sizes) == 2 and bound <= min(sizes) - 2)


def _is_scalar(e: Expr) -> bool:
    """Whether a matrix is a multiple of the identity."""
    return (e.op == "constant" and e.attr == "eye") or (
        e.op == "einsum" and len(e.args) == 2 and e.args[1].attr == "eye" and e.attr[0] == e.attr[-1]
    )
