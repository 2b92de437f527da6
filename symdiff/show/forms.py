"""How the books say a function is written: templates in which its parameters stand for the arguments."""

from __future__ import annotations

import re
from functools import cache

from symdiff.book.entry import Entry
from symdiff.book.library import library

_LATEX_TOKEN = r"(?s)\\operatorname\{[^}]*\}|\\[A-Za-z]+|\\.|[A-Za-z]\w*|."
_UNICODE_HEAD = r"(\w+)\(([\w\s,]*)\)\Z"

Template = tuple[str | int, ...]


def latex_form(name: str, count: int) -> Template | None:
    """The LaTeX form of a function: text, and places of arguments; None where no book has one for so many."""
    entry = library().function(name, count)
    if entry is None or entry.latex is None:
        return None
    return _latex_template(entry.latex, _fixed(entry, count))


def latex_head(name: str, count: int) -> str | None:
    """What stands before the bracket of a function of any number of arguments: `\\max`."""
    entry = library().function(name, count)
    if entry is None or entry.latex is None or not any(p.variadic for p in entry.params):
        return None
    return entry.latex.partition("(")[0]


def function_named(name: str) -> bool:
    """Whether a book has a function of this name, of which no letter is an index: `prod_others`."""
    return name in library().names()


def unicode_head(name: str, count: int) -> str | None:
    """What stands before the bracket where it is not the name: `σ` of `σ(x)`."""
    entry = library().function(name, count)
    form = None if entry is None else entry.unicode
    if entry is None or form is None:
        return None
    found = re.match(_UNICODE_HEAD, form)
    names = _fixed(entry, count)
    return found[1] if found and tuple(n.strip() for n in found[2].split(",")) == names else None


def _fixed(entry: Entry, count: int) -> tuple[str, ...] | None:
    """The parameters, where each is one argument."""
    if len(entry.params) != count or any(p.variadic for p in entry.params):
        return None
    return tuple(p.name for p in entry.params)


@cache
def _latex_template(form: str, names: tuple[str, ...] | None) -> Template | None:
    if names is None:
        return None
    pieces: list[str | int] = []
    used = set()
    for token in re.findall(_LATEX_TOKEN, form):
        if token in names:
            pieces.append(names.index(token))
            used.add(token)
        elif pieces and isinstance(pieces[-1], str):
            pieces[-1] += token
        else:
            pieces.append(token)
    return tuple(pieces) if used == set(names) else None
