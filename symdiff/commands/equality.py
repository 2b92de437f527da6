"""`symdiff equal A B`, `symdiff equal "A = B"`: whether two expressions agree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from symdiff.answer import SCHEMA, failure, noted
from symdiff.commands.arguments import Parser, parsed
from symdiff.equations import decided, sides_of
from symdiff.errors import SymdiffError
from symdiff.inputs import read_problem
from symdiff.oracles import Verdict
from symdiff.show import condition_text
from symdiff.streams import DISAGREED, GOOD, complain, say


def run(argv: Sequence[str]) -> int:
    """Say whether two sides agree: exit code 1 where they do not."""
    said = "Whether two expressions agree: equal, different (with a point), equal under conditions, or undecided."
    parser = Parser(f"symdiff {argv[0]}", said)
    parser.add_argument("left", help="an expression, or a whole equation `a = b`")
    parser.add_argument("right", nargs="?")
    parser.add_argument("--given", action="append", default=[], metavar="TEXT", help='"x > 0", "A is symmetric"')
    parser.add_argument("--let", action="append", default=[], metavar="TEXT", help='declarations: "x: vector(n)"')
    parser.add_argument("--strict", action="store_true", help="refuse names that are not declared")
    parser.add_argument("--json", action="store_true", help="print a JSON object")
    options = parsed(parser, argv[1:], ("--let", "--given"))
    if isinstance(options, int):
        return options

    def read(*args: Any) -> Any:
        return read_problem(*args, strict=options.strict)

    try:
        left, right = (options.left, options.right) if options.right is not None else sides_of(options.left)
        verdict, whole = decided(read, left, right, options.given, "\n".join(options.let), {})
    except SymdiffError as error:
        if options.json:
            say(failure(" = ".join(filter(None, (options.left, options.right))), error))
        raise
    for note in noted(whole.assumptions, whole.notices):
        complain(note)
    say(_as_json(f"{left} = {right}", verdict) if options.json else str(verdict))
    return DISAGREED if verdict.ok is False else GOOD


def _as_json(text: str, verdict: Verdict) -> str:
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "input": text,
        "ok": verdict.ok,
        "conditions": [condition_text(c) for c in verdict.conditions],
        "holds_if": [condition_text(c) for c in verdict.holds_if],
        "evidence": [str(e) for e in verdict.evidence],
    }
    point = verdict.counterexample
    if point is not None:
        told["counterexample"] = {**point.sizes, **{name: value.tolist() for name, value in point.values.items()}}
    return json.dumps(told, ensure_ascii=True)
