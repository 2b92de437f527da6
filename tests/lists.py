"""Texts and calls with a list of variables, drawn at random, and what is right of them by finite differences.

A case is a function, a list of variables and a kind of derivative, asked for in one of three ways: from Python, inside
a text, on the command line. Whatever comes is taken apart into one result for each choice of variables, and applied
to directions; so is the function itself, by the evaluator alone.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle, product
from random import Random
from typing import Any

import numpy as np

import symdiff as sd
from symdiff import cli
from symdiff.algebra import Slice, index, symbol
from symdiff.evaluation import Array, Point, bind
from symdiff.evaluation.point import richardson, slope
from symdiff.expr import Expr

KINDS = {
    "s": "scalar", "t": "scalar", "r": "scalar", "x": "vector(n)", "y": "vector(n)", "z": "vector(m)",
    "A": "matrix(n, n)", "B": "matrix(m, n)", "S": "symmetric(n)", "P": "spd(n)",
}  # fmt: skip
LET = "; ".join(f"{name}: {kind}" for name, kind in KINDS.items())
FREE = (
    re.sub("symmetric|spd", "matrix", LET)
    .replace("S: matrix(n)", "S: matrix(n, n)")
    .replace("P: matrix(n)", "P: matrix(n, n)")
)  # every entry moves by itself
_SCALARS = [
    "s*t", "s^2*r", "sin(s*t)", "exp(t/2)*r", "t^3", "s/(1 + t^2)", "s*t*r", "x'*y*s", "x'*A*y", "t*x'*S*x",
    "x'*S*S*y", "tr(A*S)", "tr(A*A*S)", "sum(sin(x))*t", "z'*B*x", "log(1 + x'*x)", "exp(-s^2)*sum(x.*y)",
    "tr(B*A*B')", "logsumexp(x)*s", "(x'*y)^2", "x[0]*t*y[1]", "A[0, 1]*s^2", "cos(tr(A)*t)", "sum(B.*B)*r",
    "logdet(P)*s", "x'*inv(P)*y", "logdet(A*A' + S*S + eye(n))", "x'*S*A*y", "tr(S*P*S*A)", "softplus(s*t)",
]  # fmt: skip
_VECTORS = ["A*x", "s*x", "x.*y", "sin(x)*t", "S*y", "t^2*x", "B'*z", "S*A*x", "softmax(x)", "tr(A)*y", "S*S*x*s"]
_TRIPLES = ["[s*t, t^2, r]", "[s, t, r]*s", "[x[0]*s, y[1], t]", "sin(s)*[1, t, r*s]"]
_AROUND = ["{}", "{}", "{}", "exp(({})/10)", "sin({})", "({})^2", "-({})"]
_PARTS = ["x[0]", "x[1]", "y[1]", "A[0, 1]", "A[1, 1]", "S[0, 1]", "B[1, 0]", "x[0:2]", "A[:, 0]", "A[1, :]"]
WAYS = ("python", "text", "command line", "derive")
ASKED = [  # each in turn
    (kind, way)
    for kind in ("grad", "jacobian", "diff", "hessian", "jvp", "vjp", "hvp")
    for way in WAYS
    if way != "derive" or kind not in ("jvp", "vjp", "hvp")
]
Results = Mapping[tuple[int, ...], Expr]  # by the places of the variables in the list


@dataclass(frozen=True)
class Case:
    """One question: `kind` of `f` by the list `wrt`; `seed` chooses the point."""

    f: str
    wrt: tuple[str, ...]
    kind: str
    way: str
    seed: int

    def __str__(self) -> str:
        return f"{self.way}: {self.kind} of {self.f} by {', '.join(self.wrt)}"

    @property
    def directions(self) -> list[str]:
        """Names for a direction of each variable, or for the factor in front."""
        return ["w"] if self.kind == "vjp" else [f"v_{k}" for k in range(len(self.wrt))]

    @cached_property
    def variables(self) -> list[Expr]:
        return [sd.parse(text, LET) for text in self.wrt]

    @property
    def order(self) -> int:
        return 2 if self.kind in ("hessian", "hvp") else 1


def cases(seed: int) -> Iterator[Case]:
    """Cases without end, each kind in each way in turn."""
    rng = Random(seed)
    for kind, way in cycle(ASKED):
        terms = _SCALARS if kind in ("hessian", "hvp") else rng.choice([_SCALARS, _SCALARS, _VECTORS, _TRIPLES])
        picked = [f"{rng.choice(['', '-2*', '3*', '1/2*'])}({rng.choice(terms)})" for _ in range(rng.randint(1, 3))]
        f = " + ".join(picked)
        f = rng.choice(_AROUND).format(f) if terms is _SCALARS else f
        yield Case(f, tuple(_variables(f, rng)), kind, way, rng.randrange(10**6))


def _variables(f: str, rng: Random) -> list[str]:
    """One to four variables that mostly occur: all scalars, symbols, or parts too; now and then one twice."""
    used = [name for name in KINDS if re.search(rf"\b{name}\b", f)]
    scalars = [name for name in used if KINDS[name] == "scalar"]
    parts = [part for part in _PARTS if part[0] in used]
    pool = {0: scalars, 1: used, 2: used + parts, 3: [*used, rng.choice(list(KINDS))]}[rng.randrange(4)] or used
    count = rng.choice([1, 2, 2, 2, 3, 4])
    return [rng.choice(pool) for _ in range(count)] if rng.random() < 0.15 else rng.sample(pool, min(count, len(pool)))


# ---------------------------------------------------------------- what comes


def asked(case: Case) -> Results:
    """What symdiff answers, one result for each choice of variables."""
    if case.way in ("python", "derive"):
        return _from_python(case)
    return _from_lines(case, _lines(_text(case)) if case.way == "text" else _lines(*_command(case)))


def _from_python(case: Case) -> Results:
    ask = getattr(sd, case.kind)
    if case.way == "derive":
        found = sd.derive(case.f, list(case.wrt), case.kind, LET).result
    elif case.kind in ("jvp", "vjp", "hvp"):
        directions = case.directions[0] if case.kind == "vjp" else case.directions
        found = ask(case.f, list(case.wrt), directions, LET)
    elif case.kind == "diff":
        found = ask(case.f, list(case.wrt), declarations=LET)
    else:
        found = ask(case.f, list(case.wrt), LET)
    return _apart(found, case)


def _apart(found: Any, case: Case) -> Results:
    """The results by single variables in nested lists, or along the axes of one expression."""
    if case.kind == "jvp":
        return {(): found}
    if isinstance(found, Expr):
        return _stacked(found, case)
    if isinstance(found[0], list):
        return {(i, j): one for i, row in enumerate(found) for j, one in enumerate(row)}
    return {(k,): one for k, one in enumerate(found)}


def _stacked(found: Expr, case: Case) -> Results:
    """The partials by scalars, out of the one array they are."""
    count, whole = len(case.wrt), [Slice(0, n) for n in found.shape]
    if case.kind == "hessian":
        assert found.shape == (count, count)
        return {(i, j): index(found, (i, j)) for i in range(count) for j in range(count)}
    axis = 0 if case.kind in ("grad", "vjp", "hvp") else found.rank - 1
    assert found.shape[axis] == count
    return {(k,): index(found, [*whole[:axis], k, *whole[axis + 1 :]]) for k in range(count)}


def _text(case: Case) -> str:
    """The question as a text."""
    given = {"vjp": "w", "jvp": "[{}]", "hvp": "[{}]"}.get(case.kind, "").format(", ".join(case.directions))
    return f"{case.kind}({case.f}, [{', '.join(case.wrt)}]{', ' * bool(given)}{given})"


def _command(case: Case) -> tuple[str, ...]:
    """The question as a command, for products and `diff` as a text of the command."""
    if case.kind in ("grad", "jacobian", "hessian"):
        return case.kind, case.f, "--wrt", ",".join(case.wrt)
    return (_text(case),)


def _lines(*words: str) -> list[str]:
    """What the command answers on stdout."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main([*words, "--let", LET])
    assert code == 0, err.getvalue()
    named = re.sub(r"\n(where \w+ = )", r" \1", out.getvalue())  # parts of a result, on its line
    return [line for line in named.splitlines() if not line.startswith("where ")]


def _from_lines(case: Case, lines: Sequence[str]) -> Results:
    """The results that the lines print: labelled, in order, or one expression."""
    if not lines[0].startswith("by "):
        (line,) = lines
        found = sd.parse(line, _let(case))
        single = len(case.wrt) == 1 and case.way == "command line" and case.kind in ("grad", "jacobian", "hessian")
        if single:
            return {(0,) * case.order: found}
        return {(): found} if case.kind == "jvp" else _stacked(found, case)
    places = list(product(range(len(case.wrt)), repeat=2 if case.kind == "hessian" else 1))
    labels = [", ".join(str(case.variables[k]) for k in place) for place in places]
    said = [re.fullmatch(r"by (.*?): (.*)", line) for line in lines]
    assert [one and one[1] for one in said] == labels, lines
    return {place: sd.parse(one[2], _let(case)) for place, one in zip(places, said, strict=True) if one}


def _let(case: Case) -> dict[str, Any]:
    """Declarations of all names in a result, the directions too."""
    f = sd.parse(case.f, LET)
    given = [f] if case.kind == "vjp" else case.variables
    return KINDS | {name: symbol(name, like.shape) for name, like in zip(case.directions, given, strict=True)}


# ---------------------------------------------------------------- what is right


def wrong(case: Case) -> str | None:
    """What is wrong with the answer; None where it is right."""
    rng = np.random.default_rng(case.seed)
    f = sd.parse(case.f, FREE)
    point = _point(f, case, rng)
    ways = [rng.uniform(-1, 1, point.value(x).shape) for x in case.variables]
    moves = [_whole(x, way, point) for x, way in zip(case.variables, ways, strict=True)]
    for places, result in asked(case).items():
        found = _applied(case, bind(result, point.values, point.sizes).value(result), [ways[k] for k in places])
        right = _slope(case, f, point, [moves[k] for k in places])
        if found.shape != right.shape:
            return f"by {[case.wrt[k] for k in places]}: axes {found.shape}, not {right.shape}: {result}"
        scale = max(1.0, float(np.max(np.abs(right), initial=0)))
        if not np.max(np.abs(found - right), initial=0) < 1e-6 * scale:
            return f"by {[case.wrt[k] for k in places]}: {found} instead of {right}: {result}"
    return None


def _point(f: Expr, case: Case, rng: Any) -> Point:
    sizes = {"n": int(rng.integers(2, 5)), "m": int(rng.integers(2, 4))}
    values: dict[str, Array] = {}
    for name in KINDS:
        shape = tuple(sizes[str(dim)] for dim in sd.parse(name, LET).shape)
        value = rng.uniform(-1.5, 1.5, shape)
        if name in "SP":
            value = value + value.T
        values[name] = value @ value + np.eye(sizes["n"]) if name == "P" else value
    point = Point(values, sizes)
    likes = [f] if case.kind == "vjp" else case.variables
    for name, like in zip(case.directions, likes, strict=True):
        values[name] = rng.uniform(-1, 1, point.value(like).shape)
    return Point(values, sizes)


def _whole(x: Expr, way: Array, point: Point) -> dict[str, Array]:
    """The move of a whole symbol where a variable that is part of it moves."""
    if x.op == "symbol":
        return {x.attr.name: way}
    move = np.zeros(point.value(x.args[0]).shape)
    size = dict(point.sizes)
    items = [slice(*(size.get(str(b), b) for b in item)) if isinstance(item, tuple) else item for item in x.attr]
    move[tuple(items)] = way
    return {x.args[0].attr.name: move}


def _applied(case: Case, value: Array, ways: Sequence[Array]) -> Array:
    """A result applied to directions of its variables."""
    for way in ways:
        first = case.kind in ("grad", "hessian", "vjp", "hvp")
        value = np.tensordot(way, value, way.ndim) if first else np.tensordot(value, way, way.ndim)
    return np.asarray(value)


def _slope(case: Case, f: Expr, point: Point, moves: Sequence[dict[str, Array]]) -> Array:
    """The same by the evaluator: the slope along a direction, or along two."""
    if case.kind == "vjp":
        return np.sum(point.values["w"] * slope(f, point, moves[0]))
    if case.kind in ("jvp", "hvp"):
        together: dict[str, Array] = {}
        for name, x in zip(case.directions, case.variables, strict=True):
            for symbol, move in _whole(x, point.values[name], point).items():
                together[symbol] = together.get(symbol, 0) + move
        moves = [*moves, together]
    if len(moves) == 1:
        return slope(f, point, moves[0])
    return richardson(lambda step: slope(f, point.moved(moves[0], step), moves[1]))[0]
