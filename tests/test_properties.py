"""Laws that derivatives of all expressions obey, on random expressions that reach every op and every function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import signature
from itertools import islice, permutations, product
from random import Random
from typing import Any

import numpy as np
import pytest
from book_proofs import cases
from strategies import M, Maker, N, entries_of_books
from sweep import DERIVATIVES

import symdiff as sd
from symdiff import algebra
from symdiff.algebra import ONE, add, fmap, matmul, mul, number, scale, substitute, symbol, symbols_of, total
from symdiff.algebra.conditions import merge
from symdiff.book import Entry, conditions_of
from symdiff.errors import LimitError, NotSupported, ShapeError
from symdiff.evaluation import Point
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import find_points, size_choices
from symdiff.oracles.verdict import check

TOLERANCE = 1e-8
HELD = 10  # expressions of a part that a law is seen to hold for
Pair = tuple[Expr, Expr]


class Unfit(Exception):
    """A law says nothing of what the seeds have made."""


def assume(fits: object) -> None:
    if not fits:
        raise Unfit


def law(test: Callable[..., None]) -> Callable[[int], None]:
    """A test of seeds: tried with one after the other until it held often enough."""

    @pytest.mark.sample(1)
    @pytest.mark.parametrize("part", range(3))
    def tried(part: int) -> None:
        random, held = Random(f"{test.__name__} {part}"), 0
        while held < HELD:
            seeds = [random.randrange(10**9) for _ in signature(test).parameters]
            try:
                test(*seeds)
            except Unfit:
                continue
            except Exception as why:
                why.add_note(f"with the seeds {seeds}")
                raise
            held += 1

    return tried


def made(seed: int, shape: tuple[Any, ...] = (), depth: int = 3) -> Expr:
    """A random expression that has a symbol."""
    f = Maker(Random(seed), names=False).of(shape, depth)
    assume(variables(f))
    return f


def variables(f: Expr) -> list[Expr]:
    found = [s for s in symbols_of(f) if not {"dimension", "integer"} & s.attr.properties]
    return sorted(found, key=lambda s: s.attr.name)


def chosen(f: Expr, seed: int) -> Expr:
    """One of the symbols of an expression."""
    return Random(seed).choice(variables(f))


def agree(f: Expr, x: Expr, *pairs: Pair) -> None:
    """The sides of each pair have equal values at points within the conditions of f and of the sides."""
    sides = [side for pair in pairs for side in pair]
    tried = 0
    for point in points(f, [x, *sides]):
        for left, right in pairs:
            try:
                values = point.value(left), point.value(right)
            except LimitError:  # an inverse too large for cofactors
                continue
            if not all(np.all(np.isfinite(v)) and np.max(np.abs(v), initial=0) < 1e8 for v in values):
                continue
            tried += 1
            assert values[0].shape == values[1].shape
            scale = max(1.0, *(float(np.max(np.abs(v), initial=0)) for v in values))
            assert np.allclose(*values, rtol=TOLERANCE, atol=TOLERANCE * scale), f"{f} by {x}: {left} and {right}"
    assume(tried)


def points(f: Expr, others: list[Expr]) -> Iterator[Point]:
    """A point for each of two assignments of sizes; none where an entry is asked for that is not there."""
    conditions = merge(*(conditions_of(node) for node in postorder(f, *others)))
    for sizes in size_choices([f, *others], (3, 4, 2))[:2]:
        try:
            yield from islice(find_points(f, others, conditions, sizes, 3), 1)
        except (ShapeError, LimitError):
            return


def supported(make: Callable[[], Iterable[Pair]]) -> list[Pair]:
    """The pairs, where the engine has all derivatives in them."""
    try:
        return list(make())
    except (NotSupported, LimitError):
        assume(False)
        raise


# ---------------------------------------------------------------- first derivatives


@law
def test_linearity(one: int, other: int) -> None:
    f, g = made(one), made(other)
    x = chosen(f, one)
    both = add(scale(number(3), f), scale(number(-2), g))
    made_of = supported(
        lambda: [(sd.grad(both, x), add(scale(number(3), sd.grad(f, x)), scale(number(-2), sd.grad(g, x))))]
    )
    agree(both, x, *made_of)


@law
def test_product_rule(one: int, other: int) -> None:
    f, g = made(one), made(other)
    x = chosen(f, one)
    agree(
        mul(f, g),
        x,
        *supported(lambda: [(sd.grad(mul(f, g), x), add(scale(f, sd.grad(g, x)), scale(g, sd.grad(f, x))))]),
    )


@law
def test_chain_rule(seed: int) -> None:
    name = Random(seed).choice([e.name for e in entries_of_books() if e.elementwise and len(e.params) == 1])
    f, t = made(seed, depth=2), symbol("tau")
    x = chosen(f, seed)
    h = fmap(name, f)

    def sides() -> Iterator[Pair]:
        outer = substitute(sd.diff(fmap(name, t), t), {t: f})
        yield sd.grad(h, x), scale(outer, sd.grad(f, x))

    agree(h, x, *supported(sides))


@law
def test_chain_rule_of_vectors(seed: int) -> None:
    """The Jacobian of f(A x) is that of f at A x, times A."""
    y, x, a = symbol("u", (M,)), symbol("xi", (N,)), symbol("alpha", (M, N))
    f = made(seed, (N,))
    assume(y in variables(f))
    inner = matmul(a, x)
    h = substitute(f, {y: inner})
    agree(h, x, *supported(lambda: [(sd.jacobian(h, x), matmul(substitute(sd.jacobian(f, y), {y: inner}), a))]))


@law
def test_forward_equals_reverse(seed: int) -> None:
    """⟨w, jvp(f, v)⟩ = ⟨vjp(f, w), v⟩, and both are what the Jacobian gives."""
    f = made(seed, Random(seed).choice([(), (N,), (M, N), (2, 3)]))
    x = chosen(f, seed)
    v, w = symbol("nu", x.shape), symbol("omega", f.shape)

    def sides() -> Iterator[Pair]:
        forward, reverse = sd.jvp(f, x, v), sd.vjp(f, x, w)
        jacobian = sd.jacobian(f, x)
        yield inner(w, forward), inner(reverse, v)
        yield forward, contracted(jacobian, v)

    agree(f, x, *supported(sides))


@law
def test_layouts(seed: int) -> None:
    """A gradient has the axes of the variable first, a Jacobian those of the function; `diff` is the Jacobian."""
    f = made(seed, Random(seed).choice([(), (N,), (M, N)]))
    x = chosen(f, seed)

    def sides() -> Iterator[Pair]:
        jacobian = sd.jacobian(f, x)
        order = [*range(f.rank, f.rank + x.rank), *range(f.rank)]
        yield sd.grad(f, x), algebra.permute(jacobian, order)
        yield sd.diff(f, x), jacobian

    agree(f, x, *supported(sides))


# ---------------------------------------------------------------- higher derivatives


@law
def test_hessians_are_symmetric_and_applied_by_hvp(seed: int) -> None:
    f = made(seed)
    # third derivatives of functions of matrices take the evaluator minutes; they are in the sweep
    assume(not any(node.op == "call" and node.attr[0].endswith(DERIVATIVES) for node in postorder(f)))
    x = chosen(f, seed)
    v = symbol("nu", x.shape)

    def sides() -> Iterator[Pair]:
        hessian, r = sd.hessian(f, x), x.rank
        yield hessian, algebra.permute(hessian, [*range(r, 2 * r), *range(r)])
        yield sd.hvp(f, x, v), contracted(hessian, v)

    agree(f, x, *supported(sides))


@law
def test_mixed_derivatives_commute(seed: int) -> None:
    f = made(seed)
    names = variables(f)
    assume(len(names) > 1)
    x, y = Random(seed).sample(names, 2)
    order = [*range(x.rank, x.rank + y.rank), *range(x.rank)]
    agree(f, x, *supported(lambda: [(sd.diff(f, y, x), algebra.permute(sd.diff(f, x, y), order))]))


@law
def test_third_derivatives_are_symmetric(seed: int) -> None:
    f = made(seed, depth=2)
    vectors = [x for x in variables(f) if x.rank == 1]
    assume(vectors)
    x = vectors[0]

    def sides() -> Iterator[Pair]:
        third = sd.diff(f, x, x, x)
        for order in permutations(range(3)):
            yield third, algebra.permute(third, list(order))

    agree(f, x, *supported(sides))


def contracted(a: Expr, v: Expr) -> Expr:
    """The last axes of a, contracted with those of v."""
    kept = a.rank - v.rank
    return algebra.einsum(ONE, [a, v], [range(a.rank), range(kept, a.rank)], range(kept))


def inner(a: Expr, b: Expr) -> Expr:
    """⟨a, b⟩ of two of one shape."""
    return mul(a, b) if not a.shape else total(algebra.hadamard(a, b))


# ---------------------------------------------------------------- the functions of the books


# Derivatives of functions of matrices are met as second derivatives of those functions; their own are in the sweep.
ENTRIES = [
    e
    for e in entries_of_books()
    if not any(p.variadic or p.kind == "size" for p in e.params) and not e.name.endswith(DERIVATIVES)
]


@pytest.mark.parametrize(
    "entry",
    [pytest.param(e, marks=[pytest.mark.slow] * (not e.elementwise), id=f"{e.name}-{len(e.params)}") for e in ENTRIES],
)
@pytest.mark.sample(60)
def test_higher_derivatives_of_every_function(entry: Entry) -> None:
    """The second derivative by each pair of arguments is the derivative of the first, by the oracles; also the
    third, of scalars. Functions of arrays are taken at one of the shapes they are proved for.
    """
    found = cases(entry)
    scalars = [case for case in found if not case.node.shape and all(not s.shape for s in case.symbols)]
    decided = 0
    for case in scalars[:1] or found[:: max(1, len(found) - 1)]:
        moving = [s for s in case.symbols if "integer" not in s.attr.properties and differentiable(entry, s)]
        for x, y in product(moving, moving):
            first = sd.diff(case.node, x)
            second = sd.diff(first, y)
            decided += right(first, y, second)
            if scalars:
                decided += right(second, y, sd.diff(second, y))
    assert decided or not entry.params or entry.name in ("where",), f"nothing was decided of {entry.name}"


def differentiable(entry: Entry, x: Expr) -> bool:
    """All arguments but conditions."""
    return not (entry.name == "where" and x.attr.name == "c")


def right(f: Expr, x: Expr, derivative: Expr) -> bool:
    """Whether the oracles could decide; fails where they say that this is not the derivative."""
    verdict = check(f, x, derivative, "diff")
    assert verdict.ok is not False, f"{f} by {x}: {derivative}\n{verdict}"
    return verdict.ok is True
