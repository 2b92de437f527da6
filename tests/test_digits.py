"""No digits are lost: what a derivative prints, and what is compiled, is as exact as f was as it was written.

The error of a derivative, by mpmath, is at most 8 times the larger of the error of forward-mode dual numbers run on f
as it was written, in the same precision, and one ulp of the largest value in that run; errors are the largest over 16
neighbouring points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import mpmath as mp
import numpy as np
import pytest
from dual import NoValue, Run

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.evaluate import evaluate
from symdiff.expr import Expr, postorder

TIMES = 8
NEIGHBOURS = 16
SHIFT = {np.float64: 1e8, np.float32: 1e3}
TAME = frozenset("positive spd symmetric skew orthogonal diagonal integer lower upper".split())  # not shifted
ORDERS = {"grad": 1, "diff": 1, "jacobian": 1, "hessian": 2}

Values = Mapping[str, Any]


class Loss(NamedTuple):
    """How many times larger than the yardstick the error of a form is."""

    form: str
    times: float
    error: float
    yardstick: float


def losses(f: Expr, x: Expr, kind: str, points: list[Values], number: Any, let: str) -> list[Loss]:
    """The losses of the printed and the compiled derivative of f over neighbouring points."""
    order, name = ORDERS[kind], x.attr.name
    g = getattr(sd, kind)(f, x)
    printed = sd.parse(str(g), let)
    compiled = sd.compile(g)
    errors = {"printed": 0.0, "compiled": 0.0, "dual": 0.0}
    largest = 0.0
    with np.errstate(all="ignore"), mp.workdps(60):
        for at in points:
            exact = _derivative(Run(at, name, order, None), f, x, g, order)
            run = Run(at, name, order, number)
            dual = _derivative(run, f, x, g, order)
            forms = {
                "dual": dual,
                "printed": Run(at, None, 0, number).value(printed).value,
                "compiled": compiled(**{arg: number(at[arg]) for arg in compiled.args}),
            }
            for form, value in forms.items():
                errors[form] = max(errors[form], _error(np.asarray(value), exact))
            largest = max(largest, run.largest)
    if not np.isfinite(errors["dual"]):
        raise NoValue("f has no derivative here")
    yardstick = max(errors["dual"], float(np.spacing(number(largest))))
    return [
        Loss(form, errors[form] / yardstick, errors[form], yardstick) for form in ("printed", "compiled")
    ]


def _derivative(run: Run, f: Expr, x: Expr, g: Expr, order: int) -> Any:
    """The derivative of a run with the axes that g has."""
    found = run.value(f)
    rank = len(found.value.shape)
    part = found.first if order == 1 else found.second
    own = run.given[x.attr.name].shape
    whole = np.asarray(part).reshape(found.value.shape + own * order)
    if rank and g.shape == x.shape + f.shape and g.shape != f.shape + x.shape:
        whole = np.moveaxis(whole, range(rank), range(-rank, 0))
    return whole


def _error(value: Any, exact: Any) -> float:
    """The largest error of an entry."""
    if value.shape != exact.shape:
        return np.inf
    gaps = [_gap(a, b) for a, b in zip(value.reshape(-1).tolist(), exact.reshape(-1), strict=True)]
    return max(gaps, default=0.0)


def _gap(a: float, b: Any) -> float:
    if not mp.isfinite(b):
        raise NoValue("no value here")
    return float(abs(mp.mpf(a) - b)) if np.isfinite(a) else np.inf


# --- points near each other, of which everything is equal to eight digits (three in single precision) -----------


def neighbours(e: Expr, seed: int, number: Any, shifted: bool = True) -> list[Values]:
    """Points whose entries differ from one another in what a large common part leaves."""
    random = np.random.default_rng(seed)
    symbols = [s for s in postorder(e) if s.op == "symbol" and "dimension" not in s.attr.properties]
    base = {s: _value(s, random, SHIFT[number] if shifted else 0.0) for s in symbols}
    points = []
    for _ in range(NEIGHBOURS):
        moved = {s.attr.name: _rounded(s, middle + 1e-3 * part * random.standard_normal(np.shape(part)), number)
                 for s, (middle, part) in ((s, (big + part, part)) for s, (big, part) in base.items())}  # fmt: skip
        points.append(moved)
    return points


def _value(s: Expr, random: Any, shift: float) -> tuple[float, Any]:
    """The large common part of a symbol's value, and what is besides; names in capitals at the end are not shifted."""
    sizes = {"m": 5, "n": 4, "p": 3, "k": 3, "q": 2}
    shape = tuple(dim if isinstance(dim, int) else sizes.get(str(dim), 3) for dim in s.shape)
    part = random.uniform(0.5, 2.0, shape)
    tame = s.attr.properties & TAME
    if "spd" in tame:
        return 0.0, part @ part.T + len(part) * np.eye(len(part))
    return (0.0 if tame else shift), part


def _rounded(s: Expr, value: Any, number: Any) -> Any:
    props = s.attr.properties
    if "integer" in props:
        value = np.round(value)
    if "symmetric" in props or "spd" in props:
        value = (value + value.T) / 2
    if "skew" in props:
        value = (value - value.T) / 2
    for name, take in (("lower", np.tril), ("upper", np.triu), ("diagonal", lambda a: np.diag(np.diag(a)))):
        value = take(value) if name in props else value
    if "orthogonal" in props:
        value = np.eye(len(value))
    return np.asarray(value, dtype=number).astype(float)


# --- a derivative where there is one: no nan from zero times infinity ----------------------------------------------

REGIONS = [
    ("diff", "sqrt(max(0, t^2 - s^2))", {"t": 1.0, "s": 2.0}, 0.0),
    ("diff", "sqrt(max(0, t^2 - s^2))", {"t": 3.0, "s": 2.0}, 3 / 5**0.5),
    ("diff", "sqrt(relu(t))", {"t": -1.0}, 0.0),
    ("hessian", "sqrt(relu(t))", {"t": -1.0}, 0.0),
    ("hessian", "sqrt(relu(t))", {"t": 4.0}, -1 / 32),
    ("diff", "relu(t)^s", {"t": -1.0, "s": 0.5}, 0.0),
    ("diff", "cbrt(relu(t))", {"t": -1.0}, 0.0),
    ("diff", "exp(sqrt(where(t > 1, t - 1, 0)))", {"t": 0.5}, 0.0),
    ("hessian", "where(t > 0, t*log(t), 0)^2", {"t": -1.0}, 0.0),
    ("diff", "hypot(relu(t), relu(t))", {"t": -1.0}, 0.0),
    ("diff", "asin(clip(t, -1, 1))", {"t": 3.0}, 0.0),
    ("hessian", "asin(hardtanh(t))", {"t": -3.0}, 0.0),
    ("diff", "acos(min(t, 1))", {"t": 3.0}, 0.0),
    ("diff", "atanh(clip(t, -1, 1))", {"t": -3.0}, 0.0),
    ("diff", "acosh(max(t, 1))", {"t": 0.5}, 0.0),
    ("diff", "sqrt(1 - clip(t, -1, 1)^2)", {"t": 3.0}, 0.0),
    ("diff", "sin(t)*sqrt(leaky_relu(t, 0))", {"t": -1.0}, 0.0),
    ("diff", "relu(t)^2", {"t": 0.0}, 0.0),
    ("diff", "max(0, t)^3", {"t": 2.0}, 12.0),
    ("grad", "norm2(relu(x))", {"x": [-1.0, -2.0]}, [0.0, 0.0]),
    ("grad", "norm2(where(x > 0, sqrt(x), 0))^2", {"x": [-1.0, 2.0]}, [0.0, 1.0]),
    ("grad", "norm2(x)^2", {"x": [0.0, 0.0]}, [0.0, 0.0]),
    ("hessian", "norm2(x)^4", {"x": [0.0, 0.0]}, [[0.0, 0.0], [0.0, 0.0]]),
    ("grad", "sum(sqrt(max(0, x.*x - 1)))", {"x": [0.5, 2.0]}, [0.0, 2 / 3**0.5]),
    ("jacobian", "sqrt(relu(x))", {"x": [-1.0, 4.0]}, [[0.0, 0.0], [0.0, 0.25]]),
    ("hessian", "sum(sqrt(relu(x)))", {"x": [-1.0, 4.0]}, [[0.0, 0.0], [0.0, -1 / 32]]),
    ("grad", "sqrt(relu(x'*x - 9))", {"x": [1.0, 2.0]}, [0.0, 0.0]),
    ("grad", "sum(cumprod(x))", {"x": [1.0, 0.0, 3.0]}, [1.0, 4.0, 0.0]),
    ("grad", "sum(cumprod(relu(x)))", {"x": [1.0, -1.0, 3.0]}, [1.0, 0.0, 0.0]),
    ("grad", "sum(cumprod(x, reverse=True))", {"x": [3.0, 0.0, 1.0]}, [0.0, 4.0, 1.0]),
    ("jacobian", "cumprod(x)", {"x": [2.0, 0.0, 3.0]}, [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 6.0, 0.0]]),
    ("hessian", "sum(cumprod(x))", {"x": [1.0, 0.0, 3.0]}, [[0.0, 4.0, 0.0], [4.0, 0.0, 1.0], [0.0, 1.0, 0.0]]),
    ("grad", "sum(cumprod(K, axis=0))", {"K": [[0.0, 2.0], [-2.0, 0.0]]}, [[-1.0, 1.0], [0.0, 2.0]]),
]


@pytest.mark.parametrize(("kind", "f", "at", "expected"), REGIONS)
def test_a_derivative_exists_beside_an_infinite_one(kind: str, f: str, at: dict[str, Any], expected: Any) -> None:
    words = {0: "scalar", 1: "vector(n)", 2: "matrix(n, n)"}
    let = "; ".join(f"{name}: {words[np.ndim(value)]}" for name, value in at.items())
    g = getattr(sd, kind)(f, next(iter(at)), declarations=let)
    run = sd.compile(g)
    with np.errstate(all="ignore"):
        for value in (run(**{name: at[name] for name in run.args}), evaluate(g, at)):
            np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-12)


def test_a_recurrence_of_other_shapes_is_refused() -> None:
    with pytest.raises(ShapeError, match="recurrence of a"):
        sd.parse("recurrence(x, y)", "x: vector(3); y: vector(4)")
