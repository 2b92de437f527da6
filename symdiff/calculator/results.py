"""The results of a session: numbered `ans1`, `ans2` …, and the last one is `ans` and `_`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symdiff.algebra import Function
from symdiff.calculator.names import Meaning, described, followed, leaves
from symdiff.errors import UnknownNameError
from symdiff.expr import Expr, Named
from symdiff.syntax.scope import Definition, Scope
from symdiff.syntax.value import Orientation

_NAME = re.compile(r"(?<!\w)ans([0-9]*)(?!\w)")
_REMARK = re.compile(r"#[^\n]*(?=\n)")
_WHERE = re.compile(r"\A\s*where\s+(?=\w)")
_IS = re.compile(r"\s*(:|≔|=(?!=))")  # behind a name that gets a meaning
_ALONE = re.compile(r"(?<![\w})\]|‖∇])_(?![\w{])")


def spelled(line: str) -> str:
    """A line with `ans` for a `_` that stands alone, and before a `where` that nothing stands before.

    Remarks at the ends of all lines of a text but the last are left out.
    """
    line = _WHERE.sub("ans where ", _REMARK.sub(lambda remark: " " * len(remark[0]), line))
    if "_" not in line:
        return line
    text, sign, remark = line.partition("#")
    return _ALONE.sub("ans", text) + sign + remark


class Results(tuple[Definition | str, ...]):
    """What was found, in order; of what has no meaning any more why that is."""

    __slots__ = ()

    def and_more(self, result: Expr, orientation: Orientation) -> Results:
        """These and one more."""
        return Results((*self, Definition((), result.node if isinstance(result, Named) else result, orientation)))

    def named_in(self, text: str, scope: Scope) -> Iterator[tuple[str, Definition]]:
        """The results that a text names, unless the user gave the name another meaning.

        Raises UnknownNameError where there is no such result.
        """
        for name in _NAME.finditer(text.split("#", 1)[0]):
            begins = text[: name.start()].rstrip()[-1:] in ("", ";")
            if scope.declares(name[0]) or (begins and _IS.match(text, name.end())):
                continue
            number = int(name[1][:9]) if name[1] else len(self)
            if not 0 < number <= len(self):
                hint = f"the last is `ans{len(self)}`, or `ans`" if self else "`ans` is the last result"
                said = f"there is no result {name[1]}" if self else "there is no result yet"
                raise UnknownNameError(said, text=text, span=name.span(), hint=hint)
            found = self[number - 1]
            if isinstance(found, str):
                raise UnknownNameError(f"result {number} {found}", text=text, span=name.span())
            yield name[0], found

    def put_into(self, scope: Scope, text: str) -> set[str]:
        """Enter the results that a text names, with the names they are made of; gives their names."""
        found = dict(self.named_in(text, scope))
        for name, definition in found.items():
            scope.define(name, definition)
            for leaf in leaves(definition.body):
                if isinstance(leaf, Function):
                    scope.functions.setdefault(leaf.name, leaf)
                else:
                    scope.add_symbol(leaf)
        return set(found)

    def follow(self, name: str, now: Meaning) -> Results:
        """The results where a name has another meaning: they take it up, or are none any more."""
        return Results(_followed(definition, name, now) for definition in self)


def _followed(found: Definition | str, name: str, now: Meaning) -> Definition | str:
    if isinstance(found, str):
        return found
    other = followed(found, name, now, {})
    return other if isinstance(other, Definition) else f"was made of `{name}`, which was {described(other)} then"
