"""What the names of NumPy source are that nobody declares: scalars, unless their use says more.

A source is worked out on expressions. Where an operation cannot be done, or is odd (`@` with a scalar, a sum over
nothing), a name that is not declared gets more axes, or two sizes become one, and it is worked out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from symdiff import algebra
from symdiff.dims import Dim, Size, name_of, names, size, substitute
from symdiff.errors import ShapeError
from symdiff.expr import Expr, postorder
from symdiff.methods import declaration

_LETTERS = "nmpqkrs"


class Again(Exception):
    """More is known of a name than when this was begun."""


class Kinds:
    """The names that are not declared: how many axes they have, and their sizes."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.taken = set(taken)
        self.ranks: dict[str, int] = {}
        self.lengths: set[str] = set()  # names that are sizes themselves
        self.known: dict[str, Dim] = {}  # what an unknown size is
        self.made: dict[Expr, str] = {}

    def symbol(self, name: str) -> Expr | Size:
        """What a name stands for, as far as it is known."""
        rank = self.ranks.setdefault(name, 0)
        if name in self.lengths:
            return size(name)
        made = algebra.symbol(name, [self.settled(size(f"{name}@{axis}")) for axis in range(rank)])
        self.made[made] = name
        return made

    def settled(self, dim: Dim) -> Dim:
        """A size with what is known of the names in it."""
        while not isinstance(dim, int) and (known := names(dim) & self.known.keys()):
            dim = substitute(dim, {name: self.known[name] for name in known})
        return dim

    def _open(self, e: Expr) -> list[str]:
        """The names without axes in an expression that may have some."""
        return [self.made[s] for s in algebra.symbols_of(e) if s in self.made and not s.shape]

    def want(self, e: Expr, rank: int | None = None) -> None:
        """An expression that has so many axes, or without a number some, by the name's first letter."""
        if e in self.made and rank is not None and e.rank < rank:
            self._raise(self.made[e], rank)
        if e.shape or rank == 0:
            return
        found = self._open(e)
        if len(found) > 1 and any(self._sums(node, found) for node in postorder(e)):  # (x - y)^2: all or none
            self.ranks.update({name: rank or _usual(name) for name in found})
            raise Again
        if len(found) > 1:
            told = " or ".join(f"`{name}`" for name in found)
            raise ShapeError(f"which of {told} has axes here is not said", hint=f'declare one: {found[-1]}="vector(n)"')
        if found:
            self._raise(found[0], rank or _usual(found[0]))

    def _sums(self, e: Expr, found: list[str]) -> bool:
        """Whether this is a sum of just these names, perhaps with numbers in front."""
        terms = [algebra.split_number(term)[1] for term in e.args] if e.op == "add" else []
        return {self.made.get(term) for term in terms} == set(found)

    def meet(self, *parts: Expr, alike: bool = False) -> None:
        """What broadcasts together; `alike` what a sum or comparison is of.

        A name beside what has axes has some then, in a product only a capital letter beside a matrix.
        """
        rank = max(part.rank for part in parts)
        for part in parts:
            if rank and not part.shape and len(self._open(part)) == 1 == len(algebra.symbols_of(part)):
                (name,) = self._open(part)
                if alike or (rank > 1 and _usual(name) == 2):
                    self._raise(name, min(rank, _usual(name)))
        for k in range(1, rank + 1):
            first, *others = [part.shape[-k] for part in parts if part.rank >= k and part.shape[-k] != 1] or [1]
            for other in others:
                self.unite(first, other)

    def unite(self, one: Dim, other: Dim) -> None:
        """Two sizes that are one."""
        if one == other:
            return
        for unknown, dim in ((other, one), (one, other)):
            name = name_of(unknown)
            if name is not None and "@" in name and name not in names(dim):
                self.known[name] = dim
                raise Again

    def length(self, e: Expr) -> None:
        """A name that is given as a size is one."""
        if e in self.made and not e.shape:
            self.lengths.add(self.made[e])
            raise Again

    def _raise(self, name: str, rank: int) -> None:
        self.ranks[name] = rank
        raise Again

    def name_sizes(self) -> bool:
        """Give the sizes that are still unknown their names; whether there were any."""
        new = (letter for k in count() for letter in (c + str(k or "") for c in _LETTERS) if letter not in self._used())
        shapes = [[self.settled(size(f"{name}@{axis}")) for axis in range(rank)] for name, rank in self.ranks.items()]
        unknown = [[n for dim in shape for n in sorted(names(dim)) if "@" in n] for shape in shapes]
        for found in unknown:
            fresh = [name for name in dict.fromkeys(found) if name not in self.known]
            chosen = [next(new) for _ in fresh]
            self.known.update(zip(fresh, map(size, _in_order(chosen)), strict=True))
        return any(unknown)

    def _used(self) -> set[str]:
        return self.taken | self.ranks.keys()

    def assumed(self, symbols: Sequence[Expr]) -> list[str]:
        """What was assumed of symbols, as declarations."""
        return [declaration(s) for s in symbols if s in self.made]


def _usual(name: str) -> int:
    """How many axes one expects of a name."""
    return 2 if name[0].isupper() else 1


def _in_order(letters: list[str]) -> list[str]:
    """m, n of a matrix, as one writes it."""
    return sorted(letters) if len(letters) == 2 else letters
