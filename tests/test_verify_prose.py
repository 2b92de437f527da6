"""Derivations as people write them by hand: numbered, with arrows, words, remarks, conditions, several on a line."""

from __future__ import annotations

import pytest

import symdiff as sd

SLOW = pytest.mark.slow
S, V = "x, y: scalar", "x: vector(n); A: matrix(n, n)"

# declarations, a page that is right, and what of it is replaced by what, so that its line is wrong
PAGES = [
    (S, "f(x) := x^2*exp(-x)\n1) f'(x) = 2*x*exp(-x) - x^2*exp(-x)\n2) hence f'(x) = x*(2 - x)*exp(-x)", "(2", "(3"),
    (S, "(1) diff(x^3, x) = 3*x^2\n(2) diff(3*x^2, x) = 6*x\n(3) therefore diff(x^3, x, 2) = 6*x", ") = 3", ") = 2"),
    (S, "diff(x^2, x) = 2*x,   (1)\ndiff(2*x, x) = 2.   (2)", "= 2.", "= 1."),
    (S, "1. diff(x^2, x) = 2*x\n2. diff(x^3, x) = 3*x^2", "3*x^2", "3*x^3"),
    (S, "Step 1: diff(sin(x), x) = cos(x)\nStep 2: diff(sin(x)^2, x) = 2*sin(x)*cos(x)\nQED", "= cos", "= -cos"),
    (S, "a) diff(x^2, x) = 2*x\nb) diff(x^3, x) = 3*x^2", "= 2", "= 3"),
    (S, "* diff(cos(x), x) = -sin(x)\n* diff(x^2, x) = 2*x", "-sin", "sin"),
    (S, "u := log(cos(x))\n⇒ du/dx = -sin(x)/cos(x)\n⇒ du/dx = -tan(x)", "-tan", "tan"),
    (S, "u := sin(x)^3 => du = 3*sin(x)^2*cos(x)*dx ⟹ du/dx = 3*sin(x)^2*cos(x)", "cos(x)*dx", "sin(x)*dx"),
    (S, "Let u := x^2 + 1.\nThen diff(sqrt(u), x) = x/sqrt(u).", "x/sqrt", "2*x/sqrt"),
    (S, "let u = x^2, v = sin(x)\ndiff(u*v, x) = du/dx*v + u*dv/dx\n= 2*x*v + u*cos(x)", "cos", "sin"),
    (S, "Let's set u = x^2 + 1, so that du = 2*x*dx.\nThen diff(u^3, x) = 3*u^2*2*x", "3*u^2*2*x", "3*u^2"),
    (S, "Let f(x) = x^3. Hence f'(x) = 3*x^2, and f''(x) = 6*x.", "6*x", "3*x"),
    (S, "f(x) := x^2 + sin x\nf'(x) = 2x + cos x, f''(x) = 2 - sin x", "2 - sin", "2 + sin"),
    (S, "With u := x^2 we have diff(exp(u), x) = exp(u)*2*x", "*2*x", ""),
    (S, "diff(exp(u), x) = exp(u)*2*x, where u = x^2.", "*2*x", ""),
    (S, "diff(exp(u), x) = exp(u)*2*x,  with u = x^2", "u = x^2", "u = x^3"),
    (S, "d/dx x*sin(x)\n= sin(x) + x*cos(x)   (product rule)\n= cos(x)*(tan(x) + x)", "tan(x) +", "tan(x) -"),
    (S, "diff(x^2, x) = 2*x  [power rule]\n= x + x  {just split}", "x + x", "x + 1"),
    (S, "diff(x^2, x) = 2*x  % power rule\n= x + x  // split", "x + x", "x + 1"),
    (S, "diff(x^2, x) = 2*x, by the power rule\n= x + x by splitting it", "= 2", "= 3"),
    (S, "By the chain rule, diff(sin(x^2), x) = cos(x^2)*2*x", "*2*x", ""),
    (S, "We use the product rule.\ndiff(x*exp(x), x) = exp(x) + x*exp(x)\nwhich is (1 + x)*exp(x)", "(1 + x", "(2 + x"),
    (S, "Using sin(2x) = 2 sin(x) cos(x):\nd/dx sin(x)^2 = sin(2x)", "= sin(2x)", "= sin(x)"),
    (S, "diff(exp(2*x), x) = 2*exp(2*x) and diff(exp(2*x), x, 2) = 4*exp(2*x)", "4*", "2*"),
    (S, "diff(3*x^2, x) == 6*x", "6", "5"),
    (S, "$f(x) := x^2$\n$f'(x) = 2 x$", "2 x", "3 x"),
    (S, "d/dx [x^2*sin(x)] = 2*x*sin(x) + x^2*cos(x)", "2*x*s", "x*s"),
    (S, "(x + y)^2 - (x - y)^2\n= x^2 + 2*x*y + y^2\n  - (x^2 - 2*x*y + y^2)\n= 4*x*y", "4*", "2*"),
    (S, "diff(x^2*sin(x), x) = 2*x*sin(x) +\n   x^2*cos(x)", "cos", "sin"),
    ("", "f(x) = x^2\nf'(x) = 2x\nf'(3) = 6", "= 6", "= 5"),
    ("", "g(x, y) = x^2 y\n∂g/∂x = 2x y\n∂g/∂y = x^2", "∂y = x^2", "∂y = x"),
    (V, "0 = d(A*inv(A)) = dA*inv(A) + A*d(inv(A))\nso d(inv(A)) = -inv(A)*dA*inv(A)", "= -inv", "= inv"),
    (V, "f := x'*A*x\ndf = dx'*A*x + x'*A*dx = x'*(A + A')*dx\n∇_x f = (A + A')*x", "(A + A')*x", "2*A*x"),
    (S, "diff(x^x, x) = x^x*(log(x) + 1)   for x > 0\nlog(x^2) = 2*log(x)   (x > 0)", "= 2*log", "= 3*log"),
    (S, "Assume x > 0.\nlog(x^2) = 2*log(x), sqrt(x^2) = x", "x > 0", "x < 3"),
    (S, "for x > 0: log(x^2) = 2*log(x)", "x > 0", "x > -1"),
    (V, "Let A be symmetric.\ngrad(x'*A*x, x) = 2*A*x", "symmetric", "invertible"),
    (V, "grad(x'*A*x, x) = 2*A*x since A is symmetric", "2*A", "A"),
]  # fmt: skip


@pytest.mark.parametrize(("declarations", "page"), [case[:2] for case in PAGES])
def test_what_stands_round_mathematics_is_left_out(declarations: str, page: str) -> None:
    report = sd.verify(page, declarations)
    assert report.ok is True, report
    assert "\n".join(line.text for line in report.lines) == page


@pytest.mark.parametrize("cases", [pytest.param(PAGES[::8], id="sample"), pytest.param(PAGES, id="all", marks=SLOW)])
def test_it_hides_nothing(cases: list[tuple[str, str, str, str]]) -> None:
    for declarations, page, right, wrong in cases:
        assert right in page
        assert sd.verify(page.replace(right, wrong, 1), declarations).ok is not True, page


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("diff(x^2, x) = 2*x sni(x)", "sni"),
        ("diff(x^2, x) = 2*x, 5", "comma"),
        ("thn diff(x^2, x) = 2*x", "thn"),
        ("u := x; v := x\n(u*v)' = u'*v + u*v'", "`'` after a bracket is the transpose"),
        ("x: vectr(2)", "is not a kind"),
    ],
)
def test_what_is_no_remark_is_an_error(page: str, said: str) -> None:
    lines = sd.verify(page, S).lines
    assert lines[-1].ok is None and said in str(lines[-1].error)


def test_a_bracketed_number_that_does_not_count_lines_is_a_factor() -> None:
    assert sd.verify("diff(3*x^2, x) = 6*x\n(2) diff(3*x^2, x) = 12*x", S).ok is True
    assert sd.verify("- diff(cos(x), x) = sin(x)", S).ok is True
