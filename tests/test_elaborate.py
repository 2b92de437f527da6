"""From text to expression: declarations, shapes, orientation, inference, errors with their place and mend."""

from __future__ import annotations

import pytest

from symdiff import algebra
from symdiff.algebra import Slice, einsum, eye, matmul, named, number, ones, spread, symbol, transpose
from symdiff.dims import show_shape, size
from symdiff.errors import NotSupported, ParseError, ShapeError, SymdiffError, UnknownNameError
from symdiff.expr import Expr
from symdiff.syntax.declarations import read_kind, read_size, split_declarations
from symdiff.syntax.elaborate import elaborate
from symdiff.syntax.infer import infer
from symdiff.syntax.read import Reading, read
from symdiff.syntax.scope import Scope
from symdiff.syntax.tree import Tree
from symdiff.syntax.value import Context

DECLARED = """x, y, z: vector(n); u: vector(m); A: matrix(m, n); B, C, X: matrix(n, n); S: symmetric(n)
a, b, t: scalar; T3: tensor(2, 3, 4); w: vector(4); M: matrix(5, 4)
f: function; g: function(vector(n), scalar) -> vector(m)"""
n, m = size("n"), size("m")
x, y, u = symbol("x", (n,)), symbol("y", (n,)), symbol("u", (m,))
A, B, C, X = symbol("A", (m, n)), symbol("B", (n, n)), symbol("C", (n, n)), symbol("X", (n, n))
a, b, t = symbol("a"), symbol("b"), symbol("t")
ONE = algebra.ONE


def meaning(text: str) -> Reading:
    return read(text, DECLARED)


# -- declarations


@pytest.mark.parametrize(
    ("text", "shape", "properties"),
    [
        ("scalar", "scalar", ""),
        ("vector(n)", "vector(n)", ""),
        ("vector(4)", "vector(4)", ""),
        ("vector(n+1)", "vector(n + 1)", ""),
        ("vector(m*n)", "vector(m*n)", ""),
        ("vector(2n)", "vector(2*n)", ""),
        ("vector(n^2)", "vector(n^2)", ""),
        ("matrix(m, n)", "matrix(m, n)", ""),
        ("tensor(2, 5, 4)", "tensor(2, 5, 4)", ""),
        ("symmetric(n)", "matrix(n, n)", "symmetric"),
        ("spd(n)", "matrix(n, n)", "spd"),
        ("diagonal(n)", "matrix(n, n)", "diagonal"),
        ("orthogonal(n)", "matrix(n, n)", "orthogonal"),
        ("lower(n)", "matrix(n, n)", "lower"),
        ("upper(n)", "matrix(n, n)", "upper"),
        ("skew(n)", "matrix(n, n)", "skew"),
        ("positive scalar", "scalar", "positive"),
        ("integer", "scalar", "integer"),
        ("real", "scalar", ""),
        ("positive vector(n)", "vector(n)", "positive"),
        ("complex scalar", "scalar", "complex"),
        ("symmetric matrix(n, n)", "matrix(n, n)", "symmetric"),
        ("R^n", "vector(n)", ""),
        ("ℝ", "scalar", ""),
        ("ℝ^n", "vector(n)", ""),
        ("ℝⁿ", "vector(n)", ""),
        ("ℝ^{m×n}", "matrix(m, n)", ""),
        ("ℝᵐˣⁿ", "matrix(m, n)", ""),
        ("R^(m x n)", "matrix(m, n)", ""),
        ("R^(m,n) symmetric", "matrix(m, n)", "symmetric"),
        ("R^(n,n) symmetric", "matrix(n, n)", "symmetric"),
        ("R^{2×3×4}", "tensor(2, 3, 4)", ""),
    ],
)
def test_kinds(text: str, shape: str, properties: str) -> None:
    kind = read_kind(text)
    assert show_shape(kind.shape) == shape
    assert " ".join(sorted(kind.properties)) == properties


def test_functions_are_declared() -> None:
    scope = Scope.of("f: function; g: function(vector(n), scalar) -> vector(m)")
    assert scope.functions["f"].arguments == ((),)
    assert scope.functions["g"] == algebra.Function("g", ((n,), ()), (m,))


def test_all_ways_to_declare_agree() -> None:
    wanted = {"x": symbol("x", (n,)), "A": symbol("A", (m, n))}
    for scope in (
        Scope.of("x: vector(n); A: matrix(m, n)"),
        Scope.of("x ∈ ℝ^n\nA ∈ ℝ^{m×n}  # a comment"),
        Scope.of("x in R^n; A in R^(m x n)"),
        Scope.of({"x": "vector(n)", "A": "matrix(m, n)"}),
        Scope.of(x="vector(n)", A="matrix(m, n)"),
        Scope.of(wanted),
        Scope.of(wanted.values()),
        Scope.of(Scope.of("x: vector(n)"), A="matrix(m, n)"),
    ):
        assert scope.symbols == wanted
        assert list(scope.sizes) in (["n", "m"], ["m", "n"])


def test_names_have_one_spelling() -> None:
    scope = Scope.of("α, x_{1}, x₂: scalar")
    assert list(scope.symbols) == ["alpha", "x_1", "x_2"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x: vector", "vector"),
        ("x: vector(n, m)", "vector"),
        ("x: matrx(n, n)", "matrx"),
        ("x: vector(n", ""),
        ("x vector(n)", "x vector(n)"),
        ("x: vector(n) A", "A"),
        ("x: vector(-1)", "-"),
        ("S: symmetric", "symmetric"),
        ("1x: scalar", "1x: scalar"),
        ("f: function(function)", "function"),
        ("n: vector(n)", "n"),
        ("x: scalar; x: vector(n)", "x"),
        ("c: complex positive scalar", "complex positive scalar"),
        ("x: vector(" + "9" * 30 + ")", "9" * 30),
    ],
)
def test_wrong_declarations_have_a_place(text: str, place: str) -> None:
    with pytest.raises(SymdiffError) as caught:
        Scope.of(text)
    assert caught.value.span is not None
    start, end = caught.value.span
    assert text[start:end] == place


def test_declarations_precede_a_text() -> None:
    text = "x: vector(n)  # first\nA ∈ ℝⁿˣⁿ; t: scalar\nt*x'*A*x"
    spans, start = split_declarations(text)
    assert [text[s:e].strip() for s, e in spans] == ["x: vector(n)", "A ∈ ℝⁿˣⁿ", "t: scalar"]
    assert text[start:] == "t*x'*A*x"
    assert read(text).assumptions == ()


@pytest.mark.parametrize("text", ["sin R", "x[1:3]", "y := x^2", "[a, b; c, d]", "f(x) := x"])
def test_what_is_no_declaration(text: str) -> None:
    assert split_declarations(text) == ([], 0)


def test_sizes_are_polynomials() -> None:
    assert read_size("2*m*n + n^2 - 1") == 2 * m * n + n * n - 1
    with pytest.raises(ParseError):
        read_size("n/2")


def test_a_place_in_the_text_after_declarations() -> None:
    text = "x, y: vector(n)\nx*y"
    with pytest.raises(ShapeError) as caught:
        read(text)
    assert (caught.value.line, caught.value.column) == (2, 1)
    assert "x*y\n  ^^^" in str(caught.value)


# -- products


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x'*y", einsum(ONE, [x, y], ["i", "i"], "")),
        ("x'*B*y", einsum(ONE, [x, B, y], ["i", "ij", "j"], "")),
        ("x.T @ B @ y", einsum(ONE, [x, B, y], ["i", "ij", "j"], "")),
        ("xᵀBy", einsum(ONE, [x, B, y], ["i", "ij", "j"], "")),
        ("A*x", einsum(ONE, [A, x], ["ij", "j"], "i")),
        ("A*B*x", einsum(ONE, [A, B, x], ["ij", "jk", "k"], "i")),
        ("A*(B*x)", matmul(A, matmul(B, x))),
        ("u*x'", einsum(ONE, [u, x], ["i", "j"], "ij")),
        ("u*x'*y", einsum(ONE, [u, x, y], ["i", "j", "j"], "i")),
        ("x'*y*u", einsum(ONE, [x, y, u], ["j", "j", "i"], "i")),
        ("A'*u", einsum(ONE, [A, u], ["ij", "i"], "j")),
        ("2x'*y*a", einsum(algebra.mul(number(2), a), [x, y], ["i", "i"], "")),
        ("(A*B)'", transpose(matmul(A, B))),
        ("x.*y", einsum(ONE, [x, y], ["i", "i"], "i")),
        ("x.*x", algebra.power(x, number(2))),
        ("a.*x", algebra.scale(a, x)),
        ("B*I", B),
        ("I*x", x),
        ("2*I*B", algebra.scale(number(2), B)),
        ("x*ones(1, n)", einsum(ONE, [x, ones((n,))], ["i", "j"], "ij")),
        ("vector(1)'*x", algebra.total(x)),
        ("A*vector(a)", algebra.scale(a, algebra.total(A, 1))),
        ("B⊗C", algebra.kron(B, C)),
        ("a*T3*2", algebra.scale(algebra.mul(number(2), a), symbol("T3", (2, 3, 4)))),
    ],
)
def test_products(text: str, wanted: Expr) -> None:
    assert meaning(text).expr is wanted


def test_products_of_tensors_have_to_name_axes() -> None:
    with pytest.raises(NotSupported, match="name axes"):
        meaning("B*T3")


@pytest.mark.parametrize(
    ("text", "orientation"),
    [
        ("x", "column"),
        ("x'", "row"),
        ("(x')'", "column"),
        ("x'*B", "row"),
        ("2x' + y'", "row"),
        ("sin(x')", "row"),
        ("softmax(x')", "row"),
        ("-x'/a", "row"),
        ("x'.*y'", "row"),
        ("(B*x)'", "row"),
        ("B'*x", "column"),
        ("x'[1:3]", "row"),
        ("max(x', 0)", "row"),
    ],
)
def test_orientation(text: str, orientation: str) -> None:
    assert meaning(text).orientation == orientation


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        ("x*y", ["`x` is a column of n", "`y` is a column of n"], "write `x'*y` or `x*y'` or `x.*y`"),
        ("x*u", ["`u` is a column of m"], "write `x*u'`"),
        ("x'*y'", ["a row of n"], "`x'*y`"),
        ("x'*A", ["`x'` is a row of n", "`A` is m×n"], "`x'*A'`"),
        ("A*u", ["n columns meet m entries"], "`A'*u`"),
        ("A*x'", ["a row of n"], "`A*x`"),
        ("x*A", ["no product"], "`A*x`"),
        ("A*A", ["`A` is m×n"], "`A*A'` or `A'*A` or `A.*A`"),
        ("A + B", ["`A` is m×n but `B` is n×n"], None),
        ("A + A'", ["`A'` is n×m"], "drop the transpose"),
        ("x + u", ["a column of n", "a column of m"], None),
        ("B + x", ["a matrix and a column"], "`B + x'`"),
        ("B .* x", ["a matrix and a column"], "`B .* x'`"),
        ("x' + y", ["a row and a column"], "drop the transpose of `x'`"),
        ("x + T3", ["different numbers of axes"], None),
        ("a/x", ["divides by scalars only"], "`a./x`"),
        ("C/B", ["divides by scalars only"], "`C./B` (element by element), or `C*inv(B)`"),
        ("x^2", ["has no power"], "`x.^2` (element by element), `x'*x`"),
        ("A^2", ["only a square matrix"], "`A.^2`"),
        ("e^B", ["not a scalar"], "`expm(B)` or `exp(B)`"),
        ("2^x", ["not a scalar"], "`2.^x`"),
        ("B**2", ["`**` is for scalars"], "`B.^2` (element by element) or `B^2`"),
        ("inv(A)", ["square matrix", "m×n"], None),
        ("det(x)", ["square matrix"], None),
        ("dot(x, u)", ["a column of n", "a column of m"], None),
        ("sum(x', axis=0)", ["is a row"], "drop the transpose"),
        ("‖B‖", ["which norm"], "`‖B‖_F`"),
        ("‖B‖_2", ["which norm"], "norm_spec(B)"),
        ("|B|", ["several things"], "`det(B)`, `abs(B)`"),
        ("g(x)", ["takes 2 arguments"], None),
        ("inv(I)", ["nothing here gives `I` its size"], "eye(n)"),
        ("w[4]", ["axis of length 4"], "from 0"),
        ("w[-5]", ["axis of length 4"], "from 0"),
        ("x[0, 1]", ["has 1 axis, not 2"], None),
        ("grad(x)", ["takes 2 arguments"], "`grad(f, x)`"),
        ("jvp(a, x)", ["takes 3 arguments"], "`jvp(f, x, v)`"),
    ],
)
def test_shape_errors_name_both_places_and_a_mend(text: str, words: list[str], hint: str | None) -> None:
    with pytest.raises(ShapeError) as caught:
        meaning(text)
    error = caught.value
    assert all(word in error.message for word in words), error.message
    assert error.text == text
    assert error.span is not None
    if hint is not None:
        assert error.hint is not None
        assert hint in error.hint


def test_carets_stand_under_the_two_factors() -> None:
    with pytest.raises(ShapeError) as caught:
        meaning("a + x'*(A*x)*t")
    assert str(caught.value).splitlines()[1:3] == ["  a + x'*(A*x)*t", "      ^^^^^^^^"]


# -- sums, broadcasting, literals


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x + 1", algebra.add(x, ones((n,)))),
        ("B + I", algebra.add(B, eye(n))),
        ("a*I - B", algebra.sub(algebra.scale(a, eye(n)), B)),
        ("x + vector(a)", algebra.add(x, spread(a, (n,)))),
        ("A + matrix(2)", algebra.add(A, spread(number(2), (m, n)))),
        ("A + ones(1, n)", algebra.add(A, ones((m, n)))),
        (
            "A + sum(A, axis=1, keepdims=True)",
            algebra.add(A, algebra.broadcast(algebra.total(A, 1, True), (m, n))),
        ),
        ("n + 1", algebra.add(algebra.dimension("n"), ONE)),
        ("sum(x)/n", algebra.mean(x)),
        ("x[-1]", algebra.index(x, [n - 1])),
        ("w[-1]", algebra.index(symbol("w", (4,)), [3])),
        ("A[:, 0]", algebra.index(A, [Slice(0, m), 0])),
        ("x[1:]", algebra.index(x, [Slice(1, n)])),
        ("x[:-1]", algebra.index(x, [Slice(0, n - 1)])),
        ("w[1:9]", algebra.index(symbol("w", (4,)), [Slice(1, 4)])),
        ("M[::2, 1]", algebra.index(symbol("M", (5, 4)), [Slice(0, 5, 2), 1])),
        ("[a, b]", algebra.join("stack", [a, b], 0)),
        ("size(A, 0)", algebra.dimension("m")),
        ("size(A)", algebra.join("stack", [algebra.dimension("m"), algebra.dimension("n")], 0)),
        ("eye(2n)", eye(2 * n)),
        ("zeros(m, 3)", algebra.zeros((m, 3))),
        ("f(t)", algebra.apply(algebra.Function("f", ((),), ()), [t])),
        ("f''(t)", algebra.apply(algebra.Function("f", ((),), ()), [t], (0, 0))),
        ("g'[2](x, t)", algebra.apply(algebra.Function("g", ((n,), ()), (m,)), [x, t], (1,))),
        ("2pi*e", algebra.mul(number(2), named("pi"), named("e"))),
        ("dx", algebra.differential(x)),
        ("x > a", algebra.compare(">", x, spread(a, (n,)))),
        ("where(x > 0, x, 1)", algebra.select(algebra.compare(">", x, algebra.zeros((n,))), x, ones((n,)))),
        ("detach(x)", algebra.stop(x)),
    ],
)
def test_meanings(text: str, wanted: Expr) -> None:
    assert meaning(text).expr is wanted


def test_one_expression_however_it_is_written() -> None:
    for spellings in (
        ["x'*B*x", "x.T @ B @ x", "xᵀ*B*x", "x⊤ B x", "x’Bx", 'einsum("i,ij,j->", x, B, x)'],
        ["B^-1*x", "B⁻¹x", "inv(B)*x", "B^{-1} x"],
        ["‖x‖", "‖x‖₂", "||x||_2", "norm2(x)", "|x|"],
        ["x ⊙ y", "x .* y", "x'.*y'"],
        ["log(det(B))", "log det B"],
        ["sqrt(t)", "√t", "t^(1/2)"],
    ):
        assert len({meaning(text).expr for text in spellings}) == 1


def test_notices() -> None:
    assert meaning("A + x'").notices == ("the row `x'` is used with every row of the matrix",)
    assert meaning("|x|").notices == ("|x| of a vector is read as the Euclidean norm",)
    assert meaning("x'*y").notices == ()


# -- index notation


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("[i, k] -> sum(j, A[i,j]*B[j,k])", "A*B"),
        ("[i] -> sum(j, A[i,j]*x[j])", "A*x"),
        ("sum(i, sum(j, x[i]*B[i,j]*y[j]))", "x'*B*y"),
        ("[k, i] -> A[i,k]", "A'"),
        ("sum(i, B[i,i])", "tr(B)"),
        ("[i] -> B[i,i]", "diag(B)"),
        ("[i] -> x[i]*y[i]", "x.*y"),
        ("[i] -> sin(x[i]) + a", "sin(x) + a"),
        ("[i] -> x[i]^2", "x.^2"),
        ("[i] -> 2*x[i]/a", "2*x/a"),
        ("sum(i, 3*x[i])", "3*sum(x)"),
        ("sum(j, A[0,j]*x[j])", "A[0,:]'*x"),
        ("[i, j] -> B[i,j] + x[i]", "B + x*ones(1, n)"),
    ],
)
def test_index_notation_is_einsum(text: str, same_as: str) -> None:
    assert meaning(text).expr is meaning(same_as).expr


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[i] -> i*n", ShapeError),
        ("[i] -> x[:i]", ShapeError),
        ("sum(j, a*n)", SymdiffError),
        ("[i, j] -> x[i]", ShapeError),
        ("[i] -> A[i, i]", ShapeError),
        ("[i] -> x[i]*u[i]", ShapeError),
        ("[i] -> norm2(x[i])", NotSupported),
        ("A[k, 0]", ShapeError),
    ],
)
def test_wrong_indices(text: str, kind: type[SymdiffError]) -> None:
    with pytest.raises(kind) as caught:
        meaning(text)
    assert caught.value.span is not None


# -- names


def test_unknown_names_propose_near_ones() -> None:
    with pytest.raises(UnknownNameError) as caught:
        read("sinn(x)", DECLARED)
    assert "sin" in (caught.value.hint or "")
    with pytest.raises(UnknownNameError) as caught:
        read("x'*q", DECLARED, strict=True)
    assert caught.value.column == 4


def test_derivatives_inside_a_text_need_their_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    from symdiff.syntax import calls

    monkeypatch.setattr(calls, "derivative_operators", {})
    with pytest.raises(NotSupported):
        meaning("d/dt (t^2)")
    seen = []

    def remember(f: Expr, wrt: tuple[Expr, ...]) -> Expr:
        seen.append((f, wrt))
        return f

    monkeypatch.setattr(calls, "derivative_operators", {"diff": remember, "grad": remember})
    reading = meaning("d²/dt² (t^3)")
    assert seen[0] == (algebra.power(t, number(3)), (t, t))
    assert reading.request is not None
    assert (reading.request.kind, reading.request.wrt) == ("diff", (t, t))
    meaning("1 + ∇_x (x'*x)")
    assert seen[-1][1] == (x,)


def test_every_notation_of_a_derivative_is_one() -> None:
    import symdiff.calculus.lists  # noqa: F401  (fills in how derivatives are worked out)

    given = "f(x) := 3x^2 - 4x\ny := 3x^2 - 4x\n"
    spellings = "f'(x)|f'|y'|dy/dx|df/dx|d/dx f(x)|Df(x)|D_x f(x)|D_x f|d/dx (3x²-4x)|diff(y, x)|∂y/∂x".split("|")
    assert len({read(given + text).expr for text in spellings}) == 1
    seconds = "d^2y/dx^2|d²y/dx²|∂^2y/∂x^2|d^2/dx^2 (3x²-4x)|f''(x)".split("|")
    assert {read(given + text).expr for text in seconds} == {number(6)}
    given = "h(x_1, x_2) := 3x₁^2 + 5e^{x₂}\n"
    spellings = ["∂h/∂x₁", "h_{x_1}(x_1, x_2)", "D_{x_1} h", "h'[1](x_1, x_2)", "∂/∂x_1 (3x_1^2 + 5e^{x_2})"]
    assert {read(given + text).expr for text in spellings} == {read("6*x_1").expr}
    assert read("f(x) := 3x^2 - 4x; f'(1)").expr is number(2)
    assert read("f: function; x: scalar; df/dx").expr is read("f: function; x: scalar; f'(x)").expr


def test_definitions() -> None:
    assert read("y := x^2; y := y + 1; 2y").expr is read("2*(x^2 + 1)").expr
    found = read("x: vector(n)\nq(v) := v'*A*v  # a form\nq(x)", "A: matrix(n, n)")
    assert found.expr is read("x'*A*x", "A: matrix(n, n); x: vector(n)").expr
    assert found.assumptions == ("v ∈ ℝⁿ",)
    assert read("g(x) := x'*x; g(z)").assumptions == ("x ∈ ℝⁿ", "z ∈ ℝⁿ")
    with pytest.raises(NotSupported, match="a definition has no value"):
        read("y := x^2")
    with pytest.raises(ParseError, match="declared already"):
        read("x: vector(n); x := 3; x")
    with pytest.raises(ShapeError, match="takes a column of n here"):
        read("x: vector(n)\ng(x) := x'*x\ng(2)")


# -- inference


@pytest.mark.parametrize(
    ("text", "assumptions"),
    [
        ("x'*A*x", "x ∈ ℝⁿ, A ∈ ℝⁿˣⁿ"),
        ("x'Ax", "x ∈ ℝⁿ, A ∈ ℝⁿˣⁿ"),
        ("x'*A*y", "x ∈ ℝᵐ, A ∈ ℝᵐˣⁿ, y ∈ ℝⁿ"),
        ("norm2(A*x - b)^2", "A ∈ ℝᵐˣⁿ, x ∈ ℝⁿ, b ∈ ℝᵐ"),
        ("t*A*x + b", "t ∈ ℝ, A ∈ ℝᵐˣⁿ, x ∈ ℝⁿ, b ∈ ℝᵐ"),
        ("3x^2 - 4x", "x ∈ ℝ"),
        ("sin(x)*cos(y)", "x ∈ ℝ, y ∈ ℝ"),
        ("n*k*T/V", "n ∈ ℝ, k ∈ ℝ, T ∈ ℝ, V ∈ ℝ"),
        ("log det X'X", "X ∈ ℝᵐˣⁿ"),
        ("sum((x - mean(x)).^2)", "x ∈ ℝⁿ"),
        ("A + u*v'", "A ∈ ℝᵐˣⁿ, u ∈ ℝᵐ, v ∈ ℝⁿ"),
        ("det(A + t*B)", "A ∈ ℝⁿˣⁿ, t ∈ ℝ, B ∈ ℝⁿˣⁿ"),
        ("x'y/(x'x)", "x ∈ ℝⁿ, y ∈ ℝⁿ"),
        ("‖X‖_F^2", "X ∈ ℝᵐˣⁿ"),
        ("‖a*x‖", "a ∈ ℝ, x ∈ ℝⁿ"),
        ("x[0] + x[1]^2", "x ∈ ℝⁿ"),
        ("solve(A, b)", "A ∈ ℝⁿˣⁿ, b ∈ ℝⁿ"),
        ("tr(kron(X, X))", "X ∈ ℝⁿˣⁿ"),
        ("eye(k)*x", "x ∈ ℝᵏ"),
        ("sum(log(vector(1) + exp(-y.*(P*w))))", "y ∈ ℝᵐ, P ∈ ℝᵐˣⁿ, w ∈ ℝⁿ"),
        ("softmax(Q*K'/√d)*V", "Q ∈ ℝᵐˣⁿ, K ∈ ℝᵏˣⁿ, d ∈ ℝ, V ∈ ℝᵏˣᵖ"),
        ("[i, k] -> sum(j, A[i,j]*B[j,k])", "A ∈ ℝᵐˣⁿ, B ∈ ℝⁿˣᵏ"),
        ("X'*(sigmoid(X*w) - y)", "X ∈ ℝᵐˣⁿ, w ∈ ℝⁿ, y ∈ ℝᵐ"),
        ("sqrt(gamma*p/rho)", "gamma ∈ ℝ, p ∈ ℝ, rho ∈ ℝ"),
        ("(A + B*x)*(a + b*x)^2", "A ∈ ℝᵐˣⁿ, B ∈ ℝᵐˣⁿ, x ∈ ℝ, a ∈ ℝ, b ∈ ℝ"),
        ("(A + B*x)^(3/2)", "A ∈ ℝ, B ∈ ℝ, x ∈ ℝ"),
        ("x_1 + n*x_2", "x_1 ∈ ℝ, n ∈ ℝ, x_2 ∈ ℝ"),
    ],
)
def test_inference(text: str, assumptions: str) -> None:
    found = read(text)
    assert ", ".join(found.assumptions) == assumptions
    again = read(text, "; ".join(found.assumptions))
    assert again.expr is found.expr
    assert again.assumptions == ()


def test_inference_keeps_what_is_declared() -> None:
    found = read("x'*A*y", "A: matrix(3, 4)")
    assert found.assumptions == ("x ∈ ℝ³", "y ∈ ℝ⁴")
    with pytest.raises(ShapeError) as caught:
        read("x'*A*x", "A: matrix(3, 4)")
    assert "?" not in str(caught.value)


def test_inferred_sizes_avoid_names_in_use() -> None:
    assert read("n*x'*x").assumptions == ("n ∈ ℝ", "x ∈ ℝᵐ")


# -- size and depth


@pytest.mark.parametrize("count", [1_500, pytest.param(5_000, marks=pytest.mark.slow)])
def test_nesting_and_long_sums(count: int) -> None:
    leaf = Tree("name", (), "x")
    one = Tree("number", (), 1)
    deep = leaf
    for _ in range(count):
        deep = Tree("sum", (Tree("call", (deep,), ("sin", ())), one))
    assert elaborate(deep, Scope.of("x: scalar")).shape == ()
    value, assumed = infer(deep, Scope(), Context())
    assert (value.shape, assumed) == ((), ("x ∈ ℝ",))
    terms = tuple(Tree("product", (Tree("number", (), k + 2), Tree("name", (), f"x{k}"))) for k in range(count))
    long = Tree("sum", terms)
    assert len(infer(long, Scope(), Context())[0].expr.args) == count
