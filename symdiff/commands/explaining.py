"""`symdiff explain RULE`: what a rule says, why, and what is often done wrong."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.commands.arguments import Parser, parsed
from symdiff.explanations import explain
from symdiff.streams import GOOD, say


def run(argv: Sequence[str]) -> int:
    """Explain the rule that the words name."""
    parser = Parser("symdiff explain", __doc__)
    parser.add_argument("rule", nargs="+", help='its name: "product rule", "derivative of sin", sin')
    options = parsed(parser, argv[1:], ())
    if isinstance(options, int):
        return options
    say(explain(" ".join(options.rule)).text())
    return GOOD
