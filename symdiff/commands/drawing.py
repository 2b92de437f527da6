"""`symdiff graph EXPRESSION`: the steps in which it is worked out, values, partial derivatives, adjoints."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from symdiff.answer import noted
from symdiff.cli import split_names
from symdiff.commands.arguments import Parser, parsed
from symdiff.graphs import graph_of
from symdiff.inputs import read_problem
from symdiff.points import problem_at, titled, values_of
from symdiff.streams import GOOD, complain, say

_FORMS = ("table", "markdown", "dot", "mermaid", "svg")


def run(argv: Sequence[str]) -> int:
    """Print the graph of an expression, or write it to a file."""
    parser = Parser("symdiff graph", __doc__)
    add = parser.add_argument
    add("expression")
    add("--at", metavar="TEXT", help='values: "x = [0, 1, 2, 3]; t = 1"')
    add("--wrt", action="append", default=[], metavar="NAMES", help="sweep backwards to these: x, or x,A (all)")
    add("--let", action="append", default=[], metavar="TEXT", help='declarations: "x: vector(n)"')
    add("--strict", action="store_true", help="refuse names that are not declared")
    add("--as", dest="form", choices=_FORMS, default="table", help="what is printed: the backward pass, or a graph")
    add("--ascii", action="store_true", help="the table in ASCII")
    add("-o", "--output", metavar="FILE", help="write a file: .svg .dot .mmd .md .html .txt")
    options = parsed(parser, argv[1:], ("--at", "--wrt", "--let", "--as", "-o", "--output"))
    if isinstance(options, int):
        return options
    known = values_of(options.at)
    name, body = titled(options.expression)

    read = partial(read_problem, strict=options.strict)
    given = problem_at([body], known, split_names(options.wrt), "\n".join(options.let), read=read)
    for note in noted(given.assumptions, given.notices):
        complain(note)
    (e,) = given.shown([*given.exprs])
    graph = graph_of(e, known if options.at is not None else None, given.wrt or None, name)
    if options.output is not None:
        graph.save(options.output)
    elif options.form in ("dot", "mermaid", "svg"):
        say(getattr(graph, options.form)().rstrip())
    else:
        say(graph.table({"markdown": "markdown"}.get(options.form, "text" if options.ascii else "unicode")).rstrip())
    return GOOD
