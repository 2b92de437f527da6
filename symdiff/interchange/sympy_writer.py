"""Expressions as SymPy's: scalars as its expressions, vectors and matrices as matrices of symbols or of entries.

A vector is a matrix of one column. What has no name in SymPy is written as its definition in the books; where an array
is no product, sum or function of entries it is the matrix of a function of its places (`FunctionMatrix`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product as places_of
from operator import add
from typing import Any, NamedTuple

from symdiff import algebra, book
from symdiff.algebra import Array, Slice
from symdiff.dims import Shape, show_shape
from symdiff.dims import product as count_of
from symdiff.errors import LimitError, NotSupported, SymdiffError
from symdiff.expr import Expr
from symdiff.interchange import sympy_names
from symdiff.interchange.sympy_products import CALLS, formed, sliced

_WRITTEN = 400  # entries of an array of known size that is written out
_PLACES = 20_000  # at which entries are written, counted each time
_RELATIONS = {
    "<": "Lt",
    "<=": "Le",
    ">": "Gt",
    ">=": "Ge",
    "==": "Eq",
    "!=": "Ne",
    "and": "And",
    "or": "Or",
    "not": "Not",
}


class Entries(NamedTuple):
    """An array that SymPy has no matrix for, as what stands at a place: comparisons, and more than two axes."""

    shape: Shape
    at: Callable[..., Any]


def to_sympy(e: Expr) -> Any:
    """The expression as SymPy's; NotSupported names what SymPy has no counterpart for."""
    try:
        made = Writer().of(e)
    except RecursionError:
        raise LimitError("the expression is nested too deeply for SymPy") from None
    if not isinstance(made, Entries):
        return made
    lengths = [n for n in e.shape if isinstance(n, int)]
    if len(lengths) < e.rank or count_of(e.shape) > _WRITTEN or e.op == "compare":
        raise NotSupported(f"SymPy has no expression for a {show_shape(e.shape)}")
    import sympy

    return sympy.ImmutableDenseNDimArray([made.at(*place) for place in places_of(*map(range, lengths))], e.shape)


class Writer:
    """What each node is in SymPy, once."""

    def __init__(self) -> None:
        self.made: dict[Expr, Any] = {}
        self.entries = 0

    def of(self, root: Expr) -> Any:
        stack = [root]
        while stack:
            node = stack[-1]
            if node in self.made:
                stack.pop()
                continue
            definition = self.definition(node)
            needs = node.args if definition is None else (definition,)
            missing = [need for need in needs if need not in self.made]
            if missing:
                stack += missing[::-1]
                continue
            stack.pop()
            try:
                self.made[node] = self.node(node) if definition is None else self.made[definition]
            except SymdiffError:
                raise
            except (TypeError, ValueError, AttributeError, LookupError) as error:  # SymPy's own
                raise NotSupported(f"SymPy does not take `{str(node)[:60]}`: {error}") from error
        return self.made[root]

    def definition(self, e: Expr) -> Expr | None:
        """What a function that SymPy does not have is by the books; NotSupported where they have no definition."""
        if e.op == "map" and e.attr != "pow" and sympy_names.function(e.attr) is None:
            name = e.attr
        elif e.op == "call" and e.attr[0] not in CALLS:
            name = e.attr[0]
        else:
            return None
        found = book.expand(e)
        if found is None:
            raise NotSupported(f"SymPy has no counterpart of {name}")
        return found

    def node(self, e: Expr) -> Any:
        write = getattr(self, f"_{e.op}", None)
        if write is None:
            said = "detach" if e.op == "stop" else "a derivative that is not worked out"
            raise NotSupported(f"SymPy has no counterpart of {said}")
        return write(e, [self.made[arg] for arg in e.args])

    # -- entries

    def entry(self, e: Expr, *places: Any) -> Any:
        """What stands at a place of an array; of a scalar the scalar."""
        self.entries += 1
        if self.entries > _PLACES:
            raise LimitError(f"more than {_PLACES:,} entries are written for SymPy")
        made = self.made[e]
        if not e.shape:
            return made
        scalar = algebra.unspread(e)
        if scalar is not None and scalar in self.made:
            return self.made[scalar]
        if isinstance(made, Entries):
            return made.at(*places)
        return sympy_names.element(made, *(*places, 0)[:2])

    def whole(self, shape: Shape, at: Callable[..., Any]) -> Any:
        """The array with these entries."""
        import sympy

        if not shape:
            return at()
        if len(shape) > 2:
            return Entries(shape, at)
        rows, columns = (*shape, 1)[:2]
        if isinstance(rows, int) and isinstance(columns, int) and rows * columns <= _WRITTEN:
            entries = [at(*place) for place in places_of(*(range(d) for d in shape))]  # type: ignore[arg-type]
            return sympy.ImmutableDenseMatrix(rows, columns, entries)
        i, j = sympy.symbols("i j", integer=True, nonnegative=True, cls=sympy.Dummy)
        body = at(*(i, j)[: len(shape)])
        return sympy.FunctionMatrix(sympy_names.size(rows), sympy_names.size(columns), sympy.Lambda((i, j), body))

    def summed(self, shape: Shape, over: Sequence[Any], at: Callable[..., Any], kind: str = "Sum") -> Any:
        """The sums (or products) of entries over axes with these lengths, whose places come last."""
        import sympy

        def total(*places: Any) -> Any:
            inner = [sympy.Dummy("k", integer=True, nonnegative=True) for _ in over]
            ranges = [(k, 0, sympy_names.size(d) - 1) for k, d in zip(inner, over, strict=True)]
            body = sympy_names.without_inner_cases(at(*places, *inner))
            return getattr(sympy, kind)(body, *ranges) if ranges else body

        return self.whole(shape, total)

    # -- leaves

    def _symbol(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        name = e.attr.name
        if not e.shape:
            return sympy_names.symbol(e.attr)
        if e.rank > 2:
            base = sympy.IndexedBase(name, shape=tuple(map(sympy_names.size, e.shape)))
            return Entries(e.shape, lambda *places: base[places])
        return sympy.MatrixSymbol(name, *map(sympy_names.size, (*e.shape, 1)[:2]))

    def _number(self, e: Expr, args: list[Any]) -> Any:
        return sympy_names.number(e.attr)

    def _constant(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        if isinstance(e.attr, Array):
            flat = dict(zip(places_of(*map(range, e.attr.shape)), e.attr.entries, strict=True))
            if len(flat) > _WRITTEN:
                raise NotSupported(f"more than {_WRITTEN} numbers are not written for SymPy")
            return self.whole(e.shape, lambda *place: sympy_names.number_at(flat, place))
        if not e.shape:
            return next(theirs for theirs, ours in sympy_names.constants().items() if ours == e.attr)
        if e.rank > 2:
            return Entries(e.shape, lambda *places: sympy.Integer(e.attr == "ones"))
        rows, columns = map(sympy_names.size, (*e.shape, 1)[:2])
        if e.attr == "eye":
            return sympy.Identity(rows)
        return (sympy.OneMatrix if e.attr == "ones" else sympy.ZeroMatrix)(rows, columns)

    # -- arithmetic

    def _mul(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        return sympy.Mul(args[0], *(sympy.Pow(b, k) for b, k in zip(args[1::2], args[2::2], strict=True)))

    def _add(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        if not e.shape:
            return sympy.Add(*args)
        if any(isinstance(arg, Entries) for arg in args):
            return self.whole(e.shape, lambda *at: sympy.Add(*(self.entry(arg, *at) for arg in e.args)))
        return sympy_names.total(args)

    def _einsum(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        if e.rank < 3 and not any(isinstance(arg, Entries) for arg in args):
            made = formed(e, args)
            if made is not None:
                return made
        *labels, out = e.attr
        lengths = {k: d for own, a in zip(labels, e.args[1:], strict=True) for k, d in zip(own, a.shape, strict=True)}
        inner = [k for k in lengths if k not in out]

        def at(*places: Any) -> Any:
            here = dict(zip((*out, *inner), places, strict=True))
            factors = (self.entry(a, *(here[k] for k in own)) for a, own in zip(e.args[1:], labels, strict=True))
            return sympy.Mul(args[0], *factors)

        return self.summed(e.shape, [lengths[k] for k in inner], at)

    def _map(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        function = sympy.Pow if e.attr == "pow" else sympy_names.function(e.attr)
        assert function is not None
        if not e.shape:
            return function(*args)
        scalars = [algebra.unspread(arg) for arg in e.args]
        moving = [k for k, scalar in enumerate(scalars) if scalar is None or scalar not in self.made]
        if len(moving) == 1 and not isinstance(args[moving[0]], Entries):
            (k,) = moving
            inner = [args[k] if scalar is None else self.made.get(scalar) for scalar in scalars]
            if e.attr == "pow" and k == 0 and not isinstance(args[0], sympy.MatrixBase):
                return sympy.HadamardPower(args[0], inner[1])
            entry = sympy.Dummy("d", real=True if algebra.is_real(e.args[k]) else None)
            inner[k] = entry
            return args[k].applyfunc(sympy.Lambda(entry, function(*inner)))
        return self.whole(e.shape, lambda *at: function(*(self.entry(arg, *at) for arg in e.args)))

    def _compare(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        relation = getattr(sympy, _RELATIONS[e.attr])
        if not e.shape:
            return relation(*args)
        return Entries(e.shape, lambda *at: relation(*(self.entry(arg, *at) for arg in e.args)))

    def _select(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        def at(*places: Any) -> Any:
            condition, first, second = (self.entry(arg, *places) for arg in e.args)
            if not isinstance(condition, (sympy.logic.boolalg.Boolean, sympy.Symbol)):
                raise NotSupported("SymPy chooses by comparisons alone")
            return sympy.Piecewise((first, sympy_names.without_inner_cases(condition)), (second, True))

        return self.whole(e.shape, at)

    # -- arrays

    def _call(self, e: Expr, args: list[Any]) -> Any:
        return CALLS[e.attr[0]](*args)

    def _reduce(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        kind, axes = e.attr
        (inner,) = e.args
        lengths = [inner.shape[k] for k in axes]

        def at(*places: Any) -> Any:
            kept, gone = iter(places[: e.rank]), iter(places[e.rank :])
            return self.entry(inner, *(next(gone) if k in axes else next(kept) for k in range(inner.rank)))

        if kind == "prod":
            return self.summed(e.shape, lengths, at, "Product")
        if not all(isinstance(n, int) for n in lengths):
            raise NotSupported(f"SymPy has no {kind} over a number of entries that is a name")
        each = list(places_of(*(range(n) for n in lengths)))
        choose = sympy.Max if kind == "max" else sympy.Min
        return self.whole(e.shape, lambda *places: choose(*(at(*places, *gone) for gone in each)))

    def _scan(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        kind, axis, reverse = e.attr
        last = sympy_names.size(e.shape[axis]) - 1

        def at(*places: Any) -> Any:
            own = places[axis]
            if isinstance(own, int) and last.is_Integer:
                inner = range(own, int(last) + 1) if reverse else range(own + 1)
                entries = [self.entry(e.args[0], *places[:axis], k, *places[axis + 1 :]) for k in inner]
                return sympy.Add(*entries) if kind == "cumsum" else sympy.Mul(*entries)
            k = sympy.Dummy("k", integer=True, nonnegative=True)
            body = sympy_names.without_inner_cases(self.entry(e.args[0], *places[:axis], k, *places[axis + 1 :]))
            ends = (places[axis], last) if reverse else (0, places[axis])
            if k not in body.free_symbols:
                count = ends[1] - ends[0] + 1
                return body * count if kind == "cumsum" else body**count
            return (sympy.Sum if kind == "cumsum" else sympy.Product)(body, (k, *ends))

        return self.whole(e.shape, at)

    def _index(self, e: Expr, args: list[Any]) -> Any:
        (inner,) = e.args
        part = None if isinstance(args[0], Entries) else sliced(e, args[0])
        if part is not None:
            return part

        def at(*places: Any) -> Any:
            own = iter(places)
            starts = [sympy_names.size(item.start if isinstance(item, Slice) else item) for item in e.attr]
            steps = [next(own) * item.step if isinstance(item, Slice) else 0 for item in e.attr]
            return self.entry(inner, *map(add, starts, steps))

        return self.whole(e.shape, at)

    def _join(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        kind, axis = e.attr
        if e.rank < 3 and not any(isinstance(arg, Entries) for arg in args) and e.args[0].shape:
            if not all(isinstance(d, int) for d in e.shape):
                turned = [sympy_names.transposed(arg) for arg in args] if kind == "stack" and axis == 0 else args
                return sympy.BlockMatrix([[part] for part in turned] if axis == 0 else [turned])
        return self.whole(e.shape, lambda *places: self._joined(e, places))

    def _joined(self, e: Expr, places: Sequence[Any]) -> Any:
        """What stands at a place of parts that are put together."""
        import sympy

        kind, axis = e.attr
        here = places[axis]
        cases: list[tuple[Any, Any]] = []
        start: Any = sympy.Integer(0)
        for part in e.args:
            if kind == "stack":
                inside, own = sympy.Eq(here, start), (*places[:axis], *places[axis + 1 :])
                start = start + 1
            else:
                own = (*places[:axis], here - start, *places[axis + 1 :])
                start = start + sympy_names.size(part.shape[axis])
                inside = sympy.Lt(here, start)
            if inside == True:  # noqa: E712 - SymPy's
                return self.entry(part, *own) if not cases else sympy.Piecewise(*cases, (self.entry(part, *own), True))
            if inside != False:  # noqa: E712
                cases.append((self.entry(part, *own), inside))
        return sympy.Piecewise(*cases[:-1], (cases[-1][0], True))

    def _reshape(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        (inner,) = e.args
        if inner.op == "einsum" and len(inner.args) == 3 and inner.attr == ((0, 1), (2, 3), (0, 2, 1, 3)):
            (m, n), (p, q) = (arg.shape for arg in inner.args[1:])
            factors = [self.made[arg] for arg in inner.args[1:]]
            if e.shape == (m * p, n * q) and not any(isinstance(factor, Entries) for factor in factors):
                return sympy_names.product(self.made[inner.args[0]], sympy.KroneckerProduct(*factors))
        way = -1 if e.attr == "F" else 1

        def at(*places: Any) -> Any:
            flat: Any = sympy.Integer(0)
            for place, length in zip(places[::way], e.shape[::way], strict=True):
                flat = flat * sympy_names.size(length) + place
            own = []
            axes = inner.shape[::way]
            for k in range(inner.rank):
                below = sympy_names.size(count_of(axes[k + 1 :]))
                here = sympy.floor(flat / below)
                own.append(here if k == 0 else sympy.Mod(here, sympy_names.size(axes[k])))
            return self.entry(inner, *own[::way])

        return self.whole(e.shape, at)

    def _derivative(self, e: Expr, args: list[Any]) -> Any:
        import sympy

        function, by = e.attr
        if function.shape or any(function.arguments):
            raise NotSupported(f"SymPy has no functions of arrays such as {function.name}")
        words = {word: True for word in ("positive", "integer", "complex") if word in function.properties}
        named = sympy.Function(function.name, **(words or {"real": True}))

        def at(*places: Any) -> Any:
            values = [self.entry(arg, *places) for arg in e.args]
            names = [sympy.Dummy(f"xi_{k + 1}", real=True) for k in range(len(values))]
            if not by:
                return named(*values)
            whole = sympy.Derivative(named(*names), *(names[k] for k in by))
            if all(value.is_Symbol for value in values) and len(set(values)) == len(values):
                return whole.xreplace(dict(zip(names, values, strict=True)))
            return sympy.Subs(whole, names, values)

        return self.whole(e.shape, at)
