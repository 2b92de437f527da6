"""Every form that can be written, and every context it can stand in, as Trees: for tests of precedence."""

from __future__ import annotations

from collections.abc import Callable

from symdiff.book import library
from symdiff.syntax.tree import Tree


def name(text: str) -> Tree:
    return Tree("name", (), text)


def number(value: int) -> Tree:
    return Tree("number", (), value)


def call(function: str, *args: Tree) -> Tree:
    return Tree("call", args, (function, ()))


X, Y, A, B = map(name, "xyAB")
X_J = Tree("index", (X, name("j")))
LETTERS = [name(letter) for letter in "abcpqr"]

CONTEXTS: dict[str, Callable[[Tree], Tree]] = {
    "alone": lambda z: z,
    "squared": lambda z: Tree("power", (z, number(2))),
    "to a power": lambda z: Tree("power", (z, name("k"))),
    "an exponent": lambda z: Tree("power", (X, z)),
    "squared entry by entry": lambda z: Tree("dotpower", (z, number(2))),
    "left": lambda z: Tree("product", (z, X)),
    "behind a number": lambda z: Tree("product", (number(4), z)),
    "right": lambda z: Tree("product", (X, z)),
    "between": lambda z: Tree("product", (X, z, Tree("transpose", (Y,)))),
    "before brackets": lambda z: Tree("product", (z, Tree("sum", (X, Y)))),
    "before a number": lambda z: Tree("product", (z, number(2))),
    "before a root": lambda z: Tree("product", (z, Tree("sqrt", (X,)))),
    "before a function": lambda z: Tree("product", (z, call("log", X))),
    "transposed": lambda z: Tree("transpose", (z,)),
    "conjugate": lambda z: Tree("hermitian", (z,)),
    "inverse": lambda z: call("inv", z),
    "an entry": lambda z: Tree("index", (z, number(0))),
    "an entry at an index": lambda z: Tree("index", (z, name("i"))),
    "over": lambda z: Tree("quotient", (z, X)),
    "under": lambda z: Tree("quotient", (X, z)),
    "negative": lambda z: Tree("neg", (z,)),
    "subtracted": lambda z: Tree("sum", (X, Tree("neg", (z,)))),
    "added": lambda z: Tree("sum", (z, X)),
    "entry by entry": lambda z: Tree("hadamard", (X, z)),
    "entry by entry first": lambda z: Tree("hadamard", (z, X)),
    "divided": lambda z: Tree("dotquotient", (z, X)),
    "dividing": lambda z: Tree("dotquotient", (X, z)),
    "kronecker": lambda z: Tree("kron", (z, X)),
    "kronecker last": lambda z: Tree("kron", (X, z)),
    "cross": lambda z: call("cross", z, X),
    "cross last": lambda z: call("cross", X, z),
    "a function of it": lambda z: call("sin", z),
    "a logarithm of it": lambda z: call("logdet", z),
    "a root of it": lambda z: Tree("sqrt", (z,)),
    "absolute": lambda z: Tree("abs", (z,)),
    "its norm": lambda z: Tree("norm", (z,), "2"),
    "summed": lambda z: Tree("indexsum", (Tree("product", (z, X_J)),), "j"),
    "a term of a sum": lambda z: Tree("indexsum", (Tree("sum", (z, X_J)),), "j"),
    "its derivative": lambda z: Tree("derivative", (z,), ("d/d", (X,), 1)),
    "its gradient": lambda z: Tree("gradient", (z,), X),
    "compared": lambda z: Tree("compare", (z, X), "<"),
    "a case": lambda z: call("where", Tree("compare", (X, Y), ">"), z, X),
    "an element": lambda z: Tree("vector", (z, X)),
}  # fmt: skip

FORMS: dict[str, Tree] = {
    "word": name("lam"),
    "fraction": Tree("quotient", (number(1), number(2))),
    "number": number(3),
    "power of a number": Tree("power", (number(3), Tree("quotient", (number(3), number(2))))),
    "product": Tree("product", (A, B)),
    "cross of cross": call("cross", call("cross", A, B), X),
    "hadamard": Tree("hadamard", (A, B)),
    "dotquotient": Tree("dotquotient", (A, B)),
    "kron": Tree("kron", (A, B)),
    "quotient": Tree("quotient", (A, B)),
    "sum": Tree("sum", (A, Tree("neg", (B,)))),
    "neg": Tree("neg", (A,)),
    "power": Tree("power", (A, number(2))),
    "dotpower": Tree("dotpower", (A, number(2))),
    "transpose": Tree("transpose", (A,)),
    "hermitian": Tree("hermitian", (A,)),
    "index": Tree("index", (A, number(0))),
    "indexed": Tree("index", (A, name("i"), name("j"))),
    "sqrt": Tree("sqrt", (A,)),
    "abs": Tree("abs", (A,)),
    "norm": Tree("norm", (A,), "1"),
    "squared norm": Tree("power", (Tree("norm", (A,), "2"), number(2))),
    "prime": Tree("prime", (call("f", A),), 1),
    "partial": Tree("prime", (call("g", A, B),), (1, 2)),
    "derivative": Tree("derivative", (A,), ("d/d", (X,), 1)),
    "gradient": Tree("gradient", (A,), X),
    "differential": Tree("differential", (A,)),
    "differential of a product": Tree("differential", (Tree("product", (A, B)),)),
    "indexsum": Tree("indexsum", (Tree("product", (A, X_J)),), "j"),
    "indexsum of a sum": Tree("indexsum", (Tree("sum", (A, X_J)),), "j"),
    "double indexsum": Tree("indexsum", (Tree("indexsum", (Tree("index", (A, name("i"), name("j"))),), "i"),), "j"),
    "vector": Tree("vector", (A, B)),
    "ones": call("ones", name("n")),
    "eye": call("eye", name("n")),
    "softmax along an axis": Tree("call", (A,), ("softmax", (("axis", 1),))),
    "cases": call("where", Tree("compare", (A, B), ">"), A, B),
    "einsum": Tree("call", (Tree("string", (), "ij,jk->ik"), A, B), ("einsum", ())),
    "einsum of all": Tree("call", (Tree("string", (), "ij,ij->"), A, B), ("einsum", ())),
}
FORMS |= {
    f"{entry.name}/{len(entry.params)}": call(entry.name, *LETTERS[: len(entry.params)])
    for function in library().functions()
    for entry in library().overloads(function)
    if entry.params and entry.name != "einsum"
}
