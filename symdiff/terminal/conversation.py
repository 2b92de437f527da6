"""The conversation: lines in, answers out, until one asks to leave or the input ends."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from functools import cached_property
from types import FrameType
from typing import TYPE_CHECKING, Protocol

from symdiff.errors import SymdiffError
from symdiff.streams import say
from symdiff.syntax.lines import logical_lines, typed_lines
from symdiff.terminal.ahead import LatePrompt
from symdiff.terminal.echo import silent
from symdiff.terminal.engine import Engine
from symdiff.terminal.plain import PlainPrompt, is_dumb

if TYPE_CHECKING:
    from symdiff.answer import Answer
    from symdiff.calculator import Session
    from symdiff.terminal.screen import Screen

GREETING = "symdiff: a line of mathematics, `help`, or `quit`; TAB completes"


class Asks(Protocol):
    """Where the lines come from."""

    def ask(self) -> str: ...


def converse(begin: Callable[[], Session], at_once: bool = False) -> None:
    """Answer what is typed, in the session that `begin` makes: `at_once`, or while the first line is typed."""
    engine = Engine(begin)
    if at_once:
        engine.load()
    say(GREETING)
    sys.stdout.flush()
    Conversation(engine, PlainPrompt() if is_dumb() else LatePrompt(engine)).run()


class Conversation:
    """One sitting at a terminal."""

    def __init__(self, engine: Engine, prompt: Asks) -> None:
        self.engine = engine
        self.prompt = prompt
        self._heeds = False  # interrupts; while one is dealt with, a second one is none

    def run(self) -> None:
        """Answer what is typed. An interrupt drops the line or the work at hand."""
        before = signal.signal(signal.SIGINT, self._interrupt)
        try:
            while not self.ended:
                try:
                    self._heeds = True
                    self.work(self.prompt.ask())
                except EOFError:
                    if self.engine.on_page:
                        self.respond(None)
                    return
                except KeyboardInterrupt:
                    self._heeds = False
                    self.engine.leave_page()
                except SymdiffError as error:
                    self.screen.error(error)
        finally:
            signal.signal(signal.SIGINT, before)

    @property
    def ended(self) -> bool:
        """Whether a line has asked to leave."""
        return self.engine.ready and self.engine.session.ended

    def work(self, text: str) -> None:
        """Answer every line of a text, up to the one that asks to leave, or an interrupt."""
        try:
            with silent():
                for line in logical_lines(typed_lines(text)):
                    if line.strip() or self.engine.on_page:
                        self.respond(line)
                    if self.ended:
                        return
        except KeyboardInterrupt:
            self._heeds = False
            self.screen.note("interrupted")

    def respond(self, line: str | None) -> None:
        """Answer one line, None being the end of them; whatever happens, the sitting goes on."""
        try:
            said = self.answer(line)
        except Exception as error:
            self.screen.error(error)
            return
        for note in said.notes:
            self.screen.note(note)
        self.screen.answer(said.lines)

    def answer(self, line: str | None) -> Answer:
        """What the session says to a line, in the columns that there are now."""
        session = self.engine.session
        ascii = session.request.ascii or not self.screen.has("─⎛⎤")
        session.request = session.request._replace(width=self.screen.width, ascii=ascii)
        return session.finish() if line is None else session.answer(_readable(line))

    @cached_property
    def screen(self) -> Screen:
        """Where answers go; loaded with the first."""
        from symdiff.terminal.screen import Screen

        return Screen()

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self._heeds:
            raise KeyboardInterrupt


def _readable(line: str) -> str:
    """The line, if it is text: bytes that are none come as halves of characters."""
    if any("\ud800" <= char <= "\udfff" for char in line):
        raise SymdiffError(f"this line is not text in {sys.stdin.encoding}")
    return line
