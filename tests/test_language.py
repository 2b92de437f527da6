"""The page of the input language, row by row: every spelling gives one node, every error its place and mend."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import symdiff as sd
import symdiff.calculus.lists
from symdiff.book import library
from symdiff.errors import NotSupported, SymdiffError
from symdiff.syntax.read import Reading, read
from symdiff.syntax.scope import Definition, Scope

TABLE = Path(__file__).parent / "golden" / "language.txt"
GOLDEN = Path(__file__).parent / "golden" / "language_errors.txt"

DECLARED = """\
x, y, v: vector(n); w: vector(m); w4: vector(4); A: matrix(m, n); M: matrix(5, 4); B, X: matrix(n, n); v3: vector(3)
T3: tensor(2, 3, 4); a, b, t: scalar; c: complex scalar; f: function; g: function(vector(n), scalar) -> vector(m)"""


def declared() -> Scope:
    scope = Scope.of(DECLARED)
    scope.define("z", Definition((), read("3*t", "t: scalar").expr))
    return scope


def reading(text: str) -> Reading:
    return read(text, declared())


# -- spellings


def rows() -> list[tuple[str, list[str]]]:
    """The lines of the table: the row of the page a line belongs to, and its spellings."""
    found, row = [], ""
    for line in TABLE.read_text(encoding="utf-8").split("\n\n", 1)[1].splitlines():
        if line.startswith("== "):
            row = line.strip("= ")
        elif line:
            found.append((row, line.split(" ~ ")))
    return found


@pytest.mark.parametrize(("row", "spellings"), rows(), ids=lambda cell: cell if isinstance(cell, str) else cell[0])
def test_every_spelling_gives_one_node(row: str, spellings: list[str]) -> None:
    first = reading(spellings[0])
    for text in spellings[1:]:
        found = reading(text)
        assert (found.expr, found.orientation) == (first.expr, first.orientation), text


# -- errors


def golden_cases() -> list[tuple[str, str]]:
    blocks = GOLDEN.read_text(encoding="utf-8").split("\n\n")
    cases = [block.split("\n", 1) for block in blocks if block.startswith("> ")]
    return [(re.sub(r"\\u([0-9a-f]{4})", lambda code: chr(int(code[1], 16)), text[2:]), said) for text, said in cases]


def described(text: str) -> str:
    """What reading this text is answered with: kind, place, message, line with carets, hint."""
    strict, source = text.startswith("--strict "), text.removeprefix("--strict ")
    with pytest.raises(SymdiffError) as caught:
        read(source, declared(), strict=strict)
    error = caught.value
    kind = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "symdiff.errors")
    place = "" if error.span is None else f" at {error.line}:{error.column}"
    return f"{kind}{place}: {error}".strip()


@pytest.mark.parametrize(("text", "said"), golden_cases() if GOLDEN.is_file() else [])
def test_errors_name_the_place_and_the_mend(text: str, said: str) -> None:
    assert described(text) == said.strip()


# -- functions


ELEMENTWISE = """
sin cos tan cot sec csc asin acos atan acot asec acsc arcsin arccos arctan arccot arcsec arccsc
sinh cosh tanh coth sech csch asinh acosh atanh acoth asech acsch exp expm1 exp2 log ln log2 log10 log1p sqrt cbrt
abs sign heaviside floor ceil round relu leaky_relu elu selu gelu silu swish softplus sigmoid logsigmoid softsign
hardtanh mish erf erfc gamma lgamma digamma real imag conj arg
""".split()
OF_TWO = "atan2 max min hypot polygamma beta".split()
REDUCTIONS = "sum prod mean var std max min logsumexp norm1 norm2 norm_inf".split()
ALONG = "softmax log_softmax cumsum cumprod".split()
MATRICES = {
    "tr(B)": (), "det(B)": (), "logdet(B)": (), "inv(B)": "nn", "pinv(A)": "nm", "adj(B)": "nn", "transpose(A)": "nm",
    "diag(x)": "nn", "diag(B)": "n", "vec(M)": (20,), "reshape(w4, 2, 2)": (2, 2), "reshape(M, 4, 5)": (4, 5),
    "kron(M, M)": (25, 16), "trace(B)": (), "dot(x, y)": (), "outer(x, w)": "nm", "cross(v3, v3)": (3,),
    "expm(B)": "nn", "logm(B)": "nn", "sqrtm(B)": "nn", "cholesky(B)": "nn", "eigvals(B)": "n", "eigvecs(B)": "nn",
    "svdvals(B)": "n", "solve(B, x)": "n", "solve(B, X)": "nn", "norm_nuc(A)": (), "norm_spec(A)": (), "eye(n)": "nn",
    "ones(n)": "n", "ones(m, n)": "mn", "zeros(m, n)": "mn", "x + vector(a)": "n", "A + matrix(a)": "mn",
    "vstack(x, y)": (2, "n"), "hstack(M, M)": (5, 8), "concat(w4, w4)": (8,), "stack(w4, w4)": (2, 4),
    'einsum("ij,jk->ik", A, B)': "mn", "size(A)": (2,), "size(A, 0)": (), "clip(x, 0, 1)": "n",
    "where(x > 0, x, 1)": "n", "norm(x, 3)": (), "norm(A, a)": (), "detach(x)": "n", "stop_gradient(A)": "mn",
}  # fmt: skip


def shape_or_later(text: str, name: str) -> tuple[str, ...] | None:
    """The shape a text is read with; None for a function that is not there yet, which the error names."""
    if library().is_later(name):
        with pytest.raises(NotSupported, match=rf"\b{name}\b"):
            reading(text)
        return None
    return tuple(map(str, reading(text).expr.shape))


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_functions_element_by_element(name: str) -> None:
    if shape_or_later(f"{name}(t)", name) is not None:
        bare = reading(f"{name} t").expr
        assert bare is reading("gamma*t").expr if name == "gamma" else bare is reading(f"{name}(t)").expr
        assert shape_or_later(f"{name}(A)", name) == ("m", "n")
        assert reading(f"{name}(x')").orientation == "row"


@pytest.mark.parametrize("name", OF_TWO)
def test_functions_of_two(name: str) -> None:
    if shape_or_later(f"{name}(t, 2)", name) is not None:
        assert shape_or_later(f"{name}(x, y)", name) == ("n",)
        assert reading(f"{name}(x, 2)").expr is reading(f"{name}(x, 2*ones(n))").expr


@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name: str) -> None:
    axes = {"": (), "axis=0": "n", "axis=1": "m", "axis=-1": "m", "axis=[0, 1]": (), "axis=-2, keepdims=true": (1, "n")}
    for keywords, shape in axes.items():
        text = f"{name}(A, {keywords})" if keywords else f"{name}(A)"
        assert reading(text).expr.shape == reading(f"ones({', '.join(map(str, shape))})" if shape else "1").expr.shape


@pytest.mark.parametrize("name", ALONG)
def test_functions_along_an_axis(name: str) -> None:
    assert shape_or_later(f"{name}(x)", name) == ("n",)
    assert shape_or_later(f"{name}(A, axis=0)", name) == ("m", "n")
    assert reading(f"{name}(A, axis=-1)").expr is reading(f"{name}(A, axis=1)").expr


@pytest.mark.parametrize("text", MATRICES)
def test_functions_of_matrices(text: str) -> None:
    found = shape_or_later(text, text.partition("(")[0])
    assert found is None or found == tuple(map(str, MATRICES[text]))


# -- what is said and assumed


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("|x|", "|x| of a vector is read as the Euclidean norm"),
        ("X*B + y'", "the row `y'` is used with every row of the matrix"),
        ("A .* x'", "the row `x'` is used with every row of the matrix"),
        ("A ./ x'", "the row `x'` is used with every row of the matrix"),
        ("x'Bx", "Bx is read as B*x"),
        ("XBy", "XBy is read as X*B*y"),
    ],
)
def test_what_could_be_meant_otherwise_is_said(text: str, notice: str) -> None:
    assert reading(text).notices == (notice,)


@pytest.mark.parametrize(
    ("text", "assumptions"),
    [
        # transposed, multiplied by a matrix, under a vector norm, indexed once
        ("p'*q", "p ∈ ℝⁿ, q ∈ ℝⁿ"),
        ("P*q", "P ∈ ℝᵐˣⁿ, q ∈ ℝⁿ"),
        ("‖p‖", "p ∈ ℝⁿ"),
        ("‖p‖_1 + ‖q‖_inf", "p ∈ ℝᵐ, q ∈ ℝⁿ"),
        ("p[0]", "p ∈ ℝⁿ"),
        ("P[0, 1]", "P ∈ ℝᵐˣⁿ"),
        # arguments of functions, of ⊙ with a vector
        *[(f"{name}(p)", "p ∈ ℝⁿ") for name in "sum mean max softmax logsumexp diag cumsum".split()],
        ("dot(p, q)", "p ∈ ℝⁿ, q ∈ ℝⁿ"),
        ("sum(p) + sum(p ⊙ q)", "p ∈ ℝⁿ, q ∈ ℝⁿ"),
        ("hessian(q^2, p)", "q ∈ ℝ, p ∈ ℝⁿ"),
        # a capital is a matrix, unless a use forces a scalar: then all are
        ("P + 1", "P ∈ ℝᵐˣⁿ"),
        ("P*Q", "P ∈ ℝᵐˣⁿ, Q ∈ ℝⁿˣᵏ"),
        ("n*k*T/V", "n ∈ ℝ, k ∈ ℝ, T ∈ ℝ, V ∈ ℝ"),
        ("P*V/T", "P ∈ ℝ, V ∈ ℝ, T ∈ ℝ"),
        ("a^B*C", "a ∈ ℝ, B ∈ ℝ, C ∈ ℝ"),
        ("P*norm(q, R)", "P ∈ ℝ, q ∈ ℝⁿ, R ∈ ℝ"),
        ("p'*A*p/T", "p ∈ ℝⁿ, A ∈ ℝ, T ∈ ℝ"),
        ("inv(S)*V/T", "S ∈ ℝⁿˣⁿ, V ∈ ℝ, T ∈ ℝ"),
        ("F^(a + b*x)", "F ∈ ℝ, a ∈ ℝ, b ∈ ℝ, x ∈ ℝ"),
        ("P + Q + 2*sqrt(P*Q)*cos(delta)", "P ∈ ℝ, Q ∈ ℝ, delta ∈ ℝ"),
        # what stays open
        ("p*q + r", "p ∈ ℝ, q ∈ ℝ, r ∈ ℝ"),
        ("p.*q", "p ∈ ℝ, q ∈ ℝ"),
        # blocks, and sizes by unification
        ("[P, q; q', r]", "P ∈ ℝⁿˣⁿ, q ∈ ℝⁿ, r ∈ ℝ"),
        ("kron(eye(n), P) + kron(P', eye(n))", "P ∈ ℝᵐˣᵐ"),
        ("diag(diag(P))", "P ∈ ℝⁿˣⁿ"),
    ],
)
def test_inference_follows_the_page(text: str, assumptions: str) -> None:
    found = read(text)
    assert ", ".join(found.assumptions) == assumptions
    again = read(f"assuming {assumptions}\n{text}")
    assert (again.expr, again.assumptions) == (found.expr, ())


def test_nothing_real_is_done_to_a_complex_symbol() -> None:
    for text in ("sqrt(c^2)", "abs(c)^2", "log(c^2)", "(c^2)^(1/2)", "log(exp(c))"):
        assert read(text, "c: complex scalar").expr is not read("c", "c: complex scalar").expr
        assert "c" in str(read(text, "c: complex scalar").expr)
    for text in ("d/dc abs(c)", "d/dc |c|^2", "grad(norm2(p), p)", "d/dc conj(c)", "d/dc real(c)"):
        with pytest.raises(NotSupported) as caught:
            read(text, "c: complex scalar; p: complex vector(n)")
        assert "Wirtinger" in str(caught.value), text
    assert read("d/dc (c^2 + exp(c))", "c: complex scalar").expr is read("2*c + exp(c)", "c: complex scalar").expr


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("0.1 + 0.2", "0.3"),
        ("0.1*x + 0.2*x", "0.3*x"),
        ("0.3*x - 0.1*x", "0.2*x"),
        ("0.1*3*x", "0.3*x"),
        ("0.3/3", "0.1"),
        ("0.1^2", "0.01"),
        ("0.1 + 1/5", "0.3"),
        ("2.5e-3*4", "0.01"),
        ("1.1*1.1", "1.21"),
        ("1/3*0.5", "0.16666666666666666"),
        ("1.0000000000000002 - 1.0", "2.220446049250313e-16"),
        ("0.5*x^2 - 0.5*x^2", "0"),
    ],
)
def test_decimals_are_exact_as_written(text: str, printed: str) -> None:
    assert str(sd.parse(text)) == printed


@pytest.mark.parametrize("text", ["1.5^100000000*x", "1.5^(-100000000)*x", "0.5*10^900*x", "1e308*1e308*x", "0.0^5*x"])
def test_decimals_beyond_floats_are_no_exception(text: str) -> None:
    assert sd.parse(text) is not None


def test_a_decimal_factor_that_becomes_one_is_gone() -> None:
    assert str(sd.diff("0.5*x^2", "x")) == "x"
    assert str(sd.hessian("0.05*x^2 + 0.15*x^2", "x")) == "0.4"
