"""Rules of a user's own: read, proved, applied where one says, told; strategies; books."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rule_cases import differs

import symdiff as sd
from symdiff.cli import main
from symdiff.expr import postorder
from symdiff.strategies import all_, bottom_up, first, once, repeat, top_down, where

NAMES = "A, B, C, X, Y: matrix(n, n); U: matrix(n, m); V: matrix(m, n); D: matrix(m, m); x, y: vector(n); t: scalar"
SQUARE = "X: matrix(n, n), Y: matrix(n, n)"

REWRITTEN = [  # rules, what they are applied to, what it becomes
    ("sin(2*u) -> 2*sin(u)*cos(u)", "sin(4*t) + sin(2*a)", "4*sin(t)*cos(t)*cos(2*t) + 2*sin(a)*cos(a)"),
    ("sin(2*u) -> 2*sin(u)*cos(u)", "sum(exp(x).*sin(2*x).*y)", "sum(exp(x).*(2*sin(x)).*cos(x).*y)"),
    ("exp(u)*exp(v) -> exp(u + v)", "sum(exp(x).*y.*exp(y))", "sum(exp(x + y).*y)"),
    ("exp(u + v) -> exp(u)*exp(v)", "exp(a + b + t)", "exp(a)*(exp(b)*exp(t))"),
    ("inv(A)*A -> eye(n)", "inv(X)*X*x", "x"),
    ("sqrt(u^2) -> abs(u)", "(t^2)^(1/2)", "abs(t)"),
    ("abs(u)^2 -> u^2", "X*inv(X)*x*abs(t)^2", "t^2*X*inv(X)*x"),
    # a variable stands for a run of factors
    ("A*inv(A + eye(n)) -> eye(n) - inv(A + eye(n))", "A*B*C*inv(A*B*C + eye(n))", "eye(n) - inv(A*B*C + eye(n))"),
    ("A*inv(A + eye(n)) -> eye(n) - inv(A + eye(n))", "X*A*B*inv(A*B + eye(n))*Y", "X*(eye(n) - inv(A*B + eye(n)))*Y"),
    (f"inv(X*Y) -> inv(Y)*inv(X) where {SQUARE}", "inv(A*B*C)", "inv(C)*inv(B)*inv(A)"),
    (f"det(X*Y) -> det(Y)*det(X) where {SQUARE}", "det(2*A*B)", "det(2*A*B)"),  # a number is no factor of a run
    ("inv(eye(k) + V*U)*V -> V*inv(eye(n) + U*V) where U: matrix(n, k), V: matrix(k, n)",
     "inv(eye(m) + V*A*B*U)*V*A*B", "V*inv(eye(n) + A*B*U*V)*A*B"),
    # what a rule is not about
    ("tr(X*Y) -> tr(Y*X) where X: matrix(n, n), Y: matrix(n, n)", "x'*A*B*y", "x'*A*B*y"),
    ("sin(u)*sin(v) -> (cos(u - v) - cos(u + v))/2", "sin(t)", "sin(t)"),  # a product of two is not sin(t)*1
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "expected"), REWRITTEN)
def test_a_rule_rewrites(rule: str, text: str, expected: str) -> None:
    e = sd.parse(text, NAMES)
    after = sd.rewrite(e, rule)
    assert sd.same(after, sd.parse(expected, NAMES)), str(after)
    assert differs(e, after, (), 7) is None


WRONG = [
    "sin(u) -> cos(u)",
    "sqrt(u^2) -> u",
    "(u + v)^2 -> u^2 + v^2",
    "log(u + v) -> log(u)*log(v)",
    "exp(u)*exp(v) -> exp(u*v)",
    "atan(tan(u)) -> u",
    "abs(u + v) -> abs(u) + abs(v)",
    "(u^a)^b -> u^(a*b)",
    "max(u, v) -> u",
    "inv(A + B) -> inv(A) + inv(B) where A: matrix(n, n), B: matrix(n, n)",
    f"X*Y -> Y*X where {SQUARE}",
    f"inv(X*Y) -> inv(X)*inv(Y) where {SQUARE}",
    f"det(X + Y) -> det(X) + det(Y) where {SQUARE}",
    f"tr(X*Y) -> tr(X)*tr(Y) where {SQUARE}",
    "x'*A*y -> y'*A*x where A: matrix(n, n), x: vector(n), y: vector(n)",
]


@pytest.mark.parametrize("text", WRONG)
def test_a_false_rule_is_refused_with_numbers(text: str) -> None:
    with pytest.raises(sd.RuleError, match=r"is wrong[^\n]*\nat ") as caught:
        sd.rule(text)
    assert caught.value.span


def test_what_is_right_under_a_condition_assumes_it_at_each_use() -> None:
    with pytest.warns(sd.AssumptionWarning, match=r"holds if u > 0 and v > 0"):
        rule = sd.rule("log(u*v) -> log(u) + log(v)")
    told = sd.rewrite("log(a*b)", rule, declarations="a, b: scalar", steps=True)
    assert (str(told.result), len(told.conditions)) == ("log(a) + log(b)", 2)
    assert not sd.rewrite("log(a*b)", rule, declarations="a, b: positive", steps=True).conditions
    stated = sd.rule("log(u*v) -> log(u) + log(v) where u > 0, v > 0")  # is applied where this is known
    assert str(sd.rewrite("log(a*b)", stated, declarations="a, b: scalar")) == "log(a*b)"
    assert str(sd.rewrite("log(a*b)", stated, declarations="a, b: positive")) == "log(a) + log(b)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sin(u)", "by an arrow"),
        ("sin(u) = cos(u)", "write `sin"),
        ("u -> sin(u)", "a name alone is everything"),
        ("sin(u) -> cos(v)", "the left side has no `v`"),
        ("sin(u -> 3", "never closed"),
        ("sin(u) -> cos(u) where u: horse", "unknown kind"),
        ("", "by an arrow"),
    ],
)
def test_what_is_no_rule(text: str, said: str) -> None:
    with pytest.raises(sd.ParseError, match=said):
        sd.rule(text)


def test_a_rule_is_a_function_of_an_expression_and_can_be_reversed() -> None:
    rule = sd.rule("sin(2*u) -> 2*sin(u)*cos(u)", "double angle")
    assert str(rule(sd.parse("sin(2*t)"))) == "2*sin(t)*cos(t)"
    assert rule(sd.parse("sin(t)")) is None
    assert str(rule) == "sin(2*u) -> 2*sin(u)*cos(u)"
    assert rule.verdict.ok is not False
    assert str(sd.rewrite("2*sin(t)*cos(t)*y", rule.reversed())) == "sin(2*t)*y"
    with pytest.raises(sd.ParseError, match="no `v`"):
        sd.rule("exp(u)*v/v -> exp(u)").reversed()


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("(x^2 - 1)/(x - 1)", "x != 1"),
        ("2*exp(log(x))", "x > 0"),
        ("1/(1/x)", "x != 0"),
        ("tan(x)*cos(x)", "cos(x) != 0"),
        ("sqrt(x)^2", "x >= 0"),
    ],
)
def test_where_a_simpler_form_has_more_values_the_step_says_so(text: str, condition: str) -> None:
    told = sd.simplify(text, steps=True)
    assert condition in [str(c) for step in told.steps for c in step.conditions]
    assert [str(c) for c in told.conditions] == [condition]
    assert not sd.simplify("(sin(x)^2 + cos(x)^2)*x", steps=True).conditions


def test_steps_are_the_rules_that_were_used() -> None:
    rule = sd.rule("sin(2*u) -> 2*sin(u)*cos(u)", "double angle")
    told = sd.rewrite("sin(4*t) + t", rule, declarations="t: scalar", steps=True)
    assert [step.rule for step in told.steps] == ["double angle"] * 2
    assert str(told.steps[-1].after) == str(told.result) == "4*sin(t)*cos(t)*cos(2*t) + t"
    for before, after in zip(told.steps, told.steps[1:], strict=False):
        assert before.after is after.before


ANGLE = sd.rule("sin(2*u) -> 2*sin(u)*cos(u)")
F = sd.parse("exp(sin(4*t)) + sin(2*t)", NAMES)
STRATEGIES: list[tuple[Callable, str]] = [
    (once, "exp(2*sin(2*t)*cos(2*t)) + sin(2*t)"),
    (bottom_up, "exp(2*sin(2*t)*cos(2*t)) + 2*sin(t)*cos(t)"),
    (top_down, "exp(4*sin(t)*cos(t)*cos(2*t)) + 2*sin(t)*cos(t)"),
    (lambda rules: repeat(once(rules)), "exp(4*sin(t)*cos(t)*cos(2*t)) + 2*sin(t)*cos(t)"),
    (lambda rules: where(lambda e: "4" not in str(e), rules), "exp(sin(4*t)) + sin(2*t)"),
    (lambda rules: bottom_up(where(lambda e: "4" not in str(e), rules)), "exp(sin(4*t)) + 2*sin(t)*cos(t)"),
    (lambda rules: all_(once(rules), once(rules)), "exp(4*sin(t)*cos(t)*cos(2*t)) + 2*sin(t)*cos(t)"),
    (lambda rules: first(rules, once(rules)), "exp(2*sin(2*t)*cos(2*t)) + sin(2*t)"),
]


@pytest.mark.parametrize(("strategy", "expected"), STRATEGIES)
def test_strategies(strategy: Callable, expected: str) -> None:
    assert sd.same(sd.rewrite(F, ANGLE, strategy), sd.parse(expected, NAMES))


def test_rules_that_go_round_are_named() -> None:
    there = sd.rule("sin(u)^2 -> 1 - cos(u)^2", "there")
    back = sd.rule("1 - cos(u)^2 -> sin(u)^2", "back")
    with pytest.raises(sd.SymdiffError, match=r"go round in a circle: .*`there`, `back`|`back`, `there`"):
        sd.rewrite("sin(t)^2", [there, back])
    with pytest.raises(sd.SymdiffError, match="round in a circle"):
        sd.rewrite("a*b + b*c", "u*v -> v*u")


def test_rules_that_never_end_are_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sd.limits, "rewritings", 50)
    grow = sd.rule("exp(u) -> exp(u/2)^2", "grow")
    with pytest.raises(sd.LimitError, match="more than 50 rewritings, the last of them by `grow`"):
        sd.rewrite("exp(t)", grow)
    with pytest.raises(sd.SymdiffError, match="a part of what it becomes"):
        sd.rewrite("sin(t)", sd.rule("sin(u) -> sin(u) + 0*sin(sin(u))"), lambda rules: top_down(lambda e: e + 1))


def test_what_is_too_wide_is_named() -> None:
    wide = sd.parse(" + ".join(f"sin(x_{k})*y_{k}" for k in range(31)))
    told = sd.rewrite(wide, "sin(u)*v + sin(w)*v -> (sin(u) + sin(w))*v", steps=True)
    assert told.result == wide
    assert told.remarks == ("not searched: a sum of 31 terms",)
    assert not sd.rewrite(wide, "cos(u) + cos(v) -> 2*cos((u + v)/2)*cos((u - v)/2)", steps=True).remarks


def test_deep_and_shared_expressions() -> None:
    deep = sd.parse("sin(2*t)", NAMES)
    for _ in range(3000):
        deep = sd.parse("exp(t)", NAMES) * deep + deep
    after = sd.rewrite(deep, ANGLE)
    names = {node.attr for node in postorder(after) if node.op == "map"}
    assert names == {"exp", "sin", "cos"}
    assert sd.rewrite(after, ANGLE) is after


BOOKS = {
    "trig.book": """
rule double angle: sin(2*u) -> 2*sin(u)*cos(u)
rule cosine of a sum (simplify): cos(u)*cos(v) - sin(u)*sin(v) -> cos(u + v)
""",
    "gates.book": """
fn gate(x, k = 1) elementwise
  def  x*sigmoid(k*x)
rule open gate: gate(u, 0) -> u/2
""",
    "blocks.book": """
# Schur
rule push through: inv(eye(m) + A*B)*A -> A*inv(eye(n) + B*A)
    where A: matrix(m, n), B: matrix(n, m)
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in BOOKS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_books_of_users(folder: Path) -> None:
    trig, gates, blocks = (sd.load_book(folder / name) for name in BOOKS)
    assert [rule.name for rule in trig.rules] == ["double angle", "cosine of a sum"]
    assert all(verdict.ok is not False for book in (trig, gates, blocks) for verdict in book.verdicts.values())
    assert str(sd.rewrite("sin(2*t)", trig)) == "2*sin(t)*cos(t)"
    assert str(sd.rewrite("cos(a)*cos(b) - sin(a)*sin(b)", trig)) == "cos(a + b)"
    assert str(sd.rewrite("inv(eye(n) + U*V)*U", blocks, declarations=NAMES)) == "U*inv(eye(m) + V*U)"
    with gates:
        f = sd.parse("gate(t, 3)")
        assert sd.check(f, "t", sd.diff(f, "t"), "diff")
        assert str(sd.rewrite("gate(t, 0)", gates)) == "t/2"
    with trig:
        assert str(sd.simplify("cos(a)*cos(b) - sin(a)*sin(b)")) == "cos(a + b)"


def test_books_that_are_wrong(folder: Path) -> None:
    (folder / "wrong.book").write_text(
        "rule fine: sin(-u) -> -sin(u)\nrule bad: cos(-u) -> -cos(u)\n", encoding="utf-8"
    )
    with pytest.raises(sd.RuleError, match=r"wrong.book, line 2.*is wrong"):
        sd.load_book(folder / "wrong.book")
    (folder / "odd.book").write_text("rule odd (never): sin(-u) -> -sin(u)\n", encoding="utf-8")
    with pytest.raises(sd.ParseError, match=r"odd.book, line 1: .*collect, simplify, present"):
        sd.load_book(folder / "odd.book")
    with pytest.raises(sd.SymdiffError, match=r"nowhere.book' is not read: No such file"):
        sd.load_book(folder / "nowhere.book")


def test_simplify_tries_rules_and_says_what_it_used(folder: Path) -> None:
    assert str(sd.simplify("3*sin(t) - 4*sin(t)^3 + y", rules="3*sin(u) - 4*sin(u)^3 -> sin(3*u)")) == "sin(3*t) + y"
    assert str(sd.simplify("sin(3*t)", rules="sin(3*u) -> 3*sin(u) - 4*sin(u)^3")) == "sin(3*t)"  # that is longer
    assert str(sd.simplify("x^2 + 2*x + 1", cost=lambda e: len(str(e)))) == "(x + 1)^2"
    told = sd.simplify("t*sin(y)^2 + t*cos(y)^2 + 0*z", steps=True)
    assert str(told.result) == "t"
    assert told.steps[-1].after is told.result
    assert any("Pythagoras" in step.rule for step in told.steps)
    book = sd.load_book(folder / "trig.book")
    assert str(sd.simplify("cos(a)*cos(b) - sin(a)*sin(b)", rules=book)) == "cos(a + b)"


def test_simplify_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = ["--rules", str(folder / "trig.book")]
    for argv, said in [
        (["simplify", "t*sin(y)^2 + t*cos(y)^2", "--explain"], "Pythagoras"),
        (["simplify", "x", "--explain"], "x"),
        (["simplify", "cos(a)*cos(b) - sin(a)*sin(b)", *rules], "cos(a + b)"),
        (["simplify", "2*cos(a)*cos(b) - 2*sin(a)*sin(b)", "--latex", *rules], "cos"),
    ]:
        assert main(argv) == 0
        assert said in capsys.readouterr().out
    assert main(["simplify", "x", "--rules", str(folder / "none.book")]) == 2
    assert "is not read" in capsys.readouterr().err
