"""`symdiff worksheet FILE`, or `--topic "chain rule"`: exercises with blanks, and the key."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from symdiff.cli import lines_of
from symdiff.commands.arguments import Parser, parsed
from symdiff.errors import SymdiffError
from symdiff.streams import GOOD, INPUT, complain, say
from symdiff.worksheets import BLANKS, TOPICS, Worksheet, of_problems, of_topic


def run(argv: Sequence[str]) -> int:
    """Print a worksheet, or write it to a file."""
    parser = Parser("symdiff worksheet", __doc__)
    add = parser.add_argument
    add("file", nargs="?", help="a problem a line, such as `d/dx x^2*sin(x)`; `-` for standard input")
    add("--topic", metavar="NAME", help=f"make problems up: {', '.join(TOPICS)}")
    add("--count", type=int, default=10, help="how many (10)")
    add("--level", type=int, default=1, help="1, 2 or 3 (1)")
    add("--seed", type=int, default=0, help="other problems for another number (0)")
    add("--blanks", choices=BLANKS, default="lines", help="what is left out (lines)")
    add("--no-key", dest="key", action="store_false", help="without the key")
    add("-o", "--output", metavar="FILE", help="write a file: .txt, or a document as its name ends")
    options = parsed(parser, argv[1:], ("--topic", "--count", "--level", "--seed", "--blanks", "-o", "--output"))
    if isinstance(options, int):
        return options
    if (options.file is None) == (options.topic is None):
        parser.print_usage(sys.stderr)
        complain("error: a file of problems is needed, or a topic")
        return INPUT
    sheet = _sheet(options.file, options.blanks) if options.topic is None else of_topic(
        options.topic, options.count, options.level, options.seed, options.blanks
    )  # fmt: skip
    if options.output is None:
        say(sheet.text(options.key))
    else:
        sheet.save(options.output, options.key)
    return GOOD


def _sheet(file: str, blanks: str) -> Worksheet:
    try:
        whole = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise SymdiffError(f"{file!r} is not read: {getattr(error, 'strerror', None) or 'it is not text'}") from error
    return of_problems(lines_of(whole), Path(file).stem if file != "-" else "Worksheet", blanks)
