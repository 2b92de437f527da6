"""How large things may be: one place, which a user may change as `symdiff.limits`.

    symdiff.limits.characters = 10_000_000

Beyond a limit symdiff stops with a LimitError at once, where it would have worked for minutes or run out of memory.
"""

from __future__ import annotations

from symdiff.errors import LimitError


class Limits:
    """What may be at most; assign to a field to change it.

    `characters` of one text to read; `digits` of one exact number, written or worked out (`9^9^9^9`); `order` of a
    derivative; `printed` characters of one expression written out: a small expression whose parts are shared can be
    beyond any memory in print; `axes` of a derivative: with each of them its terms grow. Of more than `presented` nodes
    a result is left as it was worked out: nobody reads it as a textbook's form. `rewritings` in one call by a
    user's own rules, which might never end. `drawn` nodes of a graph that is a picture.
    """

    __slots__ = ("characters", "digits", "order", "printed", "axes", "presented", "rewritings", "drawn")  # noqa: RUF023

    def __init__(self) -> None:
        self.characters = 1_000_000
        self.digits = 1_000
        self.order = 100
        self.printed = 2_000_000
        self.axes = 10
        self.presented = 250
        self.rewritings = 10_000
        self.drawn = 300

    def __repr__(self) -> str:
        return f"Limits({', '.join(f'{name}={getattr(self, name)}' for name in self.__slots__)})"

    def require(self, name: str, amount: int, what: str, span: tuple[int, int] | None = None) -> None:
        """LimitError if `amount`, which is that of `what`, is over the limit of this name."""
        limit: int = getattr(self, name)
        if amount > limit:
            raise LimitError(
                f"{what} (the limit is {limit:,})",
                span=span,
                hint=f"from Python `symdiff.limits.{name}` can be raised",
            )


limits = Limits()
