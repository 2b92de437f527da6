"""What is known while one text is read: its names, the functions, and where notes and errors about it go."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from symdiff.errors import ParseError, SymdiffError, UnknownNameError, alike
from symdiff.syntax.names import greek_names
from symdiff.syntax.tree import Span

# What people write as words, and what the language has for it.
_PHRASES = {
    "derivative": "d/dx", "differentiate": "d/dx", "derive": "d/dx", "gradient": "grad", "mod": "mod(a, b)",
    "times": "*", "plus": "+", "minus": "-", "divided": "/", "over": "/", "squared": "^2", "cubed": "^3",
    "transpose": "'", "transposed": "'", "inverse": "inv", "root": "sqrt", "determinant": "det",
    "choose": "binomial(n, k)", "degrees": "*pi/180", "deg": "*pi/180", "lg": "log10", "tg": "tan",
}  # fmt: skip

# Functions of the language itself; all others are in the books.
OPERATIONS = frozenset(
    "diff grad jacobian hessian laplacian div curl jvp vjp hvp einsum eye ones zeros vector matrix size"
    " vstack hstack concat stack reshape limit".split()
)


def has_base(name: str, base: str = r"\w|\d+|[a-z]{3,7}") -> bool:
    """Whether it is a logarithm to a base: `log_5`; before a bracket also `log_b`, `log_sigma`."""
    if not name.startswith("log_") or re.fullmatch(base, name[4:]) is None:
        return False
    return len(name) == 5 or name[4].isdigit() or name[4:] in greek_names().values()


class Reading:
    """One text being read.

    `names` maps each declared name to its kind: `"function"`, and of what `:=` defined `"definition"` (a scalar)
    and `"array"`, are read differently, any other kind is a plain name. `functions` knows the functions of the books.
    """

    __slots__ = ("called_letters", "functions", "local_functions", "names", "notes", "numpy_style", "text")

    def __init__(self, text: str, names: Mapping[str, Any], functions: Container[str]) -> None:
        self.text = text
        self.names = names
        self.functions = functions
        self.notes: list[str] = []
        self.local_functions: frozenset[str] = frozenset()  # those this very text defines, or shows to be functions
        self.called_letters: frozenset[str] = frozenset()  # undeclared ones, called with one thing and no values
        self.numpy_style = False  # the text has `@` or `.T`

    def is_declared(self, name: str) -> bool:
        return name in self.names

    def is_own_function(self, name: str) -> bool:
        """Declared or defined as a function by the user."""
        return self.names.get(name) == "function" or name in self.local_functions

    def is_function(self, name: str) -> bool:
        """Something that may stand straight before a bracket."""
        return self.is_own_function(name) or name in OPERATIONS or name in self.functions or has_base(name, r"[0-9]+")

    def is_defined(self, name: str) -> bool:
        """Something `dy/dx` may differentiate: a function, or a name defined before."""
        return self.is_differentiated(name) or self.names.get(name) == "array"

    def is_differentiated(self, name: str) -> bool:
        """Something a prime differentiates: a function, or a scalar defined before; an array it transposes."""
        return self.is_own_function(name) or self.names.get(name) == "definition"

    def source(self, span: Span, limit: int = 40) -> str:
        """A piece of the text on one line, shortened in the middle."""
        piece = " ".join(self.text[span[0] : span[1]].split())
        return piece if len(piece) <= limit else f"{piece[: limit // 2]}…{piece[-limit // 2 + 1 :]}"

    def error(self, message: str, span: Span, hint: str | None = None) -> ParseError:
        return ParseError(message, text=self.text, span=span, hint=hint)

    def unknown_function(self, name: str, span: Span) -> SymdiffError:
        near = self.nearest(name)
        known = f"did you mean {' or '.join(f'`{other}`' for other in near)}? " if near else ""
        hint = f"{known}for a product write `{name}*(…)`"
        return UnknownNameError(f"unknown function `{name}`", text=self.text, span=span, hint=hint)

    def nearest(self, name: str) -> list[str]:
        """Up to two functions spelled much like this."""
        return alike(name, self.callable_names())

    def nearest_word(self, word: str) -> list[str]:
        """Up to two functions, names or signs that a word may be meant for."""
        if word in _PHRASES:
            return [_PHRASES[word]]
        return alike(word, self.callable_names().union(self.names))

    def callable_names(self) -> set[str]:
        """Every function there is."""
        known = set(OPERATIONS) | {other for other in self.names if self.is_function(other)}
        return known.union(self.functions) if isinstance(self.functions, Iterable) else known


current: ContextVar[Reading] = ContextVar("current")
"""The reading under way in this thread; the builder belongs to a parser that all threads share."""
