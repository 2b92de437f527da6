"""`symdiff verify FILE`: is this derivation right?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from symdiff.commands.arguments import Parser, parsed
from symdiff.errors import SymdiffError
from symdiff.streams import DISAGREED, GOOD, INPUT, complain, say
from symdiff.verification import Report, verify
from symdiff.verification.words import as_data, told


def run(argv: Sequence[str]) -> int:
    """Check the lines of a derivation; gives 1 where one is wrong, 2 where one can't be read."""
    said = "Check a derivation line by line. FILE is a page as --steps prints it, `-` standard input."
    parser = Parser("symdiff verify", said)
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--let", action="append", default=[], metavar="TEXT", help='declarations: "x: vector(n)"')
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument("--ascii", action="store_true", help="marks in ASCII")
    options = parsed(parser, argv[1:], ("--let",))
    if isinstance(options, int):
        return options
    report = verify(_text(options.file), "\n".join(options.let))
    for notice in report.notices:
        complain(f"note: {notice}")
    for line in map(json.dumps, map(as_data, report.lines)) if options.json else told(report, _is_plain(options.ascii)):
        say(line)
    return _code(report)


def _text(name: str) -> str:
    """The text of a file, or of standard input. Raises SymdiffError for one that can't be read."""
    try:
        if name == "-":
            return sys.stdin.read()
        with open(name, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror or str(error)
        raise SymdiffError(f"`{name[:100]}` can't be read: {reason}") from error


def _is_plain(asked: bool) -> bool:
    """Whether the marks are to be ASCII: where they are asked for, or standard output has no others."""
    try:
        "✓✗".encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return True
    return asked


def _code(report: Report) -> int:
    if report.wrong:
        return DISAGREED
    return INPUT if any(line.error is not None for line in report.lines) else GOOD
