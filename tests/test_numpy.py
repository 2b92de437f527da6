"""NumPy's functions on expressions give what they give on arrays, or are refused; sizes as scalars; kinds of values."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import numpy_calls
import pytest

import symdiff as sd

x, y, A, B, R, P, q = sd.declare(
    "x: vector(n); y: vector(m); A: matrix(m, n); B: matrix(n, n); R: tensor(2, n, 4); P: matrix(3, 4); q: scalar"
)
n, m = x.shape[0], y.shape[0]


# The sweep

_RICH = ("linalg.norm", "item", "chain", "einsum", "tensordot")  # where one call in many takes each way


def _faults(name: str, seeds: range) -> list[str]:
    calls = [numpy_calls.DRAWS[name](random.Random(f"{name} {seed}")) for seed in seeds]
    answered = sum(map(numpy_calls.answered, calls))
    faults = [found for found in map(numpy_calls.fault, calls) if found]
    if len(calls) > 20 and (answered == 0) != (name in numpy_calls.NEVER):
        faults.append(f"{name}: {answered} calls of {len(calls)} have a value")
    return faults


@pytest.mark.parametrize("name", numpy_calls.DRAWS)
def test_functions_give_what_numpy_gives(name: str) -> None:
    assert not _faults(name, range(60 if name in _RICH else 3))


@pytest.mark.slow
@pytest.mark.parametrize("name", numpy_calls.DRAWS)
def test_functions_give_what_numpy_gives_in_every_form(name: str) -> None:
    assert not _faults(name, range(60, 136))


# What once was another value, or a refusal without a way


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (lambda: np.linalg.norm(P, -np.inf, axis=1), "min(abs(P), axis=1)"),
        (lambda: np.linalg.norm(x, np.float64("inf")), "norm_inf(x)"),
        (lambda: np.linalg.norm(A, "nuc"), "norm_nuc(A)"),
        (lambda: n * q, "n*q"),
        (lambda: 2.5 * n - q / m, "2.5*n - q/m"),
        (lambda: np.float64(2) * n, "2.0*n"),
        (lambda: np.sum(A @ x) / A.shape[0], "mean(A*x)"),
        (lambda: np.sqrt(n) + n**2 + n**-1, "sqrt(n) + n^2 + 1/n"),
        (lambda: A.size * q, "m*n*q"),
        (lambda: np.where(n > 3, q, n), "where(n > 3, q, n)"),
        (lambda: np.logaddexp(0, A @ x), "logaddexp(0, A*x)"),
        (lambda: np.linalg.slogdet(B)[1], "log(abs(det(B)))"),
        (lambda: np.linalg.eigvalsh(B + B.T), "eigvals(B + B')"),
        (lambda: np.tril(B), "tril(B)"),
        (lambda: np.vstack([x, B]).shape[0], None),
        (lambda: np.vstack([x, 2 * x]), "vstack(x, 2*x)"),
        (lambda: np.diff(x), "x[1:] - x[:-1]"),
        (lambda: np.roll(x, 1), "concat(x[-1:], x[:-1])"),
    ],
)
def test_what_numpy_code_means(made: Any, expected: str | None) -> None:
    e = made()
    if expected is None:
        assert str(e) == "n + 1"
    else:
        declared = "x: vector(n); y: vector(m); A: matrix(m, n); B: matrix(n, n); P: matrix(3, 4); q: scalar"
        assert str(e) == str(sd.parse(expected, declared))


def test_log_sum_of_exponentials_stays_stable() -> None:
    far = np.array([1000.0, -1000.0])
    f = np.sum(np.logaddexp(0, x))
    np.testing.assert_allclose(f(x=far), 1000.0)
    np.testing.assert_allclose(sd.grad(f, x)(x=far), [1.0, 0.0])
    np.testing.assert_allclose(np.logaddexp2(x, 1.0)(x=far), [1000.0, 1.0])
    np.testing.assert_allclose(np.log(np.sum(np.exp(x)))(x=far), 1000.0)


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda: P[True],
        lambda: P[np.True_],
        lambda: P[0, False],
        lambda: P[0:1.5],
        lambda: P[::0],
        lambda: x[0.5:],
        lambda: x * np.ma.masked_array([1.0, 2.0], [0, 1]),
        lambda: np.stack([x, np.ma.masked_array([1.0, 2.0], [0, 1])]),
        lambda: np.matrix([[1.0]]) * B,
        lambda: np.stack([x, y], axis=2),
        lambda: np.concatenate([x, x], axis=1),
        lambda: np.concatenate([q, q]),
        lambda: np.vstack([x, y]),
        lambda: np.linalg.solve(B, q),
        lambda: np.linalg.solve(B, R),
        lambda: np.linalg.eigvalsh(B),
        lambda: np.linalg.norm(B, 0),
        lambda: np.linalg.norm(R, 2),
        lambda: np.sum(x, axis=True),
        lambda: np.sum(x, out=np.zeros(())),
        lambda: np.max(x, initial=0),
        lambda: np.var(P, ddof=12),
        lambda: np.array([n, 1]),
        lambda: bool(n > 3),
        lambda: np.frexp(n),
    ],
)
def test_what_numpy_refuses_or_means_otherwise_is_refused(wrong: Any) -> None:
    with pytest.raises(sd.SymdiffError):
        wrong()


def test_what_reads_arrays_only_says_the_way() -> None:
    special = pytest.importorskip("scipy.special")
    for function in (special.logsumexp, special.softmax):
        for vector in (x, sd.vector("v", 3)):
            with pytest.raises(sd.SymdiffError, match=r"np\.log\(np\.sum\(np\.exp\(x\)\)\)"):
                function(vector)
    at = np.array([0.3, 1.7])
    for function in (special.expit, special.gammaln, special.psi, special.erf, special.log_expit, special.gamma):
        np.testing.assert_allclose(function(x)(x=at), function(at))


@pytest.mark.parametrize("value", [10**30, Fraction(1, 3), np.float16(0.5), np.longdouble(2), True, np.uint8(7)])
def test_every_kind_of_number_is_a_value(value: Any) -> None:
    assert (2 * q)(q=value) == 2 * float(value)
    np.testing.assert_array_equal(x(x=[value, 1]), [float(value), 1.0])
    np.testing.assert_array_equal((q * np.stack([q, value]))(q=1.0), [1.0, float(value)])


@pytest.mark.parametrize(
    "value", [10**400, "1", None, np.ma.masked_array(1.0, True), np.ma.masked, object(), np.datetime64("2020-01-01")]
)
def test_what_is_no_number_is_no_value(value: Any) -> None:
    with pytest.raises(sd.SymdiffError):
        (2 * q)(q=value)
    with pytest.raises(sd.SymdiffError):
        (2 * x)(x=[value, 1.0])


def test_a_slice_backwards_from_before_the_first_entry_is_empty() -> None:
    assert (made := P[-5::-2]).shape == made(P=np.ones((3, 4))).shape == (0, 4)


def test_an_entry_that_the_sizes_of_a_call_put_outside_is_an_error() -> None:
    at = np.arange(3.0)
    assert x[-3](x=at) == 0
    for outside in (x[-4], x[3], x[-5:], x[:4], x[2:-2], np.sum(x[1:5])):
        with pytest.raises(sd.ShapeError):
            outside(x=at)


def test_what_is_of_one_number_or_of_none_has_a_value() -> None:
    assert sd.parse("logsumexp(t + t)", "t: scalar")(t=0.5) == 1.0
    assert np.isclose(sd.parse("log(1 + exp(t - t))", "t: scalar")(t=0.5), np.log(2))
