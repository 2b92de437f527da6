"""Named parts: what is printed is short however often its parts stand in it, and reads back."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import pytest

import symdiff as sd
from symdiff.algebra import same
from symdiff.answer import Request, answer
from symdiff.calculator import Session
from symdiff.notation.part_names import part_names, role
from symdiff.notation.parts import put_apart, stand_in, worth_naming


def likelihood(steps: int) -> tuple[sd.Expr, dict[str, sd.Expr]]:
    """The negative logarithm of a Kalman filter's likelihood, twice, and the matrices it is of."""
    A, H, Q, R = sd.declare("A: matrix(n, n); H: matrix(m, n); Q: spd(n); R: spd(m)")
    mean, P, f = sd.vector("a", "n"), sd.matrix("P", "n", "n", "spd"), sd.parse("0")
    given = {"A": A, "H": H, "Q": Q, "R": R, "P": P}
    for k in range(1, steps + 1):
        mean, P = A @ mean, A @ P @ A.T + Q
        r, S = sd.vector(f"y_{k}", "m") - H @ mean, H @ P @ H.T + R
        inverse = sd.parse("inv(S)", {"S": S})
        f = f + sd.parse("logdet(S)", {"S": S}) + r.T @ inverse @ r
        mean, P = mean + P @ H.T @ inverse @ r, P - P @ H.T @ inverse @ H @ P
    return f, given


def reads_back(e: sd.Expr) -> bool:
    declared = ";".join(e.assumptions)
    return all(same(sd.parse(written, declared), e) for written in (str(e), e.unicode()))


@pytest.mark.sample(1)
@pytest.mark.parametrize("by", ["A", "H", "P"])
def test_a_kalman_filters_gradient_grows_as_its_steps_do(by: str) -> None:
    found = []
    for steps in (4, 8, 16):
        f, given = likelihood(steps)
        gradient = sd.grad(f, given[by])
        assert reads_back(gradient)
        found.append((len(str(gradient)), len(gradient.latex()), sd.ops(gradient)))
    for four, eight, sixteen in zip(*found, strict=True):  # eight more steps take twice what four more take
        assert sixteen - eight < 2.5 * (eight - four), found


LSTM = """U_f, U_i, U_o, U_c: matrix(h, h); W_f, W_i, W_o, W_c: matrix(h, n); x: vector(n)
h_0, c_0, b_f, b_i, b_o, b_c, y: vector(h)"""
CELL = """norm2(sigmoid(W_o*x + U_o*h_0 + b_o).*tanh(sigmoid(W_f*x + U_f*h_0 + b_f).*c_0
 + sigmoid(W_i*x + U_i*h_0 + b_i).*tanh(W_c*x + U_c*h_0 + b_c)) - y)^2"""
PROCESS = "s^2*exp(-D.^2/(2*l^2)) + g^2*eye(n)"
HESTON = """d := sqrt((rho*sigma*i*u - kappa)^2 + sigma^2*(i*u + u^2))
g := (kappa - rho*sigma*i*u - d)/(kappa - rho*sigma*i*u + d)
C := kappa*theta/sigma^2*((kappa - rho*sigma*i*u - d)*tau - 2*log((1 - g*exp(-d*tau))/(1 - g)))
exp(C + (kappa - rho*sigma*i*u - d)/sigma^2*(1 - exp(-d*tau))/(1 - g*exp(-d*tau))*v + i*u*x)"""
SHOWN = [
    (HESTON, "", "kappa theta sigma rho"),
    (CELL, LSTM, "W_f W_i W_o W_c U_f h_0 x c_0"),
    ("norm2(softmax(Q*K'/sqrt(d), axis=1)*V - Y)^2", "Q, V, K: matrix(n, d); Y: matrix(n, d)", "Q K V"),
    (
        f"y'*inv({PROCESS})*y/2 + logdet({PROCESS})/2",
        "D: symmetric(n); y: vector(n); s, l, g: positive scalar",
        "s l g",
    ),
]


@pytest.mark.parametrize(("f", "declared", "by"), [(f, d, x) for f, d, names in SHOWN for x in names.split()])
def test_long_gradients_are_a_few_lines(f: str, declared: str, by: str) -> None:
    gradient = sd.grad(f, by, declared)
    lines = str(gradient).split("\n")
    assert sum(-(-len(line) // 100) for line in lines) <= 12
    assert reads_back(gradient)


def test_parts_are_named_by_their_roles() -> None:
    gradient = sd.grad(CELL, "W_i", LSTM)
    assert str(gradient).splitlines() == [
        "2*(p_1.*(1 - p_1).*a_1.*(1 - a_2.^2).*p_2.*(p_2.*a_2 - y))*x'",
        "where p_1 = sigmoid(W_i*x + U_i*h_0 + b_i)",
        "where a_1 = tanh(W_c*x + U_c*h_0 + b_c)",
        "where a_2 = tanh(sigmoid(W_f*x + U_f*h_0 + b_f).*c_0 + p_1.*a_1)",
        "where p_2 = sigmoid(W_o*x + U_o*h_0 + b_o)",
    ]
    texts = {"A*x - b": "residual", "A*x + b": "score", "sigmoid(A*x)": "probability", "relu(A*x)": "activation"}
    texts |= {"x + b": "vector", "x'*b": "scalar", "A*A": "matrix"}
    for text, known in texts.items():
        assert role(sd.parse(text, "A: matrix(n, n); x, b: vector(n)")) == known


def test_names_in_use_are_not_taken() -> None:
    r, z = sd.parse("A*x - b", A="matrix(n, n)"), sd.parse("A*x", A="matrix(n, n)")
    assert part_names([r, z], {"r", "r_1"}) == {r: "r_2", z: "z"}
    s = "(v + w)^2/(2*t)"
    f = sd.parse(f"u*(exp({s}) + sin({s}))*(cos({s}) + tan({s}))*log({s})")
    assert str(f) == f"u*(exp(s) + sin(s))*(cos(s) + tan(s))*log(s) where s = {s}"
    assert reads_back(f)


def test_what_fits_on_a_line_has_no_names() -> None:
    assert "where" not in str(sd.parse("exp(-(x - y)^2/2)*(x - y) + exp(-(x - y)^2/2)*sin((x - y)^2)"))


def test_one_short_part_stands_on_the_line() -> None:
    s = "a_1 + b_1 + c_1 + d_1"
    f = sd.parse(f"({s})^2*sin({s})*cos({s})*tan({s})*exp({s})")
    assert str(f) == f"u^2*sin(u)*cos(u)*tan(u)*exp(u) where u = {s}"
    assert f.unicode() == "u² sin(u) cos(u) tan(u) exp(u) where u = a₁ + b₁ + c₁ + d₁"


def test_what_stands_for_a_part_is_known_to_be_like_it() -> None:
    P = sd.parse("A*A' + eye(n)", A="matrix(n, n)")
    assert stand_in(P, "M").properties >= {"spd", "symmetric", "real"}
    assert stand_in(sd.parse("c^2", c="complex scalar"), "t").properties == {"complex"}
    (body,), parts = put_apart([sd.parse("B*P", {"P": P})], {P: "M"})
    assert str(body) == "B*M"
    assert [(part.name, part.whole, part.body) for part in parts] == [("M", P, P)]


def test_parts_of_parts_are_found() -> None:
    f, given = likelihood(2)
    gradient = sd.grad(f, given["A"])
    nodes = worth_naming([gradient])
    assert len(nodes) > 5
    (body,), parts = put_apart([gradient], {node: f"part_{k}" for k, node in enumerate(nodes)})
    assert len(parts) == len(nodes)
    assert body is not gradient


def test_where_may_stand_before_each_definition() -> None:
    assert sd.parse("x*K\nwhere K = y^2\nwhere y = 3*z") == sd.parse("x*(3*z)^2")
    assert sd.parse("x*K where K = y^2, where y = 3*z") == sd.parse("x*(3*z)^2")
    assert sd.parse("x*K where K = y^2 where y = 3*z") == sd.parse("x*(3*z)^2")


# ---------------------------------------------------------------- names of a user

LET = "H: matrix(m, n); P: spd(n); R: spd(m); v, b: vector(m); A: matrix(m, n); x: vector(n)"
FILTER = "S := H*P*H' + R; logdet(S) + v'*inv(S)*v"
GRADIENT = "H'*inv(S)*(eye(m) - v*v'*inv(S))*H"


@pytest.mark.parametrize(
    ("text", "by", "told"),
    [
        (FILTER, "P", f"{GRADIENT} where S = H*P*H' + R"),
        ("S := H*P*H' + R; logdet(S)", "P", "H'*inv(S)*H where S = H*P*H' + R"),
        ("logdet(S) where S = H*P*H' + R", "P", "H'*inv(S)*H where S = H*P*H' + R"),
        ("r := A*x - b; r'*r", "x", "2*A'*r where r = A*x - b"),
        ("r := A*x - b; r'*r", "r", "2*r where r = A*x - b"),
        ("z := A*x; p := sigmoid(z); sum(log(p))", "x", "A'*(1 - p)\nwhere p = sigmoid(z)\nwhere z = A*x"),
        ("u := 1 + t^2; sqrt(u)", "t", "t/sqrt(u) where u = 1 + t^2"),
        ("c := 1/3; g := c*t^3; g", "t", "t^2"),
        ("q := x; q'*q", "x", "2*x"),
        ("r := v'*A; r*x", "x", "A'*v"),
    ],
)
def test_a_users_names_stay(text: str, by: str, told: str) -> None:
    gradient = sd.grad(text, by, LET)
    assert str(gradient) == told
    assert same(sd.parse(told, LET), gradient)
    assert same(sd.parse(gradient.unicode(), LET), gradient)
    assert sd.derive(text, by, declarations=LET).result == gradient


def test_a_users_names_are_in_latex_and_among_the_parts() -> None:
    f = sd.parse(FILTER, LET)
    gradient = sd.grad(f, "P")
    assert str(gradient) == str(sd.grad(FILTER, "P", LET))
    assert gradient.latex() == (
        r"H^{\top} S^{-1} \left(I_{m} - v v^{\top} S^{-1}\right) H \quad \text{where } S = H P H^{\top} + R"
    )
    assert gradient.parts == (("S", sd.parse("H*P*H' + R", LET)),)
    assert sd.ops(gradient) == 15 < sd.ops(gradient, named=False)


ROOT = "sqrt(b^2*x^2 - 4*a*c)"
NOISE = "K: spd(n); B: matrix(n, n); v: vector(n)"


@pytest.mark.parametrize(
    ("text", "let", "told"),
    [
        ("tr(inv(B'*K*B + s^2*eye(n))*B) - v'*inv(B'*K*B + s^2*eye(n))*v", NOISE, " where M = B'*K*B + s^2*eye(n)"),
        ("inv(K + B)*v - B*inv(K + B)*v", NOISE, "inv(K + B)*v - B*inv(K + B)*v"),
        (
            f"({ROOT} + a)*exp({ROOT})*sin({ROOT})*cos({ROOT})/{ROOT}",
            "a, b, c, x: scalar",
            " where u = b^2*x^2 - 4*a*c",
        ),
        (f"({ROOT} + a)*exp({ROOT})", "a, b, c, x: scalar", f"({ROOT} + a)*exp({ROOT})"),
    ],
)
def test_what_is_inverted_twice_is_said_once_where_that_is_shorter(text: str, let: str, told: str) -> None:
    e = sd.parse(text, let)
    assert str(e).endswith(told)
    assert len(str(e)) <= len(text)
    assert same(sd.parse(str(e), let), e)


JOSEPH = "(eye(n) - GAIN*H)*P*(eye(n) - GAIN*H)' + GAIN*R*GAIN'".replace("GAIN", "(P*H'*inv(H*P*H' + R))")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (JOSEPH, "(eye(n) - K*H)*P*(eye(n) - K*H)' + K*R*K' where K = P*H'*inv(H*P*H' + R)"),
        ("P - GAIN*H*P - GAIN*R*GAIN'".replace("GAIN", "(P*H'*inv(H*P*H' + R))"), "P - K*H*P - K*R*K' where K = "),
    ],
)
def test_a_gain_is_said_once(text: str, told: str) -> None:
    e = sd.parse(text, "H: matrix(m, n); P: spd(n); R: spd(m)")
    assert str(e).startswith(told)
    assert reads_back(e)


def test_names_are_of_a_result_and_never_of_an_expression() -> None:
    named = sd.grad(FILTER, "P", LET)
    plain = sd.grad("logdet(H*P*H' + R) + v'*inv(H*P*H' + R)*v", "P", LET)
    assert "where" in str(named)
    assert "where" not in str(plain)
    assert named == plain == sd.grad(FILTER, "P", LET, named=False)
    assert hash(named) == hash(plain)
    assert str(sd.grad(FILTER, "P", LET, named=False)) == str(plain)
    assert named.latex(named=False) == plain.latex()
    assert named.unicode(named=False) == plain.unicode()
    assert plain.parts == sd.grad(FILTER, "P", LET, named=False).parts == ()
    assert named is sd.grad(FILTER, "P", LET)


def test_names_go_on_into_what_is_made_of_a_result() -> None:
    named = sd.grad(FILTER, "P", LET)
    one = sd.grad("x'*A'*b", "x", LET)
    for made in (2 * named, named @ one, one @ named, named[0], sd.hessian(sd.parse(FILTER, LET), "v"), named.sum()):
        assert str(made).endswith(" where S = H*P*H' + R"), made
    again = pickle.loads(pickle.dumps(named))
    assert (str(again), again) == (str(named), named)
    assert str(sd.parse("inv(S)", {"S": named.parts[0][1]})) == "inv(H*P*H' + R)"


REWRITTEN: list[tuple[str, Callable[[sd.Expr | str], sd.Expr], str]] = [
    ("expand", lambda f: sd.expand(f, LET), "S := A*A' + R; (t + 1)*v'*inv(S)*v"),
    ("factor", lambda f: sd.factor(f, LET), "u := t^2 + 1; t*sin(u) + t*cos(u)"),
    ("collect", lambda f: sd.collect(f, "t", LET), "S := A*A' + R; t*(t + logdet(S))"),
    ("substitute", lambda f: sd.substitute(f, {"t": "2*t"}, LET), "u := t^2 + 1; sin(u) + exp(u)"),
    ("rewrite", lambda f: sd.rewrite(f, "sin(p)^2 + cos(p)^2 -> 1", declarations=LET), "u := t^2 + 1; sin(u) + exp(u)"),
    ("simplify", lambda f: sd.simplify(f, LET, rules="exp(-p) -> 1/exp(p)"), "u := t^2 + 1; sin(u) + exp(u)"),
]


@pytest.mark.parametrize(("way", "made", "text"), REWRITTEN, ids=[row[0] for row in REWRITTEN])
def test_a_users_names_stay_in_every_way_of_writing(
    way: str, made: Callable[[sd.Expr | str], sd.Expr], text: str
) -> None:
    name = text.split(" := ")[0]
    for given in (text, sd.parse(text, LET)):
        told = made(given)
        assert f" where {name} = " in str(told)
        assert same(sd.parse(str(told), LET), told)


def test_two_parts_of_one_name_are_told_apart() -> None:
    f = sd.parse("S := A*A' + R; logdet(S)", LET) + sd.parse("S := A*A' + 2*R; logdet(S)", LET)
    assert str(f) == "logdet(S) + logdet(S_1)\nwhere S = A*A' + R\nwhere S_1 = A*A' + 2*R"


def test_names_that_vanish_are_not_given_anew() -> None:
    s = "(a_1 + b_1*c_1)^2/(2*d_1)"
    f = f"u*(exp({s}) + sin({s}))*(cos({s}) + tan({s}))*log({s})"
    gradient = sd.diff(f, "u")
    assert str(gradient) == f"(exp(v) + sin(v))*(cos(v) + tan(v))*log(v) where v = {s}"


def test_the_command_states_parts_and_the_calculator_has_them_in_force() -> None:
    assert answer(Request(None), f"{LET}; S := H*P*H' + R; grad(logdet(S), P)").lines[0] == (
        "H'*inv(S)*H where S = H*P*H' + R"
    )
    assert answer(Request(None), "x'*K*x where K = B'*B").lines == ["x'*B'*B*x"]  # no derivative: it is worked out
    session = Session()
    for line in (LET, "S := H*P*H' + R"):
        session.answer(line)
    assert session.answer("grad(logdet(S) + v'*inv(S)*v, P)").lines[0] == GRADIENT
    assert session.answer("S").lines == ["H*P*H' + R"]
    assert session.answer("d/dt exp(u)*u where u = t^2 + 1").lines == ["t*exp(u)*(2*t^2 + 4) where u = t^2 + 1"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (FILTER, ["S = H @ (P @ H.T) + R", "return logdet(S) + v @ np.linalg.solve(S, v)"]),
        ("z := A*x; p := sigmoid(z); p'*p", ["z = A @ x", "p = sigmoid(z)", "return p @ p"]),
        ("np := t^2; lambda := sin(np); np*lambda", ["np_ = t * t", "lambda_ = np.sin(np_)", "return np_ * lambda_"]),
        ("é := t^2; v0 := sin(é); é*v0", ["v0 = t * t", "v0_ = np.sin(v0)", "return v0 * v0_"]),
        ("c := 3; q := t; c*q^3", ["return 3 * (t * t * t)"]),
    ],
)
def test_code_has_a_users_names_where_they_are_safe(text: str, lines: list[str]) -> None:
    source = sd.compile(text, declarations=LET).source
    assert [line.strip() for line in source.splitlines() if line.startswith("    ")][-len(lines) :] == lines
    assert source == sd.compile(sd.parse(text, LET)).source


def test_code_of_a_derivative_has_names_over_a_batch_too() -> None:
    gradient = sd.grad(FILTER, "P", LET)
    assert "    S = " in sd.compile(gradient).source
    assert "    S = " in sd.compile(gradient, batch="v").source
    assert "    S = " not in sd.compile(sd.grad(FILTER, "P", LET, named=False)).source


def test_steps_are_told_by_a_users_names() -> None:
    told = sd.derive(FILTER, "P", declarations=LET).text()
    assert "\nS := H*P*H' + R " in told
    assert "\ndS = H*dP*H'\n" in told
    assert "M" not in told
    told = sd.derive("v_1 := A*x; r := v_1 - b; r'*r", ["x", "b"], declarations=LET).text()
    assert "v_1 := A*x;" in told
    steps = answer(Request(None, steps=True), f"{LET}; res := A*x - b; grad(res'*res, x)").lines
    assert "res := A*x - b;  dres = A*dx" in "\n".join(steps)


def test_conditions_are_put_in_parts_too() -> None:
    lengths = []
    for steps in (4, 8):
        f, given = likelihood(steps)
        lengths.append([len(str(c)) for c in sd.conditions(f, given["A"])])
    assert max(lengths[0]) < 300
    assert max(lengths[1]) < 600  # without parts 200,000
    asked = f"{LET}; S := A*A'; grad(logdet(S) + v'*inv(S)*v, A)"
    assert answer(Request(None), asked).lines[-1] == "where det(S) > 0"
