"""Commands about the session itself: its names, the files that keep it, help, the way out."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from symdiff.answer import Answer
from symdiff.calculator.lines import State
from symdiff.calculator.names import made_of, meanings, mentions, stated, written
from symdiff.dims import names as size_names
from symdiff.errors import SymdiffError, UnknownNameError
from symdiff.files import write_whole
from symdiff.streams import told_error
from symdiff.syntax.names import canonical
from symdiff.syntax.scope import Definition, Scope

if TYPE_CHECKING:
    from symdiff.calculator.session import Session
    from symdiff.calculator.table import Given

_HEADER = "# a session of symdiff"
_BYTES, _LINES = 1_000_000, 10_000  # of a file that is read


def names(session: Session, given: Given) -> Answer:
    """What is declared and defined, in the language itself."""
    known = meanings(session.scope)
    lines = [stated(name, meaning, session.request.notation) for name, meaning in known.items()]
    return Answer(lines or ["nothing is declared or defined"])


def results(session: Session, given: Given) -> Answer:
    """What was found so far, each behind its name."""
    way, found = session.request.notation, enumerate(session.state.results, 1)
    lines = [f"ans{k}: {written(one.body, way)}" for k, one in found]
    return Answer(lines or ["there is no result yet"])


def forget(session: Session, given: Given) -> Answer:
    """Take names their meaning. A name that others are made of goes only with them."""
    scope = session.scope.copy()
    asked = [canonical(name) for name in given.text.replace(",", " ").split()]
    known = meanings(scope)
    for name in asked:
        if name not in known:
            hint = f"it is a size of `{users[0]}`" if (users := _of_size(name, scope)) else "see `names`"
            raise UnknownNameError(f"`{name[:40]}` is not declared or defined", hint=hint)
        for table in (scope.symbols, scope.functions, scope.definitions):
            table.pop(name, None)
    for name in asked:
        users = [other for other, d in scope.definitions.items() if not isinstance(known[name], Definition)
                 and made_of(d, known[name])]  # fmt: skip
        if users:
            hint = f"forget both: `forget {name} {' '.join(users)}`"
            raise SymdiffError(f"`{users[0]}` is made of `{name}`", hint=hint)
    for size in [size for size in scope.sizes if not _of_size(size, scope)]:
        del scope.sizes[size]
    heard = frozenset((about, said) for about, said in session.state.heard if about not in asked)
    formulas = session.state.formulas.items()
    kept = {name: f for name, f in formulas if name not in asked and not any(mentions(f, one) for one in asked)}
    session.state = session.state._replace(scope=scope, heard=heard, formulas=kept)
    return Answer()


def _of_size(size: str, scope: Scope) -> list[str]:
    """The names that have a size in their shape."""
    shapes = {name: symbol.shape for name, symbol in scope.symbols.items()}
    shapes |= {name: sum(f.arguments, f.shape) for name, f in scope.functions.items()}
    for name, definition in scope.definitions.items():
        shapes[name] = sum((parameter.shape for parameter in definition.parameters), definition.body.shape)
    return [name for name, shape in shapes.items() if any(size in size_names(dim) for dim in shape)]


def clear(session: Session, given: Given) -> Answer:
    """Forget all names and results."""
    session.state = State(Scope.of(session.request.declarations))
    return Answer()


def save(session: Session, given: Given) -> Answer:
    """Write the lines of the session to a file, which `load` reads; a file that is no session stays as it is."""
    path = os.path.expanduser(given.text)
    if os.path.isfile(path) and os.path.getsize(path):
        with suppress(OSError), open(path, "rb") as file:
            if file.read(len(_HEADER)) != _HEADER.encode():
                raise SymdiffError(
                    f"`{given.text[:100]}` is there already, and is no session", hint="take another name"
                )
    declared = session.request.declarations
    lines = [*declared.splitlines(), *(_on_one_line(line) for line in session.lines if line != _HEADER)]
    write_whole(path, "".join(f"{line}\n" for line in (_HEADER, *lines)).encode())
    return Answer(notes=[f"note: {given.text} has {len(lines)} line{'s' * (len(lines) != 1)}"])


def _on_one_line(line: str) -> str:
    """A line that was typed on several, without the remarks between."""
    return line if "\n" not in line else " ".join(piece.partition("#")[0].strip() for piece in line.split("\n"))


def load(session: Session, given: Given) -> Answer:
    """Answer the lines of a file, one after the other; those that are wrong are said with their numbers."""
    lines = _read(os.path.expanduser(given.text))
    said = Answer()
    session.within = True
    try:
        for number, line in enumerate(lines, 1):
            try:
                answer = session.answer(line)
            except Exception as error:  # whatever stands in a file, the session goes on
                message, code = told_error(error)
                said.lines += [f"> {line}", f"line {number}: {message}"]
                said.code = said.code or code
                continue
            said.lines += [f"> {line}", *answer.notes, *answer.lines]
            said.disagreed |= answer.disagreed
        said.lines += session.finish().lines
    finally:
        session.within = False
    return said


def _read(name: str) -> list[str]:
    """The lines of a file. Raises SymdiffError for what is no text of a session."""
    try:
        if not os.path.isfile(name):
            raise OSError(0, "there is no such file" if not os.path.exists(name) else "it is no plain file")
        with open(name, "rb") as file:
            whole = file.read(_BYTES + 1)
        lines = whole.decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        why = "it is not text in UTF-8" if isinstance(error, UnicodeError) else getattr(error, "strerror", "") or error
        raise SymdiffError(f"`{name[:100]}` is not read: {why}") from error
    if len(whole) > _BYTES or len(lines) > _LINES:
        raise SymdiffError(f"`{name[:100]}` is not read: it has more than {_LINES:,} lines or {_BYTES:,} bytes")
    return lines


def leave(session: Session, given: Given) -> Answer:
    """Leave."""
    session.ended = True
    return Answer()
