"""What commands with options of their own share."""

from __future__ import annotations

import re
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from typing import NoReturn

from symdiff.cli import in_order
from symdiff.streams import GOOD, INPUT, complain


class Parser(ArgumentParser):
    """A parser that takes no abbreviations, and proposes the nearest option for one that there is not."""

    def __init__(self, prog: str, description: str | None, usage: str | None = None) -> None:
        super().__init__(prog, usage, description, allow_abbrev=False)

    def options(self) -> list[Action]:
        """The options, in their order."""
        return [action for action in self._actions if action.option_strings]

    def error(self, message: str) -> NoReturn:
        unknown = re.match(r"unrecognized arguments: (-[^\s=]+)", message)
        if unknown is None:
            super().error(message)
        near = get_close_matches(unknown[1], [name for one in self.options() for name in one.option_strings], n=1)
        complain(f"error: there is no option `{unknown[1][:60]}`")
        complain(f"hint: {f'did you mean `{near[0]}`? ' if near else ''}`{self.prog} --help` lists the options")
        self.exit(INPUT)


def parsed(parser: ArgumentParser, argv: Sequence[str], with_values: Collection[str]) -> Namespace | int:
    """What a command is given, or the exit code where argparse has said what is wrong, or the help."""
    try:
        return parser.parse_args(in_order(argv, with_values))
    except SystemExit as done:
        return INPUT if done.code else GOOD
