"""SymPy's expressions and ours: what goes there and comes back is the same, or has the same value at points."""

from __future__ import annotations

import warnings
from random import Random
from typing import Any

import numpy as np
import pytest
import sympy
from strategies import DECLARATIONS, Maker
from sympy import Function, HadamardProduct, Identity, MatrixSymbol, OneMatrix, Piecewise, Symbol, ZeroMatrix, symbols

import symdiff as sd
from symdiff.expr import postorder
from symdiff.interchange.sympy_names import TO_SYMPY

RNG = np.random.default_rng(1)
N, M = 3, 2
VALUES: dict[str, Any] = {
    "a": 0.7, "b": -1.3, "t": 1.7, "k": 2, "n": N, "m": M, "x": RNG.normal(size=N), "y": RNG.normal(size=N),
    "z": RNG.uniform(0.5, 2, size=N), "u": RNG.normal(size=M), "v": RNG.normal(size=M), "p": RNG.normal(size=3),
    "A": RNG.normal(size=(M, N)), "B": RNG.normal(size=(M, N)), "C": RNG.normal(size=(N, N)),
    "X": RNG.normal(size=(N, N)), "Q": RNG.normal(size=(2, 3)), "Z": RNG.normal(size=(2, 3, N)),
    "W": RNG.normal(size=(M, N, 2)), "D": np.diag(RNG.normal(size=N)),
}  # fmt: skip
VALUES["S"] = VALUES["C"] + VALUES["C"].T
VALUES["P"] = VALUES["C"] @ VALUES["C"].T + np.eye(N)


def value(e: sd.Expr) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return e({name: VALUES[name] for name in ("n", "m", *(s.name for s in e.symbols))})


def returned(e: sd.Expr) -> str | None:
    """What is wrong with an expression that went to SymPy and came back; None where nothing is."""
    again = sd.from_sympy(e.to_sympy(), DECLARATIONS)
    if again.shape != e.shape:
        return f"{again} has another shape"
    if sd.same(again, e):
        return None
    try:
        expected = value(e)
    except sd.SymdiffError:  # no value here: a singular matrix
        return None
    if not np.all(np.isfinite(expected)):
        return None
    try:
        found = value(again)
    except sd.ShapeError:  # an entry of the case that is not taken is not there
        return None
    return None if np.allclose(found, expected, rtol=1e-7, atol=1e-9) else f"{again} is not {e}"


def test_random_expressions_come_back(count: int = 12) -> None:
    """So many that SymPy has, by seeds; what it has not is refused by name."""
    there, seed, faults = 0, 0, []
    while there < count:
        seed += 1
        e = Maker(Random(seed), names=False).any(2 + (count > 12 and seed % 2))
        try:
            fault = returned(e)
        except (sd.NotSupported, sd.LimitError):
            continue
        except sd.ShapeError:  # an entry of the case that is not taken is not there
            assert any(node.op == "join" for node in postorder(e))
            continue
        there += 1
        faults += [f"{seed}: {fault}"] * (fault is not None)
    assert faults == []
    assert seed < 2.2 * count  # most are there


@pytest.mark.slow
def test_500_random_expressions_come_back() -> None:
    test_random_expressions_come_back(500)


def meant(s: Any) -> Any:
    """The value of a SymPy expression, by SymPy."""
    sizes = {symbol: VALUES[symbol.name] for symbol in s.free_symbols if symbol.name in ("n", "m")}
    values = {a.subs(sizes): sympy.ImmutableMatrix(np.reshape(VALUES[a.name], (len(VALUES[a.name]), -1)).tolist())
              for a in s.atoms(MatrixSymbol)}  # fmt: skip
    s = s.subs(sizes).xreplace(values)
    s = s.xreplace({a: sympy.Rational(str(VALUES[a.name])) for a in s.free_symbols if a.name in VALUES}).doit()
    s = s.as_explicit() if isinstance(s, sympy.MatrixExpr) else s
    entries = s.flat() if isinstance(s, sympy.MatrixBase) else [s]
    return np.array([complex(entry.doit().evalf()) for entry in entries])


@pytest.mark.slow
def test_sympy_gives_random_expressions_their_values() -> None:
    there = 0
    for seed in range(250):
        e = Maker(Random(seed), names=False).any(2)
        try:
            s, expected = e.to_sympy(), value(e)
        except sd.SymdiffError:
            continue
        if s.atoms(sympy.FunctionMatrix, sympy.Indexed) or not np.all(np.isfinite(expected)):
            continue  # SymPy puts no sizes into functions of places
        try:
            found = meant(s)
        except (IndexError, TypeError):  # SymPy looks at both cases of an entry, or has no number
            continue
        np.testing.assert_allclose(found, np.ravel(expected), rtol=1e-7, atol=1e-9)
        there += 1
    assert there > 60


KINDS = ("x, y: vector(n); A, B: matrix(n, n); X: matrix(m, n); S: spd(n); t: positive scalar; a, b: scalar; "
         "k: integer; z: complex scalar; T: tensor(2, 3, n); f, g: function")  # fmt: skip
TEXTS = """
x'*A*x | (x.T*A*x)[0, 0]
2*A*x - y/3 | 2*A*x - (1/3)*y
tr(A*B)*det(A) | Determinant(A)*Trace(A*B)
inv(A)*x | A**(-1)*x
A.*B + 3*eye(n) | HadamardProduct(A, B) + 3*I
exp(-t^2)/sqrt(t) | exp(-t**2)/sqrt(t)
sum(x.^2) | Sum(x[_i, 0]**2, (_i, 0, n - 1))
where(a > 0 and b < 1, a, b) | Piecewise((a, (a > 0) & (b < 1)), (b, True))
diag(x)*A | DiagMatrix(x)*A
x*y' | x*y.T
x[0] + A[1, 2] | A[1, 2] + x[0, 0]
x[1:] | x[1:, :]
A[0, :] | A[:1, :].T
[a, b; b, 1]*[1; 2] | Matrix([[a + 2*b], [b + 2]])
cumsum(x) | FunctionMatrix(n, 1, Lambda((_i, _j), Sum(x[_k, 0], (_k, 0, _i))))
prod(x) | Product(x[_k, 0], (_k, 0, n - 1))
kron(A, B) | KroneckerProduct(A, B)
A^3 | A**3
z*conj(z) | z*conjugate(z)
besselj(k, a) | besselj(k, a)
max(a, b, 1) | Max(1, a, b)
f(a)*f''(a*b) | f(a)*Subs(Derivative(f(_xi_1), (_xi_1, 2)), _xi_1, a*b)
sum(i = 1..n, i^2) | Sum((_i + 1)**2, (_i, 0, n - 1))
exp(x) | Lambda(_d, exp(_d)).(x)
T[0, 1, 2] | T[0, 1, 2]
concat(x, y) | Matrix([[x], [y]])
""".strip().splitlines()


@pytest.mark.parametrize("line", TEXTS, ids=lambda line: line.split(" | ")[0])
def test_how_it_is_written(line: str) -> None:
    text, expected = line.split(" | ")
    e = sd.parse(text, KINDS)
    made = e.to_sympy()
    assert " ".join(str(made).split()).replace("[ ", "[").replace("], [", "], [") == expected
    assert sd.same(sd.from_sympy(made, KINDS), e) or text.startswith(("[", "sum(i", "max"))


n, m = symbols("n m", integer=True, positive=True)
A, B, X, x, y = (MatrixSymbol(*given) for given in (("A", n, n), ("B", n, n), ("X", m, n), ("x", n, 1), ("y", n, 1)))
a, t, i, j, c = Symbol("a"), Symbol("t", positive=True), Symbol("i"), Symbol("j"), Symbol("c", complex=True)
f = Function("f")


@pytest.mark.parametrize(
    ("theirs", "text"),
    [
        (sympy.sin(a) ** 2 + 3 * a / 7 - sympy.pi, "sin(a)^2 + 3*a/7 - pi"),
        (sympy.exp(-t) * sympy.log(t), "exp(-t)*log(t)"),
        (x.T * A * x, "x'*A*x"),
        ((A + B).T * x - 2 * y, "(A + B)'*x - 2*y"),
        (x.T, "x"),
        (x.T * A, "A'*x"),
        (x * y.T, "x*y'"),
        (x.T * (A * y), "x'*A*y"),
        (sympy.Trace(A.T * B) + sympy.Determinant(A), "tr(A'*B) + det(A)"),
        (A**-1 * x, "inv(A)*x"),
        (HadamardProduct(A, B) + ZeroMatrix(n, n) + Identity(n), "A.*B + eye(n)"),
        (OneMatrix(1, m) * X, "sum(X, axis=0)"),
        (sympy.Sum(x[i, 0] * y[i, 0], (i, 0, n - 1)), "x'*y"),
        (sympy.Sum(A[i, j] * x[j, 0] * a, (j, 0, n - 1), (i, 0, n - 1)), "a*sum(A*x)"),
        (sympy.Sum(i**2, (i, 1, 4)), "30"),
        (sympy.Product(x[i, 0], (i, 0, n - 1)), "prod(x)"),
        (sympy.FunctionMatrix(n, n, sympy.Lambda((i, j), A[j, i] + i)), "[p, q] -> A[q, p] + p"),
        (x.applyfunc(sympy.Lambda(a, sympy.exp(a) + a)), "exp(x) + x"),
        (Piecewise((a, a > 0), (0, True)), "where(a > 0, a, 0)"),
        (sympy.Max(a, t, 0), "max(max(0, a), t)"),
        (sympy.Derivative(f(a), a), "f'(a)"),
        (sympy.Derivative(f(a**2), a), "2*a*f'(a^2)"),
        (sympy.Matrix([[a, 1], [2, t]]), "[a, 1; 2, t]"),
        (sympy.Matrix([a, 1]), "[a, 1]"),
        (sympy.Matrix([[a, 1], [2, t]]) * sympy.Matrix([1, 2]), "[a + 2, 2 + 2*t]"),
        (sympy.BlockMatrix([[A, x], [y.T, ZeroMatrix(1, 1)]])[0, 0], "A[0, 0]"),
        (sympy.conjugate(c) * c, "conj(c)*c"),
        (sympy.Float("0.1") + a, "a + 0.1"),
        (sympy.besselj(2, a) + sympy.erf(a) + sympy.gamma(t), "besselj(2, a) + erf(a) + gamma(t)"),
        (sympy.Heaviside(a, 1), "where(a > 0, 1, where(a == 0, 1, 0))"),
        (sympy.And(a > 0, sympy.Not(t < 1)), "t >= 1 and a > 0"),
        (sympy.loggamma(t), "lgamma(t)"),
        (n * a + m, "n*a + m"),
        (Function("Add")(a), "Add(a)"),
        (sympy.oo * t, "oo"),
        (X[0, :] * x, "X[0, :]'*x"),
        (X[1:, 2], "X[1:, 2]"),
        (sympy.Array([[[1, 2], [3, 4]], [[5, 6], [7, a]]]), "stack([1, 2; 3, 4], [5, 6; 7, a])"),
        (sympy.Derivative(f(f(a)), a).doit(), "f'(f(a))*f'(a)"),
        (sympy.Poly(a**2 + 1, a), "a^2 + 1"),
        (sympy.BlockMatrix([[A, x], [y.T, ZeroMatrix(1, 1)]]),
         "concat(concat(A, stack(x, axis=1), axis=1), concat(stack(y), zeros(1, 1), axis=1))"),
        (sympy.Sum(A[i, i], (i, 0, n - 1)) / n, "tr(A)/n"),
        (sympy.Product(a, (i, 1, 3)), "a^3"),
        (sympy.Sum(sympy.Product(x[j, 0], (j, 0, i)), (i, 0, n - 1)), "sum(cumprod(x))"),
    ],
    ids=str,
)  # fmt: skip
def test_from_sympy(theirs: Any, text: str) -> None:
    kinds = "A, B: matrix(n, n); X: matrix(m, n); x, y: vector(n); t: positive scalar; a: scalar; c: complex scalar"
    more = "; n, m: positive integer" if text == "n*a + m" else "; f: function; Add: function"
    found, expected = sd.from_sympy(theirs), sd.parse(text, "a: scalar" + more if "n*" in text else kinds + more)
    assert sd.same(found, expected) or (expected.op != "compare" and sd.equal(found, expected).ok)


def test_assumptions_go_both_ways() -> None:
    for word in ("positive scalar", "integer", "complex scalar", "scalar"):
        s = sd.declare(f"s: {word}")
        assert sd.from_sympy(s.to_sympy()) is s
    assert sd.scalar("s").to_sympy() == Symbol("s", real=True)
    assert str(sd.from_sympy(A * x, S="symmetric(n)", x="vector(n)")) == "A*x"
    assert sd.from_sympy(MatrixSymbol("S", n, n), "S: symmetric(n)").properties == {"symmetric"}


@pytest.mark.sample(20)
@pytest.mark.parametrize("name", sorted(TO_SYMPY))
def test_functions_have_the_same_values(name: str) -> None:
    from symdiff.book import library

    for count in (1, 2):
        entry = library().function(name, count)
        if entry is None or not entry.accepts(count) or (name, count) == ("log", 2):
            continue
        names = sd.declare(f"p: {'integer' if entry.has_integers else 'scalar'}; q: scalar")[:count]
        e = sd.parse(f"{name}({', '.join('pq'[:count])})", {s.name: s for s in names})
        for at in ((0.7, 0.4), (2, 1.5), (-1.5, 2), (3, -0.5), (-2.5, -0.3), (1, 2.5)):
            if entry.has_integers and not float(at[0]).is_integer():
                continue
            with np.errstate(all="ignore"):
                expected = e(dict(zip("pq"[:count], at, strict=False)))
            here = {s.to_sympy(): sympy.Rational(str(v)) for s, v in zip(names, at, strict=False)}
            if np.isfinite(expected):
                assert complex(e.to_sympy().subs(here).evalf()) == pytest.approx(complex(expected), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: sd.parse("cholesky(S)", KINDS).to_sympy(), sd.NotSupported, "cholesky"),
        (lambda: sd.parse("max(x)", KINDS).to_sympy(), sd.NotSupported, "max"),
        (lambda: sd.parse("detach(a)", KINDS).to_sympy(), sd.NotSupported, "detach"),
        (lambda: sd.parse("T", KINDS).to_sympy(), sd.NotSupported, "tensor(2, 3, n)"),
        (lambda: sd.from_sympy(Symbol("s", commutative=False)), sd.NotSupported, "commute"),
        (lambda: sd.from_sympy(sympy.sin(a).series(a)), sd.NotSupported, "Order"),
        (lambda: sd.from_sympy("x**2"), sd.SymdiffError, "not str"),
        (lambda: sd.from_sympy(sympy.Integral(a, a)), sd.NotSupported, "Integral"),
        (lambda: sd.from_sympy(sympy.zeta(a)), sd.NotSupported, "zeta"),
        (lambda: sd.from_sympy(sympy.zoo), sd.NotSupported, "zoo"),
        (lambda: sd.from_sympy(sympy.nan), sd.NotSupported, "nan"),
        (lambda: sd.from_sympy(sympy.Sum(a**i, (i, 0, sympy.oo))), sd.NotSupported, "oo"),
        (lambda: sd.from_sympy(Symbol("x y")), sd.SymdiffError, "no name"),
        (lambda: sd.from_sympy(Symbol("s") + Symbol("s", positive=True)), sd.SymdiffError, "two symbols"),
        (lambda: sd.from_sympy(x, x="matrix(n, n)"), sd.ShapeError, "matrix(n, n)"),
        (lambda: sd.from_sympy(Piecewise((a, a > 0))), sd.NotSupported, "True"),
        (lambda: sd.from_sympy(sympy.Interval(0, 1)), sd.NotSupported, "Interval"),
        (lambda: sd.from_sympy(A.diff(A)), sd.NotSupported, ""),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_named(make: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error) as caught:
        make()
    assert said in str(caught.value)
