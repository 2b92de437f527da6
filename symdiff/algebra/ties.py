"""Which arrays have entries that are equal by their structure: a symmetric matrix, ones*x', x*x', kron(A, B).

Where one of those is the largest, so is the other, and both are one: what counts entries has to know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from symdiff.algebra.build import unspread
from symdiff.algebra.conditions import Condition, condition
from symdiff.algebra.leaves import number
from symdiff.algebra.singular import rank_bound
from symdiff.expr import Expr, postorder, recall, worked_out

_STRUCTURES = frozenset({"symmetric", "spd", "diagonal", "orthogonal", "lower", "upper", "skew", "freed", "freed_skew"})
_ENTRY_BY_ENTRY = frozenset({"softmax", "log_softmax"})  # functions that keep entries apart


def may_tie(e: Expr) -> bool:
    """Whether entries of e may be equal wherever it has a value; False where they are known to differ in general."""
    return bool(worked_out(e, "may_tie", lambda node: bool(node.shape) and not _distinct(node)))


def _distinct(e: Expr) -> bool:
    """Whether the entries of e differ in general; of its arguments that is known."""
    if e.op == "symbol":
        return not _STRUCTURES & e.attr.properties
    if e.op in ("map", "add"):
        parts = [arg for arg in e.args if unspread(arg) is None]
        alone = _apart(parts)
        return any(not recall(part, "may_tie") and (len(parts) == 1 or alone(part)) for part in parts)
    if e.op == "einsum":
        return _carried_apart(e.args[1:], e.attr[:-1], e.attr[-1])
    if e.op == "join":
        alone = _apart(e.args)  # entries that are constant do not matter: they do not move
        return all(alone(part) and (not recall(part, "may_tie") or not any(_atoms(part))) for part in e.args)
    kept = e.op in ("index", "reshape") or (e.op == "call" and e.attr[0] in _ENTRY_BY_ENTRY)
    return kept and not recall(e.args[0], "may_tie")


def _carried_apart(operands: Sequence[Expr], labels: Sequence[tuple[int, ...]], out: tuple[int, ...]) -> bool:
    """Whether each axis of the result is one of a factor of its own symbols, with entries that differ."""
    alone = _apart(operands)
    carried: set[int] = set()
    for operand, own in zip(operands, labels, strict=True):
        if len(set(own)) == len(own) and not recall(operand, "may_tie") and alone(operand):
            carried.update(own)
    return carried.issuperset(out)


def _apart(parts: Sequence[Expr]) -> Callable[[Expr], bool]:
    """Tells of each of the parts whether it is made of symbols, or of entries of symbols, that no other has."""
    wholes, entries = Counter[Expr](), Counter[Expr]()
    for part in parts:
        whole, single = _atoms(part)
        wholes.update(whole)
        entries.update(single)
    picked = {entry.args[0] for entry in entries}

    def alone(part: Expr) -> bool:
        whole, single = _atoms(part)
        own = all(wholes[symbol] == 1 and symbol not in picked for symbol in whole)
        return own and all(entries[entry] == 1 and not wholes[entry.args[0]] for entry in single)

    return alone


def _atoms(e: Expr) -> tuple[list[Expr], list[Expr]]:
    """The symbols in e, and the single entries of symbols in it."""
    nodes = postorder(e, into=lambda n: not _is_entry(n))
    whole = [n for n in nodes if n.op == "symbol" and "dimension" not in n.attr.properties]
    return whole, [n for n in nodes if _is_entry(n)]


def _is_entry(e: Expr) -> bool:
    """Whether e is one entry, at places that are numbers, of a symbol whose entries differ."""
    if e.op != "index" or e.shape or e.args[0].op != "symbol" or _STRUCTURES & e.args[0].attr.properties:
        return False
    return all(isinstance(item, int) for item in e.attr)


def up_to_structure(c: Condition) -> Condition:
    """Where a function is smooth, with what structure says: entries that are equal by it need not differ.

    Nor need a rank be full that cannot be, as that of x*y': it has to stay as it is.
    """
    bound = rank_bound(c.args[0]) if c.predicate == "full_rank" else None
    if isinstance(bound, int):
        return condition("rank", *c.args, number(bound))
    if c.predicate.startswith("unique_") and may_tie(c.args[0]):
        return c._replace(predicate=c.predicate.replace("unique_", "lone_"))
    return c
