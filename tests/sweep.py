"""The cases of the sweep, made from the books: function × position × kind of variable.

A case is an expression in which one function of the books stands in one position, with one or several of its
arguments depending on one variable. New entries of the books take part by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product

from symdiff import dims
from symdiff.algebra import (
    Slice,
    add,
    compare,
    dot,
    fmap,
    hadamard,
    index,
    matmul,
    number,
    outer,
    permute,
    scale,
    spread,
    symbol,
    total,
    trace,
    transpose,
    zeros,
)
from symdiff.book import Entry, Param, apply
from symdiff.dims import Dim, Shape
from symdiff.errors import ShapeError
from symdiff.expr import Expr, postorder

N, M = dims.size("n"), dims.size("m")
VECTOR, MATRIX, SQUARE = (N,), (M, N), (N, N)


def constant(name: str, shape: Shape) -> Expr:
    """A symbol that is not the variable; its name tells its shape: `b_n`, `B_mn`."""
    letters = "".join(c for d in shape for c in str(d) if c.isalnum())
    return symbol(f"{name.upper() if len(shape) > 1 else name}_{letters}" if letters else name, shape)


def reaching(variable: Expr, shape: Shape) -> Expr:
    """An expression of this shape that depends on the variable, as simply as shapes allow."""
    if variable.shape == shape:
        return variable
    if len(variable.shape) == 3:
        page = index(variable, [1, *(Slice(0, d) for d in variable.shape[1:])])
        return total(variable) if not shape else reaching(page, shape)
    if not variable.shape:
        return add(scale(variable, constant("b", shape)), constant("c", shape))
    if len(variable.shape) == 1:
        (length,) = variable.shape
        if not shape:
            return dot(constant("b", variable.shape), variable)
        here = variable if shape[0] == length else matmul(constant("b", (shape[0], length)), variable)
        return here if len(shape) == 1 else add(outer(here, constant("c", shape[1:])), constant("b", shape))
    rows, columns = variable.shape
    if not shape:
        return dot(constant("b", (rows,)), matmul(variable, constant("c", (columns,))))
    here = variable if shape[0] == rows else matmul(constant("b", (shape[0], rows)), variable)
    if len(shape) == 1:
        return matmul(here, constant("c", (columns,)))
    return here if shape[1] == columns else matmul(here, constant("c", (columns, shape[1])))


# ---------------------------------------------------------------- kinds of variable


@dataclass(frozen=True)
class Kind:
    """A kind of variable: the whole symbol, and the part of it that moves."""

    name: str
    whole: Expr
    wrt: Expr

    @property
    def shape(self) -> Shape:
        return self.whole.shape


def _kind(name: str, letter: str, shape: Shape, *properties: str) -> Kind:
    whole = symbol(letter, shape, properties)
    return Kind(name, whole, whole)


_X, _A = symbol("x", VECTOR), symbol("X", MATRIX)
KINDS = [
    _kind("scalar", "t", ()),
    _kind("vector", "x", VECTOR),
    _kind("matrix", "X", MATRIX),
    _kind("square", "X", SQUARE),
    _kind("symmetric", "S", SQUARE, "symmetric"),
    _kind("spd", "P", SQUARE, "spd"),
    _kind("diagonal", "D", SQUARE, "diagonal"),
    _kind("skew", "K", SQUARE, "skew"),
    _kind("lower", "L", SQUARE, "lower"),
    _kind("orthogonal", "Q", SQUARE, "orthogonal"),
    _kind("positive", "z", VECTOR, "positive"),
    Kind("entry of a vector", _X, index(_X, [1])),
    Kind("entry of a matrix", _A, index(_A, [1, 0])),
    Kind("row of a matrix", _A, index(_A, [1, Slice(0, N)])),
    _kind("vector of length 1", "x", (1,)),
    _kind("matrix of one column", "X", (3, 1)),
    _kind("tensor", "T", (2, M, N)),
]


# ---------------------------------------------------------------- functions


@dataclass(frozen=True)
class Form:
    """A function with keywords, of which some arguments depend on the variable; `whole` is given for integers."""

    entry: Entry
    moving: frozenset[str]
    keywords: tuple[tuple[str, int | bool | None], ...] = ()
    whole: int = 3

    def __str__(self) -> str:
        given = [p.name + "*" * (p.name in self.moving) for p in self.entry.params]
        return f"{self.entry.name}({', '.join([*given, *(f'{k}={v}' for k, v in self.keywords)])})"

    @property
    def axis(self) -> int | None:
        return next((int(v) for k, v in self.keywords if k == "axis" and v is not None), None)

    def of(self, inner: Callable[[Shape], Expr], near: Shape) -> tuple[Expr, Expr]:
        """The function, and the first of its moving arguments, made by `inner`; the others are moved apart.

        `near` is a shape that is at hand. ShapeError where no shapes fit.
        """
        known: dict[str, Dim] = {"n": 2} if self.entry.name.endswith(DERIVATIVES) else {"m": M, "n": N}
        args: list[Expr] = []
        moved: list[Expr] = []
        for param in self.entry.params:
            if param.kind in ("integer", "size") or (param.kind == "exponent" and param.name not in self.moving):
                args.append(number(self.whole))
            elif self.entry.name == "where" and param.name == "c":
                shape = near or VECTOR
                args.append(compare(">", constant("w", shape), zeros(shape)))
            elif self.entry.name == "reshape" and param.variadic:
                args.append(number(6))
            else:
                shape = (2, 3) if self.entry.name == "reshape" else _shape(self, param, near, known)
                still = constant(f"{param.name}0", shape)
                if param.name in self.moving:
                    moved.append(add(inner(shape), still) if moved else inner(shape))
                args.append(moved[-1] if param.name in self.moving else still)
                if param.variadic:
                    args.append(constant("v", shape))
        return apply(self.entry.name, args, **dict(self.keywords)), moved[0]


def _shape(form: Form, param: Param, near: Shape, known: dict[str, Dim]) -> Shape:
    """The shape of an argument."""
    if param.type.sizes:
        return tuple(int(s) if s.isdigit() else known.setdefault(s, dims.size(s)) for s in param.type.sizes)
    if param.type.rank == 0:
        return ()
    if param.kind == "square":
        return known["n"], known["n"]
    if form.entry.name == "solve":
        return VECTOR
    if form.entry.elementwise:
        return near
    if form.axis is not None and form.axis > 0:
        return near if len(near) >= 2 else MATRIX
    return near or VECTOR


# Derivatives of functions of matrices, as functions: tensors in block matrices, so of small matrices.
DERIVATIVES = ("_frechet", "_d")
# Functions whose whole number is a place, counted from 0.
INDEXED = frozenset({"eigval", "eigvec", "svdval", "left_vector", "right_vector"})


def forms(entry: Entry) -> list[Form]:
    """The function by each of its arguments, by all at once, with each of its keywords; none where none moves."""
    free = [p.name for p in entry.params if p.kind not in ("integer", "size") and p.name not in ("sizes", "c")]
    if entry.name in ("ones", "zeros") or not free:
        return []
    movings = [frozenset([name]) for name in free]
    if len(free) > 1:
        movings.append(frozenset(free))
    axes: list[int | None] = [None]
    if "axis" in entry.keywords:
        axes = [0] if entry.params[0].variadic else [None, 0, 1]
    kept = [False, True] if "keepdims" in entry.keywords else [False]
    turned = [False, True] if "reverse" in entry.keywords else [False]
    wholes = [0, 1] if entry.name in INDEXED else [3, 2] if entry.has_integers else [3]
    made = []
    for whole, moving, axis, keepdims, reverse in product(wholes, movings, axes, kept, turned):
        words: dict[str, int | bool | None] = {"axis": axis} if "axis" in entry.keywords else {}
        words |= {"keepdims": True} if keepdims else {}
        words |= {"reverse": True} if reverse else {}
        made.append(Form(entry, moving, tuple(words.items()), whole))
    return made


# ---------------------------------------------------------------- positions: g is the function, e its argument


def _summed(g: Expr) -> Expr:
    return total(g) if g.shape else g


def _in_a_trace(g: Expr, e: Expr) -> Expr:
    if len(g.shape) == 2:
        return trace(matmul(constant("k", g.shape[::-1]), g))
    return total(hadamard(constant("k", g.shape), g)) if g.shape else g


def _in_a_quadratic_form(g: Expr, e: Expr) -> Expr:
    if not g.shape:
        return scale(g, g)
    if len(g.shape) > 2:
        return total(hadamard(g, hadamard(constant("k", g.shape), g)))
    weights = constant("k", (g.shape[0], g.shape[0]))
    if len(g.shape) == 1:
        return dot(g, matmul(weights, g))
    return trace(matmul(transpose(g), matmul(weights, g)))


def _in_a_norm(g: Expr, e: Expr) -> Expr:
    shifted = add(g, constant("k", g.shape))
    return apply("norm2", [shifted]) if g.shape else apply("hypot", [g, constant("k", ())])


def _in_a_sum_over_an_axis(g: Expr, e: Expr) -> Expr:
    if not g.shape:
        return total(scale(g, constant("k", VECTOR)))
    return total(g, len(g.shape) - 1)


def _in_a_hadamard_product(g: Expr, e: Expr) -> Expr:
    return hadamard(constant("k", g.shape), g) if g.shape else scale(constant("k", ()), g)


def _under_another_function(g: Expr, e: Expr) -> Expr:
    return fmap("tanh", g) if len(g.shape) != 1 else apply("softmax", [g])


def _transposed(g: Expr, e: Expr) -> Expr:
    if len(g.shape) > 2:
        return permute(g, tuple(range(len(g.shape)))[::-1])
    if len(g.shape) == 2:
        return matmul(transpose(g), constant("k", (g.shape[0], M)))
    return outer(constant("k", (M,)), g) if g.shape else transpose(scale(g, constant("k", MATRIX)))


def _repeated(g: Expr, e: Expr) -> Expr:
    if len(g.shape) == 2:
        return matmul(g, transpose(g))
    return hadamard(g, g) if g.shape else scale(g, fmap("sin", g))


def _in_the_log_of_a_sum(g: Expr, e: Expr) -> Expr:
    shifted = add(fmap("exp", scale(number(0.5), g)), fmap("exp", constant("k", g.shape)))
    return fmap("log", _summed(shifted))


def _times_a_function_of_the_variable(g: Expr, e: Expr) -> Expr:
    return scale(fmap("sin", _summed(e)), g)


def _alone(g: Expr, e: Expr) -> Expr:
    return g


def _with_a_factor_of_its_shape(g: Expr, e: Expr) -> Expr:
    if e.shape == g.shape and g.shape:
        return hadamard(fmap("cos", e), g)
    return add(g, spread(fmap("cos", _summed(e)), g.shape))


POSITIONS: dict[str, Callable[[Expr, Expr], Expr]] = {
    "alone": _alone,
    "in a trace": _in_a_trace,
    "in a quadratic form": _in_a_quadratic_form,
    "in a norm": _in_a_norm,
    "in a sum over an axis": _in_a_sum_over_an_axis,
    "in a Hadamard product": _in_a_hadamard_product,
    "under another function": _under_another_function,
    "transposed": _transposed,
    "repeated": _repeated,
    "in the log of a sum of exponentials": _in_the_log_of_a_sum,
    "times a function of the variable": _times_a_function_of_the_variable,
    "beside a function of the same argument": _with_a_factor_of_its_shape,
}


# ---------------------------------------------------------------- cases


@dataclass(frozen=True)
class Case:
    """One function in one position, by a variable of one kind."""

    form: Form
    position: str
    kind: Kind
    turn: int

    def __str__(self) -> str:
        return f"{self.form} {self.position}, by {self.kind.name}"

    def derivative(self, f: Expr) -> str:
        """The kind of derivative: first and second ones, and both layouts, take turns.

        Second ones of what has four axes are too large to check.
        """
        if not self.kind.wrt.shape:
            return "diff"
        if not f.shape:
            small = all(node.rank < 4 for node in postorder(f))
            return "hessian" if self.turn % 3 == 2 and small else "grad"
        return "jacobian" if self.turn % 2 else "grad"

    def candidates(self) -> Iterator[Expr]:
        """The expression; then the same with an argument that is shifted, that is positive definite.

        The later ones are for functions that have no value at what is sparse, at one number, at what is not symmetric.
        """
        more = VECTOR if self.kind.shape == (1,) else self.kind.shape
        for way, near in ((self._inner, self.kind.shape), (self._shifted, more), (self._definite, more)):
            yield POSITIONS[self.position](*self.form.of(way, near))

    @property
    def fits(self) -> bool:
        """Whether there are shapes for it."""
        try:
            next(self.candidates())
        except ShapeError:
            return False
        return True

    def _inner(self, shape: Shape) -> Expr:
        return reaching(self.kind.whole, shape)

    def _shifted(self, shape: Shape) -> Expr:
        return add(scale(number(Fraction(1, 10)), self._inner(shape)), constant("h", shape))

    def _definite(self, shape: Shape) -> Expr:
        e = self._inner(shape)
        h = constant("h", shape)
        square = len(shape) == 2 and shape[0] == shape[1]
        return add(matmul(e, transpose(e)), matmul(h, transpose(h))) if square else e


def cases(entries: Iterable[Entry], each: int) -> Iterator[Case]:
    """Every function in every position, `each` times, the kinds of variable and the forms taking turns.

    Derivatives of functions of matrices, which take seconds, once.
    """
    for k, entry in enumerate(entries):
        found = forms(entry)
        if not found:
            continue
        times = 1 if entry.name.endswith(DERIVATIVES) else each
        for turn, (again, (place, position)) in enumerate(product(range(times), enumerate(POSITIONS))):
            turned = (KINDS[(k + place + 5 * again + other) % len(KINDS)] for other in range(len(KINDS)))
            every = (Case(found[turn % len(found)], position, kind, again + place) for kind in turned)
            yield from islice((case for case in every if case.fits), 1)
