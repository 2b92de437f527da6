"""Derivatives by matrices as matrices: ∂vec(F)/∂vec(X)' from the tensor with the axes of F, then of X, and back.

vec stacks columns (Magnus & Neudecker, Matrix Differential Calculus, ch. 2 and 3), so the entry (j·m + i, l·p + k) of
the matrix is ∂F[i, j]/∂X[k, l]. A term becomes weights · Kronecker product · commutation matrix · weights: each
identity, matrix and vector of the term is given the side it joins. What does not fall apart so is reshaped as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from symdiff.algebra.build import add
from symdiff.algebra.einsum import einsum
from symdiff.algebra.leaves import ONE, eye, is_constant, ones
from symdiff.algebra.products import permute, vec
from symdiff.algebra.rebuild import rebuild
from symdiff.algebra.structure import reshape
from symdiff.algebra.views import Contraction, contraction, terms
from symdiff.dims import Dim, Shape, product, show_shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr, postorder

Factor = tuple[Expr, tuple[int, ...]]  # an operand with its labels
Pair = tuple[int | None, int | None]  # an axis of F and one of X that stand in one factor
_ELEMENTWISE = ("map", "select", "compare")
_DISTRIBUTED = 64  # products that a term may be multiplied out into


def commutation(m: Dim, n: Dim) -> Expr:
    """The matrix with vec(A') = commutation(m, n)·vec(A) for every m×n matrix A; its transpose is commutation(n, m).

    Magnus & Neudecker, The Commutation Matrix: Some Properties and Applications, Annals of Statistics 7 (1979).
    """
    if m == 1 or n == 1:
        return eye(m * n)
    blocks = einsum(ONE, [eye(m), eye(n)], [(0, 3), (1, 2)], range(4))
    return reshape(blocks, (m * n, n * m))


def kronecker(e: Expr, rows: int) -> Expr:
    """The matrix of the linear map e, whose first `rows` axes are those of F, the others those of X.

    Each of the two groups of axes is stacked by columns. With no axis in one group the result is a vector.
    """
    if not 0 <= rows <= e.rank:
        raise ShapeError(f"{rows} axes of the function among the {e.rank} of a {show_shape(e.shape)}")
    if rows in (0, e.rank):
        return _stacked(e)
    return _entry_by_entry(e, lambda node: add(*(part for term in terms(node) for part in _matrix(term, rows))))


def from_kronecker(k: Expr, f_shape: Shape, x_shape: Shape) -> Expr:
    """The tensor with the axes of F, then of X, whose matrix is k: the way back from `kronecker`."""
    sides = [shape for shape in (f_shape, x_shape) if shape]
    if k.shape != tuple(product(shape) for shape in sides):
        wanted = show_shape(tuple(product(shape) for shape in sides))
        raise ShapeError(f"the derivative of a {show_shape(f_shape)} by a {show_shape(x_shape)} is a {wanted}")
    return _entry_by_entry(k, lambda node: add(*(_unfolded(term, sides) for term in terms(node))))


def _entry_by_entry(root: Expr, arranged: Callable[[Expr], Expr]) -> Expr:
    """root with its entries arranged anew: those of a function or case element by element in its arguments."""
    done: dict[Expr, Expr] = {}
    for e in postorder(root, into=lambda e: e.op in _ELEMENTWISE):
        if e.shape == root.shape:
            inside = e.op in _ELEMENTWISE
            done[e] = rebuild(e, [done[arg] for arg in e.args]) if inside else arranged(e)
    return done[root]


def _stacked(e: Expr) -> Expr:
    """All entries as one vector, the first axis running fastest; a scalar is itself."""
    if e.rank < 2:
        return e
    if e.rank == 2:
        return vec(e)
    return reshape(permute(e, range(e.rank)[::-1]), (product(e.shape),))


# --- from a tensor to a matrix ---------------------------------------------------------------------------------


def _matrix(term: Expr, rows: int) -> list[Expr]:
    """The matrices whose sum is that of a term."""
    if rows == 1 == term.rank - 1:
        return [term]
    for attempt in _readings(term):
        made = [_factored(part, rows) for part in attempt]
        if all(part is not None for part in made):
            return [part for part in made if part is not None]
    return [_merged(term, rows)]


def _readings(term: Expr) -> Iterable[list[Contraction]]:
    """The term as one product, then with sums of three or more axes among its factors multiplied out."""
    view = contraction(term, _opens)
    yield [view]
    parts = [view]
    while (found := _first_sum(parts)) is not None:
        at, k = found
        sums = terms(parts[at].operands[k])
        if len(parts) + len(sums) > _DISTRIBUTED:
            return
        parts[at : at + 1] = [_with_operand(parts[at], k, e) for e in sums]
    if len(parts) > 1:
        yield parts


def _opens(e: Expr) -> bool:
    """Whether a product inside a product is read with it: a tensor, or an outer product of its axes."""
    if e.rank != 2:
        return e.rank > 2
    rows, columns = e.attr[-1]
    return not any(rows in labels and columns in labels for labels in _joined(e.attr[:-1]))


def _joined(groups: Iterable[Iterable[int]]) -> list[set[int]]:
    """Labels grouped with all they are joined to."""
    found: list[set[int]] = []
    for labels in groups:
        whole = set(labels)
        for other in [other for other in found if other & whole]:
            whole |= other
            found.remove(other)
        found.append(whole)
    return found


def _first_sum(parts: Sequence[Contraction]) -> tuple[int, int] | None:
    for at, view in enumerate(parts):
        for k, operand in enumerate(view.operands):
            if operand.op == "add" and operand.rank > 2:
                return at, k
    return None


def _with_operand(view: Contraction, k: int, e: Expr) -> Contraction:
    operands = (*view.operands[:k], e, *view.operands[k + 1 :])
    return contraction(einsum(view.coefficient, operands, view.labels, view.out), _opens)


class _Unit(NamedTuple):
    """Factors joined by what is summed, and the classes of axes they have."""

    factors: tuple[Factor, ...]
    axes: frozenset[int]


def _factored(view: Contraction, rows: int) -> Expr | None:
    """weights · (P ⊗ Q) · commutation · weights, or vec(A)·vec(B)'; None where it does not fall apart so."""
    if max(rows, len(view.out) - rows) > 2:
        return None
    apart = _rank_one(view, rows)
    return apart if apart is not None else _Sides(view, rows).matrix()


def _rank_one(view: Contraction, rows: int) -> Expr | None:
    """vec(A)·vec(B)', where nothing joins the axes of F and those of X."""
    f, x = view.out[:rows], view.out[rows:]
    groups = _joined([*view.labels, f, x])
    mine = next(group for group in groups if f[0] in group)
    if x[0] in mine:
        return None
    factors = list(zip(view.operands, view.labels, strict=True))
    left = _product([factor for factor in factors if factor[1][0] in mine], f)
    right = _product([factor for factor in factors if factor[1][0] not in mine], x)
    parts = [_stacked(part) if part.rank > 1 else part for part in (left, right)]
    return einsum(view.coefficient, parts, [("r",), ("c",)], ("r", "c"))


def _product(factors: Sequence[Factor], out: Sequence[int]) -> Expr:
    return einsum(ONE, [e for e, _ in factors], [labels for _, labels in factors], out)


class _Sides:
    """The factors of one product on their way to the sides they join.

    Axes that identities make equal are one class; a unit of factors whose classes all have an axis of F is a weight
    of rows, one whose classes all have an axis of X a weight of columns, the others stand between.
    """

    def __init__(self, view: Contraction, rows: int) -> None:
        self.view = view
        self.f, self.x = view.out[:rows], view.out[rows:]
        self.sizes = {
            label: dim
            for e, labels in zip(view.operands, view.labels, strict=True)
            for label, dim in zip(labels, e.shape, strict=True)
        }
        eyes = [labels for e, labels in zip(view.operands, view.labels, strict=True) if is_constant(e, "eye")]
        self.classes = _joined([*eyes, *((label,) for label in self.sizes)])
        self.class_of = {label: min(group) for group in self.classes for label in group}
        self.units = self._units()

    def _units(self) -> list[_Unit]:
        factors = [
            (e, tuple(self.class_of[label] for label in labels))
            for e, labels in zip(self.view.operands, self.view.labels, strict=True)
            if not is_constant(e, "eye") and not is_constant(e, "ones")
        ]
        outer = {self.class_of[label] for label in self.view.out}
        loose = _joined([[k for k in labels if k not in outer] for _, labels in factors])
        groups: dict[object, list[Factor]] = {}
        for place, factor in enumerate(factors):
            summed = next((k for k in factor[1] if k not in outer), None)
            key = ("alone", place) if summed is None else next(k for k, s in enumerate(loose) if summed in s)
            groups.setdefault(key, []).append(factor)
        return [
            _Unit(tuple(group), frozenset(k for _, labels in group for k in labels if k in outer))
            for group in groups.values()
        ]

    def members(self, axis_class: int, axes: Sequence[int]) -> list[int]:
        return [axis for axis in axes if self.class_of[axis] == axis_class]

    def matrix(self) -> Expr | None:
        """The first pairing of the axes of F with those of X that serves."""
        for pairs, crossed in _pairings(self.f, self.x):
            made = self._paired(pairs, crossed)
            if made is not None:
                return made
        return None

    def _paired(self, pairs: Sequence[Pair], crossed: bool) -> Expr | None:
        row_weights: list[Factor] = []
        column_weights: list[Factor] = []
        between: dict[Pair, list[Factor]] = {pair: [] for pair in pairs}
        for unit in self.units:
            of_f = {k: self.members(k, self.f) for k in unit.axes}
            of_x = {k: self.members(k, self.x) for k in unit.axes}
            if len(unit.axes) > 1 and all(of_f.values()):
                row_weights += _relabelled(unit, {k: axes[0] for k, axes in of_f.items()})
            elif len(unit.axes) > 1 and all(of_x.values()):
                column_weights += _relabelled(unit, {k: axes[0] for k, axes in of_x.items()})
            else:
                placed = self._placed(unit, pairs)
                if placed is None:
                    return None
                pair, names = placed
                between[pair] += _relabelled(unit, names)
        identities = self._identities(pairs)
        if identities is None:
            return None
        for labels, tied in identities:
            weights = row_weights if labels[1] in self.f else column_weights
            (weights if tied is None else between[tied]).append((eye(self.sizes[labels[0]]), labels))
        return self._composed(row_weights, between, crossed, column_weights)

    def _placed(self, unit: _Unit, pairs: Sequence[Pair]) -> tuple[Pair, dict[int, int]] | None:
        """The pair whose axes a unit has, and which of them each of its classes is."""
        for pair in pairs:
            names: dict[int, int] = {}
            for axis in pair:
                if axis is not None:
                    names.setdefault(self.class_of[axis], axis)
            if unit.axes <= names.keys():
                return pair, names
        return None

    def _identities(self, pairs: Sequence[Pair]) -> list[tuple[tuple[int, int], Pair | None]] | None:
        """The axes to make equal: those of pairs, then two of F or of X; None where no pair joins a class."""
        found: list[tuple[tuple[int, int], Pair | None]] = []
        for group in self.classes:
            f, x = ([axis for axis in axes if axis in group] for axes in (self.f, self.x))
            tied: list[tuple[tuple[int, int], Pair | None]] = [
                ((a, b), (a, b)) for a, b in pairs if a is not None and b is not None and a in f and b in x
            ]
            if f and x and not tied:
                return None
            found += tied
            if len(f) == 2:
                found.append(((f[0], f[1]), None))
            if len(x) == 2 and len(tied) < 2:
                found.append(((x[0], x[1]), None))
        return found

    def _composed(
        self,
        row_weights: list[Factor],
        between: dict[Pair, list[Factor]],
        crossed: bool,
        column_weights: list[Factor],
    ) -> Expr:
        operands: list[Expr] = []
        labels: list[tuple[str, ...]] = []
        if row_weights:
            operands.append(_stacked(_product(row_weights, self.f)))
            labels.append(("r",))
        middle = "s" if crossed else "c"
        if all(_is_identity(factors, pair) for pair, factors in between.items()):
            operands.append(eye(product(self.sizes[axis] for axis in self.f)))
        else:
            operands.append(self._kron(between))
        labels.append(("r", middle))
        if crossed:
            operands.append(commutation(self.sizes[self.x[0]], self.sizes[self.x[1]]))
            labels.append(("s", "c"))
        if column_weights:
            operands.append(_stacked(_product(column_weights, self.x)))
            labels.append(("c",))
        return einsum(self.view.coefficient, operands, labels, ("r", "c"))

    def _kron(self, between: dict[Pair, list[Factor]]) -> Expr:
        """P ⊗ Q …, each with its pair of axes; one no factor has is constant along it."""
        factors = [factor for own in between.values() for factor in own]
        out = [axis for side in (0, 1) for pair in between if (axis := pair[side]) is not None]
        carried = {label for _, labels in factors for label in labels}
        bare = tuple(axis for axis in out if axis not in carried)
        if bare:
            factors.append((ones(self.sizes[axis] for axis in bare), bare))
        shape = [product(self.sizes[axis] for axis in out if axis in side) for side in (self.f, self.x)]
        return reshape(_product(factors, out), shape)


def _pairings(f: Sequence[int], x: Sequence[int]) -> Iterable[tuple[list[Pair], bool]]:
    """The ways to pair axes of F and X, the last axes first, as they are stacked; crossed ones need a commutation."""
    if len(f) == len(x) == 2:
        yield [(f[1], x[1]), (f[0], x[0])], False
        yield [(f[1], x[0]), (f[0], x[1])], True
    elif len(f) == 1:
        yield [(None, x[1]), (f[0], x[0])], False
        yield [(f[0], x[1]), (None, x[0])], False
    else:
        yield [(f[1], None), (f[0], x[0])], False
        yield [(f[1], x[0]), (f[0], None)], False


def _relabelled(unit: _Unit, names: dict[int, int]) -> list[Factor]:
    return [(e, tuple(names.get(k, k) for k in labels)) for e, labels in unit.factors]


def _is_identity(factors: Sequence[Factor], pair: Pair) -> bool:
    return len(factors) == 1 and is_constant(factors[0][0], "eye") and set(factors[0][1]) == set(pair)


def _merged(e: Expr, rows: int) -> Expr:
    """The matrix as the entries stand, without a form of its own."""
    order = [*range(rows)[::-1], *range(rows, e.rank)[::-1]]
    return reshape(permute(e, order), (product(e.shape[:rows]), product(e.shape[rows:])))


# --- and back --------------------------------------------------------------------------------------------------


def _unfolded(term: Expr, sides: Sequence[Shape]) -> Expr:
    """A term of a matrix with its rows and columns taken apart into the axes they stack."""
    view = contraction(term, lambda e: e.rank > 2)
    split: dict[int, Shape] = {label: side[::-1] for label, side in zip(view.out, sides, strict=True)}
    for e, labels in zip(view.operands, view.labels, strict=True):  # what is summed between two Kronecker products
        for label, dims in zip(labels, _blocks(e), strict=True):
            if label not in split and len(dims) > 1:
                split[label] = dims
    operands: list[Expr] = []
    names: list[tuple[object, ...]] = []
    for e, labels in zip(view.operands, view.labels, strict=True):
        for part, own in _taken_apart(e, labels, split):
            operands.append(part)
            names.append(own)
    out = [(label, k) for label in view.out for k in reversed(range(len(split[label])))]
    made = einsum(view.coefficient, operands, names, out)
    flat = contraction(made, lambda e: e.rank > 2)
    return einsum(flat.coefficient, flat.operands, flat.labels, flat.out)


def _blocks(e: Expr) -> list[Shape]:
    """For each axis the axes of blocks it was merged from, as a Kronecker product is; otherwise itself."""
    if e.op != "reshape" or e.attr != "C":
        return [(d,) for d in e.shape]
    left = list(e.args[0].shape)
    found: list[Shape] = []
    for dim in e.shape:
        group: list[Dim] = []
        while left and product(group) != dim:
            group.append(left.pop(0))
        found.append(tuple(group) or (dim,))
    fits = not left and all(product(group) == dim for group, dim in zip(found, e.shape, strict=True))
    return found if fits else [(d,) for d in e.shape]


def _taken_apart(e: Expr, labels: Sequence[int], split: dict[int, Shape]) -> Iterable[tuple[Expr, tuple[object, ...]]]:
    """A factor with its split axes as several."""
    dims = [split.get(label, (d,)) for label, d in zip(labels, e.shape, strict=True)]
    names = [tuple((label, k) for k in range(len(own))) for label, own in zip(labels, dims, strict=True)]
    if is_constant(e, "eye") and dims[0] == dims[1]:
        for k, d in enumerate(dims[0]):
            yield eye(d), (names[0][k], names[1][k])
    elif e.op == "reshape" and e.attr == "F" and dims[0] == e.args[0].shape[::-1]:
        yield e.args[0], names[0][::-1]
    else:
        shape = tuple(d for own in dims for d in own)
        yield reshape(e, shape), tuple(name for own in names for name in own)
