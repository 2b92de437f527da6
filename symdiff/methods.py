"""What a user touches on an expression, attached to `Expr` here: notations, value, facts, array methods.

`Expr` itself is a node of layer 0 and knows nothing of these. `attach` runs once, when symdiff is imported;
what needs the parser, NumPy or a printer is imported by the method that needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, cast

from symdiff import algebra
from symdiff.dims import Dim, Size, product, show_shape
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, Named, Names, named, recall, remember
from symdiff.operators import Operators, Row, item

if TYPE_CHECKING:
    from typing import Self


class Methods(Operators):
    """The methods of `Expr`."""

    __slots__ = ()

    # Notations

    def __repr__(self: Any) -> str:
        from symdiff import show

        return show.text(self)

    def unicode(self: Any, named: bool = True) -> str:
        """The expression as people write it with Unicode: `(A + Aᵀ)x`; with `named=False` in full, without parts."""
        from symdiff import show

        return show.unicode(self if named else in_full(self))

    def latex(self: Any, named: bool = True) -> str:
        """The expression in LaTeX, without dollar signs; with `named=False` in full, without named parts."""
        from symdiff import show

        return show.latex(self if named else in_full(self))

    @property
    def parts(self: Any) -> tuple[tuple[str, Expr], ...]:
        """The named parts it is printed with, each with its name: those that its text defines, and those that stand
        in it several times where it is longer than a line.

        >>> sd.parse("S := A*A' + R; logdet(S) + x'*inv(S)*x", R="spd(n)").parts
        (('S', A*A' + R),)
        """
        from symdiff import show

        names = self.names if isinstance(self, Named) else Names()
        e = self.node if isinstance(self, Named) else self
        if not names.named and show.fits(self):
            return ()
        from symdiff.notation.parts import in_parts

        parts = in_parts([e], names)[1]
        given = Names({part.whole: part.name for part in parts}, names.taken, parts=names.parts)
        return tuple((part.name, named(part.whole, given)) for part in parts)

    def index_notation(self: Any, style: str = "text") -> str:
        """The expression entry by entry: `[i, k] -> sum(j, A[i, j]*B[j, k])`; it reads back.

        `style` is "text", "unicode" or "latex", and so for `kronecker`.
        """
        from symdiff import show
        from symdiff.notation.entrywise import index_tree

        return show.styled(index_tree(self), style)

    def kronecker(self: Any, rows: int | None = None, style: str = "text") -> str:
        """A derivative as the matrix ∂vec(F)/∂vec(X)', vec by columns: `kron(B', A)`; it reads back.

        The first `rows` axes are those of F, the others those of X: two of four and one of two, if nothing is said.
        `symdiff.kronecker` gives the matrix as an expression, `from_kronecker` is the way back.
        """
        from symdiff import show
        from symdiff.notation import to_tree

        given = rows_of(self, rows)
        return show.styled(to_tree(algebra.kronecker(self, given), row=given == 0), style)

    def to_sympy(self: Any) -> Any:
        """The expression in SymPy: matrices of symbols, a vector as one column; `symdiff.from_sympy` is the way back.

        Names are real, positive or whole numbers as they are declared; functions that SymPy does not have are written
        as their definitions. NotSupported names what has no counterpart.

        >>> import symdiff as sd
        >>> sd.parse("x'*A*x + exp(-t)", "x: vector(n); A: matrix(n, n)").to_sympy()
        (x.T*A*x)[0, 0] + exp(-t)
        """
        from symdiff.interchange.sympy_writer import to_sympy

        return to_sympy(self.node if isinstance(self, Named) else self)

    def _repr_latex_(self: Any) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def _repr_html_(self: Any) -> str:
        from symdiff import show
        from symdiff.show.as_mathml import MathML, math

        return f"<div>{math(show.as_tree(self), MathML())}</div>"

    def _repr_mimebundle_(self: Any, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from symdiff import show

        return show.bundle(self)

    # Value

    def __call__(self: Any, values: Mapping[Any, Any] | None = None, /, **keywords: Any) -> Any:
        """The value now: `e(x=x0, A=A0)` or `e({x: x0})`.

        Sizes come from the arrays, or from keywords (`n=3`) where no array shows them. Raises SymdiffError
        for a missing name or a shape that does not fit. Where every name has its value, values of other names
        are left aside: a derivative may not contain every variable of its function.
        """
        given = {} if values is None else values
        if not isinstance(given, Mapping):
            raise SymdiffError(f"values are a mapping or keywords, not {type(given).__name__}")
        named = {key.attr.name if isinstance(key, Expr) else str(key): v for key, v in given.items()}
        run = recall(self, "compiled")
        if run is None:
            from symdiff.compiled import compile

            run = compile(self)
            remember(self, "compiled", run)
        return run(**{**named, **keywords})

    def value(self: Any, digits: int | None = None) -> Any:
        """The value of an expression without names: exact where that is short; a `Decimal` of so many `digits`.

        SymdiffError for one that holds names, or has no finite value.
        """
        from symdiff.exact import in_digits, value

        return value(self) if digits is None else in_digits(self, digits)

    def graph(self: Any, values: Any = None, wrt: Any = (), /, **keywords: Any) -> Any:
        """Its computational graph, with numbers where values are given: `e.graph(x=[0, 1, 2, 3])`. See `sd.graph`."""
        from symdiff.graphs import graph
        from symdiff.points import values_of

        return graph(self, {**values_of(values), **keywords} if values is not None or keywords else None, wrt)

    def __bool__(self: Any) -> bool:
        if self.op == "compare":
            raise SymdiffError(
                f"whether {self} holds depends on the values of its symbols",
                hint="use np.where(condition, a, b) to choose by it",
            )
        return True

    # Facts

    @property
    def name(self: Any) -> str:
        """The name of a symbol."""
        return str(_symbol(self).name)

    @property
    def properties(self: Any) -> frozenset[str]:
        """The properties of a symbol: `symmetric`, `positive` …"""
        return frozenset(_symbol(self).properties)

    @property
    def symbols(self: Any) -> tuple[Expr, ...]:
        """The symbols it is made of, by name; dimension names are not among them."""
        return tuple(sorted(algebra.symbols_of(self), key=lambda s: s.attr.name))

    @property
    def assumptions(self: Any) -> tuple[str, ...]:
        """What each symbol is, as declarations that parse back: `("A: matrix(n, n)", "x: vector(n)")`."""
        return tuple(declaration(s) for s in self.symbols)

    @property
    def is_zero(self: Any) -> bool:
        """Whether it is zero as built (a zero that takes an argument to see is not found here)."""
        return bool(algebra.is_zero(self))

    def constant_in(self: Any, x: Expr) -> bool:
        """Whether the symbol x does not occur in it, or only under `detach`."""
        if not isinstance(x, Expr):
            raise SymdiffError(f"expected a symbol, not {type(x).__name__}")
        return bool(algebra.constant_in(self, x))

    # Arrays

    @property
    def T(self) -> Self:
        """The transpose; of a vector a row, so that `x.T @ y` is inner and `x @ y.T` outer."""
        e: Any = self
        made: Any = Row(e) if e.rank == 1 else algebra.transpose(e)
        return made

    @property
    def ndim(self: Any) -> int:
        return len(self.shape)

    def __getitem__(self, key: object) -> Self:
        made: Any = item(cast(Any, self), key)
        return made

    def __len__(self: Any) -> int:
        if not self.shape or not isinstance(self.shape[0], int):
            what = show_shape(self.shape)
            raise SymdiffError(f"a {what} has no length that is a number", hint="its sizes are in `.shape`")
        return self.shape[0]

    def __iter__(self: Any) -> Iterator[Expr]:
        if not self.shape or not isinstance(self.shape[0], int):
            return iter(self.__array__())  # no list of its entries: an error, as for every array of numbers
        return iter([item(self, k) for k in range(len(self))])

    def __abs__(self: Any) -> Expr:
        return _book("abs", self)

    @property
    def size(self: Any) -> Dim:
        """The number of entries."""
        return product(self.shape)

    def transpose(self: Any, *axes: Any) -> Expr:
        """The axes reversed, or in the order given; a vector stays as it is."""
        order = axes[0] if len(axes) == 1 and isinstance(axes[0], (tuple, list)) else axes
        return _numpy("transpose", self, order or None)

    def reshape(self: Any, *shape: Any, order: str = "C") -> Expr:
        """The entries in another shape, row by row (`order="F"`: column by column)."""
        return _numpy("reshape", self, shape[0] if len(shape) == 1 else shape, order)

    def ravel(self: Any, order: str = "C") -> Expr:
        """The entries in one axis."""
        return _numpy("ravel", self, order)

    def dot(self: Any, other: Any) -> Any:
        """`np.dot`: over the last axis of this and the last but one of the other."""
        return _numpy("dot", self, other)

    def trace(self: Any) -> Expr:
        return _numpy("trace", self)

    def sum(self: Any, axis: Any = None, keepdims: bool = False) -> Expr:
        """The sum over all axes, or over `axis`."""
        return _numpy("sum", self, axis, keepdims=keepdims)

    def mean(self: Any, axis: Any = None, keepdims: bool = False) -> Expr:
        """The mean over all axes, or over `axis`."""
        return _numpy("mean", self, axis, keepdims=keepdims)

    def var(self: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Expr:
        """The variance over all axes, or over `axis`; `ddof` is taken off the number of entries."""
        return _numpy("var", self, axis, ddof=ddof, keepdims=keepdims)

    def std(self: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Expr:
        """The square root of the variance."""
        return _numpy("std", self, axis, ddof=ddof, keepdims=keepdims)

    def prod(self: Any, axis: Any = None, keepdims: bool = False) -> Expr:
        return _numpy("prod", self, axis, keepdims=keepdims)

    def max(self: Any, axis: Any = None, keepdims: bool = False) -> Expr:
        return _numpy("max", self, axis, keepdims=keepdims)

    def min(self: Any, axis: Any = None, keepdims: bool = False) -> Expr:
        return _numpy("min", self, axis, keepdims=keepdims)

    def cumsum(self: Any, axis: int | None = None) -> Expr:
        """The sums of the first entries along an axis; of all entries, row by row, without one."""
        return _numpy("cumsum", self, axis)

    def cumprod(self: Any, axis: int | None = None) -> Expr:
        """The products of the first entries along an axis; of all entries, row by row, without one."""
        return _numpy("cumprod", self, axis)


def in_full(e: Expr) -> Expr:
    """An expression that is printed without named parts."""
    return named(e.node if isinstance(e, Named) else e, Names(parts=False))


def _book(name: str, e: Expr) -> Expr:
    from symdiff.book import apply

    return apply(name, (e,))


def _numpy(name: str, *args: Any, **keywords: Any) -> Any:
    """A function of NumPy, which is the method of the same name."""
    from symdiff.protocols import FUNCTIONS

    return FUNCTIONS[name](*args, **keywords)


def _symbol(e: Expr) -> Any:
    if e.op != "symbol":
        raise AttributeError("only a symbol has a name and properties")
    return e.attr


def rows_of(e: Expr, rows: int | None) -> int:
    """How many axes are those of the function: as said, or half of two or four; SymdiffError where that is open."""
    if rows is not None:
        return rows
    if e.rank not in (2, 4):
        raise SymdiffError(
            f"which axes of a {show_shape(e.shape)} are those of the function?",
            hint="say how many, as in `kronecker(rows=1)` for a vector by a matrix",
        )
    return e.rank // 2


_KINDS = ("symmetric", "spd", "diagonal", "orthogonal", "lower", "upper", "skew")


def declaration(symbol: Expr) -> str:
    """A symbol as the declaration that makes it: `z: positive vector(n)`, `S: symmetric(n)`."""
    name, properties = symbol.attr
    words = [word for word in ("positive", "integer", "complex") if word in properties]
    kind = next((k for k in _KINDS if k in properties), None)
    what = f"{kind}({symbol.shape[0]})" if kind and symbol.shape else show_shape(symbol.shape)
    if words == ["integer"] and not symbol.shape:
        return f"{name}: integer"
    return f"{name}: {' '.join([*words, what])}"


class ConditionMethods:
    """The methods of `Condition`."""

    def __repr__(self: Any) -> str:
        """In the language, as it is typed: `x > 0`, `A is invertible`; a comparison of arrays is one of each entry."""
        from symdiff import show

        return show.condition_text(self, entries=False)

    def unicode(self: Any) -> str:
        """The condition as people write it: `x ≠ 0 in every entry`."""
        from symdiff import show

        return show.condition_text(self, "unicode")

    def latex(self: Any) -> str:
        """The condition in LaTeX, without dollar signs."""
        from symdiff import show

        return show.condition_text(self, "latex")


def attach() -> None:
    """Give `Expr` and `Condition` their methods, and sizes the scalars they are; done once, by `import symdiff`."""
    Size.scalar = property(algebra.size_scalar)
    methods: list[tuple[type, type]] = [(Expr, Operators), (Expr, Methods), (algebra.Condition, ConditionMethods)]
    for cls, source in methods:
        for name, value in vars(source).items():
            if callable(value) or isinstance(value, property):
                setattr(cls, name, value)
                if cls is Expr and name not in _OF_NAMES:
                    setattr(Named, name, _with_names(value))


_OF_NAMES = frozenset("__repr__ unicode latex _repr_latex_ _repr_html_ _repr_mimebundle_ parts".split())


def _with_names(method: Any) -> Any:
    """A method of expressions for one with names: what it makes of the node has the names of all that it is made of."""
    if isinstance(method, property):
        assert method.fget is not None
        return property(_with_names(method.fget), doc=method.__doc__)

    @wraps(method)
    def of_named(self: Named, *args: Any, **keywords: Any) -> Any:
        made = method(self.node, *args, **keywords)
        if not isinstance(made, Expr):
            return made
        for other in (self, *args):
            made = named(made, other.names) if isinstance(other, Named) else made
        return made

    return of_named
