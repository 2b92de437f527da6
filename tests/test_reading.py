"""Reading: every spelling gives one tree, every ambiguity is an error at its place, size costs only time."""

from __future__ import annotations

import json
import re
import threading
from random import Random

import pytest
from counting import work

import symdiff as sd
from symdiff.bounds import limits
from symdiff.errors import LimitError, ParseError, SymdiffError
from symdiff.resources import read_data
from symdiff.syntax import tables
from symdiff.syntax.names import LETTERS, NAME, canonical, symbol_table
from symdiff.syntax.parser import _lexer, parse_tree, read
from symdiff.syntax.read import read as read_text
from symdiff.syntax.tree import Tree, dump, map_tree, postorder, walk

NAMES = dict.fromkeys("x y A X v w".split(), "symbol") | {"f": "function", "g": "function", "z": "definition"}
FUNCTIONS = frozenset(
    "sin cos tan asin exp log sqrt abs max min norm norm2 tr det logdet inv diag sum mean dot softmax where"
    " gamma beta atan2 transpose detach".split()
)


def tree(text: str) -> Tree:
    return parse_tree(text, NAMES, FUNCTIONS)


# One row: the tree, and the spellings that give it.
SPELLINGS = [
    # transposes and products
    ("product(transpose(name:x), name:A, name:x)",
     ["x'*A*x", "x' A x", "xᵀ*A*x", "x.T @ A @ x", "x⊤Ax", "x^T*A*x", "x^{T} A x",
      "x’·A·x", "x′ × A × x", "x'∗A⋅x", "x' * A * x", "x'*A*x  # a quadratic form", "x'*A\n*x"]),
    ("hermitian(name:A)", ["A^H", "A†", "A^{H}", "Aᴴ"]),
    ("transpose(power(name:A, neg(number:1)))", ["A^{-T}", "A^-T", "A⁻ᵀ"]),
    ("power(name:A, neg(number:1))", ["A^-1", "A^(-1)", "A^{-1}", "A⁻¹", "A^−1"]),
    ("transpose(transpose(name:x))", ["x''", "x″", "x'ᵀ"]),
    ("hadamard(name:x, name:y)", ["x.*y", "x⊙y", "x .* y"]),
    ("hadamard(name:x, name:y, name:v)", ["x.*y.*v", "x ⊙ y ⊙ v"]),
    ("dotquotient(name:x, name:y)", ["x./y", "x⊘y"]),
    ("kron(name:A, name:X)", ["A⊗X"]),
    ("quotient(name:x, name:y)", ["x/y", "x∕y", "x÷y"]),
    ("quotient(quotient(name:x, name:y), name:v)", ["x/y/v"]),
    ("product(quotient(name:x, number:2), number:3)", ["x/2*3"]),
    ("product(number:2, name:x)", ["2x", "2*x", "2 x", "2·x"]),
    ("product(sum(name:a, name:b), sum(name:a, neg(name:b)))",
     ["(a+b)(a-b)", "(a+b)*(a-b)", "(a + b) (a - b)"]),
    ("product(transpose(name:x), product(name:A, name:x))", ["x'(A*x)", "x' (A x)"]),
    # powers and signs
    ("neg(power(name:x, number:2))", ["-x^2", "-x²", "−x^2", "-(x^2)"]),
    ("power(number:2, neg(name:x))", ["2^-x", "2^{-x}", "2^(-x)", "2⁻ˣ"]),
    ("power(name:x, power(number:2, number:3))", ["x^2^3", "x^(2^3)"]),
    ("power(transpose(name:x), number:2)", ["x'^2", "xᵀ²", "x'²"]),
    ("neg(transpose(name:x))", ["-x'"]),
    ("norm(name:x)", ["‖x‖", "||x||", "norm(x)", "norm x"]),
    ("power(name:x, sum(name:n, number:1))", ["x^{n+1}", "x^(n+1)", "xⁿ⁺¹"]),
    ("dotpower(name:x, number:2)", ["x.^2"]),
    ("hadamard(number:2, name:x)", ["2.*x", "2 .* x", "2⊙x"]),
    ("dotquotient(number:1, name:x)", ["1./x"]),
    ("product(number:2, name:e)", ["2e", "2*e"]),
    ("number:0.001", ["1e-3", ".001", "0.001"]),
    ("product(number:2, neg(product(name:x, name:y)))", ["2*-x*y"]),
    # names and numbers
    ("sum(name:alpha, name:alpha)", ["α + alpha", "alpha+α"]),
    ("name:x_1", ["x₁", "x_1", "x_{1}"]),
    ("name:lambda_max", ["λ_max", "lambda_max", "λ_{max}"]),
    ("product(number:2, name:pi)", ["2π", "2pi", "2*pi"]),
    ("name:I", ["I", "eye"]),
    ("product(name:A, transpose(name:x))", ["Ax'", "A*x'"]),
    ("product(name:A, power(name:X, number:2))", ["AX^2", "AX²", "A X^2"]),
    ("differential(name:X)", ["dX", "d(X)"]),
    # calls
    ("call:('sin', ())(name:x)", ["sin x", "sin(x)", "sin (x)"]),
    ("product(call:('sin', ())(product(number:2, name:x)), call:('cos', ())(name:y))",
     ["sin 2x cos y", "sin(2x)*cos(y)"]),
    ("call:('log', ())(call:('det', ())(product(transpose(name:X), name:X)))",
     ["log det X'X", "log(det(X'*X))", "log det(X' X)"]),
    ("power(call:('sin', ())(name:x), number:2)",
     ["sin^2 x", "sin²(x)", "sin² x", "sin(x)^2", "sin^2(x)"]),
    ("call:('log', ())(abs(name:x))", ["log |x|", "log(|x|)"]),
    ("call:('sum', (('axis', 0), ('keepdims', True)))(name:A)",
     ["sum(A, axis=0, keepdims=True)", "sum(A, keepdims=true, axis = 0)"]),
    ("call:('sum', (('axis', (0, -1)),))(name:A)", ["sum(A, axis=[0, -1])"]),
    ("call:('einsum', ())(string:ij,j->i, name:A, name:x)",
     ['einsum("ij,j->i", A, x)', "einsum('ij,j->i', A, x)"]),
    ("and(compare:>(name:x, number:0), not(compare:>=(name:y, number:1)))",
     ["x > 0 and not y >= 1", "x>0 ∧ ¬ y≥1", "x>0 and not(y>=1)"]),
    ("call:('where', ())(compare:>(name:x, number:0), name:x, neg(name:x))", ["where(x>0, x, -x)"]),
    ("or(compare:!=(name:x, name:y), compare:<=(name:x, number:2))", ["x != y or x <= 2", "x≠y ∨ x≤2"]),
    # bars and roots
    ("power(norm:2(name:x), number:2)", ["‖x‖₂²", "||x||_2^2", "‖x‖_2²", "‖x‖²₂", "‖x‖^2_2"]),
    ("power(norm:F(name:X), number:2)", ["‖X‖_F^2", "‖X‖²_F", "||X||^2_F", "‖X‖_{F}²"]),
    ("norm:inf(name:x)", ["‖x‖_inf", "‖x‖_∞", "||x||_oo"]),
    ("product(number:2, abs(name:x))", ["2|x|", "2*|x|"]),
    ("product(abs(name:x), abs(name:y))", ["|x||y|", "|x|*|y|", "|x| |y|"]),
    ("sum(norm(name:x), neg(norm(name:y)))", ["||x|| - ||y||", "‖x‖-‖y‖", "||x||-||y||"]),
    ("abs(sum(name:x, abs(name:y)))", ["|x+|y||", "|x + |y||"]),
    ("power(abs(product(transpose(name:x), name:y)), number:2)", ["|x'y|^2", "|x' y|²"]),
    ("product(abs(name:a), name:b, abs(name:c))", ["|a| b |c|", "|a|*b*|c|"]),
    ("sqrt(name:x)", ["√x", "√(x)"]),
    # brackets
    ("vector(name:a, neg(name:b), number:3)", ["[a, -b, 3]", "[a,-b,3]"]),
    ("matrix(vector(name:a, name:b), vector(name:c, name:d))", ["[a, b; c, d]", "[a,b;c,d]"]),
    ("index(name:A, number:1, slice(_, _, _))", ["A[1, :]", "A[1,:]"]),
    ("index(name:x, slice(number:1, neg(number:1), number:2))", ["x[1:-1:2]"]),
    ("indexsum:j(product(index(name:A, name:i, name:j), index(name:x, name:j)))",
     ["sum(j, A[i,j]*x[j])"]),
    ("tensor:('i', 'k')(product(index(name:x, name:i), index(name:y, name:k)))",
     ["[i, k] -> x[i]*y[k]", "[i,k] → x[i] y[k]"]),
    # derivatives
    ("derivative:('d/d', (name:x,), 1)(product(power(name:x, number:2), call:('sin', ())(name:x)))",
     ["d/dx x^2 sin(x)", "∂/∂x x² sin x", "D_x x^2*sin(x)"]),
    ("derivative:('d/d', (name:x, name:x), 2)(name:y)",
     ["d²/dx² y", "d^2/dx^2 y", "∂²/∂x² y", "∂²/∂x∂x y"]),
    ("sum(product(number:2, derivative:('d/d', (name:x,), 1)(product(name:x, name:y))), number:1)",
     ["2 d/dx x*y + 1"]),
    ("gradient:name:x(product(transpose(name:x), name:x))", ["∇ₓ x'x", "∇_x x'x", "∇_{x} xᵀx"]),
    ("derivative:('d/d', (name:x,), 1)(name:z)", ["dz/dx", "∂z/∂x", "d/dx z"]),
    ("prime:1(call:('f', ())(name:x))", ["f'(x)", "Df(x)", "f’(x)"]),
    ("prime:2(call:('f', ())(name:x))", ["f''(x)", "f″(x)"]),
    ("prime:(1, 2)(call:('g', ())(name:x, name:y))", ["g'[1,2](x, y)"]),
    ("prime:(2,)(call:('g', ())(name:x, name:y))", ["g'[2](x, y)", "g_y(x, y)"]),
    ("prime:1(name:z)", ["z'"]),
    ("differential(product(transpose(name:x), name:A, name:x))", ["d(x'*A*x)"]),
    # statements
    ("equation(name:a, name:b)", ["a = b"]),
    ("define(name:u, product(number:3, name:x))", ["u := 3x", "u ≔ 3x"]),
    ("define(call:('h', ())(name:x), power(name:x, number:2))", ["h(x) := x^2"]),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "text"), [(row, text) for row, texts in SPELLINGS for text in texts])
def test_every_spelling_gives_one_tree(expected: str, text: str) -> None:
    assert dump(tree(text)) == expected


def test_equal_spellings_are_equal_trees() -> None:
    for _, texts in SPELLINGS:
        first, *others = (tree(text) for text in texts)
        assert all(other == first and hash(other) == hash(first) for other in others)


def test_declared_names_change_the_reading() -> None:
    def said(text: str, *names: str) -> str:
        return dump(parse_tree(text, dict.fromkeys(names, "symbol"), FUNCTIONS))

    assert said("AX") == "product(name:A, name:X)"
    assert said("AX", "AX") == "name:AX"
    assert said("A^T") == "transpose(name:A)"
    assert said("a^T", "T") == "power(name:a, name:T)"
    assert said("d/dx x", "x") == "derivative:('d/d', (name:x,), 1)(name:x)"
    assert said("d/dx", "d", "dx") == "quotient(name:d, name:dx)"
    assert said("dy/dx", "dy", "dx") == "quotient(name:dy, name:dx)"
    assert said("dX*X") == "product(differential(name:X), name:X)"
    assert said("dX", "dX", "X") == "name:dX"
    assert said("gamma*beta") == "product(name:gamma, name:beta)"
    assert said("gamma(x)") == "call:('gamma', ())(name:x)"
    assert said("sin*x", "sin") == "product(name:sin, name:x)"
    assert said("and + lambda", "and") == "sum(name:and, name:lambda)"
    assert said("b (x+1)") == "product(name:b, sum(name:x, number:1))"


def test_products_of_letters_are_said() -> None:
    assert read("A*Xw", {}, FUNCTIONS)[1] == ["Xw is read as X*w"]
    assert read("A*X*w", {}, FUNCTIONS)[1] == []
    assert read("x*sinx", {}, FUNCTIONS)[1] == ["sinx is read as one name; the function is sin(x)"]


def test_stars_beside_numpy_operators_are_marked() -> None:
    assert tree("A @ x * y").value == (1,)
    assert tree("A * x * y").value is None
    assert tree("x.T @ A @ x") == tree("x'*A*x")


# -- errors


def test_errors_after_a_line_break_count_from_its_start() -> None:
    with pytest.raises(ParseError) as caught:
        tree("x +\n  y ** * 2")
    assert (caught.value.line, caught.value.column) == (2, 8)


@pytest.mark.parametrize("text", ["x" * (limits.characters + 1), "9" * 10_000, "1e999999", "x^" + "9" * 2000])
def test_limits(text: str) -> None:
    with pytest.raises(LimitError) as caught:
        work(lambda: tree(text), 1_000)
    assert len(str(caught.value)) < 2000


def test_no_input_breaks_the_reader() -> None:
    """Every short text of the language's own pieces gives a tree or an error of ours, nothing else."""
    import random

    pieces = "x A f sin ( ) [ ] | ‖ || ' + - * / ^ . , ; : = := -> 2 .5 d/dx ∇_x √ ² ᵀ _2 { } and not dX @ \" < i"
    pieces += " dz/dx f'( [i] -> g_x( Df( D_x sum( axis= oo e ⊗ .* ./ .^ ** .T† ‴ ½ х"
    draw, choices = random.Random(7), pieces.split()
    for _ in range(3000):
        text = "".join(draw.choice(choices) + draw.choice(["", " "]) for _ in range(draw.randint(1, 9)))
        try:
            tree(text)
        except SymdiffError as error:
            assert error.span is not None, text
            assert 0 <= error.span[0] <= error.span[1] <= len(text), text
            assert len(str(error)) < 2000


# -- size


@pytest.mark.parametrize(
    "text",
    ["(" * 1000 + "x" + ")" * 1000, "sin(" * 1000 + "x" + ")" * 1000, "-" * 1000 + "x", "sin " * 1000 + "x",
     "x^" * 1000 + "x", "x" + "'" * 1000, "|x+" * 1000 + "1" + "|" * 1000, "[" * 1000 + "x" + "]" * 1000],
)  # fmt: skip
def test_nesting_of_a_thousand(text: str) -> None:
    found = tree(text)
    assert found == tree(text)
    assert len(dump(map_tree(found, lambda node: node))) >= 6
    assert sum(1 for _ in postorder(found)) == sum(1 for _ in walk(found))


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_many_summands(count: int) -> None:
    text = "+".join(["x*y"] * count)
    assert read_text(text, "x, y: scalar").expr is read_text(f"{count}*x*y", "x, y: scalar").expr


def test_threads_read_apart() -> None:
    results: dict[int, str] = {}

    def work(number: int) -> None:
        names = {"AX": "symbol"} if number % 2 else {}
        results[number] = dump(parse_tree("AX + 1", names, FUNCTIONS)) if number else ""

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(("name:AX" in said) == bool(number % 2) for number, said in results.items())


# -- the grammar and its tables


def test_the_grammar_has_no_conflict() -> None:
    from lark import Lark
    from lark.lexer import Lexer

    class NoLexer(Lexer):
        def __init__(self, conf: object) -> None: ...

        def lex(self, data: object) -> object:
            return iter(())

    Lark(read_data("symdiff.lark"), parser="lalr", lexer=NoLexer, strict=True)


def test_names_are_the_same_to_grammar_and_declarations() -> None:
    letter = re.search(r"^LETTER: /(\[.*\])/$", read_data("symdiff.lark"), re.MULTILINE)
    assert letter is not None
    for code in range(0x2FFF):
        char = chr(code)
        assert bool(re.fullmatch(letter[1], char)) == bool(re.fullmatch(f"[{LETTERS}]", char)), hex(code)


def test_symbol_table() -> None:
    for row in symbol_table():
        if row.category != "constant":
            assert all(re.fullmatch(NAME, char) for char in row.character + row.aliases)
            assert canonical(row.character) == row.name
            assert canonical(row.name) == row.name


def test_the_tables_are_those_of_the_grammar() -> None:
    """Where this fails, `python -m symdiff.syntax.tables` makes them anew."""
    kept = tables.Tables(*json.loads(read_data(tables.FILE)))
    assert json.dumps(tables.make(read_data(tables.GRAMMAR))) == json.dumps(kept)


@pytest.mark.parametrize("kept", [None, "[0, [], [], [], 0, [], []]"])
def test_another_grammar_is_read_by_lark(kept: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(name: str) -> str:
        if name != tables.FILE:
            return read_data(name)
        if kept is None:
            raise FileNotFoundError(name)
        return kept

    known = tables.tables()
    monkeypatch.setattr(tables, "read_data", read)
    assert json.dumps(tables.tables()) == json.dumps(known)


def test_texts_in_ascii_have_the_tokens_of_all_texts() -> None:
    pieces = [*map(chr, range(128)), *"d/^_{}[]12xy'#.*=<>|" * 3, "d/dx", "d^2", "/d", "_{x}", "[1,2]"]
    random = Random(1)
    for _ in range(5_000):
        text = "".join(random.choices(pieces, k=random.randrange(1, 12)))
        first, second = ([(t.lastgroup, t.span()) for t in _lexer(ascii).finditer(text)] for ascii in (True, False))
        assert first == second, text


def test_a_list_of_memberships_is_several_declarations() -> None:
    from symdiff.syntax.declarations import split_declarations

    text = "x, y ∈ ℝⁿ, A ∈ ℝ^{m×n}; A*x"
    spans, start = split_declarations(text)
    assert [text[a:b].strip() for a, b in spans] == ["x, y ∈ ℝⁿ", "A ∈ ℝ^{m×n}"]
    assert text[start:].strip() == "A*x"


@pytest.mark.parametrize("text", ["A @ A * A", "x.T @ A * x", "A.T * A"])
def test_star_beside_numpy_operators_is_refused(text: str) -> None:
    from symdiff.syntax.read import read as read_expression

    with pytest.raises(SymdiffError, match="unclear beside") as caught:
        read_expression(text, "x: vector(n); A: matrix(n, n)")
    assert caught.value.hint is not None and " @ " in caught.value.hint
    read_expression("2*A @ x * 3 + x.T @ x * x", "x: vector(n); A: matrix(n, n)")


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("f'(x) = 15x^2", "equation(prime:1(call:('f', ())(name:x)), product(number:15, power(name:x, number:2)))"),
        ("y = 2x + C", "equation(name:y, sum(product(number:2, name:x), name:C))"),
        ("x + y = 3", "equation(sum(name:x, name:y), number:3)"),
    ],
)
def test_an_equation_has_two_sides(text: str, sides: str) -> None:
    assert dump(parse_tree(text)) == sides


def test_where_gives_a_name_another_meaning_for_its_text_alone() -> None:
    assert sd.same("2*g where g = a^2", "2*a^2", "g, a: scalar")
    assert sd.equal("g", "g where g = a", declarations="g, a: scalar").ok is False
    assert str(sd.grad("t^2*x where x = t", "t", declarations="x, t: scalar")) == "3*t^2"
    assert sd.same("f + 1 where f = a", "a + 1", "f: function; a: scalar")
