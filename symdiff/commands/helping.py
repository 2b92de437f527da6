"""`symdiff help [NAME]`: a function, a rule, a command or an option by its name; without one what there is."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.commands.arguments import Parser, parsed
from symdiff.reference import article, overview
from symdiff.streams import GOOD, say


def run(argv: Sequence[str]) -> int:
    """Print the articles of a name, or the contents."""
    parser = Parser("symdiff help", __doc__)
    parser.add_argument("name", nargs="*", help='"softplus", "product rule", "plot", "steps"')
    words = argv[1:]
    if not any(word in ("-h", "--help") for word in words):  # `symdiff help --steps` tells of that option
        words = ["--", *words]
    options = parsed(parser, words, ())
    if isinstance(options, int):
        return options
    name = " ".join(options.name)
    say("\n\n".join(one.text() for one in article(name)) if name else overview())
    return GOOD
