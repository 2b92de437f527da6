"""`symdiff simplify | expand | factor EXPRESSION`: one expression in, an equal one out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symdiff.answer import NOTATIONS, Found, noted
from symdiff.commands.arguments import Parser, parsed
from symdiff.expr import Expr
from symdiff.inputs import read_problem
from symdiff.rewriting import simplify
from symdiff.rewriting.rational.rearranged import expanded, factored_form
from symdiff.rewriting.widened import widened
from symdiff.rulebook import load_book, simplified
from symdiff.show import condition_text
from symdiff.streams import GOOD, complain, say

_WAYS: dict[str, tuple[Callable[[Expr], Expr], str]] = {
    "simplify": (simplify, "An equal expression that is shorter, by the rules of the books."),
    "expand": (expanded, "Products and whole powers of sums multiplied out."),
    "factor": (factored_form, "A product of irreducible factors; of arrays what all terms have in common."),
}


def run(argv: Sequence[str]) -> int:
    """Rewrite one expression in the way of the command's word."""
    way, said = _WAYS[argv[0]]
    parser = Parser(f"symdiff {argv[0]}", said)
    parser.add_argument("expression")
    parser.add_argument("--let", action="append", default=[], metavar="TEXT", help='declarations: "x: vector(n)"')
    parser.add_argument("--strict", action="store_true", help="refuse names that are not declared")
    if argv[0] == "simplify":
        parser.add_argument("--explain", action="store_true", help="say which rules were used")
        parser.add_argument("--rules", metavar="FILE", help="a book of rules to try too")
    for notation in ("latex", "unicode"):
        parser.add_argument(f"--{notation}", dest="notation", action="store_const", const=notation, default="text")
    options = parsed(parser, argv[1:], ("--let", "--rules"))
    if isinstance(options, int):
        return options
    given = read_problem([options.expression], (), "\n".join(options.let), strict=options.strict)
    for note in noted(given.assumptions, given.notices):
        complain(note)
    (e,) = given.exprs
    if argv[0] == "simplify" and (options.explain or options.rules):
        told = simplified(e, load_book(options.rules) if options.rules else ())
        page = {"text": told.text, "unicode": told.unicode, "latex": told.latex}[options.notation]
        say(page() if options.explain and told.steps else NOTATIONS[options.notation](Found((), told.result)))
    else:
        after = way(e)
        say(NOTATIONS[options.notation](Found((), after)))
        if under := ", ".join(condition_text(c, options.notation) for c in widened(e, after)):
            say(rf"\quad \text{{where }} {under}" if options.notation == "latex" else f"where {under}")
    return GOOD
