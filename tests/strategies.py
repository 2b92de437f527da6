"""Random well-shaped expressions of mixed rank that reach every op and every function of the books.

`random_expr(seed)` makes one; `DECLARATIONS` declares every name that
occurs, `coverage` says what a collection of expressions has reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from random import Random
from typing import Any

from symdiff import dims
from symdiff.algebra import (
    Function,
    Slice,
    add,
    array,
    broadcast,
    compare,
    diag,
    differential,
    divide,
    dot,
    eye,
    hadamard,
    index,
    join,
    kron,
    logic,
    matmul,
    mean,
    mul,
    named,
    neg,
    number,
    ones,
    outer,
    power,
    reduce_,
    reshape,
    scale,
    scan,
    select,
    size_scalar,
    spread,
    stop,
    sub,
    symbol,
    total,
    trace,
    transpose,
    vec,
    zeros,
)
from symdiff.algebra import apply as apply_function
from symdiff.book import Entry, Param, apply, library
from symdiff.dims import Dim, Shape
from symdiff.errors import SymdiffError
from symdiff.expr import Expr, postorder

N, M = dims.size("n"), dims.size("m")
DECLARATIONS = """
a, b: scalar; t: positive scalar; k: integer
x, y: vector(n); z: positive vector(n); u, v: vector(m); p: vector(3)
A, B: matrix(m, n); C, X: matrix(n, n); S: symmetric(n); P: spd(n); D: diagonal(n); Q: matrix(2, 3)
Z: tensor(2, 3, n); W: tensor(m, n, 2)
f: function; g: function(vector(n), scalar) -> vector(m)
"""
SYMBOLS = [
    *(symbol(name) for name in "ab"),
    symbol("t", (), ["positive"]),
    symbol("k", (), ["integer"]),
    *(symbol(name, (N,)) for name in "xy"),
    symbol("z", (N,), ["positive"]),
    *(symbol(name, (M,)) for name in "uv"),
    symbol("p", (3,)),
    *(symbol(name, (M, N)) for name in "AB"),
    *(symbol(name, (N, N)) for name in "CX"),
    symbol("S", (N, N), ["symmetric"]),
    symbol("P", (N, N), ["spd"]),
    symbol("D", (N, N), ["diagonal"]),
    symbol("Q", (2, 3)),
    symbol("Z", (2, 3, N)),
    symbol("W", (M, N, 2)),
]
F = Function("f", ((),), ())
G = Function("g", ((N,), ()), (M,))
PLACES = frozenset({"eigval", "eigvec", "svdval", "left_vector", "right_vector"})  # functions of a matrix and a place
SHAPES: list[Shape] = [(), (N,), (M,), (3,), (M, N), (N, N), (2, 3), (2, 3, N), (M, N, 2)]
OPS = frozenset(
    "symbol number constant mul einsum add map call reduce scan compare select index join reshape stop "
    "derivative differential".split()
)


class Maker:
    """Makes expressions of a wanted shape; `formal` allows differentials, `names` unknown functions."""

    def __init__(self, random: Random, formal: bool = False, names: bool = True) -> None:
        self.random = random
        self.formal = formal
        self.names = names

    def any(self, depth: int = 4) -> Expr:
        """An expression of a random shape."""
        return self.of(self.random.choice(SHAPES), depth)

    def of(self, shape: Shape, depth: int) -> Expr:
        """An expression of this shape."""
        if depth <= 0:
            return self.leaf(shape)
        makers: list[Callable[[Shape, int], Expr]] = [
            self.sum, self.product, self.product, self.elementwise, self.elementwise, self.structured,
            self.structured, self.reduction, self.picked, self.joined, self.reshaped, self.pieces, self.leaf_,
        ]  # fmt: skip
        if shape:
            makers += [self.running, self.spread]
        if len(shape) == 2:
            makers += [self.matrix]
        if self.names:
            makers.append(self.named_function)
        if self.formal:
            makers.append(self.formal_differential)
        return self.random.choice(makers)(shape, depth - 1)

    def leaf_(self, shape: Shape, depth: int) -> Expr:
        return self.leaf(shape)

    def leaf(self, shape: Shape) -> Expr:
        """A symbol, a number, a constant."""
        pick = self.random.random()
        fitting = [s for s in SYMBOLS if s.shape == shape]
        if fitting and pick < 0.75:
            return self.random.choice(fitting)
        if not shape:
            sizes = [size_scalar(N), size_scalar(M * N + 1)]
            return self.random.choice([self.number(), self.number(), named("pi"), named("e"), *sizes])
        if all(isinstance(d, int) for d in shape) and pick < 0.85:
            return array(self.entries(shape))
        if len(shape) == 2 and shape[0] == shape[1] and pick < 0.9:
            return eye(shape[0])
        return self.random.choice([ones, ones, zeros])(shape)

    def number(self) -> Expr:
        value = self.random.choice([2, 3, -1, 5, -4, Fraction(1, 2), Fraction(-3, 7), 0.5, 2.5, 1e-3])
        return number(value)

    def entries(self, shape: Any) -> Any:
        if not shape:
            return self.random.choice([1, 2, -3, 0.5])
        return [self.entries(shape[1:]) for _ in range(shape[0])]

    def sum(self, shape: Shape, depth: int) -> Expr:
        terms = [self.of(shape, depth) for _ in range(self.random.randint(2, 3))]
        terms[-1] = self.random.choice([terms[-1], neg(terms[-1])])
        return add(*terms)

    def product(self, shape: Shape, depth: int) -> Expr:
        """Scalings, powers and quotients, Hadamard products; inner, outer and matrix products by rank."""
        one, other = self.of(shape, depth), self.of(shape, depth)
        scalar = self.of((), depth - 1)
        made = [scale(scalar, one), hadamard(one, other), power(one, number(self.random.choice([2, 3, -1]))),
                divide(one, other), divide(one, scalar)]  # fmt: skip
        if not shape:
            left, right = self.of((N,), depth), self.of((N,), depth)
            square = self.of((N, N), depth - 1)
            made += [dot(left, right), trace(square), dot(left, matmul(square, right))]
            made.append(mul(one, other, scalar))
        elif len(shape) == 1:
            made.append(matmul(self.of((*shape, N), depth), self.of((N,), depth)))
            made.append(matmul(self.of((M,), depth), self.of((M, *shape), depth)))
            made.append(diag(self.of((*shape, *shape), depth)))
        elif len(shape) == 2:
            made.append(matmul(self.of((shape[0], N), depth), self.of((N, shape[1]), depth)))
            made.append(outer(self.of(shape[:1], depth), self.of(shape[1:], depth)))
        return self.random.choice(made)

    def matrix(self, shape: Shape, depth: int) -> Expr:
        """What only matrices have."""
        if shape[0] == shape[1] and self.random.random() < 0.4:
            return diag(self.of(shape[:1], depth))
        return transpose(self.of(shape[::-1], depth))

    def elementwise(self, shape: Shape, depth: int) -> Expr:
        """A function of the books, entry by entry."""
        entry = self.random.choice([e for e in entries_of_books() if e.elementwise])
        args = [self.of(shape, depth)]
        args += [self.of(shape if self.random.random() < 0.5 else (), depth - 1) for _ in entry.params[1:]]
        return fit(apply(entry.name, args), shape, self)

    def structured(self, shape: Shape, depth: int) -> Expr:
        """A function of the books on whole arrays."""
        entry = self.random.choice([e for e in entries_of_books() if not e.elementwise])
        try:
            made = self.call(entry, depth)
        except SymdiffError:  # where a choice of shapes does not fit the entry
            return self.leaf(shape)
        return fit(made, shape, self)

    def call(self, entry: Entry, depth: int) -> Expr:
        axis: int | None = None
        keywords: dict[str, Any] = {}
        known: dict[str, Dim] = (
            {"n": N + M, "m": M} if entry.name == "correlate" else {}
        )  # its first vector is the longer
        operand = self.random.choice([s for s in SHAPES if s])
        args = []
        for param in entry.params:
            if (param.variadic and param.kind != "any") or param.kind == "size" or param.name == "sizes":
                args.append(number(self.random.choice([2, 3])))
            elif param.variadic:
                args += [self.of(operand, depth - 1) for _ in range(2)]
            else:
                args.append(self.argument(entry, param, operand, known, depth))
        if entry.name == "reshape":
            args = [self.of((2, 3), depth), number(3), number(2)]
        if "axis" in entry.keywords and args[0].rank and self.random.random() < 0.6:
            axis = self.random.randrange(args[0].rank)
            keywords["axis"] = axis
        if "keepdims" in entry.keywords and self.random.random() < 0.3:
            keywords["keepdims"] = True
        return apply(entry.name, args, **keywords)

    def argument(self, entry: Entry, param: Param, operand: Shape, known: dict[str, Dim], depth: int) -> Expr:
        if param.kind == "integer":
            return number(0 if entry.name in PLACES else self.random.choice([2, 3, -1]))
        if param.kind == "exponent":
            return number(self.random.choice([2, 3, -1, Fraction(1, 2)]))
        if param.kind == "scalar":
            found = self.of((), depth)
            own = entry.name == "norm" and found.op in ("number", "constant")  # 0, 1, 2, oo are no order or have names
            return number(3) if own else found
        if param.kind == "square":
            return self.of((N, N), depth)
        if param.type.sizes:
            sizes = param.type.sizes
            shape = tuple(int(s) if s.isdigit() else known.setdefault(s, self.random.choice([N, M])) for s in sizes)
            return self.of(shape, depth)
        if entry.name == "where" and param.name == "c":
            known["where"] = N
            return self.condition((N,), depth)
        if entry.name == "where":
            return self.of((N,), depth)
        if entry.name == "solve":
            return self.of((known["n"], *self.random.choice([(), (2,)])), depth)
        if entry.name == "diag":
            return self.of(self.random.choice([(N,), (N, N)]), depth)
        return self.of(operand, depth)

    def reduction(self, shape: Shape, depth: int) -> Expr:
        """Sums, means, largest entries along an axis that goes."""
        axis = self.random.randint(0, len(shape))
        wide = (*shape[:axis], self.random.choice([N, 3]), *shape[axis:])
        inner = self.of(wide, depth) if len(wide) < 4 else self.leaf(wide)
        kind = self.random.choice(["sum", "mean", "max", "min", "prod"])
        if kind == "sum":
            return total(inner, axis)
        return mean(inner, axis) if kind == "mean" else reduce_(kind, inner, axis)

    def running(self, shape: Shape, depth: int) -> Expr:
        kind = self.random.choice(["cumsum", "cumsum", "cumprod"])
        return scan(kind, self.of(shape, depth), self.random.randrange(len(shape)))

    def spread(self, shape: Shape, depth: int) -> Expr:
        """Broadcasting: a kept axis of length 1, a missing leading axis, a scalar."""
        way = self.random.randrange(3)
        if way == 0:
            axis = self.random.randrange(len(shape))
            return broadcast(total(self.of(shape, depth), axis, keepdims=True), shape)
        if way == 1:
            return broadcast(self.of(shape[1:], depth), shape)
        return spread(self.of((), depth), shape)

    def picked(self, shape: Shape, depth: int) -> Expr:
        """An entry or a slice of something larger."""
        if shape and self.random.random() < 0.5:
            wide = self.of((shape[0] + 1, *shape[1:]), depth - 1)
            start = self.random.choice([0, 1])
            return index(wide, [Slice(start, shape[0] + start)])
        items: list[Any] = [Slice(0, d) for d in shape]
        axis = self.random.randint(0, len(shape))
        wide = self.of((*shape[:axis], 3, *shape[axis:]), depth - 1)
        return index(wide, [*items[:axis], self.random.randrange(3), *items[axis:]])

    def joined(self, shape: Shape, depth: int) -> Expr:
        """Things put side by side."""
        if len(shape) == 0:
            return fit(join("stack", [self.of((), depth) for _ in range(3)]), shape, self)
        if isinstance(shape[0], int) and shape[0] > 0:
            return join("stack", [self.of(shape[1:], depth - 1) for _ in range(shape[0])])
        parts = [self.of(shape, depth), self.of((2, *shape[1:]), depth - 1)]
        return index(join("concat", parts), [Slice(1, shape[0] + 1)])

    def reshaped(self, shape: Shape, depth: int) -> Expr:
        if len(shape) == 2:
            flipped = self.of(shape[::-1], depth)
            return reshape(flipped, shape, self.random.choice(["C", "F"]))
        made = self.random.choice([vec, lambda e: kron(e, self.of((2, 2), 0))])(self.of((N, N), depth))
        return fit(made, shape, self)

    def condition(self, shape: Shape, depth: int) -> Expr:
        if self.random.random() < 0.2:  # of leaves only: the last digit of computed numbers is chance
            return compare(self.random.choice(["==", "!="]), self.leaf(shape), self.leaf(shape))
        sign = self.random.choice(["<", "<=", ">", ">="])
        first = compare(sign, self.of(shape, depth - 1), self.of(shape, depth - 1))
        way = self.random.randrange(4)
        if way == 0:
            return logic("not", first)
        if way == 1:
            second = compare(">", self.of(shape, depth - 1), zeros(shape))
            return logic(self.random.choice(["and", "or"]), first, second)
        return first

    def pieces(self, shape: Shape, depth: int) -> Expr:
        if self.random.random() < 0.3:
            return stop(self.of(shape, depth))
        return select(self.condition(shape, depth), self.of(shape, depth), self.of(shape, depth))

    def named_function(self, shape: Shape, depth: int) -> Expr:
        way = self.random.randrange(4)
        if way == 0:
            made = apply_function(F, [self.of((), depth)])
        elif way == 1:
            made = apply_function(F, [self.of((), depth)], self.random.choice([(0,), (0, 0)]))
        else:
            order = self.random.choice([(), (), (1,), (0,), (0, 1)])
            made = apply_function(G, [self.of((N,), depth), self.of((), depth)], order)
        return fit(made, shape, self)

    def formal_differential(self, shape: Shape, depth: int) -> Expr:
        if not shape and self.random.random() < 0.5:
            return differential(self.of((), depth), SYMBOLS[0])
        return differential(self.of(shape, depth))


def fit(e: Expr, shape: Shape, maker: Maker) -> Expr:
    """An expression of the wanted shape that has e in it."""
    if e.shape == shape:
        return e
    scalar, other = e if not e.shape else total(e), maker.leaf(shape)
    return scale(scalar, other) if maker.random.random() < 0.5 else sub(spread(scalar, shape), other)


def entries_of_books() -> list[Entry]:
    """Every entry of the books in use."""
    books = library()
    return [entry for name in books.functions() for entry in books.overloads(name)]


def random_expr(seed: int, depth: int = 4, formal: bool = False, names: bool = True) -> Expr:
    """The expression of a seed."""
    return Maker(Random(seed), formal, names).any(depth)


def coverage(exprs: Iterable[Expr]) -> tuple[set[str], set[str]]:
    """The ops and the names of functions that occur in expressions; see `visible_functions`."""
    nodes = postorder(*exprs)
    functions = [n for n in nodes if n.op in ("map", "call", "reduce", "scan")]
    return {n.op for n in nodes}, {n.attr if n.op == "map" else n.attr[0] for n in functions}


def visible_functions() -> set[str]:
    """The functions of the books that stay visible in an expression: those that are not products or joins."""
    seen = {"pow", "matpow", "max", "min", "prod", "cumsum", "cumprod"}
    return {e.name for e in entries_of_books() if e.builtin is None or e.name in seen}
