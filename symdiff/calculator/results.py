"""The results of a session: numbered `ans1`, `ans2` …, and the last one is `ans` and `_`."""

from __future__ import annotations

import re

from symdiff.algebra import Function
from symdiff.calculator.names import at_present, leaves, meanings
from symdiff.errors import SymdiffError, UnknownNameError
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


def is_result(name: str) -> bool:
    """Whether a name stands for a result, unless it is defined."""
    return _NAME.fullmatch(name) is not None


class Results(tuple[Definition, ...]):
    """What was found, in order, in the names that it was found in: what these mean is put in where a result is used."""

    __slots__ = ()

    def and_more(self, result: Expr, orientation: Orientation) -> Results:
        """These and one more."""
        return Results((*self, Definition((), result.node if isinstance(result, Named) else result, orientation)))

    def put_into(self, scope: Scope, text: str, defines: bool = True) -> set[str]:
        """Enter the results that a text names, unless the user gave a name another meaning; gives their names.

        `ans = …` at the beginning is a definition, where such a text `defines`.

        The names they are made of are entered too. Raises UnknownNameError where there is no such result, or where a
        name it is made of means something else.
        """
        known = meanings(scope)
        found: set[str] = set()
        for name in _NAME.finditer(text.split("#", 1)[0]):
            begins = text[: name.start()].rstrip()[-1:] in ("", ";")
            if name[0] in known or (defines and begins and _IS.match(text, name.end())):
                continue
            found.add(name[0])
            try:
                definition = at_present(self._numbered(name[1]), known, {}, wide=True)
            except SymdiffError as error:
                raise error.at(text, name.span()) from None
            scope.define(name[0], definition)
            for leaf in leaves(definition.body):
                if isinstance(leaf, Function):
                    scope.functions.setdefault(leaf.name, leaf)
                else:
                    scope.add_symbol(leaf)
        return found

    def _numbered(self, digits: str) -> Definition:
        number = int(digits[:9]) if digits else len(self)
        if not 0 < number <= len(self):
            hint = f"the last is `ans{len(self)}`, or `ans`" if self else "`ans` is the last result"
            raise UnknownNameError(f"there is no result {digits}" if self else "there is no result yet", hint=hint)
        return self[number - 1]
