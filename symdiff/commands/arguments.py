"""What commands with options of their own share."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Collection, Sequence

from symdiff.cli import in_order
from symdiff.streams import GOOD, INPUT


def parsed(parser: ArgumentParser, argv: Sequence[str], with_values: Collection[str]) -> Namespace | int:
    """What a command is given, or the exit code where argparse has said what is wrong, or the help."""
    try:
        return parser.parse_args(in_order(argv, with_values))
    except SystemExit as done:
        return INPUT if done.code else GOOD
