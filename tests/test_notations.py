"""The notations of one result and their ways back: index, Kronecker and vec, differential, layouts."""

from __future__ import annotations

from itertools import islice
from typing import Any

import numpy as np
import pytest
from cases import MatrixRow, matrix_rows
from strategies import DECLARATIONS, random_expr

import symdiff as sd
from symdiff.algebra import same
from symdiff.errors import NotSupported, ShapeError, SymdiffError
from symdiff.expr import Expr

SHAPES = """
A: matrix(m, n); X: matrix(n, k); B: matrix(k, l); C, V: matrix(n, k); v: vector(k); u: vector(n)
S: spd(n); t: scalar
"""
FUNCTIONS = """
A*X*B; X'; X'*X; X*X'; exp(A*X); X.*C; X*v; u'*X; u*v'*sum(X); X.*(u*v'); relu(A*X); where(X > 0, X, C)
softmax(X, axis=0); softmax(X, axis=1); X - mean(X, axis=0)'; X./sum(X, axis=1, keepdims=True); X*v*u'; X*X'*X
exp(X)*exp(X)'; norm2(X)*X'; tanh(X*B); sum(X, axis=1); diag(X*v); diag(u)*X*diag(v); X/tr(X'*X); inv(S)*X
cumsum(X, axis=0); kron(X, A); X[0, :]; reshape(X, k, n); prod(X, axis=0); X'.*C'
"""
SIZES = [{"m": 2, "n": 3, "k": 4, "l": 5}, {"m": 1, "n": 3, "k": 2, "l": 2}, {"m": 2, "n": 1, "k": 3, "l": 4}]


def texts(block: str) -> list[str]:
    return [text.strip() for line in block.strip().splitlines() for text in line.split(";")]


def value(e: Expr, sizes: dict[str, int]) -> Any:
    """The value at random arrays, the same ones for a name wherever it occurs."""
    given = {}
    for s in e.symbols:
        rng = np.random.default_rng(ord(s.name))
        entries = rng.uniform(0.3, 1.5, [d if isinstance(d, int) else sizes[str(d)] for d in s.shape])
        given[s.name] = entries @ entries.T + np.eye(len(entries)) if "spd" in s.properties else entries
    return e(**given, **sizes)


def stacked(tensor: Any, rows: int) -> Any:
    """The axes of F and those of X each stacked by columns, in NumPy."""
    order = [*range(rows)[::-1], *range(rows, tensor.ndim)[::-1]]
    return np.transpose(tensor, order).reshape(int(np.prod(tensor.shape[:rows])), -1)


# Index notation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A*X", "[i, j] -> sum(l, A[i, l]*X[l, j])"),
        ("u'*S*u", "sum(i, sum(j, u[i]*S[i, j]*u[j]))"),
        ("tr(S)", "sum(i, S[i, i])"),
        ("inv(S)", "[i, j] -> inv(S)[i, j]"),
        ("A.*(t*v[0]*u')", "[i, j] -> t*v[0]*A[i, j]*u[j]"),
        ("eye(n)", "[i, j] -> eye(n)[i, j]"),
        ("X + 1", "[i, j] -> X[i, j] + 1"),
        ("softmax(X, axis=1)", "[i, j] -> softmax(X, axis=1)[i, j]"),
        ("sum(X, axis=0)/n", "[i] -> sum(j, X[j, i])/n"),
    ],
)
def test_index_notation(text: str, said: str) -> None:
    e = sd.parse(text, SHAPES)
    assert e.index_notation() == said
    assert same(sd.parse(said, SHAPES), e)


def test_index_notation_in_latex() -> None:
    assert sd.parse("A*u", SHAPES).index_notation("latex") == r"\left[\sum_{j} A_{i j} u_{j}\right]_{i}"
    with pytest.raises(SymdiffError, match="unknown style"):
        sd.parse("A*u", SHAPES).index_notation("html")


def test_index_notation_never_takes_a_name_in_use() -> None:
    e = sd.parse("i*J*j", "i: scalar; J: matrix(k, l); j: vector(l)")
    assert e.index_notation() == "[m] -> i*sum(n, J[m, n]*j[n])"


@pytest.mark.parametrize("seeds", [range(start, start + 100) for start in range(0, 400, 100)])
@pytest.mark.sample(2)
def test_index_notation_reads_back(seeds: range) -> None:
    """As the same expression, or one that moves a transpose through a function, which values show."""
    alike = 0
    for seed in seeds:
        e = random_expr(seed, names=False)
        again = sd.parse(e.index_notation(), DECLARATIONS)
        assert again.shape == e.shape
        alike += same(again, e)
        assert same(again, e) or equal_values(e, again), (seed, e)
    assert alike >= 0.95 * len(seeds)


def equal_values(a: Expr, b: Expr) -> bool:
    """Whether two expressions agree at random points, where they have values there."""
    from symdiff.oracles.points import find_points

    try:
        points = list(islice(find_points(a, [a, b], (), {"m": 2, "n": 3}, 3), 2))
    except (IndexError, np.linalg.LinAlgError):  # an entry that is not there at these sizes, a singular matrix
        return True
    return all(np.allclose(p.value(a), p.value(b), equal_nan=True) for p in points)


@pytest.mark.parametrize("row", [r for r in matrix_rows() if r.kind in "GJHS"], ids=lambda r: r.number)
def test_index_notation_of_rows(row: MatrixRow) -> None:
    """The functions of the open cases, entry by entry, read back."""
    f = sd.parse(row.expression, row.declarations)
    assert same(sd.parse(f.index_notation(), row.declarations), f)


# Kronecker and vec


@pytest.mark.parametrize("text", texts(FUNCTIONS))
def test_kronecker(text: str) -> None:
    """The matrix has the values of the tensor, what is printed reads back, and so does the tensor."""
    f, x = sd.parse(text, SHAPES), sd.parse("X", SHAPES)
    j = sd.jacobian(f, x)
    k = sd.kronecker(j, rows=f.rank)
    read = sd.parse(j.kronecker(rows=f.rank), SHAPES)
    back = sd.from_kronecker(k, f, x)
    for sizes in SIZES:
        expected = value(j, sizes)
        for made in (k, read):
            np.testing.assert_allclose(value(made, sizes), stacked(expected, f.rank), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(value(back, sizes), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A*X*B", "kron(B', A)"),
        ("X'", "commutation(n, k)"),
        ("X'*X", "kron(X', eye(k))*commutation(n, k) + kron(eye(k), X')"),
        ("exp(A*X)", "diag(vec(exp(A*X)))*kron(eye(k), A)"),
        ("u*v'*sum(X.*X)", "2*vec(u*v')*vec(X)'"),
        ("X*v", "kron(v', eye(n))"),
        ("X + C", "eye(k*n)"),
        ("norm2(X)*X", "vec(X)*vec(X)'/norm2(X) + norm2(X)*eye(k*n)"),
    ],
)
def test_kronecker_prints(text: str, said: str) -> None:
    f = sd.parse(text, SHAPES)
    assert sd.jacobian(f, "X", SHAPES).kronecker(rows=f.rank) == said
    rows = "vec(" + text + ")" if f.rank == 2 else text
    assert str(sd.jacobian(rows, "vec(X)", SHAPES)) == said


def test_hessian_by_a_matrix_keeps_its_factors() -> None:
    f, shapes = "norm2(A - U*V')^2", "A: matrix(m, n); U: matrix(m, k); V: matrix(n, k)"
    assert sd.hessian(f, "U", shapes).kronecker() == "2*kron(V'*V, eye(m))"
    assert str(sd.hessian(f, "vec(U)", shapes)) == "2*kron(V'*V, eye(m))"


@pytest.mark.parametrize("f", ["vec(A*X*B)", "X*v", "tr(C'*X)", "kron(B', A)*vec(X)", "A*X*v", "vec(X)'*vec(C)*vec(X)"])
def test_derivatives_by_vec_are_checked(f: str) -> None:
    assert sd.check(f, "vec(X)", kind="grad", declarations=SHAPES).ok is True


def test_three_axes_need_to_be_told_apart() -> None:
    with pytest.raises(SymdiffError, match="which axes"):
        sd.jacobian("X*v", "X", SHAPES).kronecker()
    with pytest.raises(ShapeError):
        sd.from_kronecker("kron(B', A)", "X", "X", SHAPES)
    with pytest.raises(NotSupported):
        sd.hessian("logdet(S)", "vec(S)", SHAPES)


def test_the_commutation_matrix() -> None:
    k = sd.parse("commutation(m, n)*vec(A)", SHAPES)
    a = np.arange(6.0).reshape(2, 3)
    np.testing.assert_array_equal(k(A=a), a.ravel())
    assert sd.parse("commutation(1, n)") is sd.parse("eye(n)")
    assert str(sd.parse("commutation(m, n)'")) == "commutation(n, m)"
    assert sd.parse("commutation(m, n)").latex() == "K_{m n}"


# Differentials


@pytest.mark.parametrize("text", [*texts(FUNCTIONS), "tr(C'*X)", "norm2(X)", "logdet(X'*X + S[0, 0]*eye(k))", "t*X"])
def test_identify_is_the_way_back_from_a_differential(text: str) -> None:
    f, x = sd.parse(text, SHAPES), sd.parse("X", SHAPES)
    expected = sd.jacobian(f, x)
    found = sd.identify(sd.differential(f, x), x)
    for sizes in SIZES:
        np.testing.assert_allclose(value(found, sizes), value(expected, sizes), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "x", "said"),
    [
        ("tr(V'*dX)", "X", "V"),
        ("u'*du + tr(V'*dX)", "u", "u"),
        ("2*t*dt", "t", "2*t"),
        ("u'*dX*v", "X", "u*v'"),
        ("tr(S*dS)", "S", "S"),
    ],
)
def test_identify(text: str, x: str, said: str) -> None:
    assert str(sd.identify(text, x, SHAPES)) == said


@pytest.mark.parametrize("text", ["sum(dX.*dX)", "A*dX + A*X", "exp(dX)", "tr(V'*X)", "sum(dX)*tr(V'*dX)", "norm2(dX)"])
def test_identify_refuses_what_is_not_linear(text: str) -> None:
    with pytest.raises(SymdiffError, match="not linear"):
        sd.identify(text, "X", SHAPES)


# Layouts


@pytest.mark.parametrize("text", texts(FUNCTIONS))
def test_layouts(text: str) -> None:
    f, x = sd.parse(text, SHAPES), sd.parse("X", SHAPES)
    numerator, denominator = sd.jacobian(f, x), sd.grad(f, x)
    assert sd.grad(f, x, layout="numerator") is numerator
    assert sd.jacobian(f, x, layout="denominator") is denominator
    assert sd.diff(f, x, layout="denominator") is denominator
    turned = sd.relayout(numerator, f, x, "denominator")
    assert turned.shape == denominator.shape
    sizes = SIZES[0]
    np.testing.assert_allclose(value(turned, sizes), value(denominator, sizes), rtol=1e-9, atol=1e-12)
    again = sd.relayout(turned, f, x, "numerator")
    np.testing.assert_allclose(value(again, sizes), value(numerator, sizes), rtol=1e-9, atol=1e-12)


def test_a_wrong_layout_is_refused() -> None:
    with pytest.raises(SymdiffError, match="unknown layout 'rows'") as caught:
        sd.grad("A*u", "u", SHAPES, layout="rows")
    assert caught.value.hint == "one of numerator and denominator"
    with pytest.raises(ShapeError, match="denominator layout"):
        sd.relayout("A", "A*u", "u", "numerator", SHAPES)


def test_the_order_of_axes_is_said() -> None:
    (said,) = sd.derive("A*u", "u", "jacobian", SHAPES).remarks
    assert said == "axes: those of the function, then those of u (numerator layout)"
    assert sd.derive("u'*u", "u", "grad", SHAPES).remarks == ()
