"""Which parts of an expression are named in its derivation, and how they move.

A part is named if it is the inside of a chain, unless a reader takes that in at a glance; a side of a product or a
quotient with a chain inside; a stage, an array made by a function that other things are made of. Names go by role.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from symdiff.algebra import ONE, Dependence, mul, number, power, substitute
from symdiff.algebra.rebuild import rebuild
from symdiff.book import entry_of
from symdiff.calculus.variables import base_symbol
from symdiff.expr import Expr, postorder
from symdiff.notation.part_names import LETTERS, numbered, role
from symdiff.notation.parts import stand_in, taken_names

_FUNCTIONS = frozenset({"map", "call", "reduce", "scan", "derivative"})
_LINEAR = frozenset({"add", "einsum", "mul", "index", "reshape", "join"})
_ADJOINTS = ("delta", "epsilon", "eta")


class Part(NamedTuple):
    """A name for a part: its symbol, what it is in the parts before it, and in the variables."""

    symbol: Expr
    body: Expr
    whole: Expr


class Names:
    """Names by role, never one in use, be it of a size; nor one whose differential has a name in use."""

    def __init__(self, *es: Expr, own: Mapping[Expr, str] | None = None) -> None:
        self.own = own or {}
        self.used = taken_names(*es)
        self.kept = set(self.own.values()) - self.used  # for what a user calls so

    def of(self, part: Expr) -> str:
        """A name for a part: a user's own, or one by its role."""
        own = self.own.get(part)
        if own in self.kept:
            self.kept.remove(own)
            return self.fresh(own)
        letters = LETTERS[role(part) if part.shape else "scalar"]
        return self.fresh(*([letter for letter in letters if letter not in self.kept] or letters))

    def fresh(self, *choices: str) -> str:
        """The first of these that is free, else the first with a number."""
        name = next(n for n in chain(choices, numbered(choices[0], self.used)) if not {n, f"d{n}"} & self.used)
        self.used |= {name, f"d{name}"}
        return name


class Parts:
    """The named parts of functions of x, in the order of evaluation, and expressions written with them."""

    def __init__(self, x: Expr, names: Names, all_inner: bool = False) -> None:
        self.x = x
        self.all_inner = all_inner  # whether what is taken in at a glance is named too
        self.names = names
        self.found: list[Part] = []
        self.inner: set[Expr] = set()  # the symbols of those that are names in one body alone
        self._moves = Dependence([base_symbol(x)])
        self._roots: set[Expr] = set()
        self._sides: dict[Expr, Expr] = {}  # powers that are sides of products, by name
        self._known: dict[Expr, Expr] = {}

    def name(self, roots: Sequence[Expr], stages: Iterable[Expr] = ()) -> None:
        """Find what is to be named in these functions; in `stages` also functions that stand in a sum at the top."""
        order = postorder(*roots)
        wanted = _wanted(order, roots, self._moves, self.x, set(stages), self.all_inner)
        wanted |= {node for node in order if node in self.names.own and node not in roots and self._moves(node)}
        again = {node for node in wanted & self._roots if self._known.get(node) is not None}
        if again:  # a function of which the derivative is taken may be a part of that
            inside = Dependence(again)
            self._known = {node: e for node, e in self._known.items() if not inside(node)}
        self._roots |= set(roots)
        for node in order:
            if node not in self._known:
                self._known[node] = self._part(node, self._rebuilt(node)) if node in wanted else self._rebuilt(node)

    def of(self, e: Expr) -> Expr:
        """The expression with the names of its parts."""
        for node in postorder(e):
            if node not in self._known:
                self._known[node] = self._rebuilt(node, create=False)
        return self._known[e]

    def whole(self, e: Expr) -> Expr:
        """The expression with every part put back."""
        return substitute(e, {part.symbol: part.whole for part in self.found})

    def opened(self, body: Expr) -> tuple[Expr, list[Part]]:
        """A body with names for the insides that a reader takes in at a glance, which are names in it alone."""
        moves = Dependence([base_symbol(self.x), *(part.symbol for part in self.found)])
        order = [node for node in postorder(body) if moves(node)]
        inside = {arg for user in order for arg in user.args if _is_inner(arg, user)}
        made: dict[Expr, Expr] = {}
        found: list[Part] = []
        for node in order:
            if node in inside and node.args and node is not body and node is not self.x and not _is_leaf(node):
                part = Part(stand_in(node, self.names.of(node)), substitute(node, made), self.whole(node))
                made[node] = part.symbol
                found.append(part)
        self.found += found
        self.inner |= {part.symbol for part in found}
        return substitute(body, made), found

    def adjoint(self, body: Expr) -> Expr:
        """A name for what goes back through a part."""
        made = stand_in(body, self.names.fresh(*_ADJOINTS))
        self.found.append(Part(made, body, self.whole(body)))
        return made

    def _part(self, node: Expr, body: Expr) -> Expr:
        if not body.args:
            return body
        made = stand_in(node, self.names.of(node))
        self.found.append(Part(made, body, node))
        return made

    def _rebuilt(self, node: Expr, create: bool = True) -> Expr:
        if not node.args:
            return node
        if node.op == "mul":
            return self._product(node, create)
        return rebuild(node, [self._known[arg] for arg in node.args])

    def _product(self, node: Expr, create: bool) -> Expr:
        """A product of scalars: sides with a chain inside are parts of their own."""
        pairs = [(node.args[k], node.args[k + 1]) for k in range(1, len(node.args), 2)]
        several = sum(self._moves(base) or self._moves(exponent) for base, exponent in pairs) > 1
        factors = [node.args[0]]
        if create and several:
            self._name_sides(pairs)
        for base, exponent in pairs:
            size = abs_(exponent)
            side = power(base, size)
            if side in self._sides:
                made = self._sides[side]
                factors.append(made if size is exponent else power(made, number(-1)))
            elif exponent.op == "number" and (root := self._root_of(base, exponent)) is not None:
                factors.append(root)
            else:
                factors.append(power(self._known[base], self._known.get(exponent, exponent)))
        return mul(*factors)

    def _name_sides(self, pairs: Sequence[tuple[Expr, Expr]]) -> None:
        """Name the sides of a product, those of the numerator first."""
        below = [pair for pair in pairs if pair[1].op == "number" and pair[1].attr < 0]
        for base, exponent in [*(pair for pair in pairs if pair not in below), *below]:
            size = abs_(exponent)
            side = power(base, size)
            if side not in self._sides and self._is_side(side) and (self._known[base].args or size is not ONE):
                self._sides[side] = self._part(side, power(self._known[base], self._known.get(size, size)))

    def _root_of(self, base: Expr, exponent: Expr) -> Expr | None:
        """A power of a base of which another power has a name: (1 + x^2)^(3/2) is v^3."""
        for side, made in self._sides.items():
            if side.op == "mul" and len(side.args) == 3 and side.args[0] is ONE and side.args[1] is base:
                times = exponent.attr / side.args[2].attr if side.args[2].op == "number" else None
                if times is not None and times == int(times):
                    return power(made, number(int(times)))
        return None

    def _is_side(self, side: Expr) -> bool:
        """Whether a factor is differentiated by a chain, or is too long to be written twice."""
        if not self._moves(side) or side is self.x:
            return False
        if self.x.shape:
            return not _is_monomial(side)
        if side.op == "add" and any(node.op == "mul" and _moving(node, self._moves) > 1 for node in postorder(side)):
            return True
        return any(
            (node.op in _FUNCTIONS or _is_power(node)) and any(self._moves(a) and a is not self.x for a in node.args)
            for node in postorder(side)
        )


def _is_power(e: Expr) -> bool:
    return e.op == "mul" and len(e.args) == 3 and e.args[2] is not ONE


def _wanted(
    order: Sequence[Expr], roots: Sequence[Expr], moves: Dependence, x: Expr, stages: set[Expr], all_inner: bool
) -> set[Expr]:
    """The nodes to be named."""
    above: dict[Expr, Counter[Expr]] = {}
    for node in order:
        if moves(node):
            for arg in node.args:
                above.setdefault(arg, Counter())[node] += 1
    top = _top(roots, moves)
    below = _top(list(stages), moves)
    found = set()
    for node in order:
        if node.args and node not in roots and moves(node) and node is not x and not _is_leaf(node):
            users = above.get(node, Counter[Expr]())
            if any(_is_inner(node, user) for user in users):
                wanted = all_inner or bool(x.shape and node.shape) or not _is_plain(node)
            elif node.op == "add" and node.shape:
                wanted = any(user.op == "einsum" and _moving(user, moves) > 1 for user in users)
            elif any(user.op == "index" and entry_of(user) is not None for user in users):
                wanted = False  # one eigenvalue has a rule of its own
            elif node.op == "map" and node.attr == "pow" and node.args[0] is x:
                wanted = False  # a power of the variable is taken in at a glance
            elif node.op in _FUNCTIONS | {"select"} and node.shape:
                wanted = any(user not in top for user in users) or node in below
            else:
                wanted = False
            if wanted:
                found.add(node)
    # -X.^2 is one part, not two, and so is 1 + z.^2
    multiples = [
        node for node in found if node.op == "einsum" and len(node.args) == 2 and node.rank == node.args[1].rank
    ]
    single = {node.args[1] for node in multiples if node.args[1].op == "map" and len(above[node.args[1]]) == 1}
    powers = (node for node in found if node.op == "map" and node.attr == "pow" and not moves(node.args[1]))
    single |= {node for node in powers if all(user.op == "add" and user in found for user in above[node])}
    return found - single


def _is_inner(node: Expr, user: Expr) -> bool:
    """Whether a node is the inside of a function or of a power."""
    return user.op in _FUNCTIONS or (_is_power(user) and node in user.args[1:]) or _raises(user, node)


def _raises(user: Expr, node: Expr) -> bool:
    """Whether a product has the node in an exponent, or raised to one."""
    if user.op != "mul":
        return False
    pairs = zip(user.args[1::2], user.args[2::2], strict=True)
    return any(exponent is node or (base is node and abs_(exponent) is not ONE) for base, exponent in pairs)


def abs_(exponent: Expr) -> Expr:
    """A number without its sign."""
    return number(abs(exponent.attr)) if exponent.op == "number" else exponent


def _top(roots: Sequence[Expr], moves: Dependence) -> set[Expr]:
    """What the roots are linear in, step by step."""
    found, stack = set(roots), list(roots)
    while stack:
        node = stack.pop()
        if node.op in _LINEAR and (node.op != "mul" or not _is_power(node)):
            moving = [arg for arg in node.args if moves(arg)]
            if node.op in ("add", "join") or len(moving) == 1:
                stack += [arg for arg in moving if arg not in found]
                found.update(moving)
    return found


def _moving(node: Expr, moves: Dependence) -> int:
    return sum(map(moves, node.args))


def _is_leaf(node: Expr) -> bool:
    """Whether a node is an entry or a transpose of a symbol."""
    return node.op in ("index", "reshape") and node.args[0].op == "symbol"


def _is_plain(node: Expr) -> bool:
    """Whether the inside of a chain is taken in at a glance: a power of a name, a polynomial of two terms."""
    if node.shape:
        return False
    terms = node.args if node.op == "add" else (node,)
    return len(terms) <= 2 and all(_is_monomial(term) for term in terms)


def _is_monomial(e: Expr) -> bool:
    if not e.args or _is_leaf(e):
        return True
    if e.op != "mul":
        return False
    pairs = zip(e.args[1::2], e.args[2::2], strict=True)
    return all(not base.args and not exponent.args for base, exponent in pairs)


def in_names(part: Part, e: Expr) -> Expr:
    """An expression with the part's name where its body stands."""
    body = part.body
    if body.op == "mul" and len(body.args) == 3 and body.args[0] is ONE:
        return _power_named(e, body, part.symbol)
    return substitute(e, {body: part.symbol})


def _power_named(e: Expr, body: Expr, name: Expr) -> Expr:
    """Powers of the base of a body as powers of its name: x*(1 + x^2)^(-1/2) is x/v for v = sqrt(1 + x^2)."""
    base, exponent = body.args[1:]
    done: dict[Expr, Expr] = {}
    for node in postorder(e):
        if node.op != "mul":
            done[node] = rebuild(node, [done[arg] for arg in node.args]) if node.args else node
            continue
        factors = [done[node.args[0]]]
        for b, k in zip(node.args[1::2], node.args[2::2], strict=True):
            times = k.attr / exponent.attr if b is base and k.op == exponent.op == "number" else None
            whole = times is not None and times == int(times)
            factors.append(power(name, number(int(times))) if whole else power(done[b], done[k]))  # type: ignore[arg-type]
        done[node] = mul(*factors)
    return done[e]
