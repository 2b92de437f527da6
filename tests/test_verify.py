"""Derivations that people write: pages and lists of equations, judged line by line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from derivation_cases import RIGHT

import symdiff as sd
from symdiff.cli import main

PAGE = """\
x: vector(n);  A: matrix(m, n);  b: vector(m);  by x
r := A*x - b;  dr = A*dx
d(r'*r)
= 2*r'*dr                        # product rule; dr'*r = r'*dr, a scalar is its own transpose
= 2*r'*A*dx                      # insert dr
= (2*A'*r)'*dx                   # transpose of a product
grad(norm2(r)^2, x)
= 2*A'*r                         # read off: df = g'*dx
= 2*A'*(A*x - b)                 # r = A*x - b
"""
SCALAR = """\
x: scalar;  by x
u := sin(x^2);  v := sqrt(1 + x^2)
du/dx = 2*x*cos(x^2)                                       # chain rule, inside x^2
dv/dx = x/v                                                # chain rule, inside 1 + x^2
diff(u/v, x)
= (du/dx*v - u*dv/dx)/v^2                                  # quotient rule
= (2*x*v*cos(x^2) - x*sin(x^2)/v)/v^2                      # insert du/dx, dv/dx
= x*(2*(1 + x^2)*cos(x^2) - sin(x^2))/(1 + x^2)^(3/2)      # times v/v; v^2 = 1 + x^2
"""
LOGISTIC = """\
X: matrix(m, n);  y: vector(m);  w: vector(n);  by w
f := sum(log(1 + exp(X*w)) - y.*(X*w))
z := X*w;         dz = X*dw
p := sigmoid(z);  dp = p.*(1 - p).*dz
d(f)
= sum(p.*dz - y.*dz)
= (X'*(p - y))'*dw
grad(f, w) = X'*(p - y)
d(grad(f, w))
= X'*(p.*(1 - p).*(X*dw))
= X'*diag(p.*(1 - p))*X*dw
hessian(f, w)
= X'*diag(q.*(1 - q))*X
where q = sigmoid(X*w)
"""


def oks(lines: str | list[str], declarations: dict[str, str] | str | None = None) -> list[bool | None]:
    return [line.ok for line in sd.verify(lines, declarations).lines]


@pytest.mark.parametrize("page", [PAGE, SCALAR, LOGISTIC])
def test_a_page_that_is_right_is_accepted(page: str) -> None:
    report = sd.verify(page)
    assert report and report.ok is True and not report.wrong
    assert [line.text for line in report.lines] == page.splitlines()


@pytest.mark.parametrize(
    ("page", "right", "wrong"),
    [
        (PAGE, "dr = A*dx", "dr = A'*dx"),
        (PAGE, "= 2*r'*dr ", "= r'*dr "),
        (PAGE, "= 2*A'*r ", "= 2*A*r "),
        (SCALAR, "= x/v ", "= 1/v "),
        (SCALAR, "du/dx*v - u*dv/dx", "du/dx*v + u*dv/dx"),
        (LOGISTIC, "p.*(1 - p).*dz", "p.*(1 + p).*dz"),
        (LOGISTIC, "where q = sigmoid(X*w)", "where q = tanh(X*w)"),
    ],
)
def test_a_wrong_line_is_found_and_does_not_spoil_the_others(page: str, right: str, wrong: str) -> None:
    assert right in page
    report = sd.verify(page.replace(right, wrong))
    changed = [line.number for line in report.lines if line.text not in page.splitlines()]
    (line,) = report.wrong
    assert line.number == changed[0] or (wrong.startswith("where") and line.number == changed[0] - 1)
    assert not report and report.ok is False


def test_what_follows_from_a_wrong_line_follows_and_so_does_what_goes_back_to_the_first() -> None:
    assert oks(["diff(x^3, x) = 3*x^3", "= 3*x*x^2", "= 3*x^2"], "x: scalar") == [False, True, True]


@pytest.mark.parametrize(("declarations", "lines"), RIGHT)
def test_right_derivations_in_unusual_order_and_with_skipped_steps_are_accepted(
    declarations: str, lines: list[str]
) -> None:
    assert oks(lines, declarations) == [True] * len(lines)


def test_a_list_has_a_line_for_each_text() -> None:
    lines = ["u := x^2", "diff(u*sin(x), x) = 2*x*sin(x) + u*cos(x)", "= x*(2*sin(x) + x*cos(x)) = 0"]
    report = sd.verify(lines, {"x": "scalar"})
    assert [line.ok for line in report.lines] == [True, True, False]
    assert [line.kind for line in report.lines] == ["definition", "equation", "equation"]


def test_differentials_of_constants_vanish_below_by() -> None:
    lines = ["d(A*x) = A*dx", "d(A*x) = dA*x + A*dx", "dA = 0*A"]
    assert oks(["x: vector(n); A: matrix(n, n); by x", *lines])[1:] == [True, True, True]
    assert oks(["x: vector(n); A: matrix(n, n); by x, A", *lines])[1:] == [False, True, False]


def test_below_by_an_entry_all_others_are_constant() -> None:
    page = "x: vector(5);  by x[2]\nd(x'*x) = 2*x'*dx\n= 2*x[2]*dx[2]\ndx[1] = 0\ndx[2] = 0"
    assert oks(page)[1:] == [True, True, True, False]
    page = "X: matrix(n, n);  by X[0, 1], X[1, 1]\nd(tr(X)) = dX[1, 1]\nd(sum(X)) = dX[0, 1] + dX[1, 1]"
    assert oks(page)[1:] == [True, True]
    assert oks("x, y, z: scalar;  by [x, y]\nd(x*y*z) = y*z*dx + x*z*dy\ndz = 0")[1:] == [True, True]
    (line,) = (one for one in sd.verify("x: scalar;  by q\ndiff(x, x) = 1").lines if one.error is not None)
    assert "`q` is not declared" in str(line.error)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("diff(sin(x^2), x) = 2*x*cos(x^2)  # product rule", "no product of things that vary is differentiated"),
        ("diff(x^2, x) = 2*x  # quotient rule", "no quotient is differentiated"),
        ("diff(sin(x), x) = cos(x), by the chain rule", "nothing that has an inside is differentiated"),
        ("diff(sin(x), x) = cos(x)  (power rule)", "no power is differentiated"),
        ("diff(sin(x), x) = cos(x)  # sum rule", "no sum is differentiated"),
        ("2*x = x + x  # product rule", "nothing is differentiated"),
        ("A*A = A^2  # cyclic property", "no trace stands"),
        ("A*A = A^2  # transpose of a product", "no transpose stands"),
        ("diff(x*sin(x), x) = sin(x) + x*cos(x)  # product rule", ""),
        ("diff(x^2, x) = x + x  # product rule", ""),
        ("diff(x/(1 + x), x) = 1/(1 + x)^2  # quotient rule, x in both", ""),
        ("diff(1/x, x) = -1/x^2  # quotient rule", ""),
        ("diff(exp(2*x), x) = 2*exp(2*x)  # chain rule", ""),
        ("diff(x*exp(2*x), x, 2) = 4*exp(2*x)*(1 + x)  # product rule", ""),
        ("tr(A*S) = tr(S*A)  # cyclic property", ""),
    ],
)
def test_a_comment_that_names_a_rule_is_checked(line: str, said: str) -> None:
    (found,) = sd.verify([line], "x: scalar; A, S: matrix(n, n)").lines
    assert found.ok is True and bool(found.note) is bool(said) and said in found.note


NEARLY = "x*sin(x) silu(x) selu(x) clip(x,0,1)*x mod(x,t) floor(x)*x expm(A) sqrtm(P) svdvals(A) det(A) softmax(v)"


def test_what_is_nearly_equal_is_wrong_and_what_nothing_proves_is_said_to_be_so() -> None:
    declared = "x, t: scalar; v: vector(n); A: matrix(n, n); S: symmetric(n); P: spd(n); f: function"
    lines = [f"{e} = ({e})*(1 + 1e-12)" for e in NEARLY.split()]
    assert oks(lines, declared) == [False] * len(lines)
    report = sd.verify(["eigvals(S + eye(n)) = eigvals(S) + 1", "x = x"], declared)
    assert report.ok is True and report.lines[0].is_by_numbers and not report.lines[1].is_by_numbers
    assert "not proved, the numbers agree: 35 points" in str(report) and "(2, 1 by numbers alone)" in str(report)


@pytest.mark.parametrize(
    "line",
    ["x = x + relu(x - 1000)", "x = where(x > 123.4, x + 1, x)", "sum(A) = sum(A) + relu(n - 4)", "x*abs(x) = x^2",
     "tr(A) = tr(A) + floor(n/5)", "exp(x) = (1 + x/10^9)^(10^9)", "log(z*w) = log(z) + log(w)", "z*conj(z) = z^2"],
)  # fmt: skip
def test_what_is_wrong_in_a_corner_is_found(line: str) -> None:
    assert oks([line], "x: scalar; A: matrix(n, n); z, w: complex scalar") == [False]


def test_right_only_under_a_condition() -> None:
    (line,) = sd.verify(["grad(x'*A*x, x) = 2*A*x"], "x: vector(n); A: matrix(n, n)").lines
    assert line.ok is False and list(map(str, line.holds_if)) == ["A is symmetric"]
    (line,) = sd.verify(["A*B*x = B*A*x"], "x: vector(n); A, B: matrix(n, n)").lines
    assert line.ok is False and line.counterexample is not None


@pytest.mark.parametrize(
    ("line", "ok", "holds_if"),
    [
        ("log(x^2) = 2*log(x)", None, ["x > 0"]),
        ("log(x*y) = log(x) + log(y)", None, ["x > 0", "y > 0"]),
        ("exp(log(x)) = x", None, ["x > 0"]),
        ("sqrt(x^2) = x", False, ["x > 0"]),
        ("(x^a)^y = x^(a*y)", False, ["x > 0"]),
        ("v'*A*u = u'*A*v", False, ["A is symmetric"]),
        ("A*B = B*A", False, ["n == 1"]),
    ],
)
def test_when_a_line_holds_is_said(line: str, ok: bool | None, holds_if: list[str]) -> None:
    (found,) = sd.verify([line], "x, y, a: scalar; u, v: vector(n); A, B: matrix(n, n)").lines
    assert (found.ok, list(map(str, found.holds_if))) == (ok, holds_if)


def test_the_other_layout_is_not_accepted_where_the_notation_says_which() -> None:
    declared = "x: vector(n); A: matrix(n, n); B: matrix(m, n)"
    assert oks(["jacobian(B*x, x) = B", "grad(B*x, x) = B'"], declared) == [True, True]
    assert oks(["jacobian(B*x, x) = B'", "grad(B*x, x) = B", "grad(x'*A*x, x) = x'*(A + A')"], declared) == [False] * 3
    assert oks(["diff(x'*A*x, x) = x'*(A + A')", "diff(x'*A*x, x) = (A + A')*x"], declared) == [True, True]


@pytest.mark.parametrize(
    ("lines", "place", "said"),
    [
        (["x: scalar", "x + = 3", "diff(x^2, x) = 2*x"], 2, "a value is missing"),
        (["x: scalar", "diff(x^2, x) = 2*z", "diff(x^2, x) = 2*x"], 2, "`z` is not declared"),
        (["x: scalar", "x^2", "diff(x^2, x) = 2*x"], 2, "alone states nothing"),
        (["x: scalar", "u := 2*z", "diff(x^2, x) = 2*x"], 2, "unknown name `z`"),
        (["x: scalar", "by q", "diff(x^2, x) = 2*x"], 2, "`q` is not declared"),
        (["x: scalar", "= 3", "diff(x^2, x) = 2*x"], 2, "no line before this one"),
        (["x: scalar", "x =", "diff(x^2, x) = 2*x"], 2, "a side of the equation is missing"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_the_rest_is_judged(lines: list[str], place: int, said: str) -> None:
    for given in (lines, "\n".join(lines)):
        report = sd.verify(given)
        assert [line.ok for line in report.lines] == [True, None, True]
        error = report.lines[place - 1].error
        assert error is not None and said in str(error) and error.span is not None
        assert report.ok is None


def test_a_page_without_lines_is_an_error() -> None:
    for empty in ("", "  \n# nothing\n", [], ["# nothing"]):
        with pytest.raises(sd.ParseError, match="no line to check"):
            sd.verify(empty)
    with pytest.raises(sd.ParseError):
        sd.verify([3])  # type: ignore[list-item]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE, encoding="utf-8")
    assert main(["verify", str(page)]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "every line follows (6)" and "✓ 4  = 2*r'*dr" in out and not err
    page.write_text(PAGE.replace("= 2*r'*dr ", "= r'*dr "), encoding="utf-8")
    assert main(["verify", str(page), "--ascii"]) == 1
    assert "NO 4  = r'*dr" in capsys.readouterr().out
    assert main(["verify", str(page), "--json"]) == 1
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["line"] for one in found if one["ok"] is False] == [4] and {one["schema"] for one in found} == {1}
    page.write_text("x: scalar\nx^2\n", encoding="utf-8")
    assert main(["verify", str(page)]) == 2
    assert main(["verify", str(tmp_path / "none.txt")]) == 2
    assert main(["verify"]) == 2


STEPS = Path(__file__).resolve().parents[2] / "shared" / "steps.md"
CASES = STEPS.parent / "cases" / "mistakes.jsonl"


def contract_pages() -> list[str]:
    """The pages of the contract in text, those that are input."""
    if not STEPS.exists():
        return []
    blocks = STEPS.read_text(encoding="utf-8").split("\n```")[1::2]
    pages = [block.removeprefix("\n") for block in blocks if block.startswith("\n")]
    return [page for page in pages if not any(mark in page for mark in "ᵀ′$") and "[k]" not in page]


@pytest.mark.skipif(not STEPS.exists(), reason="the contract is not here")
def test_the_pages_of_the_contract_are_accepted() -> None:
    pages = contract_pages()
    assert len(pages) >= 16
    for page in pages:
        report = sd.verify(page)
        assert report.ok is True and not any(line.note for line in report.lines), page


@pytest.mark.skipif(not CASES.exists(), reason="the cases are not here")
def test_the_wrong_lines_of_learners_are_found() -> None:
    for row in map(json.loads, CASES.read_text(encoding="utf-8").splitlines()):
        found = [line.number for line in sd.verify(row["lines"], row["declarations"]).lines if line.ok is False]
        assert found == ([] if row["truth"] else [row["wrong_line"]]), row["id"]
