"""The oracles: they agree with what is right, and each finds what is wrong."""

from __future__ import annotations

import gc
from itertools import islice
from typing import Any

import numpy as np
import pytest
from checker import assert_derivative
from claims import Maker

import symdiff as sd
from symdiff import expr as expr_module
from symdiff.algebra.conditions import PREDICATES, Condition, condition
from symdiff.errors import ShapeError, SymdiffError, UnknownNameError
from symdiff.evaluation import Point, evaluate
from symdiff.evaluation.functions import StandIn
from symdiff.evaluation.numeric import Numeric
from symdiff.inputs import problem
from symdiff.oracles import points as points_module
from symdiff.oracles.components import components
from symdiff.oracles.finite import FiniteDifferences
from symdiff.oracles.points import find_points, satisfied, size_choices
from symdiff.oracles.search import Search
from symdiff.oracles.settle import Pair, settle
from symdiff.oracles.switches import switches_of
from symdiff.oracles.variable import Variable
from symdiff.oracles.verdict import check

LET = """x, y: vector(n); b: vector(m); t, s: scalar; A: matrix(m, n); X, C: matrix(n, n); S: symmetric(n)
P: spd(n); z: positive vector(n); p: vector(3); f: function; g: function(vector(n), scalar) -> vector(m)"""


def read(text, wrt="x"):
    given = problem([text], [wrt], LET)
    return given.exprs[0], given.wrt[0]


def verdict(text, wrt, result, kind="grad"):
    given = problem([text, result], [wrt], LET)
    return check(given.exprs[0], given.wrt[0], given.exprs[1], kind)


# --- right results, each by all three oracles


@pytest.mark.parametrize(
    ("text", "wrt", "kind"),
    [
        ("x'*X*x", "x", "grad"),
        ("norm2(A*x - b)^2", "x", "grad"),
        ("norm1(A*x - b)", "x", "grad"),
        ("logdet(P + x*x')", "x", "grad"),
        ("det(X)", "X", "grad"),
        ("tr(inv(X)*C)", "X", "grad"),
        ("x'*S*x", "S", "grad"),
        ("logdet(P)", "P", "grad"),
        ("softmax(x)", "x", "jacobian"),
        ("logsumexp(A*x)", "x", "hessian"),
        ("A*x", "x", "grad"),
        ("inv(X + t*C)", "t", "diff"),
        ("sum(z.^t)", "z", "grad"),
        ("max(x)", "x", "grad"),
        ("sum(where(x > 0, x, x.^2))", "x", "grad"),
        ("sum(detach(x) .* x)", "x", "grad"),
        ("f(t*s)", "t", "grad"),
        ("g(x .* x, t)", "x", "jacobian"),
        ("p[0]*p[1]", "p[1]", "grad"),
        ("sum(atan(x) .* tanh(y))", "x", "grad"),
        ("n*t^2", "t", "grad"),
    ],
)
def test_what_is_right_is_found_right(text, wrt, kind):
    assert_derivative(text, wrt, LET, kind)


# --- wrong results, each by its own oracle


WRONG = [
    ("x'*X*x", "x", "X*x"),
    ("x'*X*x", "x", "2*X*x"),
    ("det(X)", "X", "det(X)*inv(X)"),
    ("tr(C*X)", "X", "C"),
    ("sin(t)^2", "t", "cos(t)^2"),
    ("norm2(x)", "x", "x/norm2(x)^2"),
    ("sum(abs(x))", "x", "ones(n)"),
    ("f(t)*t", "t", "f(t)"),
    ("sum(detach(x) .* x)", "x", "2*x"),
]

# Right at some sizes only: x*x' has no inverse but for n = 1, and 3 is n at times.
RIGHT_AT_SOME_SIZES = [
    ("det(x*x')", "x", "zeros(n)"),
    ("n*tr(expm(X))", "X", "3*expm(X)'"),
]


@pytest.mark.parametrize(("text", "wrt", "result"), RIGHT_AT_SOME_SIZES)
def test_what_is_right_at_some_sizes_only_is_wrong(text, wrt, result):
    assert verdict(text, wrt, result).ok is False


def test_length_1_alone_does_not_decide():
    assert check(*read("tr(pinv(x*y'))")).ok is None


@pytest.mark.parametrize(("text", "wrt", "result"), WRONG)
def test_what_is_wrong_is_found_wrong_by_each_oracle(text, wrt, result):
    found = verdict(text, wrt, result)
    assert found.ok is False
    assert not found
    assert [e.ok for e in found.evidence] == [False] * 3, str(found)
    assert found.counterexample is not None
    assert np.max(np.abs(found.counterexample.expected - found.counterexample.found)) > 1e-6
    assert "expected" in str(found)


def test_a_jacobian_the_wrong_way_round_has_another_shape():
    with pytest.raises(SymdiffError, match="but the jacobian is a matrix"):
        verdict("A*x", "x", "A'", "jacobian")


def test_a_wrong_constant_far_down_is_seen():
    assert verdict("x'*X*x", "x", "(X + X')*x + 1e-5*x").ok is False


def test_a_result_without_a_value_is_wrong():
    assert verdict("x'*x", "x", "2*x/(t - t)").ok is False


def test_a_verdict_tells_what_was_tried():
    found = verdict("norm2(A*x - b)^2", "x", "2*A'*(A*x - b)")
    assert found
    text = str(found)
    assert text.startswith("right")
    for word in ("finite differences", "duality", "sympy on components", "m = 3", "n = 4"):
        assert word in text


def test_what_sympy_finds_too_large_is_left_to_the_others():
    given = problem(["tr(inv(Z))"], ["Z"], "Z: matrix(6, 6)")
    found = check(given.exprs[0], given.wrt[0])
    assert found.ok is True
    assert found.evidence[2].ok is None
    assert "too many terms" in found.evidence[2].detail


def test_what_is_too_deep_for_sympy_is_left_to_the_others():
    e = x = sd.scalar("t")
    for _ in range(200):
        e = np.sin(e) + x
    found = check(e, x)
    assert found.ok is True
    assert found.evidence[2].ok is None


def test_what_is_too_large_for_numbers_is_undecided():
    given = problem(["sum(x.*x)"], ["x"], "x: vector(1000000000)")
    found = check(given.exprs[0], given.wrt[0])
    assert found.ok is None
    assert "too large" in str(found)


# --- where a derivative is wrong only somewhere, and right ones that are hard to see


SOMEWHERE = [
    ("hardtanh(tr(X))", "X", "2*where(abs(tr(X)) <= 1, 1, 0)*eye(n)"),
    ("relu(t - 1)", "t", "0"),
    ("max(t, 1)", "t", "0"),
    ("abs(t^2 - 9)", "t", "-2*t"),
    ("t^2", "t", "where(t > 1, 3*t, 2*t)"),
    ("t^2", "t", "2*t + relu(t - 10)"),
    ("t^2", "t", "2*t + relu(-t - 1000000)"),
    ("t^2", "t", "where(t > 100, where(t < 101, 0, 2*t), 2*t)"),
    ("t*s", "t", "where(t > 5, where(s > 5, s + 1, s), s)"),
    ("t*s", "t", "s + relu(t - 5)*relu(s - 7)"),
    ("sin(t)", "t", "where(sin(t) > 0.999, 0, cos(t))"),
    ("where(t > 0, sqrt(t), t^2)", "t", "where(t > 0, 1/(2*sqrt(t)), t)"),
    ("s*sqrt(max(0, t))", "t", "where(t < 0, s, s/(2*sqrt(t)))"),
    ("exp(t) + relu(t - 2000)", "t", "exp(t)"),
    ("sum(exp(x))", "x", "exp(x) + relu(sum(x) - 3000)*x"),
    ("sum(exp(x/9).*y)", "x", "exp(x/9).*y/9 + where(max(x) > 8910, 1, 0)*ones(n)"),
    ("asec(t)", "t", "1/(t*sqrt(t^2 - 1))"),
    ("sqrt(t^2 - 1)", "t", "abs(t)/sqrt(t^2 - 1)"),
    ("floor(t)*t", "t", "0"),
    ("s*t", "t", "s - where(s > 5, log(relu(-s^2 - 1)), 0)"),  # infinite there
    ("abs(imag(w))*t", "t", "imag(w)"),
    ("arg(w)*t", "t", "abs(arg(w))"),
    ("sum(x)*relu(n - 5)", "x", "zeros(n)"),
    ("sum(x)*relu(n - 1000)", "x", "zeros(n)"),
    ("sum(x.^2)", "x", "2*x*where(n > 6, 2, 1)"),
    ("relu(k - 5)*t", "t", "0"),
    ("relu(k - 1000000)*t", "t", "0"),
    ("det(Q)", "Q", "Q"),
    ("tr(X*S)", "S", "(X + X')/2"),
    ("t^2", "t", "2*t + 1e-14*t^3"),
    ("sum(x.^2)", "x", "2*x + relu(sum(x) - 10000)*x"),
    ("[t, s][0]*relu([t - 5, s - 1000000])", "t", "[relu(t - 5) + t*where(t > 5, 1, 0), 0]"),
]
MORE = LET + "\nw: complex; k: integer; Q: orthogonal(n)"


@pytest.mark.parametrize(("text", "wrt", "result"), SOMEWHERE)
@pytest.mark.sample(15)
def test_what_is_wrong_only_somewhere_is_found_wrong(text, wrt, result):
    assert sd.check(text, wrt, result, "diff" if "w" in text else "grad", MORE).ok is False


@pytest.mark.parametrize(
    ("text", "wrt"),
    [
        ("hardtanh(tr(X))", "X"), ("asec(t)", "t"), ("sum(x)*relu(n - 5)", "x"), ("relu(k - 5)*t", "t"),
        ("det(Q)", "Q"), ("relu(s - 1000000)*t", "t"), ("floor(t)*t", "t"), ("log(erfc(t))", "t"), ("max(x)", "x"),
        ("x[7]^2", "x"),
        ("log(t - 1000000)", "t"), ("sqrt(-t - 100)", "t"), ("max([t, 1, s])", "t"), ("(1 - tanh(t))*exp(2*t)", "t"),
        ("relu(x'*x)", "x"), ("clip(t, -3, 1000)*s", "t"), ("cholesky(P)[0, 0]", "P"), ("tr(expm(X))", "X"),
        ("x[-1] + 2.5", "x"), ("sum(x[:4])", "x"), ("0.1*t^2 + 0.7*exp(0.3*t)", "t"), ("lgamma(t)", "t"),
        ("where(t > 0, sqrt(t), t^2)", "t"), ("sqrt(max(0, t))", "t"), ("sum(where(x > 0, log(x), -x))", "x"),
        ("where(t > 2, sqrt(t - 2), where(t < -2, log(-t - 2), t))", "t"), ("where(s > 0, 1, 0)*log(t)", "t"),
        ("where(s > 0, logdet(X), tr(X))", "X"), ("where(s > 0, tr(sqrtm(S)), 1)", "S"),
    ],
)  # fmt: skip
@pytest.mark.sample(15)
def test_what_is_right_everywhere_is_found_right(text, wrt):
    verdict = sd.check(text, wrt, declarations=MORE)
    assert verdict.ok is True, str(verdict)


def test_entries_that_are_zero_but_for_rounding_do_not_hide_the_others():
    f, x = read("adj(X)*X", "X")
    assert FiniteDifferences(f, Variable(x), sd.diff(f, x), "diff", 1).at(next(find_points(f, [x], [], {"n": 3}, 1))).ok


def test_a_small_part_of_a_hessian_does_not_drown_in_a_large_one():
    wrong = "diag(exp(x/9).*y)/81 + where(max(x) > 18910, 1, 0)*ones(n, n)"
    assert sd.check("sum(exp(x/9).*y)", "x", wrong, "hessian", MORE).ok is False
    assert sd.check("sum(exp(x/9).*y)", "x", "diag(exp(x/9).*y)/81 + relu(x[0] - x[0])", "hessian", MORE)


def test_a_place_that_no_point_is_at_is_named():
    found = sd.check("relu(t^2 - 2*t + 2)", "t")
    assert found.ok is None
    assert "never seen: t^2 - 2*t + 2 < 0" in str(found)
    huge = sd.check("x'*A*x*relu(n - 10000000)", "x", declarations="A: matrix(n, n)")
    assert huge.ok is None
    assert "never seen: n - 10000000 > 0" in str(huge)


def test_a_verdict_says_which_convention_it_tested():
    for structure, words in {
        "free": "the free entries of the symmetric S moving",
        "projected": "S moving within the symmetric matrices",
        None: "every entry of the symmetric S moving by itself",
    }.items():
        assert words in str(sd.check("tr(X*S)", "S", declarations=LET, structure=structure))


def test_a_list_of_variables_is_checked_by_each():
    assert sd.check("t*s^2", ["t", "s"], ["s^2", "2*t*s"])
    found = sd.check("t*s^2", ["t", "s"], ["s^2", "t*s"])
    assert found.ok is False
    assert "by s: relative difference" in str(found)
    assert sd.check("x'*X*x", ["x", "X"], ["(X + X')*x", "x*x'"], declarations=LET)
    assert sd.check("t*s^2", ["t", "s"], "[s^2, 2*t*s]")
    assert sd.check("t^2*s + s^3", ["t", "s"], "[2*s, 2*t; 2*t, 6*s]", "hessian")
    assert sd.check("t^2*s + s^3", ["t", "s"], [["2*s", "2*t"], ["2*t", "2*s"]], "hessian").ok is False
    with pytest.raises(SymdiffError, match="1 results where there are 4"):
        sd.check("t^2*s + s^3", ["t", "s"], "2*s", "hessian")


SPACE = "x, w: vector(3); s, t, r: scalar; A: matrix(n, n); S: symmetric(n); X, V: matrix(m, n)"


@pytest.mark.parametrize(
    ("kind", "text", "wrt", "v", "right", "wrong"),
    [
        ("jvp", "A*y.*abs(y)", "y", "v", "A*v.*abs(y) + A*y.*sign(y).*v", "A*v.*abs(y) + A*y.*v"),
        ("jvp", "s^2*t", ["s", "t"], ["a", "b"], "2*s*t*a + s^2*b", "2*s*t*a"),
        ("jvp", "s^3", "s", "2*s", "6*s^3", "3*s^2"),
        ("vjp", "A*y", "y", "v", "A'*v", "A*v"),
        ("vjp", "y*s", ["y", "s"], "v", ["s*v", "y'*v"], ["s*v", "sum(v)"]),
        ("vjp", "s^2*t", ["s", "t"], "v", "[2*s*t*v, s^2*v]", "[2*s*t*v, s*v]"),
        ("hvp", "tr(X'*B*X)", "X", "V", "(B + B')*V", "2*B*V"),
        ("hvp", "y'*S*y", "y", "v", "2*S*v", "2*S*y"),
        ("hvp", "s^2*t", ["s", "t"], ["a", "b"], ["2*t*a + 2*s*b", "2*s*a"], ["2*t*a + 2*s*b", "2*s*b"]),
        ("div", "A*(y.*abs(y))", "y", None, "2*sum(diag(A).*abs(y))", "2*sum(diag(A).*y)"),
        ("div", "[s*t, t^2]", ["s", "t"], None, "3*t", "t + s"),
        ("curl", "cross(w, x)", "x", None, "2*w", "-2*w"),
        ("curl", "[-t, s, 0]", ["s", "t", "r"], None, "[0, 0, 2]", "[0, 0, 0]"),
        ("laplacian", "norm2(x)", "x", None, "2/norm2(x)", "1/norm2(x)"),
        ("laplacian", "s^2*t^3", ["s", "t"], None, "2*t^3 + 6*s^2*t", "2*t^3 + 6*s^2*t + 6*s*t^2"),
    ],
)
def test_what_is_made_of_a_jacobian_or_a_hessian_is_checked(kind, text, wrt, v, right, wrong):
    def said(result):
        return sd.check(text, wrt, result, kind, SPACE, v=v)

    assert said(right).ok and said(None).ok
    assert said(wrong).ok is False and said(wrong).counterexample is not None


def test_a_direction_is_asked_for_where_there_is_one():
    for kind, v, words in [("hvp", None, "in a direction"), ("grad", "v", "in no direction"), ("sum", None, "no der")]:
        with pytest.raises(SymdiffError, match=words):
            sd.check("s^2", "s", "2*s", kind, v=v)
    with pytest.raises(SymdiffError, match="takes no structure"):
        sd.check("tr(S)", "S", None, "jvp", SPACE, v="V", structure="free")
    with pytest.raises(SymdiffError, match="the result is a vector"):
        sd.check("A*y", "y", "y", "div", SPACE)


def test_a_claim_by_a_defined_name_may_have_its_definition():
    assert sd.check("x := 3*t; x^2", "x", "6*t").ok and sd.check("x := 3*t; x^2", "x", "2*x").ok
    assert sd.check("x := 3*t; x^2", "x", "6*x").ok is False
    assert sd.check("x := 3; x^2", "x", "6").ok and not sd.check("x := 3; x^2", "x", "7").ok
    assert sd.check("r := A*x; r'*r", "r", "2*A*v", "hvp", "A: matrix(m, n)", v="A*v").ok
    assert sd.check("r := A*x; r'*r", "r", "2*v", "hvp", "A: matrix(n, n)", v="A*v").ok is False


@pytest.mark.parametrize(
    ("text", "result", "near"),
    [
        ("x^2", "2xy", "`x`"),
        ("x^2*y", "2xy", r"`x\*y`"),
        ("lam*x^2", "2*lamb*x", "`lam`"),
        ("lam*x^2", "2*lam*x + 0*lamb", "`lam`"),
        ("lam*x^2", "2*lam*x + lamb - lamb", "`lam`"),
        ("lam*x^2", "2*lam*x + sum(zeros(lamb))", "`lam`"),
        ("sum(j, x[j]^2)", "2*x + 0*j", "`j` occurs neither"),
        ("x^2", "u := 0*y; 2*x + u", "`y` occurs neither"),
    ],
)
def test_a_name_of_the_result_that_nothing_declares_is_an_error(text, result, near):
    with pytest.raises(UnknownNameError, match=near):
        sd.check(text, "x", result)
    assert sd.check("x^2", "x", "k := 2; k*x")
    assert sd.check("x^2", "x", "diff(t^2, t)*x/t")
    assert sd.check("x^2", "x", "f(s) := 2*s; f(x)")
    assert sd.check("x^2", "x", "y: scalar; 2*x + 0*y")


@pytest.mark.parametrize("text", ["x > 0", "prod(x > 0)", "not (x > 0)"])
def test_a_comparison_is_no_number(text):
    with pytest.raises(SymdiffError, match="is no number"):
        sd.check(text, "x")


# --- the sweep of claims


def misjudged(claims):
    """Claims that are judged wrongly, and those left undecided."""
    said = [(claim, claim.verdict()) for claim in claims]
    wrongly = [f"{claim}\n{verdict}" for claim, verdict in said if verdict.ok is (not claim.right)]
    return wrongly, [f"{claim}\n{verdict}" for claim, verdict in said if verdict.ok is None]


def claims(seed, count):
    maker = Maker(seed)
    return [way(number) for number in range(count) for way in (maker.right, maker.wrong)]


def test_claims_are_judged_rightly():
    wrongly, undecided = misjudged(claims(20, 12))
    assert not wrongly, "\n".join(wrongly)
    assert len(undecided) <= 1, "\n".join(undecided)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_many_claims_are_judged_rightly(seed):
    wrongly, undecided = misjudged(claims(seed, 100))
    assert not wrongly, "\n".join(wrongly)
    assert len(undecided) <= 4, "\n".join(undecided)


def test_points_near_zero_alone_would_be_noticed(monkeypatch):
    look = Search.look

    def near(self, point, *args):
        small = all(np.all(np.abs(value) < 2) for value in point.values.values())
        return look(self, point, *args) if small and max(point.sizes.values(), default=0) < 5 else None

    monkeypatch.setattr(Search, "look", near)
    wrongly, undecided = misjudged(claims(20, 15))
    assert len(wrongly) + len(undecided) > 3


def test_checks_leave_nothing_behind():
    def live(count):
        for k in range(count):
            sd.check(f"relu(u_{k} - {k})*u_{k}", f"u_{k}")
        gc.collect()
        return expr_module.live()

    few = live(4)
    assert live(12) <= few + 2  # the numbers of the last check


# --- points


def test_sizes_of_dimensions_are_distinct_and_no_number_that_occurs():
    f, x = read("sum(A*x) + sum([1, 2, 3])")
    for sizes in size_choices([f, x], (3, 4, 2)):
        assert len(set(sizes.values())) == 2
        assert 3 not in sizes.values()


def test_points_have_the_declared_properties():
    f, _ = read("tr(P) + tr(S) + sum(log(z)) + sum(x)")
    for point in islice(find_points(f, [], [], {"n": 3}, 1), 5):
        assert np.allclose(point.values["S"], point.values["S"].T)
        assert np.min(np.linalg.eigvalsh(point.values["P"])) > 0
        assert np.all(point.values["z"] > 0)


def test_points_keep_conditions():
    f, x = read("logdet(X) + sum(acosh(x))")
    found = list(islice(find_points(f, [x], check(f, x).conditions, {"n": 3}, 1), 3))
    assert len(found) == 3
    assert all(np.linalg.det(p.values["X"]) > 0 and np.all(p.values["x"] > 1) for p in found)


def test_a_condition_is_asked_only_where_what_is_given_holds():
    x, t = sd.parse("x", LET), sd.parse("t", LET)
    c = Condition("positive", (x,), (Condition("positive", (t,)),))
    here = {"x": np.array([1.0, -1.0])}
    assert satisfied(c, Point({**here, "t": np.asarray(-2.0)}, {"n": 2}))
    assert not satisfied(c, Point({**here, "t": np.asarray(2.0)}, {"n": 2}))
    assert satisfied(c, Point({"t": np.asarray(-2.0)}, {"n": 2}))  # x has no value there
    by_entry = Condition("less", (t, sd.parse("0")), (Condition("positive", (x,)),))
    assert not satisfied(by_entry, Point({**here, "t": np.asarray(2.0)}, {"n": 2}))
    simple = Condition("simple", (sd.parse("x[0]", LET), x))
    assert satisfied(simple, Point({**here, "t": np.asarray(2.0)}, {"n": 2}), margin=0.0)


def test_a_function_that_is_only_a_name_is_drawn_anew():
    e = sd.parse("f(1)", LET)
    for seed in range(20):
        assert next(find_points(e, [], [Condition("positive", (e,))], {}, seed)).value(e) > 0


def test_complex_numbers_are_moved_off_the_line():
    candidates = list(Search([sd.parse("abs(imag(w))*abs(w)", MORE)], [], 1).candidates())
    assert len(candidates) > 4
    assert all(np.imag(candidate.point.values["w"]) for candidate in candidates)


@pytest.mark.parametrize(
    ("text", "kinks", "edges"),
    [
        ("t", "", "t < 0, t > 0"), ("k", "", "k < 0, k > 0, k == 0"), ("z", "", ""), ("n*t", "", "t < 0, t > 0"),
        ("w", "", "real(w) < 0, real(w) > 0, imag(w) < 0, imag(w) > 0"), ("relu(t)", "t < 0, t > 0", ""),
        ("floor(t)", "t < 0, t > 0", "t < 1, t > 1"), ("sqrt(t)", "", "t < 0, t > 0"),
        ("where(t == 1, 1, 0)", "t != 1", "t < 0, t > 0"), ("abs(t)^2", "", "t < 0, t > 0"),
        ("atan2(t, s)", "t < 0, t > 0", "s < 0, s > 0"), ("abs(x)", "x < zeros(n), x > zeros(n)", ""),
    ],
)  # fmt: skip
def test_switches(text, kinks, edges):
    found = switches_of(sd.parse(text, MORE))
    assert [", ".join(s.text(place) for s in some for place in s.places(1)) for some in found] == [kinks, edges]


@pytest.mark.parametrize(
    ("expected", "found", "ok"),
    [
        ([1, 0], [1, 0], True),
        ([1, 2], [1, 2], True),
        ([1, 2], [1, 3], False),
        ([2, 1], [3, 1], False),
        ([0], [0], True),
    ],
)
def test_all_entries_must_agree(expected, found, ok):
    t = sd.parse("t", LET)

    def compute(at, depth):
        return [
            Pair(
                *(
                    at.arithmetic.numbers(np.array(part, dtype=float))
                    for part in (expected, found, np.zeros(2)[: len(found)])
                )
            )
        ]

    assert settle(Point({"t": np.asarray(1.5)}, {}), [t], compute, [t]).ok is ok


def test_every_predicate_can_be_evaluated():
    e = {k: sd.tensor("T", *(2,) * k) for k in range(3)}
    for predicate, count in PREDICATES.items():
        assert predicate in points_module._tests()
        assert count in (1, 2, 3)
    point = Point({"T": np.eye(2)}, {})
    assert satisfied(condition("invertible", e[2]), point)
    assert not satisfied(condition("positive", e[2]), point)
    assert satisfied(Condition("symmetric", (e[2],)), point)


@pytest.mark.parametrize("text", ["k*softplus(t)", "tanh(csch(t))"])
def test_what_no_float_holds_decides_nothing(text):
    f, t = read(text, "t")
    assert check(f, t, sd.diff(f, t), "diff").ok is True


def test_no_point_means_undecided():
    f, x = read("sum(log(-abs(x) - 1))")
    found = check(f, x)
    assert found.ok is None
    assert "no point" in str(found)


# --- one oracle at a time


def test_a_kink_is_no_smooth_point():
    f, x = read("abs(t)", "t")
    point = Point({"t": np.asarray(0.0)}, {})
    assert FiniteDifferences(f, Variable(x), sd.parse("t", LET), "grad", 0).at(point).ok is None


def test_sympy_moves_every_entry_of_the_structured_or_goes_along_their_kind():
    f, x = read("x'*S*x", "S")
    result = sd.parse("(x*x' + x*x')/2 + X - X'", LET)
    value = np.arange(4.0).reshape(2, 2)
    point = Point({"x": np.array([1.0, 2.0]), "S": np.eye(2), "X": value}, {"n": 2})
    assert components(f, Variable(x), result, "grad", [point]).ok is False
    assert components(f, Variable(x), sd.parse("x*x'", LET), "grad", [point]).ok is True
    assert components(f, Variable(x, "projected"), result, "grad", [point]).ok is False
    assert components(f, Variable(x, "projected"), sd.parse("(x*x' + x*x')/2", LET), "grad", [point]).ok is True


# --- the evaluator


def test_values_by_definition():
    rng = np.random.default_rng(0)
    a, v = rng.normal(size=(3, 4)), rng.normal(size=4)
    for text, expected in {
        "A*x": a @ v,
        "A .* A": a * a,
        "sum(A, axis=0)": a.sum(0),
        "mean(A, axis=1, keepdims=True)": a.mean(1, keepdims=True),
        "x*x'": np.outer(v, v),
        "softmax(x)": np.exp(v) / np.exp(v).sum(),
        "norm2(A)": np.linalg.norm(a),
        "cumsum(A, axis=1)": np.cumsum(a, 1),
        "max(A, axis=0)": a.max(0),
        "vec(A)": a.ravel(order="F"),
        "kron(A, A)": np.kron(a, a),
        "A'[1]": a.T[1],
        "det(A*A')": np.linalg.det(a @ a.T),
        "inv(A*A')": np.linalg.inv(a @ a.T),
        "(A*A')^3": np.linalg.matrix_power(a @ a.T, 3),
        "where(x > 0, x, 0)": np.maximum(v, 0),
        "n*m": 12.0,
    }.items():
        found = evaluate(sd.parse(text, LET), {"A": a, "x": v}, {"m": 3, "n": 4})
        np.testing.assert_allclose(found, expected, rtol=1e-10, err_msg=text)


def test_differentials_have_values_too():
    e = sd.differential("x'*X*x", "x", declarations=LET)
    x, a, dx = np.array([1.0, 2.0]), np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.5, -1.0])
    found = evaluate(e, {"x": x, "X": a}, differentials={"x": dx})
    assert found == pytest.approx(dx @ (a + a.T) @ x)


def test_a_missing_or_misshapen_value_is_named():
    e = sd.parse("A*x", LET)
    with pytest.raises(SymdiffError, match="no value for A"):
        evaluate(e, {"x": np.ones(3)})
    with pytest.raises(ShapeError, match="x is a vector"):
        evaluate(e, {"x": np.ones((3, 1)), "A": np.ones((2, 3))})


def test_depth_is_no_limit():
    e = sd.scalar("t")
    for _ in range(20_000):
        e = np.sin(e)
    assert np.isfinite(evaluate(e, {"t": 1.0}))


def test_stand_ins_have_the_derivatives_they_say():
    function = StandIn(Numeric(), 0.3, [np.ones(2)], [0.7], [[np.array([0.5, -1.0, 2.0]), np.asarray(0.25)]])
    x, t, h = np.array([0.1, 0.2, 0.3]), np.asarray(0.4), 1e-6
    slope = (function.derivative((), x, t + h) - function.derivative((), x, t - h)) / (2 * h)
    np.testing.assert_allclose(function.derivative((1,), x, t), slope, rtol=1e-8)
    assert function.derivative((0, 1), x, t).shape == (2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "grad(norm2(eigvecs(B*X*C*(B*X*C)' + H*H')[:, 1] + k))",  # an eigenvalue beside one 10^18 times as large
        "grad(eigvals(B*X*C*(B*X*C)' + H*H')[1]*sum(k))",
        "grad(norm2(pinv(A*X*C) + K))",  # in floats alone, where the last digits of a point decide
        "grad(sum(tanh(erfcx(x))))",  # of large numbers: 1 - erf(x) is 0 there
        "grad(norm_inf(Q))",  # entries that are equal to rounding
    ],
)
def test_digits_of_points_are_no_mistakes(text: str) -> None:
    declared = "B: matrix(n, 3); X: matrix(3, 1); C: matrix(1, n); H: matrix(n, n); k: vector(n); Q: orthogonal(n)"
    declared += "; A: matrix(m, 3); K: matrix(n, m); x: positive vector(n)"
    f = sd.parse(text[5:-1], declared)
    assert sd.check(f, next(s for s in f.symbols if s.name in "xXQ"), kind="grad")


def test_small_eigenvalues_have_all_digits() -> None:
    """Beside large ones, as they are with many digits."""
    import mpmath

    from symdiff.evaluation.spectral import PARTS

    with mpmath.workdps(80):
        rows = [[10**20, 3, 10**8], [3, 2, 1], [10**8, 1, 5]]
        matrix = np.array([[mpmath.mpf(entry) for entry in row] for row in rows], dtype=object)
        decompose, part = PARTS["eigvals"]

        def real(value: Any) -> Any:
            return value

        found = part(real, matrix, *decompose(real, matrix))
        expected = mpmath.eigsy(mpmath.matrix(rows), eigvals_only=True)
        assert all(abs(a / b - 1) < 1e-55 for a, b in zip(found, expected, strict=True))
