"""Terms to try the rules of the books on: their left sides, whole and with one part missing or exchanged, made of
leaves and of random expressions, and placed in other expressions.

Nothing here asks the matcher or the rewriter: what a rule does with a term is compared with the term by its value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

import numpy as np
from book_proofs import holds_at
from rounding import Shaken
from strategies import Maker

from symdiff import dims
from symdiff.algebra import (
    ONE,
    Condition,
    Slice,
    add,
    diag,
    einsum,
    eye,
    fmap,
    hadamard,
    index,
    is_complex,
    join,
    matmul,
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
    size_scalar,
    spread,
    sub,
    symbol,
    total,
    trace,
    transpose,
    zeros,
)
from symdiff.book import Rule, apply, conditions_of, entry_of
from symdiff.dims import Dim, Shape, Size
from symdiff.errors import SymdiffError
from symdiff.evaluation import Interpreter, evaluate
from symdiff.evaluation.numeric import Numeric
from symdiff.expr import Expr, postorder
from symdiff.oracles.points import draw

N, M = dims.size("n"), dims.size("m")
SIZES = {"n": 3, "m": 2}
STRUCTURES = ("symmetric", "spd", "skew", "diagonal", "lower", "upper", "orthogonal")

# ---------------------------------------------------------------- leaves and random parts

_LENGTHS: tuple[Dim, ...] = (N, M, 1, 2, 3)
_SCALARS = [
    *(symbol(name) for name in "ab"),
    symbol("t", (), ["positive"]),
    symbol("k", (), ["integer"]),
    *(symbol(name, (), ["complex"]) for name in "zw"),
]
_NUMBERS = (0, 1, -1, 2, -2, 3, Fraction(1, 2), Fraction(-1, 3), 0.5, -2.5)


def leaves(shape: Shape) -> list[Expr]:
    """Symbols of a shape: real ones, complex ones, and of each structure where it is square."""
    if not shape:
        return _SCALARS
    tag = "".join(map(str, shape))
    names = "xyuv" if len(shape) == 1 else "ABCF" if len(shape) == 2 else "TU"
    found = [symbol(f"{name}_{tag}", shape) for name in names]
    found.append(symbol(f"p_{tag}", shape, ["positive"]))
    found.append(symbol(f"c_{tag}", shape, ["complex"]))
    if len(shape) == 2 and shape[0] == shape[1]:
        found += [symbol(f"{kind}_{tag}", shape, [kind]) for kind in STRUCTURES]
        found += [symbol(f"{kind}c_{tag}", shape, [kind, "complex"]) for kind in STRUCTURES if kind != "spd"]
    return found


class Parts(Maker):
    """Random expressions of any shape, over leaves of every sign and kind."""

    def __init__(self, random: Random) -> None:
        super().__init__(random, names=False)

    def leaf(self, shape: Shape) -> Expr:
        pick = self.random.random()
        if pick < 0.7:
            return self.random.choice(leaves(shape))
        if not shape:
            return self.random.choice([number(self.random.choice(_NUMBERS)), named("pi"), named("i"), size_scalar(N)])
        if len(shape) == 2 and shape[0] == shape[1] and pick < 0.8:
            return eye(shape[0])
        return self.random.choice([ones(shape), zeros(shape), spread(self.leaf(()), shape), self.odd(shape)])

    def odd(self, shape: Shape) -> Expr:
        """What has entries that are equal or zero by its structure."""
        if len(shape) == 1:
            return add(self.random.choice(leaves(shape)), ones(shape))
        if len(shape) > 2:
            return ones(shape)
        rows, columns = (self.random.choice(leaves(shape[k : k + 1])) for k in (0, 1))
        made = [outer(rows, columns), outer(rows, ones(shape[1:])), outer(ones(shape[:1]), columns)]
        made.append(transpose(self.random.choice(leaves(shape[::-1]))))
        if shape[0] == shape[1]:
            made += [diag(rows), outer(rows, rows)]
        return self.random.choice(made)


# ---------------------------------------------------------------- a side with its variables put in


@dataclass(frozen=True)
class Edit:
    """One part of a pattern made otherwise: `make` gets the node and its arguments, already put in."""

    name: str
    node: Expr
    make: Callable[[Expr, list[Expr]], Expr]


def build(side: Expr, values: Mapping[Expr, Expr], sizes: Mapping[str, Dim], edit: Edit | None = None) -> Expr:
    """A side of a rule with its variables put in and at most one part made otherwise; ShapeError where it can't be."""
    made: dict[Expr, Expr] = {}
    for node in postorder(side):
        args = [made[arg] for arg in node.args]
        here = edit is not None and node is edit.node
        made[node] = edit.make(node, args) if here else _node(node, args, values, sizes)
    return made[side]


def _node(e: Expr, args: list[Expr], values: Mapping[Expr, Expr], sizes: Mapping[str, Dim]) -> Expr:
    """The operation of e on other arguments, scalars spread over the shape of the others."""

    def fitted(shape: Shape) -> Shape:
        return tuple(dims.substitute(d, sizes) for d in shape)

    if e.op == "symbol":
        return size_scalar(sizes[e.attr.name]) if "dimension" in e.attr.properties else values[e]
    if e.op == "constant" and e.shape:
        shape = fitted(e.shape)
        return {"eye": lambda: eye(shape[0]), "ones": lambda: ones(shape), "zeros": lambda: zeros(shape)}[e.attr]()
    if not args:
        return e
    if e.op == "mul":
        return _times(args[0], *(_power(args[k], args[k + 1]) for k in range(1, len(args), 2)))
    if e.op == "add":
        return add(*_together(args))
    if e.op == "map":
        return _power(*args) if e.attr == "pow" else apply(e.attr, _together(args))
    if e.op == "einsum":
        return _times(args[0], einsum(ONE, args[1:], e.attr[:-1], e.attr[-1]))
    if e.op == "call":
        return apply(e.attr[0], args, **dict(e.attr[1]))
    if e.op == "reduce":
        return reduce_(e.attr[0], args[0], e.attr[1])
    if e.op == "index":
        return index(args[0], [_item(item, sizes) for item in e.attr])
    assert e.op == "reshape", e.op
    return reshape(args[0], fitted(e.shape), e.attr)


def _item(item: Any, sizes: Mapping[str, Dim]) -> Any:
    if isinstance(item, Slice):
        return Slice(dims.substitute(item.start, sizes), dims.substitute(item.stop, sizes), item.step)
    return dims.substitute(item, sizes)


def _together(args: list[Expr]) -> list[Expr]:
    shape = next((a.shape for a in args if a.shape), ())
    return [a if a.shape or not shape else spread(a, shape) for a in args]


def _power(base: Expr, exponent: Expr) -> Expr:
    base, exponent = _together([base, exponent])
    return power(base, exponent)


def _times(*factors: Expr) -> Expr:
    scalars = [f for f in factors if not f.shape]
    ranked = [f for f in factors if f.shape]
    return scale(mul(*scalars), hadamard(*ranked)) if ranked else mul(*scalars)


# ---------------------------------------------------------------- one part missing or exchanged


def edits(side: Expr) -> list[Edit]:
    """Every way to leave out or to exchange one part of a side."""
    found: list[Edit] = []
    for node in postorder(side):
        if node.op == "einsum":
            found += _edits_of_einsum(node)
        elif node.op == "mul":
            found += _edits_of_mul(node)
        elif node.op == "add":
            found += _edits_of_add(node)
        elif node.op in ("map", "call", "reduce", "reshape", "index"):
            found.append(Edit("function left out", node, lambda e, args: args[0]))
            if node.op in ("call", "reduce"):
                found += [Edit(f"along {axis}", node, _along(axis)) for axis in (None, 0, 1)]
    return found


def _edits_of_einsum(node: Expr) -> Iterator[Edit]:
    labels, out = node.attr[:-1], node.attr[-1]
    for label in dict.fromkeys(label for own in labels for label in own):
        if label not in out:
            for place in range(len(out) + 1):
                kept = (*out[:place], label, *out[place:])
                yield Edit("no sum over an axis", node, _relabelled(labels, kept))
        else:
            yield Edit("a sum over an axis", node, _relabelled(labels, tuple(k for k in out if k != label)))
    if len(out) > 1:
        yield Edit("axes turned", node, _relabelled(labels, out[::-1]))
    for k, own in enumerate(labels):
        rest = [*labels[:k], *labels[k + 1 :]]
        if rest:
            carried = tuple(label for label in out if any(label in other for other in rest))
            yield Edit("a factor left out", node, _without(k, rest, carried))
        if len(own) == 2:
            turned = (*labels[:k], own[::-1], *labels[k + 1 :])
            yield Edit("a factor transposed", node, _relabelled(turned, out))
            yield Edit("a diagonal", node, _relabelled((*labels[:k], (own[0], own[0]), *labels[k + 1 :]), out))
    yield Edit("another sign", node, lambda e, args: neg(_node(e, args, {}, {})))


def _relabelled(labels: Any, out: Any) -> Callable[[Expr, list[Expr]], Expr]:
    return lambda e, args: _times(args[0], einsum(ONE, args[1:], labels, out))


def _without(k: int, rest: Any, out: Any) -> Callable[[Expr, list[Expr]], Expr]:
    return lambda e, args: _times(args[0], einsum(ONE, [a for j, a in enumerate(args[1:]) if j != k], rest, out))


def _edits_of_mul(node: Expr) -> Iterator[Edit]:
    def remade(e: Expr, args: list[Expr], k: int, change: Callable[[Expr], Expr]) -> Expr:
        args = list(args)
        args[k] = change(args[k])
        return _node(e, args, {}, {})

    for k in range(2, len(node.args), 2):
        yield Edit("power 1", node, lambda e, args, k=k: remade(e, args, k, lambda p: ONE))
        yield Edit("power 0", node, lambda e, args, k=k: remade(e, args, k, lambda p: number(0)))
        yield Edit("another power", node, lambda e, args, k=k: remade(e, args, k, lambda p: add(p, _like(ONE, p))))
        yield Edit("inverse power", node, lambda e, args, k=k: remade(e, args, k, neg))
        yield Edit("a factor 1", node, lambda e, args, k=k: remade(e, args, k - 1, lambda b: _like(ONE, b)))
    yield Edit("another sign", node, lambda e, args: remade(e, args, 0, neg))
    yield Edit("another number", node, lambda e, args: remade(e, args, 0, lambda c: mul(c, number(3))))


def _like(scalar: Expr, e: Expr) -> Expr:
    return spread(scalar, e.shape)


def _edits_of_add(node: Expr) -> Iterator[Edit]:
    def remade(args: list[Expr], k: int, new: Callable[[Expr], list[Expr]]) -> Expr:
        args = _together(args)
        return add(*args[:k], *new(args[k]), *args[k + 1 :])

    for k in range(len(node.args)):
        yield Edit("a term left out", node, lambda e, args, k=k: remade(args, k, lambda t: []))
        yield Edit("a sign", node, lambda e, args, k=k: remade(args, k, lambda t: [neg(t)]))
        yield Edit("a term twice", node, lambda e, args, k=k: remade(args, k, lambda t: [scale(number(2), t)]))


def _along(axis: int | None) -> Callable[[Expr, list[Expr]], Expr]:
    def make(e: Expr, args: list[Expr]) -> Expr:
        if e.op == "reduce":
            return reduce_(e.attr[0], args[0], axis)
        words = dict(e.attr[1])
        return apply(e.attr[0], args, **({**words, "axis": axis} if "axis" in words else words))

    return make


# ---------------------------------------------------------------- instances


_UNFIT = (SymdiffError, ZeroDivisionError, IndexError)  # of shapes, axes and numbers that do not fit


class Instances:
    """Terms made from the left sides of rules, by a seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.parts = Parts(self.random)

    def of(self, rule: Rule, depth: int, edit: Edit | None = None) -> Expr | None:
        """The left side with parts of this depth put in, in some place; None where shapes do not fit."""
        with suppress(*_UNFIT):
            return self._placed(self.filled(rule, depth, edit))
        return None

    def inside(self, rule: Rule) -> Iterator[tuple[str, Expr]]:
        """The left side, leaves put in, as a term of a sum, a factor and an argument; none where they do not fit."""
        with suppress(*_UNFIT):
            e = self.filled(rule, 0)
            yield "sum", add(symbol("other", e.shape), e)
            yield "product", scale(symbol("factor"), e)
            yield "call", fmap("sin", e)

    def filled(self, rule: Rule, depth: int, edit: Edit | None = None) -> Expr:
        """The left side with parts of this depth put in."""
        sizes = self._sizes(rule)
        values = {v: self._value(rule, v, sizes, depth) for v in rule.variables.values()}
        return build(rule.lhs, values, sizes, edit)

    def _sizes(self, rule: Rule) -> dict[str, Dim]:
        shapes = (v.shape for v in rule.variables.values())
        names = {name for shape in shapes for d in shape if isinstance(d, Size) for name in dims.names(d)}
        return {name: self.random.choice((N, N, N, M, 3, 2, 1)) for name in sorted(names)}

    def _value(self, rule: Rule, v: Expr, sizes: Mapping[str, Dim], depth: int) -> Expr:
        shape = tuple(dims.substitute(d, sizes) for d in v.shape)
        wanted = {c.predicate for c in rule.conditions if c.args[0] is v}
        pick = self.random.random()
        if "integer" in v.attr.properties and pick < 0.8:
            return self.random.choice([number(n) for n in (0, 1, 2, 3, -1, -2)] + [_SCALARS[3]])
        if wanted and pick < 0.6:
            fitting = [s for s in leaves(shape) if _has(s, wanted)]
            if fitting:
                return self.random.choice(fitting)
        if not shape and not v.shape and pick < 0.15:  # element by element
            shape = self.random.choice([(N,), (N, N), (M, N)])
        return self.parts.of(shape, self.random.randint(0, depth))

    def _placed(self, e: Expr) -> Expr:
        """e alone, or in a product, a sum, a power, a function, a reduction."""
        leaf = self.parts.leaf
        way = self.random.randrange(12)
        if way == 0:
            return scale(leaf(()), e)
        if way == 1:
            return hadamard(leaf(e.shape), e)
        if way == 2:
            return add(leaf(e.shape), e)
        if way == 3:
            return power(e, number(self.random.choice([2, 3, -1, Fraction(1, 2)])))
        if way == 4:
            return fmap(self.random.choice(["exp", "log", "abs", "sin", "sqrt", "conj"]), e)
        if way == 5 and e.rank:
            return total(e, self.random.randrange(e.rank))
        if way == 6 and e.rank == 2:
            return matmul(transpose(e), leaf((e.shape[0], N)))
        if way == 7 and e.rank == 2 and e.shape[0] == e.shape[1]:
            return self.random.choice([trace, diag])(e)
        if way == 8 and e.rank == 1:
            return outer(e, leaf((M,)))
        if way == 9:
            return sub(e, scale(number(2), e)) if self.random.random() < 0.3 else join("stack", [e, leaf(e.shape)])
        return e


def _has(s: Expr, wanted: set[str]) -> bool:
    properties = s.attr.properties
    real = "complex" not in properties
    known = {"real": real, "positive": "positive" in properties, "nonnegative": "positive" in properties}
    known |= {kind: kind in properties for kind in STRUCTURES}
    known |= {"nonzero": "positive" in properties, "invertible": bool({"spd", "orthogonal"} & properties)}
    known["integer"] = "integer" in properties
    return all(known.get(name, True) for name in wanted)


# ---------------------------------------------------------------- values


STYLES = ("plain", "zeros", "large", "small", "ones")


def points(e: Expr, seed: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Values of the symbols in e: both signs, zeros, equal entries, large and small, both signs of imaginary parts."""
    rng = np.random.default_rng(seed)
    symbols = [s for s in postorder(e) if s.op == "symbol" and "dimension" not in s.attr.properties]
    for style in STYLES:
        yield style, {s.attr.name: _drawn(s, style, rng) for s in symbols}


def _drawn(s: Expr, style: str, rng: Any) -> Any:
    value = draw(s, SIZES, "plain", rng)
    properties = s.attr.properties
    if "complex" in properties:
        turned = rng.random(() if set(STRUCTURES) & properties else value.shape) < 0.5
        value = np.where(turned, np.conj(value), value)
    if "orthogonal" in properties or "integer" in properties:
        return value
    if style == "zeros" and not {"spd", "positive"} & properties:
        zero = rng.random(value.shape) < 0.4
        if {"symmetric", "skew"} & properties:
            zero = zero | zero.T
        return np.where(zero, 0 * value, value)
    if style == "ones" and not {"spd", "skew", "diagonal", "lower", "upper"} & properties:
        return np.ones_like(value)
    factor = {"large": 30.0 if value.ndim < 2 else 4.0, "small": 1e-3}.get(style, 1.0)
    return value * (factor if "spd" not in properties else 1.0)


class NoValue(Exception):
    """The expression has no value at a point."""


def value(e: Expr, at: Mapping[str, Any], principal: bool, runs: type[Interpreter] = Interpreter) -> tuple[Any, float]:
    """The value of an expression, and the largest number on the way to it."""
    run = runs(Numeric(), at, SIZES, {}, principal=principal)
    with np.errstate(all="ignore"):
        try:
            result = run.value(e)
        except (SymdiffError, np.linalg.LinAlgError, ZeroDivisionError, OverflowError) as error:
            raise NoValue from error
    if not all(np.all(np.isfinite(v)) for v in run.known.values()):
        raise NoValue
    return result, max((float(np.max(np.abs(v), initial=0)) for v in run.known.values()), default=0.0)


_OF_NUMBERS = frozenset({"positive", "nonnegative", "nonzero", "less", "less_equal", "apart", "off_poles"})
_SHAKEN = 1e-7  # of a point, to see how far rounding moves a value
_UNSURE = 1e-3  # what is so near to the edge of a domain is not asked


def _in_domain(e: Expr, at: Mapping[str, Any]) -> bool:
    """Whether no function in e is outside its domain, as far as its value does not show that: what it asks of the
    structure of a matrix, and that a function of reals alone gets real numbers.
    """
    for node in postorder(e):
        entry = entry_of(node)
        if entry is None:
            continue
        if entry.is_of_reals and any(np.any(np.imag(evaluate(arg, at, SIZES)) != 0) for arg in node.args):
            return False
        asked = [c for c in conditions_of(node, smooth=False) if c.predicate not in _OF_NUMBERS]
        if not all(holds_at(c, at, _UNSURE, SIZES) and _is_steady(c, at) for c in asked):
            return False
    return True


def _is_steady(c: Condition, at: Mapping[str, Any]) -> bool:
    """Whether an inverse that is asked for keeps its digits."""
    inverted = c.predicate in ("full_rank", "invertible", "principal")
    return not inverted or bool(np.linalg.cond(evaluate(c.args[0], at, SIZES)) < 1e6)


def _holding(conditions: tuple[Condition, ...], e: Expr, at: Mapping[str, Any]) -> bool:
    try:
        with np.errstate(all="ignore"):
            return all(holds_at(c, at, 0.0, SIZES) for c in conditions) and _in_domain(e, at)
    except (SymdiffError, np.linalg.LinAlgError, ZeroDivisionError, OverflowError):
        return False


def _noise(e: Expr, at: Mapping[str, Any], principal: bool) -> float:
    """How far the value moves when the point, or what is worked out, moves by next to nothing: rounding, or a jump."""
    was, _ = value(e, at, principal)
    try:
        moves = float(np.max(np.abs(value(e, at, principal, Shaken)[0] - was), initial=0))
    except NoValue:
        return np.inf
    for sign in (1, -1, 1j, -1j):
        moved = {
            name: v * (1 + sign * _SHAKEN * (k + 1)) + (sign * _SHAKEN * (np.ndim(v) < 2) if np.iscomplexobj(v) else 0)
            if np.isreal(sign) or np.iscomplexobj(v)
            else v
            for k, (name, v) in enumerate(at.items())
        }
        try:
            moves = max(moves, float(np.max(np.abs(value(e, moved, principal)[0] - was), initial=0)))
        except NoValue:
            return np.inf
    return moves


def differs(before: Expr, after: Expr, conditions: tuple[Condition, ...], seed: int) -> str | None:
    """Where two expressions have values that differ, though the conditions hold; None where no point shows it."""
    if before.shape != after.shape:
        return f"shapes {before.shape} and {after.shape}"
    principal = is_complex(before) or is_complex(after)
    for style, at in points(join("stack", [before, after]), seed):
        try:
            was, largest = value(before, at, principal)
            if largest > 1e12 or not _holding(conditions, before, at):
                continue
            try:
                now, scale_now = value(after, at, principal)
            except NoValue:
                if style in ("large", "small") or _noise(before, at, principal) > 1e-6:
                    continue
                return f"{was} and no value at {at}"
            error = np.max(np.abs(now - was), initial=0)
            if error <= 1e-7 * np.max(np.abs(was), initial=0) + 1e-11 * max(1.0, largest, scale_now):
                continue
            if error > 100 * max(_noise(side, at, principal) for side in (before, after)):
                return f"{was} and {now} at {at}"
        except NoValue:
            continue
    return None
