"""The calculator: what a line means to the lines after it, and what it is answered with.

`Session` (`session`) holds the names and results and answers a line at a time; a line is statements of the language
(`lines`) or a command. `COMMANDS` (`table`) are the commands by name, each a `Command` with its `name`, what it takes
(`argument`: `""` nothing, `[EXPRESSION]` what may be left out), one line of `help`, its `subject`, other names (`also`)
and `run(session, given)`, which gives an `Answer`. What people see of it, prompts and history, is the matter of `repl`.
"""

from __future__ import annotations

from symdiff.calculator.session import Session
from symdiff.calculator.table import COMMANDS, Command

__all__ = ["COMMANDS", "Command", "Session"]
