"""Lists of variables: each variable has its derivative, whichever way it is asked for."""

from __future__ import annotations

import re
from itertools import islice, permutations

import numpy as np
import pytest
from lists import KINDS, LET, cases, wrong

import symdiff as sd
from symdiff import cli
from symdiff.algebra import same
from symdiff.errors import SymdiffError
from symdiff.evaluation import evaluate

SAMPLE, ALL = 50, 1000  # each kind in each way twice, and forty times


def _fails(count: int, seed: int) -> list[str]:
    found = ((case, wrong(case)) for case in islice(cases(seed), count))
    return [f"{case}: {said}" for case, said in found if said]


def test_a_list_gives_what_finite_differences_give() -> None:
    assert _fails(SAMPLE, 13) == []


@pytest.mark.slow
def test_lists_at_length() -> None:
    assert _fails(ALL, 2013) == []


# ---------------------------------------------------------------- mixed derivatives are the same in every order


STRUCTURED = f"{LET}; K: skew(n); L: lower(n); D: diagonal(n); Q: orthogonal(n)"
MIXED = [
    ("tr(A*S)", "A S"), ("x'*S*S*y", "x S y"), ("logdet(A*A' + Q*Q')", "A Q"), ("tr(A*S*B'*B)", "A B S"),
    ("sum(sin(S*A))", "S A"), ("tr(P*S*A*S)", "S P A"), ("x'*K*A*K*y", "K A x"), ("tr(L*A*L')*t", "L A t"),
    ("sum((D*A).^3)", "D A"), ("tr(Q*A*Q'*S)", "Q A S"), ("x'*inv(P)*S*x", "P S x"), ("exp(tr(S*A)/5)", "A S"),
    ("tr(S*S'*A)*s", "s S A"), ("log(x'*P*x)*t", "P x t"), ("tr(S*A)", "S[0,1] A"), ("x'*S*S*y", "S[0,1] S[1,0] x"),
    ("sum(softmax(S*x))", "S x"), ("tr(K*S*K*A)", "K S A"), ("S*A*x", "S A x"), ("K*S*y", "K S"),
    ("tr(Q*A*Q*S)", "Q[0,1] Q[1,1] A"),
]  # fmt: skip


def _values() -> dict[str, np.ndarray]:
    """A value for each name, of the kind it is declared to be."""
    rng = np.random.default_rng(5)
    ranks = {**dict.fromkeys("str", 0), **dict.fromkeys("xy", 1), **dict.fromkeys("ASPKLDQ", 2)}
    values = {name: rng.uniform(-1, 1, (3,) * rank) for name, rank in ranks.items()}
    s, k, p = (values[name] for name in "SKP")
    upright, _ = np.linalg.qr(values["Q"])
    known = {"S": s + s.T, "K": k - k.T, "P": p @ p.T + np.eye(3), "L": np.tril(values["L"]), "Q": upright}
    others = {"D": np.diag(rng.uniform(-1, 1, 3)), "z": rng.uniform(-1, 1, 2), "B": rng.uniform(-1, 1, (2, 3))}
    return {**values, **known, **others}


@pytest.mark.parametrize("structure", [None, "free", "projected"])
@pytest.mark.parametrize(("f", "names"), MIXED)
@pytest.mark.sample(14)
def test_mixed_derivatives_commute(f: str, names: str, structure: str | None) -> None:
    by = names.split()
    lead, values = sd.parse(f, STRUCTURED).rank, _values()
    ranks = [sd.parse(x, STRUCTURED).rank for x in by]
    found = []
    for order in permutations(range(len(by))):
        try:
            e = sd.diff(f, *(by[k] for k in order), declarations=STRUCTURED, structure=structure)
        except SymdiffError:  # the free entries of an orthogonal matrix
            assert structure == "free" and "Q" in names
            return
        starts = np.cumsum([lead, *(ranks[k] for k in order)])
        axes = {k: range(start, start + ranks[k]) for k, start in zip(order, starts, strict=False)}
        back = [*range(lead), *(axis for k in range(len(by)) for axis in axes[k])]
        found.append(np.transpose(evaluate(e, values, {"n": 3, "m": 2}), back))
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], atol=1e-10)


# ---------------------------------------------------------------- what a list is


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("grad(s^2*t, [s, t])", "[2*s*t, s^2]"),
        ("hessian(s^2*t + t^3, [s, t])", "[2*t, 2*s; 2*s, 6*t]"),
        ("jacobian([s*t, s, t], [s, t])", "[t, s; 1, 0; 0, 1]"),
        ("grad([s*t, s, t], [s, t])", "[t, 1, 0; s, 0, 1]"),
        ("diff(s*t*r, [s, t], [s, r])", "[0, t; r, s]"),
        ("diff(s^3*t, [s, t], 2)", "[6*s*t, 3*s^2; 3*s^2, 0]"),
        ("det(jacobian([r*cos(t), r*sin(t)], [r, t]))", None),
        ("div([s*t, t^2], [s, t])", "3*t"),
        ("div([2*x; 3*y], [x, y])", "5*n"),
        ("div([s*x; s^2], [x, s])", "s*n + 2*s"),
        ("div([x[0]*x[1], x[1]], [x[0], x[1]])", "x[1] + 1"),
        ("curl([-t, s, 0], [s, t, r])", "[0, 0, 2]"),
        ("laplacian(s^2*t^2, [s, t])", "2*t^2 + 2*s^2"),
        ("laplacian(s^2*x'*x, [s, x])", None),
        ("jvp(s*t, [s, t], [2, 3])", "2*t + 3*s"),
        ("jvp(s*t, [s, t], p)", "p[0]*t + s*p[1]"),
        ("jvp(s*x, [s, x], [r, y])", "r*x + s*y"),
        ("vjp([s*t, s], [s, t], p)", "[t*p[0] + p[1], s*p[0]]"),
        ("hvp(s*t, [s, t], [2, 3])", "[3, 2]"),
        ("grad(x[0]^2*x[1], [x[0], x[1]])", None),
        ("grad(s^2, [s])", "[2*s]"),
        ("hessian(s^2*t, [s])", "stack([2*t])"),
        ("hessian(s^2, [s])", "reshape([2], 1, 1)"),
        ("grad(s^2, [s, s])", "[2*s, 2*s]"),
        ("jvp(s^2, [s, s], [1, 2])", "6*s"),
        ("jvp(x'*x, [x, x[0]], [y, t])", "2*(t*x[0] + x'*y)"),
    ],
)  # fmt: skip
def test_a_list_in_a_text(text: str, expected: str | None) -> None:
    let = KINDS | {"p": "vector(2)"}
    found = sd.parse(text, let)
    assert expected is None or same(found, sd.parse(expected, let)), found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2*grad(x'*x*s, [x, s])", "a list stands alone"),
        ("g := grad(x'*x*s, [x, s]); g", "a list stands alone"),
        ("grad(x'*x*s, [x, s])", "a list stands alone"),
        ("grad(s, [s*t])", "not by `s*t`"),
        ("grad(s, [[s, t]])", "not by `[s, t]`"),
        ("jvp(s*t, [s, t], [1])", "a list of 2 takes as many directions"),
        ("jvp(s*x, [s, x], [1, 2])", "`2` is a scalar and stands for a column of n"),
        ("jvp(s*x, [s, x], y)", "a list of 2 takes as many directions"),
        ("jvp(A*x, x, z)", "`z` is a column of m"),
        ("div([s, t], [s, x])", "divergence"),
        ("div([s, t], [s])", "divergence"),
        ("laplacian(s*tr(A), [s, A])", "Laplacian"),
        ("[i] -> diff(x[i]*s, [s, t])", "by single variables"),
    ],
)
def test_what_a_list_is_not(text: str, said: str) -> None:
    with pytest.raises(SymdiffError, match=re.escape(said)):
        sd.parse(text, LET)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("jvp(A*x, x, v)", "A*v"), ("hvp(x'*A*x, x, v)", "(A + A')*v"), ("vjp(A*x, x, v)", "A'*v"),
     ("jvp(sum(x)*s, [x, s], [u, v])", "s*sum(u) + v*sum(x)"), ("jvp(s*t, [s, t], v)", "t*v[0] + s*v[1]")],
)  # fmt: skip
def test_directions_have_the_shape_of_their_variables(text: str, expected: str) -> None:
    assert str(sd.parse(text)) == expected


def test_a_list_from_python() -> None:
    assert str(sd.hessian("s^2*t", ["s", "t"])) == "[2*t, 2*s; 2*s, 0]"
    assert str(sd.hessian("x'*A*y", ["x", "y"], LET)) == "[[zeros(n, n), A], [A', zeros(n, n)]]"
    assert str(sd.diff("s^2*t", ["s", "t"], "t")) == "[2*s, 0]"
    assert str(sd.diff("s^2*t", ["s", "t"], ["t"])) == "[[2*s], [0]]"
    assert str(sd.jvp("s*t", ["s", "t"], ["u", "v"])) == "u*t + s*v"
    assert str(sd.identify("s*dt + 3*ds", ["s", "t"])) == "[3, s]"
    assert str(sd.differential("s*t*r", ["s", "t"])) == str(sd.differential("s*t*r", "s", "t"))
    told = sd.derive("s^2*t", ["s", "t"], "hessian")
    assert str(told.result) == "[2*t, 2*s; 2*s, 0]" and "diff(s^2*t, s, t)\n= 2*s" in told.text()
    for call in (lambda: sd.relayout("A", "A*x", ["x"], "numerator"), lambda: sd.jvp("s*t", ["s", "t"], ["u"])):
        with pytest.raises(SymdiffError, match="list"):
            call()


def test_lists_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    for words, expected in [
        (["grad", "s^2*t", "--wrt", "s,t"], "by s: 2*s*t\nby t: s^2\n"),
        (["grad", "s^2*t", "--wrt", "s", "--wrt", "t"], "by s: 2*s*t\nby t: s^2\n"),
        (["hessian", "s^2*t + t^3", "--wrt", "s,t"], "[2*t, 2*s; 2*s, 6*t]\n"),
        (["hessian", "s*x'*x", "--wrt", "s,x"], "by s, s: 0\nby s, x: 2*x\nby x, s: 2*x\nby x, x: 2*s*eye(n)\n"),
        (["grad(s*x'*x, [s, x])"], "by s: x'*x\nby x: 2*s*x\n"),
        (["vjp(s*x, [s, x], y)"], "by s: x'*y\nby x: s*y\n"),
        (["grad", "s*t", "--wrt", "s,t", "--to", "numpy"], None),
        (["grad", "s*t", "--wrt", "s,t", "--steps", "--latex"], None),
    ]:
        assert cli.main([*words, "--let", LET]) == 0
        found = capsys.readouterr().out
        assert expected is None or found == expected
