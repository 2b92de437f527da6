"""The transposition of a program that is linear in dx.

`differentials` gives d f as an expression linear in the leaves dx. `transpose` moves each dx to the other side of
the inner product, ⟨g, d f⟩ = ⟨ḡ, dx⟩: one backward sweep, each node once, whatever the number of variables.
One rule serves every product with axes.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import NamedTuple

from symdiff.algebra import (
    MINUS_ONE,
    ONE,
    Slice,
    add,
    complex_part,
    einsum,
    eye,
    index,
    is_zero,
    join,
    mul,
    named,
    ones,
    power,
    rebuild,
    reshape,
    scale,
    scan,
    select,
    symbol,
    unspread,
    zeros,
)
from symdiff.algebra.cases import is_case, is_finite
from symdiff.book import adjoint_of, expand
from symdiff.dims import Dim, Shape
from symdiff.errors import NotSupported
from symdiff.expr import Expr, postorder


class _Linear(NamedTuple):
    """The nodes of a program that contain a leaf, arguments first, and whether a node does."""

    order: list[Expr]
    members: set[Expr]


def linear_part(root: Expr, leaves: Sequence[Expr]) -> _Linear:
    members = set(leaves)
    order = []
    for node in postorder(root):
        if node in members or not members.isdisjoint(node.args):
            members.add(node)
            order.append(node)
    return _Linear(order, members)


def place_of(e: Expr, members: Container[Expr]) -> int:
    """Which argument carries the differential; a product has one."""
    places = [k for k, arg in enumerate(e.args) if arg in members]
    if len(places) != 1:
        raise NotSupported(f"{e.op} is not linear in the differential")
    return places[0]


# --- transposition ---------------------------------------------------------------------------------------------


def transpose(root: Expr, leaves: Sequence[Expr], g: Expr) -> list[Expr]:
    """For each leaf the ḡ with ⟨g, root⟩ = Σ ⟨ḡ, leaf⟩, where root is linear in the leaves.

    `g` has the shape of root. Raises NotSupported for an operation whose adjoint is not known.
    """
    linear = linear_part(root, leaves)
    gathered: dict[Expr, dict[str, list[Expr]]] = {node: {} for node in linear.order}
    gathered.setdefault(root, {})["whole"] = [g]
    found: dict[Expr, list[Expr]] = {leaf: [] for leaf in leaves}
    for node in reversed(linear.order):
        for form, met in sorted(gathered.pop(node).items(), reverse=True):
            total = add(*reversed(met)) if len(met) > 1 else met[0]  # in the order written: the sweep goes backwards
            if node in found:
                found[node].append(_of_leaf(form, total))
            elif node.op == "map":
                for target, part, back in _part_back(node, total, form):
                    gathered[target].setdefault(part, []).append(back)
            else:
                for target, back in _adjoint_rule(node)(node, total, linear.members):
                    gathered[target].setdefault(form, []).append(back)
    return [add(*found[leaf]) if found[leaf] else zeros(leaf.shape) for leaf in leaves]


Backs = list[tuple[Expr, Expr]]
Labels = Sequence[object]


def _adjoint_rule(e: Expr) -> Callable[[Expr, Expr, set[Expr]], Backs]:
    rule = _ADJOINTS.get(e.op)
    if rule is None:
        raise NotSupported(f"the adjoint of {e.op} is not known")
    return rule


def _of_leaf(form: str, g: Expr) -> Expr:
    """What stands before a real dx: g, its real part, or i times that."""
    if form == "whole":
        return g
    real = complex_part("real", g)
    return real if form == "real" else scale(named("i"), real)


def _part_back(e: Expr, g: Expr, form: str) -> list[tuple[Expr, str, Expr]]:
    """Through a real part, an imaginary part or a conjugate, which are linear over the reals only.

    What is swept back takes one of three forms: ⟨g, w⟩ itself (`whole`), its real part (`real`), or i times that
    (`imag`). Re⟨g, Re w⟩ = Re⟨Re g, w⟩, Re⟨g, Im w⟩ = Re⟨-i Re g, w⟩, Re⟨g, conj w⟩ = Re⟨conj g, w⟩; a whole one is
    its real part and i times its imaginary part, Re⟨-i g, ·⟩.
    """
    if e.attr not in ("real", "imag", "conj"):
        raise NotSupported(f"{e.attr} is not linear in the differential")
    wanted = [(form, g)] if form != "whole" else [("real", g), ("imag", _turned(g))]
    backs = []
    for part, h in wanted:
        back = complex_part("conj" if e.attr == "conj" else "real", h)
        if not is_zero(back):
            backs.append((e.args[0], part, _turned(back) if e.attr == "imag" else back))
    return backs


def _turned(g: Expr) -> Expr:
    """-i·g, whose real part is the imaginary part of g."""
    return scale(mul(MINUS_ONE, named("i")), g)


def _add_back(e: Expr, g: Expr, members: set[Expr]) -> Backs:
    return [(term, g) for term in e.args if term in members]


def mul_back(e: Expr, g: Expr, members: Container[Expr]) -> Backs:
    """What comes back to the one factor of a scalar product that carries the differential."""
    k = place_of(e, members)
    if e.args[k + 1] is not ONE:
        raise NotSupported("a power is not linear in the differential")
    return [(e.args[k], _masked(g, (), (), [without(e, k)], lambda h: mul(without(e, k), h)))]


def without(e: Expr, k: int) -> Expr:
    """The scalar product e without its base k."""
    return mul(e.args[0], *(power(e.args[j], e.args[j + 1]) for j in range(1, len(e.args), 2) if j != k))


def _einsum_back(e: Expr, g: Expr, members: set[Expr]) -> Backs:
    k = place_of(e, members)
    return [(e.args[k], through_product(e, k, g))]


def through_product(e: Expr, k: int, g: Expr) -> Expr:
    """What comes back to the factor k of a product with axes: g takes the place of the result, the result its place."""
    labels, out = list(e.attr[:-1]), e.attr[-1]
    target = e.args[k]
    if k == 0:
        return einsum(ONE, [*e.args[1:], g], [*labels, out], ())
    own = labels[k - 1]
    operands = [*e.args[1:k], *e.args[k + 1 :]]
    names: list[Sequence[object]] = [*labels[: k - 1], *labels[k:]]
    place = len(operands)  # of g: behind the other factors
    wanted: list[object] = []
    for axis, label in enumerate(own):
        if label in wanted:  # a diagonal: the two axes are one
            twin = ("twin", axis)
            operands.append(eye(target.shape[axis]))
            names.append((label, twin))
            wanted.append(twin)
        else:
            wanted.append(label)
    carried = set(out).union(*names)
    bare = [axis for axis, label in enumerate(wanted) if label not in carried]
    if bare:  # axes nothing else runs over: the sum spreads back
        operands.append(ones([target.shape[axis] for axis in bare]))
        names.append([wanted[axis] for axis in bare])
    labelled = [*names[:place], out, *names[place:]]
    others = [arg for j, arg in enumerate(e.args) if j != k]

    def back(h: Expr) -> Expr:
        return einsum(e.args[0], [*operands[:place], h, *operands[place:]], labelled, wanted)

    return _masked(g, out, wanted, others, back)


def _masked(g: Expr, labels: Labels, wanted: Labels, others: Sequence[Expr], back: Callable[[Expr], Expr]) -> Expr:
    """back(g), the product of g and the others; taken inside the case outside which g is zero.

    Zero times something that has no value, or none as a float, is not zero.
    """
    if not (is_case(g) or (g.op == "add" and all(map(is_case, g.args)))) or all(map(is_finite, others)):
        return back(g)
    if g.op == "add":
        return add(*(_masked(term, labels, wanted, others, back) for term in g.args))
    if not set(labels) <= set(wanted):
        return back(g)
    condition, a, b = g.args
    inner = back(b if is_zero(a) else a)
    nothing = zeros(inner.shape)
    placed = in_places(condition, labels, wanted, inner.shape)
    return select(placed, nothing, inner) if is_zero(a) else select(placed, inner, nothing)


def in_places(condition: Expr, labels: Labels, wanted: Labels, shape: Shape) -> Expr:
    """A condition with its axes, named by `labels`, in their places among `wanted`; constant along others."""
    if tuple(labels) == tuple(wanted):
        return condition
    done: dict[Expr, Expr] = {}
    for node in postorder(condition, into=lambda n: n.op == "compare"):
        if node.op == "compare":
            done[node] = rebuild(node, [done[arg] for arg in node.args])
        else:
            scalar = unspread(node)
            done[node] = (
                scale(scalar, ones(shape))
                if scalar is not None
                else einsum(ONE, [node, ones(shape)], [labels, wanted], wanted)
            )
    return done[condition]


def _select_back(e: Expr, g: Expr, members: set[Expr]) -> Backs:
    """The branches keep apart: what is not chosen gets exactly zero."""
    condition, a, b = e.args
    nothing = zeros(e.shape)
    backs = []
    if a in members:
        backs.append((a, select(condition, g, nothing)))
    if b in members:
        backs.append((b, select(condition, nothing, g)))
    return backs


def _index_back(e: Expr, g: Expr, members: set[Expr]) -> Backs:
    """The picked entries put back among zeros."""
    target = e.args[0]
    for axis, item in enumerate(e.attr):
        if not isinstance(item, Slice):
            g = _at(g, axis, item, target.shape)
        elif item.step == 1:
            g = _padded(g, axis, item, target.shape)
        elif item.step == -1:
            whole = [Slice(0, n) for n in g.shape]
            turned = index(g, [*whole[:axis], Slice(g.shape[axis] + -1, -1, -1)])
            g = _padded(turned, axis, Slice(item.stop + 1, item.start + 1), target.shape)
        else:
            g = _scattered(g, axis, item, target.shape)
    return [(target, g)]


def _scattered(g: Expr, axis: int, item: Slice, shape: Shape) -> Expr:
    """g among zeros at the steps of a slice: times the rows of the identity that the slice picks."""
    n = shape[axis]
    rows = index(eye(n), (item, Slice(0, n)))
    labels = tuple(range(g.rank))
    return einsum(ONE, [g, rows], [labels, (axis, g.rank)], (*labels[:axis], g.rank, *labels[axis + 1 :]))


def _at(g: Expr, axis: int, place: object, shape: Shape) -> Expr:
    """g with a new axis that is zero but at one place: a unit vector times g."""
    n = shape[axis]
    unit = index(eye(n), (Slice(0, n), place))  # type: ignore[arg-type]
    out = tuple(range(g.rank + 1))
    return einsum(ONE, [g, unit], [out[:axis] + out[axis + 1 :], (axis,)], out)


def _padded(g: Expr, axis: int, item: Slice, shape: Shape) -> Expr:
    before = (*g.shape[:axis], item.start, *g.shape[axis + 1 :])
    behind = (*g.shape[:axis], shape[axis] - item.stop, *g.shape[axis + 1 :])
    return join("concat", [zeros(before), g, zeros(behind)], axis)


def _join_back(e: Expr, g: Expr, members: set[Expr]) -> Backs:
    kind, axis = e.attr
    lead = [Slice(0, n) for n in e.shape[:axis]]
    backs = []
    start: Dim = 0
    for k, part in enumerate(e.args):
        if kind == "stack":
            item: int | Slice = k
        else:
            item = Slice(start, start + part.shape[axis])
            start = item.stop
        if part in members:
            backs.append((part, index(g, [*lead, item])))
    return backs


def _call_back(e: Expr, g: Expr, members: set[Expr]) -> Backs:
    k = place_of(e, members)
    back = adjoint_of(e, k, g)
    if back is not None:
        return [(e.args[k], back)]
    meaning, leaf = as_defined(e, k)
    if meaning is None:
        raise NotSupported(f"no book gives the adjoint of {e.attr[0]}")
    return [(e.args[k], transpose(meaning, [leaf], g)[0])]


def as_defined(e: Expr, k: int) -> tuple[Expr | None, Expr]:
    """The definition of a function, at a symbol for the argument k: the argument itself might not stay whole there."""
    leaf = symbol("linear argument", e.args[k].shape)
    return expand(rebuild(e, [*e.args[:k], leaf, *e.args[k + 1 :]])), leaf


_ADJOINTS: dict[str, Callable[[Expr, Expr, set[Expr]], Backs]] = {
    "add": _add_back,
    "mul": mul_back,
    "einsum": _einsum_back,
    "select": _select_back,
    "index": _index_back,
    "join": _join_back,
    "call": _call_back,
    "reshape": lambda e, g, members: [(e.args[0], reshape(g, e.args[0].shape, e.attr))],
    "scan": lambda e, g, members: [(e.args[0], scan(e.attr[0], g, e.attr[1], not e.attr[2]))],
}
