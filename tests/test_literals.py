"""Small vectors and matrices are written entry by entry: mechanics, robotics, filters, populations, Hessians of two.

Each result is printed as a literal, with no rows of identities and no stacks, is right, and is no longer than what the
derivatives by scalars are that stand in the places of the entries.
"""

from __future__ import annotations

from random import Random

import pytest

import symdiff as sd
from symdiff.algebra import index, same, substitute, symbol
from symdiff.expr import Expr
from symdiff.rewriting import present

# how, of what, by what, declarations; what is printed
PROBLEMS = [
    ("grad", "3*x[0]^2 + 5*exp(x[1])", "x", "x: vector(2)",
     "[6*x[0], 5*exp(x[1])]"),
    ("hessian", "3*x[0]^2*x[1] + 5*exp(x[1])", "x", "x: vector(2)",
     "[6*x[1], 6*x[0]; 6*x[0], 5*exp(x[1])]"),
    ("jacobian", "[x[0]*cos(x[2]), x[1]*sin(x[2])]", "x", "x: vector(3)",
     "[cos(x[2]), 0, -x[0]*sin(x[2]); 0, sin(x[2]), x[1]*cos(x[2])]"),
    ("jacobian", "[cos(q[0]), -sin(q[0]); sin(q[0]), cos(q[0])]*[1, 2]", "q", "q: vector(1)",
     "[-sin(q[0]) - 2*cos(q[0]); cos(q[0]) - 2*sin(q[0])]"),
    ("jacobian", "[cos(q[0]), -sin(q[0]); sin(q[0]), cos(q[0])]*v", "q", "q: vector(2); v: vector(2)",
     "[-v[0]*sin(q[0]) - v[1]*cos(q[0]), 0; v[0]*cos(q[0]) - v[1]*sin(q[0]), 0]"),
    ("diff", "[cos(t), -sin(t); sin(t), cos(t)]*[cos(s), -sin(s); sin(s), cos(s)]", "t", "t,s: scalar",
     "[-sin(t)*cos(s) - cos(t)*sin(s), sin(t)*sin(s) - cos(t)*cos(s); cos(t)*cos(s) - sin(t)*sin(s), -sin(t)*cos(s) - cos(t)*sin(s)]"),  # noqa: E501
    ("jacobian", "[x[0] + v*cos(x[2])*dt, x[1] + v*sin(x[2])*dt, x[2] + w*dt]", "x", "x: vector(3); v, w, dt: scalar",
     "[1, 0, -v*dt*sin(x[2]); 0, 1, v*dt*cos(x[2]); 0, 0, 1]"),
    ("grad", "1/norm2(r)", "r", "r: vector(3)",
     "-r/norm2(r)^3"),
    ("grad", "x'*x + x[0]^2", "x", "x: vector(2)",
     "[4*x[0], 2*x[1]]"),
    ("grad", "log(X[0,0]*X[1,1] - X[0,1]*X[1,0])", "X", "X: matrix(2,2)",
     "[X[1, 1], -X[1, 0]; -X[0, 1], X[0, 0]]/(X[0, 0]*X[1, 1] - X[0, 1]*X[1, 0])"),
    ("grad", "exp(-x[0]^2 - x[1]^2)", "x", "x: vector(2)",
     "-2*exp(-x[0]^2 - x[1]^2)*x"),
    ("jacobian", "[a*x[0] - b*x[0]*x[1], d*x[0]*x[1] - c*x[1]]", "x", "x: vector(2); a, b, c, d: scalar",
     "[a - b*x[1], -b*x[0]; d*x[1], d*x[0] - c]"),
    ("hessian", "x[0]*x[1]*x[2]", "x", "x: vector(3)",
     "[0, x[2], x[1]; x[2], 0, x[0]; x[1], x[0], 0]"),
    ("grad", "norm2([x[0] - a, x[1] - b])", "x", "x: vector(2); a, b: scalar",
     "[x[0] - a, x[1] - b]/norm2([x[0] - a, x[1] - b])"),
    ("grad", "norm2(x - [a, b])", "x", "x: vector(2); a, b: scalar",
     "(x - [a, b])/norm2(x - [a, b])"),
    ("diff", "det([t, 1; 2, t^2])", "t", "t: scalar",
     "3*t^2"),
    ("diff", "inv([t, 1; 2, t^2])", "t", "t: scalar",
     "-inv([t, 1; 2, t^2])*[1, 0; 0, 2*t]*inv([t, 1; 2, t^2])"),
    ("hessian",
     "1/2*m1*l1^2*w[0]^2 + 1/2*m2*(l1^2*w[0]^2 + l2^2*w[1]^2 + 2*l1*l2*w[0]*w[1]*cos(q[0]-q[1]))",
     "w", "w, q: vector(2); m1, m2, l1, l2: scalar",
     "[l1^2*(m1 + m2), l1*m2*l2*cos(q[0] - q[1]); l1*m2*l2*cos(q[0] - q[1]), m2*l2^2]"),
    ("grad", "-(m1+m2)*g*l1*cos(q[0]) - m2*g*l2*cos(q[1])", "q", "q: vector(2); m1, m2, l1, l2, g: scalar",
     "g*[l1*sin(q[0])*(m1 + m2), m2*l2*sin(q[1])]"),
    ("jacobian",
     "[l1*cos(q[0]) + l2*cos(q[0]+q[1]), l1*sin(q[0]) + l2*sin(q[0]+q[1])]",
     "q", "q: vector(2); l1, l2: scalar",
     "[-l1*sin(q[0]) - l2*sin(q[0] + q[1]), -l2*sin(q[0] + q[1]); l1*cos(q[0]) + l2*cos(q[0] + q[1]), l2*cos(q[0] + q[1])]"),  # noqa: E501
    ("jacobian",
     "[cos(q[0]), -sin(q[0]), 0; sin(q[0]), cos(q[0]), 0; 0, 0, 1]*[cos(q[1]), -sin(q[1]), l; sin(q[1]), cos(q[1]), 0; 0, 0, 1]*[0, 0, 1]",  # noqa: E501
     "q", "q: vector(2); l: scalar",
     "[-l*sin(q[0]), 0; l*cos(q[0]), 0; 0, 0]"),
    ("jacobian", "[f*p[0]/p[2] + cx, f*p[1]/p[2] + cy]", "p", "p: vector(3); f, cx, cy: scalar",
     "[f/p[2], 0, -f*p[0]/p[2]^2; 0, f/p[2], -f*p[1]/p[2]^2]"),
    ("jacobian", "(R*X + t)[0:2]/(R*X + t)[2]", "X", "R: matrix(3,3); X, t: vector(3)",
     "(R[:2, :] - (R*X + t)[:2]*R[2, :]'/(R*X + t)[2])/(R*X + t)[2]"),
    ("hessian", "100*(x[1] - x[0]^2)^2 + (1 - x[0])^2", "x", "x: vector(2)",
     "[1200*x[0]^2 - 400*x[1] + 2, -400*x[0]; -400*x[0], 200]"),
    ("grad", "(A*x)[0]*x[1]", "x", "A: matrix(2,2); x: vector(2)",
     "x[1]*A[0, :] + [0, (A*x)[0]]"),
    ("jacobian", "[x[1], (1 - x[0]^2)*mu*x[1] - x[0]]", "x", "x: vector(2); mu: scalar",
     "[0, 1; -2*mu*x[1]*x[0] - 1, mu*(1 - x[0]^2)]"),
    ("grad", "x[0]*x[1]/(x[0]^2 + x[1]^2)", "x", "x: vector(2)",
     "[x[1]*(x[1]^2 - x[0]^2)/(x[0]^2 + x[1]^2)^2, x[0]*(x[0]^2 - x[1]^2)/(x[0]^2 + x[1]^2)^2]"),
    ("grad", "sum(exp(x)) + x[0]", "x", "x: vector(3)",
     "exp(x) + [1, 0, 0]"),
    ("grad", "x'*A*x + x[0]^2", "x", "x: vector(2); A: matrix(2,2)",
     "(A + A')*x + [2*x[0], 0]"),
    ("grad", "X[0,0]^2 + tr(X)", "X", "X: matrix(2,2)",
     "[2*X[0, 0] + 1, 0; 0, 1]"),
    ("jacobian", "[sin(t), t^2]", "t", "t: scalar",
     "[cos(t), 2*t]"),
    ("hessian", "u'*M*u/2 + k*x[0]^2", "x", "x, u: vector(2); M: matrix(2,2); k: scalar",
     "[2*k, 0; 0, 0]"),
    ("grad",
     "1/2*(m1+m2)*l1^2*w[0]^2 + 1/2*m2*l2^2*w[1]^2 + m2*l1*l2*w[0]*w[1]*cos(q[0]-q[1])",
     "q", "q, w: vector(2); m1, m2, l1, l2: scalar",
     "m2*l1*l2*w[0]*w[1]*sin(q[0] - q[1])*[-1, 1]"),
    ("grad",
     "1/2*(m1+m2)*l1^2*w[0]^2 + 1/2*m2*l2^2*w[1]^2 + m2*l1*l2*w[0]*w[1]*cos(q[0]-q[1])",
     "w", "q, w: vector(2); m1, m2, l1, l2: scalar",
     "[l1^2*w[0]*(m1 + m2) + m2*l1*l2*w[1]*cos(q[0] - q[1]), m2*l2*(l2*w[1] + l1*w[0]*cos(q[0] - q[1]))]"),
    ("hessian", "-(m1+m2)*g*l1*cos(q[0]) - m2*g*l2*cos(q[1])", "q", "q: vector(2); m1, m2, l1, l2, g: scalar",
     "[g*l1*(m1 + m2)*cos(q[0]), 0; 0, m2*g*l2*cos(q[1])]"),
    ("hessian",
     "1/2*w'*[(m1+m2)*l1^2, m2*l1*l2*cos(q[0]-q[1]); m2*l1*l2*cos(q[0]-q[1]), m2*l2^2]*w",
     "w", "q, w: vector(2); m1, m2, l1, l2: scalar",
     "[l1^2*(m1 + m2), m2*l1*l2*cos(q[0] - q[1]); m2*l1*l2*cos(q[0] - q[1]), m2*l2^2]"),
    ("jacobian",
     "[(m1+m2)*l1^2, m2*l1*l2*cos(q[0]-q[1]); m2*l1*l2*cos(q[0]-q[1]), m2*l2^2]*w",
     "q", "q, w: vector(2); m1, m2, l1, l2: scalar",
     "m2*l1*l2*sin(q[0] - q[1])*[-w[1], w[1]; -w[0], w[0]]"),
    ("jacobian", "[z[1], -b*z[1] - c*sin(z[0])]", "z", "z: vector(2); b, c: scalar",
     "[0, 1; -c*cos(z[0]), -b]"),
    ("jacobian", "[s[0] + v*dt*cos(s[2]), s[1] + v*dt*sin(s[2]), s[2] + w*dt]", "s", "s: vector(3); v, w, dt: scalar",
     "[1, 0, -v*dt*sin(s[2]); 0, 1, v*dt*cos(s[2]); 0, 0, 1]"),
    ("jacobian",
     "[s[0] + u[0]*dt*cos(s[2]), s[1] + u[0]*dt*sin(s[2]), s[2] + u[1]*dt]",
     "u", "s: vector(3); u: vector(2); dt: scalar",
     "[dt*cos(s[2]), 0; dt*sin(s[2]), 0; 0, dt]"),
    ("jacobian", "[s[0] + dt*s[2], s[1] + dt*s[3], s[2], s[3]]", "s", "s: vector(4); dt: scalar",
     "[1, 0, dt, 0; 0, 1, 0, dt; 0, 0, 1, 0; 0, 0, 0, 1]"),
    ("jacobian",
     "[-q[1]*w[0] - q[2]*w[1] - q[3]*w[2], q[0]*w[0] + q[2]*w[2] - q[3]*w[1], q[0]*w[1] - q[1]*w[2] + q[3]*w[0], q[0]*w[2] + q[1]*w[1] - q[2]*w[0]]/2",  # noqa: E501
     "q", "q: vector(4); w: vector(3)",
     "[0, -w[0]/2, -w[1]/2, -w[2]/2; w[0]/2, 0, w[2]/2, -w[1]/2; w[1]/2, -w[2]/2, 0, w[0]/2; w[2]/2, w[1]/2, -w[0]/2, 0]"),  # noqa: E501
    ("jacobian",
     "[-q[1]*w[0] - q[2]*w[1] - q[3]*w[2], q[0]*w[0] + q[2]*w[2] - q[3]*w[1], q[0]*w[1] - q[1]*w[2] + q[3]*w[0], q[0]*w[2] + q[1]*w[1] - q[2]*w[0]]/2",  # noqa: E501
     "w", "q: vector(4); w: vector(3)",
     "[-q[1], -q[2], -q[3]; q[0], -q[3], q[2]; q[3], q[0], -q[1]; -q[2], q[1], q[0]]/2"),
    ("jacobian", "[f*X[0]/X[2], f*X[1]/X[2]]", "X", "X: vector(3); f: scalar",
     "[f/X[2], 0, -f*X[0]/X[2]^2; 0, f/X[2], -f*X[1]/X[2]^2]"),
    ("jacobian", "[a*p[0] - b*p[0]*p[1], d*p[0]*p[1] - c*p[1]]", "p", "p: vector(2); a, b, c, d: scalar",
     "[a - b*p[1], -b*p[0]; d*p[1], d*p[0] - c]"),
    ("jacobian",
     "[-beta*s[0]*s[1], beta*s[0]*s[1] - gamma*s[1], gamma*s[1]]",
     "s", "s: vector(3); beta, gamma: scalar",
     "[-beta*s[1], -beta*s[0], 0; beta*s[1], beta*s[0] - gamma, 0; 0, gamma, 0]"),
    ("jacobian",
     "[sigma*(x[1] - x[0]), x[0]*(rho - x[2]) - x[1], x[0]*x[1] - beta*x[2]]",
     "x", "x: vector(3); sigma, rho, beta: scalar",
     "[-sigma, sigma, 0; rho - x[2], -1, -x[0]; x[1], x[0], -beta]"),
    ("jacobian", "[-(x[1] + x[2]), x[0] + a*x[1], b + x[2]*(x[0] - c)]", "x", "x: vector(3); a, b, c: scalar",
     "[0, -1, -1; 1, a, 0; x[2], 0, x[0] - c]"),
    ("grad", "(x[0]^2 + x[1] - 11)^2 + (x[0] + x[1]^2 - 7)^2", "x", "x: vector(2)",
     "[4*x[0]*u + 2*v, 2*u + 4*x[1]*v] where u = x[0]^2 + x[1] - 11 where v = x[0] + x[1]^2 - 7"),
    ("hessian", "(x[0]^2 + x[1] - 11)^2 + (x[0] + x[1]^2 - 7)^2", "x", "x: vector(2)",
     "[12*x[0]^2 + 4*x[1] - 42, 4*x[0] + 4*x[1]; 4*x[0] + 4*x[1], 4*x[0] - 26 + 12*x[1]^2]"),
    ("grad", "-G*m*M/sqrt(r[0]^2 + r[1]^2 + r[2]^2)", "r", "r: vector(3); G, m, M: scalar",
     "G*m*M*r/(r[0]^2 + r[1]^2 + r[2]^2)^(3/2)"),
    ("hessian", "1/sqrt(r[0]^2 + r[1]^2)", "r", "r: vector(2)",
     "[2*r[0]^2 - r[1]^2, 3*r[0]*r[1]; 3*r[0]*r[1], 2*r[1]^2 - r[0]^2]/(r[0]^2 + r[1]^2)^(5/2)"),
    ("grad", "atan2(x[1], x[0])", "x", "x: vector(2)",
     "[-x[1], x[0]]/(x[0]^2 + x[1]^2)"),
    ("jacobian", "[r[0]*cos(r[1]), r[0]*sin(r[1])]", "r", "r: vector(2)",
     "[cos(r[1]), -r[0]*sin(r[1]); sin(r[1]), r[0]*cos(r[1])]"),
    ("jacobian", "[sqrt(x[0]^2 + x[1]^2), atan2(x[1], x[0])]", "x", "x: vector(2)",
     "[x[0]/sqrt(u), x[1]/sqrt(u); -x[1]/u, x[0]/u] where u = x[0]^2 + x[1]^2"),
    ("hessian", "x[0]^2*x[1]^3", "x", "x: vector(2)",
     "[2*x[1]^3, 6*x[0]*x[1]^2; 6*x[0]*x[1]^2, 6*x[0]^2*x[1]]"),
    ("grad", "X[0, 0]*X[1, 1] - X[0, 1]*X[1, 0]", "X", "X: matrix(2, 2)",
     "[X[1, 1], -X[1, 0]; -X[0, 1], X[0, 0]]"),
    ("diff", "[cos(t), -sin(t); sin(t), cos(t)]", "t", "t: scalar",
     "[-sin(t), -cos(t); cos(t), -sin(t)]"),
    ("diff", "[cos(t), -sin(t); sin(t), cos(t)]*[cos(t), -sin(t); sin(t), cos(t)]'", "t", "t: scalar",
     "zeros(2, 2)"),
    ("jacobian",
     "[w[1]*w[2]*(J2 - J3)/J1, w[2]*w[0]*(J3 - J1)/J2, w[0]*w[1]*(J1 - J2)/J3]",
     "w", "w: vector(3); J1, J2, J3: scalar",
     "[0, w[2]*(J2 - J3)/J1, w[1]*(J2 - J3)/J1; w[2]*(J3 - J1)/J2, 0, w[0]*(J3 - J1)/J2; w[1]*(J1 - J2)/J3, w[0]*(J1 - J2)/J3, 0]"),  # noqa: E501
    ("grad", "softplus(w[0] + w[1]*t)", "w", "w: vector(2); t: scalar",
     "sigmoid(w[0] + t*w[1])*[1, t]"),
    ("hessian", "log(1 + exp(w[0] + w[1]*t))", "w", "w: vector(2); t: scalar",
     "sigmoid(w[0] + t*w[1])*(1 - sigmoid(w[0] + t*w[1]))*[1, t; t, t^2]"),
]  # fmt: skip

# long ones: the cart-pole; an arm of three joints by homogeneous matrices; a camera's picture of a turned point
CART = (
    "[z[1], (u + m*sin(z[2])*(l*z[3]^2 + g*cos(z[2])))/(M + m*sin(z[2])^2), z[3], "
    "(-u*cos(z[2]) - m*l*z[3]^2*cos(z[2])*sin(z[2]) - (M+m)*g*sin(z[2]))/(l*(M + m*sin(z[2])^2))]"
)
ARM = "*".join(
    f"[cos(q[{k}]), -sin(q[{k}]), 0, {a}*cos(q[{k}]); sin(q[{k}]), cos(q[{k}]), 0, {a}*sin(q[{k}]);"
    " 0, 0, 1, 0; 0, 0, 0, 1]"
    for k, a in enumerate("abc")
)
TURNED = "[(X + cross(w, X))[0]/(X + cross(w, X))[2], (X + skew(w)*X)[1]/(X + cross(w, X))[2]]"
LONG = [
    ("jacobian", CART, "z", "z: vector(4); u, m, M, l, g: scalar"),
    ("jacobian", f"({ARM}*[0, 0, 0, 1])[0:3]", "q", "q: vector(3); a, b, c: scalar"),
    ("jacobian", TURNED, "w", "X, w: vector(3)"),
    ("jacobian", TURNED, "X", "X, w: vector(3)"),
    ("hessian", "k/2*(sqrt(x[0]^2 + x[1]^2) - l)^2", "x", "x: vector(2); k, l: scalar"),
]


def is_plain(e: Expr) -> bool:
    """Whether nothing in it is a row of an identity or a stack of rows."""
    printed = str(e)
    return "eye(" not in printed and "stack(" not in printed and "einsum" not in printed


@pytest.mark.parametrize(("kind", "f", "wrt", "names", "printed"), PROBLEMS)
def test_it_is_written_as_people_write_it(kind: str, f: str, wrt: str, names: str, printed: str) -> None:
    result = getattr(sd, kind)(f, wrt, declarations=names)
    assert " ".join(str(result).split()) == printed
    assert same(sd.parse(str(result), names), result)
    assert present(result) is result
    if kind != "diff":
        assert sd.check(f, wrt, result, kind, declarations=names)


@pytest.mark.parametrize(("kind", "f", "wrt", "names"), LONG)
def test_long_ones_are_plain_and_right(kind: str, f: str, wrt: str, names: str) -> None:
    result = getattr(sd, kind)(f, wrt, declarations=names)
    assert is_plain(result)
    assert sd.check(f, wrt, result, kind, declarations=names)


@pytest.mark.parametrize(
    ("text", "names", "printed"),
    [
        ("laplacian(1/norm2(r), r)", "r: vector(3)", "0"),
        ("laplacian(log(norm2(r)), r)", "r: vector(2)", "0"),
        ("laplacian(1/sqrt(x^2 + y^2 + z^2), [x, y, z])", "x, y, z: scalar", "0"),
        ("laplacian(x[0]^2*x[1], x)", "x: vector(3)", "2*x[1]"),
        ("div(r/norm2(r)^3, r)", "r: vector(3)", "0"),
        ("div(cross(w, x), x)", "w, x: vector(3)", "0"),
        ("curl(cross(w, x), x)", "w, x: vector(3)", "2*w"),
        ("curl([-x[1], x[0], 0], x)", "x: vector(3)", "[0, 0, 2]"),
        ("curl(grad(f(x), x), x)", "x: vector(3); f: function(vector(3)) -> scalar", "[0, 0, 0]"),
        ("div(curl(F(x), x), x)", "x: vector(3); F: function(vector(3)) -> vector(3)", "0"),
        (
            "curl(x*(w'*x), x)",
            "w, x: vector(3)",
            "[w[1]*x[2] - w[2]*x[1], w[2]*x[0] - w[0]*x[2], w[0]*x[1] - w[1]*x[0]]",
        ),
    ],
)
def test_fields_in_space(text: str, names: str, printed: str) -> None:
    assert str(sd.parse(text, names)) == printed


@pytest.mark.parametrize(
    ("text", "simplest"),
    [
        ("det(jacobian([r*cos(t), r*sin(t)], [r, t]))", "r"),
        ("det(jacobian([r*sin(t)*cos(p), r*sin(t)*sin(p), r*cos(t)], [r, t, p]))", "r^2*sin(t)"),
        ("[cos(t), -sin(t); sin(t), cos(t)]*[cos(t), sin(t); -sin(t), cos(t)]", "eye(2)"),
        ("det([a, b; 0, d])", "a*d"),
        ("a*b*cos(t)^2 + a*b*sin(t)^2 + 1", "a*b + 1"),
    ],
)
def test_literals_are_written_out_where_that_leads_to_less(text: str, simplest: str) -> None:
    assert str(sd.simplify(text)) == simplest


def random_text(random: Random, names: list[str], depth: int) -> str:
    """A smooth function of names, in text."""
    if depth == 0:
        return random.choice([*names, *names, "2", "3", "c"])
    one, other = (random_text(random, names, depth - 1) for _ in range(2))
    return random.choice(
        [f"({one} + {other})", f"({one} - {other})", f"{one}*{other}", f"sin({one})", f"exp({one})", f"({one})^2",
         f"{one}/(1 + ({other})^2)"]
    )  # fmt: skip


def scalars_of(seed: int) -> tuple[Expr, Expr, Expr, list[Expr]]:
    """A function of the entries of x; x; and the same function of scalars; these."""
    x, scalars = symbol("x", (3,)), [symbol(f"x_{k}") for k in range(3)]
    f = sd.parse(random_text(Random(seed), ["x[0]", "x[1]", "x[2]"], 3), {"x": x, "c": "scalar"})
    return f, x, substitute(f, {index(x, (k,)): s for k, s in enumerate(scalars)}), scalars


@pytest.mark.parametrize("seed", range(40))
def test_gradients_are_right_and_no_longer_than_by_scalars(seed: int) -> None:
    f, x, plain, scalars = scalars_of(seed)
    gradient = sd.grad(f, x)
    assert is_plain(gradient)
    assert sd.ops(gradient) <= sum(sd.ops(sd.diff(plain, s)) for s in scalars) + 1
    assert sd.check(f, x, gradient)


@pytest.mark.parametrize("seeds", [range(10), pytest.param(range(40), marks=pytest.mark.slow)])
def test_hessians_are_right_and_hardly_longer_than_by_scalars(seeds: range) -> None:
    ours = theirs = 0
    for seed in seeds:
        f, x, plain, scalars = scalars_of(seed)
        hessian = sd.hessian(f, x)
        assert is_plain(hessian)
        assert sd.check(f, x, hessian, "hessian")
        ours += sd.ops(hessian)
        theirs += sum(sd.ops(sd.diff(plain, s, t)) for s in scalars for t in scalars)
    assert ours <= 1.15 * theirs


def test_larger_ones_and_those_of_symbolic_size_stay() -> None:
    assert str(sd.grad("3*x[0]^2", "x", "x: vector(n)")) == "6*x[0]*eye(n)[:, 0]"
    assert str(sd.grad("3*x[0]^2", "x", "x: vector(65)")) == "6*x[0]*eye(65)[:, 0]"
    assert "eye" not in str(sd.grad("3*x[0]^2 + x[1]", "x", "x: vector(64)"))


def test_the_rewriting_is_told() -> None:
    told: list[str] = []

    class Heard:
        def rewrite(self, rule: str, before: Expr, after: Expr, conditions: object) -> None:
            told.append(rule)

    present(sd.parse("3*x[0]*eye(2)[:, 0] + eye(2)[:, 1]", "x: vector(2)"), Heard())
    assert "write out the entries" in told


@pytest.mark.parametrize("text", ["[x*y, 1; sin(x), 2]", "[x*y; sin(x)]"])
def test_rows_of_zeros_are_written_out(text: str) -> None:
    e = sd.jacobian(text, "y")
    assert "zeros" not in str(e)
    assert sd.same(sd.parse(str(e)), e)
