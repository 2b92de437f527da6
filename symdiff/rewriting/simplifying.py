"""Simplification: the rules of the books to a fixpoint, never dearer and never beyond their conditions."""

from __future__ import annotations

from symdiff.algebra import rebuild
from symdiff.expr import Expr, postorder
from symdiff.rewriting.cancel import is_rational
from symdiff.rewriting.collecting import collect
from symdiff.rewriting.cost import cost
from symdiff.rewriting.elementwise import by_elements
from symdiff.rewriting.literals import by_entries
from symdiff.rewriting.presenting import is_long, present
from symdiff.rewriting.rules import Recorder, Table, keep, kept, table

_TURNS = 4  # of rules and normal forms
_SHORT = 40  # operations of what the rules are tried on before any normal form: of more they would hide too much
_HARDLY = 1  # operations that are not worth digits
_PASSES = 10  # passes over the whole expression
_ROUNDS = 12  # rewritings of one node in a pass


def simplify(e: Expr, recorder: Recorder | None = None) -> Expr:
    """A form with no more operations, equal wherever e is defined; each step is told to the recorder."""
    opened = by_entries(e)  # det([a, b; c, d]) as a*d - b*c, if that leads to less
    if opened is not e and cost(_whole(opened, None)) < cost(_whole(e, None)):
        if recorder is not None:
            recorder.rewrite("write out the entries", e, opened, ())
        e = opened
    return _whole(e, recorder)


def _whole(e: Expr, recorder: Recorder | None) -> Expr:
    """The shortest that normal forms and rules, in turn, lead to."""
    best = _simplified(e, recorder) if cost(e) <= _SHORT else present(collect(e, recorder), recorder)
    for _ in range(_TURNS):
        shorter = best if is_long([best]) else _by_normal_forms(best, recorder)
        again = _simplified(shorter, recorder)
        if again is best:
            break
        best = again
    return best


def _by_normal_forms(e: Expr, recorder: Recorder | None) -> Expr:
    """Each scalar in e, and each entry of arrays, in the shortest of the forms that its normal form has.

    Parts of sums and products are looked at where the whole gets no shorter.
    """
    inner = {arg for node in postorder(e) if is_rational(node) for arg in node.args if is_rational(arg)}
    inner -= {arg for node in postorder(e) if not is_rational(node) for arg in node.args}
    made: dict[Expr, Expr] = {}
    for node in postorder(e):
        args = tuple(made[arg] for arg in node.args)
        whole = node if args == node.args else rebuild(node, args)
        made[node] = best = whole if node in inner else _shortest(whole)
        if best is whole and is_rational(whole) and node not in inner:
            made[node] = best = _with_shorter_parts(whole)
        if recorder is not None and best is not whole:
            from symdiff.rewriting.widened import widened  # which nobody needs who is not told

            recorder.rewrite("cancel and collect", whole, best, widened(whole, best))
    return made[e]


def _with_shorter_parts(e: Expr) -> Expr:
    """A sum or product with each sum and product in it in its shortest form."""
    made: dict[Expr, Expr] = {}
    for node in postorder(e, into=is_rational):
        args = tuple(made[arg] for arg in node.args) if is_rational(node) else node.args
        whole = node if args == node.args else rebuild(node, args)
        made[node] = _shortest(whole) if whole.op == "add" else whole
    return made[e]


def _shortest(e: Expr) -> Expr:
    """The shortest form of one scalar, or of an array's entries, whose arguments are in theirs; kept on the node."""
    rules = table("simplify")
    if not e.args or cost(e) < (1 if e.op == "map" else 2):
        return e
    if (known := kept(e, "shortest", rules)) is not None:
        return known
    best = e
    if e.shape:
        entries = by_elements(e, lambda entry, _: _shortest(entry))
        best = entries[0] if entries is not None and cost(entries[0]) < cost(e) else e
    elif e.op in ("add", "mul", "map"):
        best = _shortest_scalar(e)
    keep(e, "shortest", rules, best)
    keep(best, "shortest", rules, best)
    return best


def _shortest_scalar(e: Expr) -> Expr:
    """The shortest form of a scalar, by the rules and its normal form; where it is hardly shorter it keeps digits.

    Of as many operations is what has no common factor in its quotient, or fewer functions.
    """
    from symdiff.rewriting.rational.digits import Rounding  # what follows is of no use to derivatives of small things
    from symdiff.rewriting.rational.forms import has_common_factor, normal_forms

    best, rounding = e, None
    for form in [_simplified(form, None) for form in [*([e] if cost(e) <= _SHORT else []), *normal_forms(e)]]:
        ties = best is e and cost(form) == cost(e) and has_common_factor(e)
        if not ties and _length(form) >= _length(best):
            continue
        if cost(e) - cost(form) <= _HARDLY:
            rounding = rounding or Rounding.of(e)
            if rounding is None or not rounding.covers(form):
                continue
        best = form
    return best


def _length(e: Expr) -> tuple[float, int]:
    """The operations of a form; of two that have as many the one with fewer functions is shorter."""
    return cost(e), sum(node.op in ("map", "call") for node in postorder(e))


def _simplified(e: Expr, recorder: Recorder | None) -> Expr:
    best = present(_rewritten(e, recorder), recorder)
    for _ in range(_PASSES):  # what was factored out may leave what a rule knows
        again = present(_rewritten(best, None))
        if cost(again) >= cost(best):
            break
        best = again if recorder is None else present(_rewritten(best, recorder), recorder)
    return best


def _rewritten(e: Expr, recorder: Recorder | None) -> Expr:
    """Collected, and rewritten by the rules, until nothing changes."""
    seen = set()
    for _ in range(_PASSES):
        if e in seen:
            break
        seen.add(e)
        e = _pass(collect(e, recorder), table("simplify"), recorder)
    return e


def _pass(e: Expr, rules: Table, recorder: Recorder | None) -> Expr:
    made: dict[Expr, Expr] = {}
    for node in postorder(e):
        args = tuple(made[arg] for arg in node.args)
        made[node] = _node(node if args == node.args else rebuild(node, args), rules, recorder)
    return made[e]


def _node(e: Expr, rules: Table, recorder: Recorder | None) -> Expr:
    for _ in range(_ROUNDS):
        found = next((r for r in rules.rewritings(e) if r.after is not e and cost(r.after) <= cost(e)), None)
        if found is None:
            break
        if recorder is not None:
            recorder.rewrite(found.rule, e, found.after, found.conditions)
        e = found.after
    return e
