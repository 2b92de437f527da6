"""Every error a user can meet: one family, with a place in the text and a hint where there are any."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symdiff import distribution

_SHOWN = 60  # characters of the offending line kept on either side of the place
_LONGEST = 400  # characters of a message or a hint, which may quote from the input


class SymdiffError(ValueError):
    """Base of all errors of symdiff.

    `text` is the whole input, `span` the (start, end) offsets of the offending part in it, `hint` a proposed
    mend. `line` and `column` count from 1; they are None where the error has no place in a text.
    """

    def __init__(
        self,
        message: str,
        *,
        text: str | None = None,
        span: tuple[int, int] | None = None,
        hint: str | None = None,
    ) -> None:
        message = _short(message)
        super().__init__(message)
        self.message = message
        self.text = text
        self.span = span
        self.hint = hint and _short(hint)

    def at(self, text: str, span: tuple[int, int] | None) -> SymdiffError:
        """The same error, placed; a place that is known already stays."""
        if self.text is None:
            self.text = text
        if self.span is None:
            self.span = span
        return self

    @property
    def line(self) -> int | None:
        if self.text is None or self.span is None:
            return None
        return self.text.count("\n", 0, self.span[0]) + 1

    @property
    def column(self) -> int | None:
        if self.text is None or self.span is None:
            return None
        return self.span[0] - (self.text.rfind("\n", 0, self.span[0]) + 1) + 1

    def __str__(self) -> str:
        parts = [self.message, self.excerpt(), f"hint: {self.hint}" if self.hint else ""]
        return "\n".join(filter(None, parts))

    def excerpt(self, shown: int = _SHOWN) -> str:
        """The place in its line, of which so many characters on either side, with marks below it; "" without one."""
        if self.text is None or self.span is None:
            return ""
        text, (start, end) = self.text, self.span
        begin = text.rfind("\n", 0, start) + 1
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        left, right = max(begin, start - shown), min(stop, start + shown)
        head, tail = "…" if left > begin else "", "…" if right < stop else ""
        carets = "^" * max(1, min(end, right) - start)
        return f"  {head}{_visible(text[left:right])}{tail}\n  {' ' * (len(head) + start - left)}{carets}"


def _short(text: str) -> str:
    """A text that quotes too much, without its middle."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 100]} … {text[-100:]}"


def _visible(text: str) -> str:
    """The text as it can be shown anywhere: invisible and bidirectional characters, surrogates as `�`."""
    return "".join(char if char.isprintable() else " " if char.isspace() else "\ufffd" for char in text)


class ParseError(SymdiffError):
    """The text is not in the language."""


class ShapeError(SymdiffError):
    """Shapes or kinds of the parts do not fit."""


class SizeMismatch(ShapeError):
    """Two sizes that should be equal are not; `sizes` are both, where each may still be open."""

    sizes: tuple[Any, Any] | None = None


class RuleError(SymdiffError):
    """A rule whose two sides are not equal; the message has numbers."""


class UnknownNameError(SymdiffError):
    """A name that is neither declared nor known."""


class NotSupported(SymdiffError, NotImplementedError):
    """Meaningful, but not something symdiff can do: it says so and never guesses."""


class LimitError(SymdiffError):
    """A documented limit on the size of input or work was reached."""


class MissingExtra(SymdiffError):
    """An optional dependency is needed; the hint names the extra to install."""

    def __init__(self, message: str, extra: str) -> None:
        super().__init__(message, hint=f"pip install '{distribution.name()}[{extra}]'")


class AssumptionWarning(UserWarning):
    """What a call in Python had to assume of names that are not declared: `warnings.filterwarnings("error", …)` or the
    option `strict=True` makes it an error, `"ignore"` silences it.
    """


class NoValue(SymdiffError):
    """A closed expression that has no finite value."""


def alike(word: str, known: Iterable[str], n: int = 2) -> list[str]:
    """Up to n names that a word may have been meant for; none where only some letters are the same."""
    from difflib import SequenceMatcher, get_close_matches

    word = word[:40]
    near = get_close_matches(word, sorted(known), n=n, cutoff=0.65)
    return [
        name
        for name in near
        if name.startswith(word)
        or (name[0] == word[0] and len(name) < len(word) + 3)
        or SequenceMatcher(None, word, name).ratio() > 0.75
    ]
