"""Python's operators on expressions, with NumPy's meaning, and rows: what `x.T` of a vector is.

`+ - * / **` and comparisons work element by element and broadcast as NumPy does; `@` is NumPy's product of
arrays of one and two axes. An expression has no orientation; `Row` carries one through an expression as it is
typed: `x.T @ y` is inner, `x @ y.T` outer, `x.T @ A` a row.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Complex, Number
from operator import index
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from symdiff import algebra
from symdiff.algebra.entries import Item, Slice
from symdiff.dims import Dim, Shape, Size, show_shape
from symdiff.errors import ShapeError, SymdiffError
from symdiff.expr import Expr, Named

if TYPE_CHECKING:
    from typing import Self

Binary = Callable[[Expr, Expr], Expr]


def lift(value: object) -> Expr | Row | None:
    """A value met beside an expression, as one: a number, a size or an array of numbers. None for the rest."""
    if isinstance(value, (Expr, Row)):
        return value.node if isinstance(value, Named) else value
    if isinstance(value, Size):
        return algebra.size_scalar(value)
    if isinstance(value, Number) and isinstance(value, Complex):
        return _number(value)
    dtype = getattr(value, "dtype", None)
    if getattr(dtype, "kind", "") in tuple("biufc") and hasattr(value, "shape"):
        numbers: Any = algebra.plain(value)
        return algebra.array(numbers) if numbers.shape else _number(numbers.item())
    return None


def whole(value: object, what: str) -> int:
    """A whole number given as a Python or NumPy integer; SymdiffError for anything else."""
    try:
        if isinstance(value, bool):
            raise TypeError
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise SymdiffError(f"{what} is a whole number, not {type(value).__name__}") from None


def bare(value: Expr | Row) -> Expr:
    """The expression, without the orientation."""
    return value.expr if isinstance(value, Row) else value


def _number(value: Complex) -> Expr:
    if value.imag == 0:
        return algebra.number(value.real)
    return algebra.add(algebra.number(value.real), algebra.mul(algebra.number(value.imag), algebra.named("i")))


def common_shape(a: Shape, b: Shape) -> Shape:
    """The shape two operands broadcast to, as in NumPy; a size that is a name is never taken to be 1."""
    rank = max(len(a), len(b))
    left: Shape = (1,) * (rank - len(a)) + a
    right: Shape = (1,) * (rank - len(b)) + b
    if any(p not in (q, 1) and q != 1 for p, q in zip(left, right, strict=True)):
        raise ShapeError(f"{show_shape(a)} and {show_shape(b)} do not fit together")
    return tuple(q if p == 1 else p for p, q in zip(left, right, strict=True))


def align(a: Expr, b: Expr) -> tuple[Expr, Expr]:
    """Two operands broadcast to one shape."""
    if a.shape == b.shape:
        return a, b
    shape = common_shape(a.shape, b.shape)
    return algebra.broadcast(a, shape), algebra.broadcast(b, shape)


def plus(a: Expr, b: Expr) -> Expr:
    return algebra.add(*align(a, b))


def minus(a: Expr, b: Expr) -> Expr:
    return algebra.sub(*align(a, b))


def times(a: Expr, b: Expr) -> Expr:
    if not a.shape:
        return algebra.scale(a, b)
    if not b.shape:
        return algebra.scale(b, a)
    return algebra.hadamard(*align(a, b))


def over(a: Expr, b: Expr) -> Expr:
    return algebra.divide(a, b) if not b.shape else algebra.divide(*align(a, b))


def to_the(a: Expr, b: Expr) -> Expr:
    return algebra.power(a, b) if not a.shape or not b.shape else algebra.power(*align(a, b))


def remainder(a: Expr, b: Expr) -> Expr:
    from symdiff.book import apply

    return apply("mod", align(a, b))


def truth(e: Expr) -> Expr:
    """A comparison, or whether an entry is not zero, as NumPy takes it."""
    return e if e.op == "compare" else algebra.compare("!=", e, algebra.zeros(e.shape))


def comparison(op: str) -> Binary:
    return lambda a, b: algebra.compare(op, *align(a, b))


def elementwise(combine: Binary, first: object, second: object) -> Any:
    """An operation element by element on expressions, rows, numbers and arrays; else NotImplemented."""
    a, b = lift(first), lift(second)
    if a is None or b is None:
        return NotImplemented
    left, right = bare(a), bare(b)
    rows = isinstance(a, Row) + isinstance(b, Row)
    if not rows:
        return combine(left, right)
    other = right if isinstance(a, Row) else left
    if rows == 2 or not other.shape:
        return Row(combine(left, right))
    if other.rank == 1:
        raise ShapeError(
            "a row and a column do not fit together",
            hint="write `x.T + y.T` for a row, or `x[:, None] + y[None, :]` for all pairs",
        )
    return combine(left, right)


def matmul(first: object, second: object) -> Any:
    """`a @ b`: inner, outer, matrix products; NotImplemented for what is no expression or array."""
    a, b = lift(first), lift(second)
    if a is None or b is None:
        return NotImplemented
    left, right = bare(a), bare(b)
    if not left.shape or not right.shape:
        raise ShapeError("`@` multiplies vectors and matrices", hint="write `*` to multiply by a scalar")
    if isinstance(b, Row):
        if left.rank == 1 and not isinstance(a, Row):
            return algebra.outer(left, right)
        raise ShapeError(
            f"{show_shape(left.shape)}{' as a row' if isinstance(a, Row) else ''} times a row of length "
            f"{right.shape[0]} is no product",
            hint="leave out the `.T` on the right",
        )
    if left.rank > 2 or right.rank > 2:
        return _matmul_stacks(left, right)
    product = algebra.matmul(left, right)
    return Row(product) if isinstance(a, Row) and product.rank == 1 else product


def _matmul_stacks(a: Expr, b: Expr) -> Expr:
    """NumPy's product of stacks: all axes but the last two of a matrix are broadcast and run together."""
    if a.shape[-1] != b.shape[max(-2, -b.rank)]:
        raise ShapeError(f"`@` of a {show_shape(a.shape)} and a {show_shape(b.shape)}")
    stack = common_shape(a.shape[:-2], b.shape[:-2])
    left = algebra.broadcast(a, stack + a.shape[-2:]) if a.rank > 1 else a
    right = algebra.broadcast(b, stack + b.shape[-2:]) if b.rank > 1 else b
    shared = tuple(range(len(stack)))
    rows, columns = ("row",) if a.rank > 1 else (), ("column",) if b.rank > 1 else ()
    labels = [(*(shared if rows else ()), *rows, "sum"), (*(shared if columns else ()), "sum", *columns)]
    return algebra.einsum(algebra.ONE, [left, right], labels, (*shared, *rows, *columns))


class Operators:
    """The operators that expressions and rows share."""

    __slots__ = ()

    def __add__(self, other: object) -> Self:
        return elementwise(plus, self, other)

    def __radd__(self, other: object) -> Self:
        return elementwise(plus, other, self)

    def __sub__(self, other: object) -> Self:
        return elementwise(minus, self, other)

    def __rsub__(self, other: object) -> Self:
        return elementwise(minus, other, self)

    def __mul__(self, other: object) -> Self:
        return elementwise(times, self, other)

    def __rmul__(self, other: object) -> Self:
        return elementwise(times, other, self)

    def __truediv__(self, other: object) -> Self:
        return elementwise(over, self, other)

    def __rtruediv__(self, other: object) -> Self:
        return elementwise(over, other, self)

    def __mod__(self, other: object) -> Self:
        return elementwise(remainder, self, other)

    def __rmod__(self, other: object) -> Self:
        return elementwise(remainder, other, self)

    def __pow__(self, other: object) -> Self:
        return elementwise(to_the, self, other)

    def __rpow__(self, other: object) -> Self:
        return elementwise(to_the, other, self)

    def __matmul__(self, other: object) -> Self:
        return matmul(self, other)

    def __rmatmul__(self, other: object) -> Self:
        return matmul(other, self)

    def __neg__(self) -> Self:
        return elementwise(times, -1, self)

    def __pos__(self) -> Self:
        return self

    def __lt__(self, other: object) -> Self:
        return elementwise(comparison("<"), self, other)

    def __le__(self, other: object) -> Self:
        return elementwise(comparison("<="), self, other)

    def __gt__(self, other: object) -> Self:
        return elementwise(comparison(">"), self, other)

    def __ge__(self, other: object) -> Self:
        return elementwise(comparison(">="), self, other)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: object, **keywords: Any) -> Any:
        from symdiff import protocols

        return protocols.ufunc(ufunc.__name__, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        from symdiff import protocols

        return protocols.function(function, args, keywords)

    def __array__(self, *args: object, **keywords: object) -> Any:
        raise SymdiffError(
            "an expression is not an array of numbers",
            hint="call it with values, or join expressions with np.stack and np.concatenate; SciPy's logsumexp(x) "
            "is np.log(np.sum(np.exp(x))), its softmax(x) is np.exp(x)/np.sum(np.exp(x)), stable as they are",
        )


def equation(first: object, second: object) -> Any:
    """The comparison `first == second`, element by element (Python's `==` is identity)."""
    result = elementwise(comparison("=="), first, second)
    if result is NotImplemented:
        raise SymdiffError(f"cannot compare {type(first).__name__} with {type(second).__name__}")
    return result


class Row(Operators):
    """A vector written as a row. It exists while an expression is typed; `.expr` is the vector."""

    __slots__ = ("expr",)

    def __init__(self, expr: Expr) -> None:
        self.expr = expr

    @property
    def T(self) -> Expr:
        """The column."""
        return self.expr

    @property
    def shape(self) -> Shape:
        return self.expr.shape

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and other.expr is self.expr

    def __hash__(self) -> int:
        return hash(("Row", self.expr))

    def __repr__(self) -> str:
        from symdiff import show
        from symdiff.notation import to_tree
        from symdiff.syntax.tree import Tree

        return show.text(Tree("transpose", (to_tree(self.expr),)))

    def __call__(self, values: Any = None, /, **keywords: Any) -> Any:
        """The value now, as an array of one axis."""
        return self.expr(values, **keywords)

    def __getattr__(self, name: str) -> Any:
        """Whatever else the vector offers: sums, notations, facts."""
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.expr, name)


# Entries and slices


def item(e: Expr, key: object) -> Expr:
    """`e[key]` as in NumPy: whole numbers, slices, `...` and `None` for a new axis of length 1."""
    keys = list(key) if isinstance(key, tuple) else [key]
    axes = sum(1 for k in keys if k is not None and not isinstance(k, EllipsisType))
    if axes > e.rank:
        raise ShapeError(f"{axes} indices for a {show_shape(e.shape)}")
    dots = [n for n, k in enumerate(keys) if isinstance(k, EllipsisType)]
    if len(dots) > 1:
        raise SymdiffError("an index has one `...` at most")
    place = dots[0] if dots else len(keys)
    keys[place : place + 1] = [slice(None)] * (e.rank - axes)

    picks: list[Item] = []
    fresh: list[bool] = []  # for each axis of the result, whether it is new
    for k in keys:
        if k is None:
            fresh.append(True)
            continue
        pick = _pick(k, e.shape[len(picks)])
        picks.append(pick)
        if isinstance(pick, Slice):
            fresh.append(False)
    picked = algebra.index(e, picks)
    return algebra.keep_axes(picked, tuple(n for n, new in enumerate(fresh) if new))


def _pick(key: object, length: Dim) -> Item:
    if isinstance(key, slice):
        return _slice(key, length)
    if isinstance(key, Size):
        return key
    place = whole(key, "an index")
    if isinstance(length, int):
        if not -length <= place < length:
            raise ShapeError(f"index {place} is outside an axis of length {length}")
        return place % length
    return place if place >= 0 else length + place


def _slice(key: slice, length: Dim) -> Slice:
    if isinstance(length, int):
        try:
            start, stop, step = key.indices(length)
            return Slice(start, stop, step) if start >= 0 else Slice(0, 0, step)  # backwards from before the first
        except (TypeError, ValueError) as error:
            raise SymdiffError(f"a slice of an axis of length {length}: {error}") from None
    step = 1 if key.step is None else whole(key.step, "the step of a slice")
    if not step:
        raise SymdiffError("the step of a slice is not 0")

    def bound(value: Any, default: Dim) -> Dim:
        if value is None or isinstance(value, Size):
            return default if value is None else value
        place = whole(value, "an end of a slice")
        return place if place >= 0 else length + place

    first, end = (0, length) if step > 0 else (length + -1, -1)
    return Slice(bound(key.start, first), bound(key.stop, end), step)
