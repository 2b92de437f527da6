"""Quotients cancelled: no factor is left that stands over and under the line, and what adds up to less is shown so."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from symdiff.algebra import ONE, rebuild, split_number
from symdiff.expr import Expr, postorder
from symdiff.rewriting.cost import cost
from symdiff.rewriting.rules import Recorder, keep, kept, table

_SAVED = 2  # operations that make another form worth it; a form that is as written is closer to what was done
_SHORTEST = 5  # operations of a quotient in which something may cancel


def cancelled(e: Expr, present: Callable[[Expr], Expr], recorder: Recorder | None = None) -> Expr:
    """A presented expression with the scalar quotients in it cancelled; what each becomes is kept on it.

    The whole of sums and products is looked at, then its parts.
    """
    rules = table("present")
    if recorder is None and (known := kept(e, "shown", rules)) is not None:
        return known
    nodes = postorder(e)
    best = _in_tops(e, nodes, present, recorder) if any(map(_has_divisor, nodes)) else e
    for node in (e, best):
        keep(node, "shown", rules, best)
    return best


def _in_tops(e: Expr, nodes: Sequence[Expr], present: Callable[[Expr], Expr], recorder: Recorder | None) -> Expr:
    """An expression with each scalar sum or product that is part of no other one cancelled."""
    inner = {arg for node in nodes if is_rational(node) for arg in node.args}
    inner -= {arg for node in nodes if not is_rational(node) for arg in node.args}
    made: dict[Expr, Expr] = {}
    for node in nodes:
        args = tuple([made[arg] for arg in node.args])
        made[node] = whole = node if args == node.args else rebuild(node, args)
        if is_rational(whole) and node not in inner:
            made[node] = best = _whole_then_parts(whole, present)
            if recorder is not None and best is not whole:
                from symdiff.rewriting.widened import widened  # which nobody needs who is not told

                recorder.rewrite("cancel", whole, best, widened(whole, best))
    return made[e]


def is_rational(e: Expr) -> bool:
    """Whether e is a scalar sum or product."""
    return not e.shape and e.op in ("add", "mul")


def _whole_then_parts(e: Expr, present: Callable[[Expr], Expr]) -> Expr:
    if not _may_cancel(e):
        return e
    e = _cancelled(e, present)
    made: dict[Expr, Expr] = {}
    for node in postorder(e, into=is_rational):
        args = tuple([made[arg] for arg in node.args]) if is_rational(node) else node.args
        made[node] = whole = node if args == node.args else rebuild(node, args)
        if is_rational(whole) and _may_cancel(whole):
            made[node] = _cancelled(whole, present)
    return made[e]


def _may_cancel(e: Expr) -> bool:
    """Whether sums and divisors meet in a scalar, as far as that is seen at once."""
    parts = postorder(e, into=is_rational)
    sums = [part for part in parts if part.op == "add" and not part.shape]
    if not sums or cost(e) < _SHORTEST or not any(map(_has_divisor, parts)):
        return False
    return len(sums) > 1 or e.op == "add" or all(split_number(term)[1] is not ONE for term in sums[0].args)


def _has_divisor(e: Expr) -> bool:
    """Whether a product divides by more than names, over which terms come without this."""
    pairs = zip(e.args[1::2], e.args[2::2], strict=True) if e.op == "mul" else ()
    return any(base.args and exponent.op == "number" and exponent.attr < 0 for base, exponent in pairs)


def _cancelled(e: Expr, present: Callable[[Expr], Expr]) -> Expr:
    rules = table("present")
    if (known := kept(e, "cancelled", rules)) is not None:
        return known
    best = _shortest(e, present)
    keep(e, "cancelled", rules, best)
    keep(best, "cancelled", rules, best)
    return best


def _shortest(e: Expr, present: Callable[[Expr], Expr]) -> Expr:
    from symdiff.rewriting.rational.forms import cancelled_forms  # which few need

    most, forms = cancelled_forms(e, _SAVED)
    shorter = [shown for form in forms if cost(shown := present(form)) <= most]
    if not shorter:
        return e
    words = _functions(e)
    shorter = [form for form in shorter if _functions(form) <= words]
    from symdiff.rewriting.rational.digits import Rounding

    rounding = Rounding.of(e)
    return min(filter(rounding.covers, shorter), key=cost, default=e) if rounding else e


def _functions(e: Expr) -> set[Hashable]:
    return {node.attr for node in postorder(e) if node.op in ("map", "call")}
