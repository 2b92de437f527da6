"""The session, made while the first line is typed: the prompt does not wait for the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from threading import Event, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symdiff.calculator import Session
    from symdiff.syntax.highlight import Piece

_FIRST = "d/dx x^2*sin(x)"  # answered once, so that what derivatives need is loaded
_LATER = ("symdiff.terminal.screen", "symdiff.show.as_drawing")


class Engine:
    """`session` is there when it is asked for; `ready` says whether that takes no time."""

    def __init__(self, begin: Callable[[], Session]) -> None:
        self._begin = begin
        self._session: Session | None = None
        self._made = Event()  # or failed to be
        self._wanted = False
        self._thread = Thread(target=self._warm, daemon=True)

    def start(self) -> None:
        """Begin to load in the background."""
        if self._thread.ident is None and self._session is None:
            self._thread.start()

    @property
    def ready(self) -> bool:
        return self._session is not None

    @property
    def session(self) -> Session:
        """The session. Raises what is wrong with its declarations."""
        return self._session or self.load()

    def load(self) -> Session:
        """Have the session now."""
        self._wanted = True
        if self._thread.ident is not None:
            self._made.wait()
        if self._session is None:
            self._session = self._begin()
        return self._session

    @property
    def on_page(self) -> bool:
        """Whether lines are gathered for `verify`, to be answered when an empty one ends them."""
        return self._session is not None and self._session.page is not None

    def leave_page(self) -> None:
        """Forget the lines that are gathered."""
        if self._session is not None:
            self._session.page = None

    @property
    def commands(self) -> Mapping[str, str]:
        """The words of the calculator, and what each does."""
        from symdiff.calculator import COMMANDS

        return {name: command.help for name, command in COMMANDS.items()}

    def names(self) -> dict[str, str]:
        """What is declared and defined, each name as one writes it, and the last result."""
        from symdiff.calculator.names import meanings, stated

        found = {name: stated(name, meaning) for name, meaning in meanings(self.session.scope).items()}
        return found | ({"ans": "the last result"} if self.session.state.results else {})

    def pieces(self, text: str) -> Iterator[Piece]:
        """What the pieces of a text are, beside what the session knows."""
        from symdiff.book import library
        from symdiff.calculator.table import command_in
        from symdiff.syntax.highlight import Piece, pieces

        scope = self.session.scope
        found = command_in(text, scope)
        if found is not None:
            command, given = found
            yield Piece(0, given.start, "command")
            if "EXPRESSION" not in command.argument:
                return
            text = " " * given.start + text[given.start :]
        yield from pieces(text, scope.names(), library().names())

    def _warm(self) -> None:
        try:
            self._session = self._begin()
        except Exception:  # is told when the session is asked for
            return
        finally:
            self._made.set()
        if not self._wanted:
            from symdiff.answer import Request, answer

            answer(Request(None), _FIRST)
            for later in _LATER:
                import_module(later)
