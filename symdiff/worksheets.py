"""Worksheets: derivations with blanks for the lines, or for the reasons, and the key.

Problems are given, a line of the language each, or made up for a topic, the same ones for the same seed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from os import PathLike
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from symdiff.answer import Request, answer
from symdiff.derivation import Derivation
from symdiff.errors import SymdiffError
from symdiff.show.page import Break, Chain, Item, Line, Naming, Page, page_text
from symdiff.syntax.tree import Tree

if TYPE_CHECKING:
    from symdiff.show.documents import Document

BLANKS = ("lines", "reasons")
BLANK = Tree("blank")
_TRIES = 50  # problems made up for one that is new


class Worksheet(NamedTuple):
    """Exercises under a title; `blanks` says what is left out, "lines" or "reasons"."""

    title: str
    exercises: tuple[Derivation, ...]
    blanks: str = "lines"

    def text(self, key: bool = True) -> str:
        """The sheet as text that `symdiff verify` marks once it is filled in; the key stands in comments."""
        blocks = [f"# {self.title}\n# Fill in the blanks, and run: symdiff verify FILE"]
        blocks += [f"# {k}\n{page_text(self._sheet(one))}" for k, one in enumerate(self.exercises, 1)]
        if key:
            lines = [f"{k}\n{one.text()}" for k, one in enumerate(self.exercises, 1)]
            blocks += ["\n".join(f"# {line}".rstrip() for line in block.splitlines()) for block in ["Key", *lines]]
        return "\n\n".join(blocks)

    def document(self, key: bool = True) -> Document:
        """The sheet as a document, with the key behind it."""
        from symdiff.show.documents import Document, Section

        sections = [Section(self._sheet(one), f"Exercise {k}") for k, one in enumerate(self.exercises, 1)]
        if key:
            sections += [Section(one.page(), f"Key to exercise {k}") for k, one in enumerate(self.exercises, 1)]
        return Document(self.title, tuple(sections))

    def save(self, path: str | PathLike[str], key: bool = True) -> None:
        """Write a file: a document as its name ends, `.txt` the text. SymdiffError where it can't be written."""
        from symdiff.files import suffix, write_whole
        from symdiff.show.documents import save

        if suffix(path) == ".txt":
            write_whole(path, f"{self.text(key)}\n".encode())
        else:
            save(self.document(key), path)

    def _sheet(self, derivation: Derivation) -> Page:
        page = derivation.page()
        items = [self._blanked(item) for item in page.items if isinstance(item, (Chain, Naming, Break))]
        return page._replace(items=tuple(items))

    def _blanked(self, item: Item) -> Item:
        if isinstance(item, Chain):
            if self.blanks == "lines":
                return item._replace(lines=tuple(Line(BLANK, line.reason) for line in item.lines))
            return item._replace(lines=tuple(Line(line.written, (BLANK,)) for line in item.lines))
        if isinstance(item, Naming) and item.move is not None:
            move = self._blanked(item.move)
            return item._replace(move=move, remark=()) if isinstance(move, Chain) else item
        return item


def of_problems(problems: Iterable[str], title: str = "Worksheet", blanks: str = "lines") -> Worksheet:
    """A worksheet of given problems, such as `d/dx x^2*sin(x)` or `grad(x'*A*x, x)`, declarations before them.

    SymdiffError, with the number of the problem, for one that asks for no derivative or can't be read.
    """
    if blanks not in BLANKS:
        raise SymdiffError(f"blanks are for {' or '.join(BLANKS)}, not {blanks!r}")
    exercises = []
    for k, problem in enumerate(problems, 1):
        try:
            found = answer(Request(None, steps=True), problem).results
        except SymdiffError as error:
            raise type(error)(
                f"problem {k}: {error.message}", text=error.text, span=error.span, hint=error.hint
            ) from error
        exercises += [one.derivation for one in found if one.derivation is not None]
    if not exercises:
        raise SymdiffError("there is no problem", hint="write a line for each: d/dx x^2*sin(x)")
    return Worksheet(title, tuple(exercises), blanks)


def of_topic(topic: str, count: int = 10, level: int = 1, seed: int = 0, blanks: str = "lines") -> Worksheet:
    """A worksheet of so many problems made up for a topic, of `level` 1 to 3, the same ones for the same seed.

    SymdiffError for a topic that is not known, with those there are.
    """
    name = " ".join(topic.casefold().split())
    if name not in TOPICS:
        near = get_close_matches(name, TOPICS, n=1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise SymdiffError(f"no topic is called {topic[:60]!r}", hint=f"{meant}there are {', '.join(TOPICS)}")
    if not 1 <= level <= 3 or not 1 <= count <= 100:
        raise SymdiffError("a worksheet has 1 to 100 problems of level 1, 2 or 3")
    rng, made = Random(f"{name} {level} {seed}"), dict[str, None]()
    for _ in range(count):
        new = next((p for p in (TOPICS[name](rng, level) for _ in range(_TRIES)) if p not in made), None)
        if new is None:
            raise SymdiffError(f"there are no {count} different problems of level {level} on this topic", hint="fewer")
        made[new] = None
    return of_problems(made, f"{name.capitalize()}, level {level}", blanks)


# --- problems that are made up -----------------------------------------------------------------------------------


def _polynomial(rng: Random, level: int) -> str:
    a, b, n = rng.randint(2, 5), rng.randint(1, 6), rng.randint(2, 3)
    forms = {
        1: [f"{a}*x + {b}", f"x^2 + {b}", f"x^2 - {a}*x"],
        2: [f"{a}*x^2 + {b}*x", f"x^{n + 1} - {a}*x + {b}", f"{a}*x^{n} - x"],
        3: [f"x^{n + 2} - {a}*x^2 + {b}", f"{a}*x^{n + 1} + {b}*x^2 - x"],
    }
    return rng.choice(forms[level])


def _function(rng: Random, inner: str, level: int) -> str:
    names = ["sin", "cos", "exp", "atan", "tanh"]
    return f"{rng.choice(names[: level + 2])}({inner})"


def _power_rule(rng: Random, level: int) -> str:
    a, b, n = rng.randint(2, 7), rng.randint(1, 9), rng.randint(3, 8)
    forms = {
        1: [f"{a}*x^{n}", f"x^{n} + {b}*x", f"{a}*x^{n} - {b}"],
        2: [f"{a}*x^{n} - {b}*x^2 + 1/x", f"{a}/x^{n}", f"x^{n} - {a}/x^2"],
        3: [f"{a}*sqrt(x) + {b}/x^{n}", f"x^({n}/2) - {a}*x^(1/3)", f"{a}/sqrt(x) + x^{n}"],
    }
    return f"d/dx ({rng.choice(forms[level])})"


def _product_rule(rng: Random, level: int) -> str:
    n = rng.randint(1, 4)
    power = "x" if n == 1 else f"x^{n}"
    inner = "x" if level == 1 else f"{rng.randint(2, 5)}*x" if level == 2 else _polynomial(rng, 1)
    first = power if level < 3 else _function(rng, "x", 1)
    return f"d/dx {first}*{_function(rng, inner, level)}"


def _quotient_rule(rng: Random, level: int) -> str:
    below = f"x^2 + {rng.randint(1, 6)}" if level == 1 else _polynomial(rng, level)
    above = {
        1: f"{rng.randint(2, 5)}*x - {rng.randint(1, 6)}",
        2: _function(rng, "x", 2),
        3: _function(rng, f"{rng.randint(2, 4)}*x", 3),
    }
    return f"d/dx ({above[level]})/({below})"


def _chain_rule(rng: Random, level: int) -> str:
    inner = _polynomial(rng, min(level, 2))
    n = rng.randint(3, 7)
    outer = rng.choice([f"({inner})^{n}", f"sqrt({inner})", _function(rng, inner, level)])
    return f"d/dx {outer}" if level < 3 else f"d/dx {_function(rng, outer, 1)}"


def _exponentials(rng: Random, level: int) -> str:
    a, inner = rng.randint(2, 5), _polynomial(rng, min(level, 2))
    forms = {
        1: [f"exp({a}*x)", f"log({a}*x + 1)", f"{a}^x"],
        2: [f"exp({inner})", f"log({inner})", f"x*exp(-{a}*x)", f"x^{a}*log(x)"],
        3: [f"log(1 + exp({a}*x))", f"x^x*{a}", f"exp(x)/(1 + exp({a}*x))", f"log(x + sqrt(x^2 + {a}))"],
    }
    return f"d/dx {rng.choice(forms[level])}"


def _partials(rng: Random, level: int) -> str:
    a, b = rng.randint(2, 5), rng.randint(2, 4)
    forms = {
        1: [f"x^{a}*y + y^{b}", f"{a}*x*y - x^2", f"x^2*y^{b}"],
        2: [f"sin({a}*x*y)", f"exp(x*y) + x^{b}", f"x*log(y) + y^{a}"],
        3: [f"sqrt(x^2 + {a}*y^2)", f"x/(x^2 + {b}*y^2)", f"exp(-x^2/{a} - y^2)"],
    }
    return f"x, y: scalar; d/d{rng.choice('xy')} ({rng.choice(forms[level])})"


_VECTORS = "x, a: vector(n); b: vector(m); A: matrix(m, n); S: symmetric(n)"
_MATRICES = "X, A, B: matrix(n, n); a, b: vector(n); c: positive scalar"


def _gradients(rng: Random, level: int) -> str:
    k = rng.randint(2, 6)
    forms = {
        1: [f"{k}*a'*x", "x'*x", f"{k}*x'*S*x", "a'*x + x'*x"],
        2: ["norm2(A*x - b)^2", f"x'*S*x/{k} - a'*x", f"(a'*x)^{k}", f"norm2(x - a)^2/{k}"],
        3: [
            f"exp(-x'*S*x/{k})",
            f"sqrt({k} + x'*S*x)",
            "log(1 + exp(a'*x))",
            "sum(exp(A*x) - b.*(A*x))",
        ],
    }
    return f"{_VECTORS}; grad({rng.choice(forms[level])}, x)"


def _matrix_gradients(rng: Random, level: int) -> str:
    k = rng.randint(2, 6)
    forms = {
        1: ["tr(A*X)", f"{k}*tr(X)", "a'*X*b", f"tr(A*X*B)*{k}"],
        2: ["tr(X'*A*X)", f"norm2(A*X)^2/{k}", "logdet(X)", "tr(A*X*B*X')"],
        3: ["logdet(X'*X + c*eye(n))", "tr(A*inv(X))", "a'*inv(X)*b", f"norm2(A*X - B)^2 + {k}*norm2(X)^2"],
    }
    return f"{_MATRICES}; grad({rng.choice(forms[level])}, X)"


TOPICS: dict[str, Callable[[Random, int], str]] = {
    "power rule": _power_rule,
    "product rule": _product_rule,
    "quotient rule": _quotient_rule,
    "chain rule": _chain_rule,
    "exponentials and logarithms": _exponentials,
    "partial derivatives": _partials,
    "gradients by vectors": _gradients,
    "gradients by matrices": _matrix_gradients,
}
