"""Where each function of the books has a value, and where it is smooth: a table, of real and of complex arguments.

`python tests/test_domains.py` writes golden/domains.txt anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from symdiff.algebra import fmap, symbol
from symdiff.book import Entry, apply, conditions_of, library
from symdiff.dims import size
from symdiff.errors import SymdiffError
from symdiff.expr import Expr
from symdiff.show import condition_text

GOLDEN = Path(__file__).parent / "golden" / "domains.txt"
N = size("n")
SHAPES = {"vector": (N,), "array": (N,), "columns": (N,), "scalar": (), "exponent": ()}  # others are matrices


def arguments(entry: Entry, planar: bool) -> Iterator[Expr]:
    """A symbol for each parameter, whole where only whole numbers will do."""
    for k, p in enumerate(entry.params):
        shape = () if entry.elementwise else SHAPES.get(p.kind, (N, N))
        kinds = ["integer"] if p.kind == "integer" else ["complex"] if planar else []
        yield symbol(["xyu", "vwr", "ABC"][len(shape)][k % 3], shape, kinds)


def told(entry: Entry, planar: bool) -> str | None:
    """A row of the table: a function of symbols, where it has a value, and what smoothness asks for beyond that."""
    try:
        args = list(arguments(entry, planar))
        e = fmap(entry.name, *args) if entry.elementwise else apply(entry.name, args)  # as it stands, not worked out
    except SymdiffError:  # of sizes, of three entries, of what has an order
        return None
    domain = [condition_text(c) for c in conditions_of(e, smooth=False)]
    smooth = [text for text in map(condition_text, conditions_of(e)) if text not in domain]
    return f"{e!s:<22}  {', '.join(domain) or '-':<42}  {', '.join(smooth) or '-'}" if domain or smooth else None


def rows(planar: bool) -> list[str]:
    entries = (entry for name in sorted(library().functions()) for entry in library().overloads(name))
    return [row for entry in entries if (row := told(entry, planar)) is not None]


def page() -> str:
    head = f"# {'':<20}  {'where it has a value':<42}  where it is smooth\n\n# of real arguments\n"
    real, planar = ("\n".join(rows(planar)) for planar in (False, True))
    return f"{head}{real}\n\n# of complex arguments\n{planar}\n"


def test_where_functions_have_values_and_are_smooth() -> None:
    assert page().splitlines() == GOLDEN.read_text("utf-8").splitlines()


if __name__ == "__main__":
    GOLDEN.write_text(page(), "utf-8")
