"""What Lark makes of the grammar: the terminals, and the states of an LALR parser, as data in `grammar/tables.json`.

    python -m symdiff.syntax.tables        makes them anew

So no process waits for Lark but the one that finds another grammar than the tables are of.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from zlib import crc32

from symdiff.resources import data_folder, read_data

GRAMMAR, FILE = "symdiff.lark", "tables.json"
# terminals of the lexer that no rule of the grammar has: the token filter turns them into others
_FOR_THE_FILTER = (
    "BAD BAD_NUMBER BAR DAGGER DOT_T DOUBLE_BAR LANGLE LBRACE LOGIC LOWER LSQB NABLA PRIME RANGLE RBRACE SUPER".split()
)


class Tables(NamedTuple):
    """The parser begins in state 0. A symbol leads to another state, or to a rule that ends here (-1, -2, …).

    A rule is its symbol, how many values it takes, the method that makes one of them (None: they are a list, or the
    value itself where `single` and there is one), and which it keeps: places, and whether lists there are opened.
    """

    grammar: int  # what the text of the grammar sums up to
    terminals: list[tuple[str, str]]
    ascii: list[tuple[str, str]]  # the terminals of texts in ASCII: Python is slow to compile classes of other letters
    ignored: list[str]
    end: int
    states: list[dict[str, int]]
    rules: list[tuple[str, int, str | None, bool, list[tuple[int, bool]]]]


def tables() -> Tables:
    """Those that lie beside the grammar, or new ones where they are of another."""
    grammar = read_data(GRAMMAR)
    try:
        known = Tables(*json.loads(read_data(FILE)))
    except FileNotFoundError:
        return make(grammar)
    return known if known.grammar == crc32(grammar.encode()) else make(grammar)


class _Unfiltered:
    """Lark's name for a token filter; ours runs behind the lexer and is nothing that the tables know of."""

    always_accept = _FOR_THE_FILTER

    def process(self, stream: Iterator[Any]) -> Iterator[Any]:
        return stream


def make(grammar: str) -> Tables:
    """The tables of a grammar."""
    from lark import Lark

    made: Any = Lark(grammar, parser="lalr", lexer="basic", postlex=_Unfiltered())
    scanner = made.parser.lexer.lexer.scanner
    table = made.parser.parser._parse_table
    terminals = [(terminal.name, terminal.pattern.to_regexp()) for terminal in scanner.terminals]
    start, end = table.start_states["start"], table.end_states["start"]
    rules = {rule: place for place, rule in enumerate(made.rules)}
    places = {start: 0}  # Lark numbers states as they come out of sets: here each as it is first met
    order = [start]
    for state in order:
        for _, (_, to) in sorted(table.states[state].items()):
            if to not in rules and to not in places:
                places[to] = len(order)
                order.append(to)
    return Tables(
        crc32(grammar.encode()),
        terminals,
        [(name, _in_ascii(pattern)) for name, pattern in terminals],
        sorted(made.ignore_tokens),
        places[end],
        [
            {symbol: -1 - rules[to] if to in rules else places[to] for symbol, (_, to) in actions}
            for actions in (sorted(table.states[state].items()) for state in order)
        ],
        [_rule(rule) for rule in made.rules],
    )


def _in_ascii(pattern: str) -> str:
    """A pattern that finds the same in a text of ASCII alone, with no other character in its classes."""

    def plain(found: re.Match[str]) -> str:
        members = re.sub(r"[^\x00-\x7f](-[^\x00-\x7f])?", "", found[0])
        return r"[^\s\S]" if members == "[]" else members

    return re.sub(r"\[(?:[^\]\\]|\\.)*\]", plain, pattern)


def _rule(rule: Any) -> tuple[str, int, str | None, bool, list[tuple[int, bool]]]:
    name, single = rule.origin.name, rule.options.expand1 and not rule.alias
    kept = [
        (place, not symbol.is_term and symbol.name.startswith("_"))
        for place, symbol in enumerate(rule.expansion)
        if not (symbol.is_term and symbol.filter_out)
    ]
    method = None if single or name.startswith("_") else rule.alias or name
    return name, len(rule.expansion), method, single, kept


if __name__ == "__main__":
    text = json.dumps(make(read_data(GRAMMAR)), ensure_ascii=False, separators=(",", ":"))
    with open(os.path.join(data_folder(), FILE), "w", encoding="utf-8") as file:
        file.write(text + "\n")
