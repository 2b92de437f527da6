"""What is told of a function and its derivatives, line by line: parts, d of what is left, back to the variable.

The lines are made by what makes the answer: the rules of `calculus.differential`, the sweep of `calculus.adjoint`,
`collect` and `present`. Every line has its meaning, an expression in the names of the parts, beside what is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symdiff.algebra import (
    MINUS_ONE,
    ONE,
    TWO,
    Condition,
    Dependence,
    add,
    differential,
    is_symmetric,
    power,
    same,
    split_number,
    substitute,
    symbols_of,
    terms,
)
from symdiff.algebra.implied import simplified
from symdiff.calculus.adjoint import transpose
from symdiff.calculus.differential import differentials
from symdiff.derivation import Step
from symdiff.expr import Expr, postorder
from symdiff.narration.lines import Lines, Told
from symdiff.narration.parts import Names, Part, Parts, in_names
from symdiff.narration.remarks import known_of
from symdiff.narration.rules import RIDING, Heard, folded, listed, reasons, rewritten, together
from symdiff.narration.writing import in_order, is_turned, paired, width
from symdiff.notation import to_tree
from symdiff.notation.write import negated, sum_of
from symdiff.rewriting import collect, present
from symdiff.show.page import Item, Naming, Note, Numbered, Reason
from symdiff.syntax.tree import Tree, walk

_SEVERAL = 4  # terms that are no longer put in one by one
_MUCH = 1.5  # times as long: then what rules make is a line before it is made shorter
WIDE = 60  # characters of a line in which parts are put back


class Moved(NamedTuple):
    """How a part moves: the differential of its body."""

    part: Part
    move: Expr
    lines: Lines


class Teller:
    """Tells of derivatives by x in the parts of what is differentiated; `leaf` is dx, or 1 by a scalar."""

    def __init__(
        self, f: Expr, x: Expr, leaf: Expr, conditions: Sequence[Condition], result: Expr, full: bool,
        own: Mapping[Expr, str] | None = None,
    ) -> None:  # fmt: skip
        self.x, self.leaf, self.full = x, leaf, full
        self.by_d, self.traces = leaf is not ONE, False  # whether dx is told, not d/dx; whether always as a trace
        self.own = {x: leaf}
        self.names = Names(f, x, result, own=own)
        self.given = symbols_of(f, x)
        self.parts = Parts(x, self.names, full and self.by_d)
        self.conditions = list(conditions)
        self.moves: dict[Expr, Moved] = {}  # by the part's symbol
        self.items: list[Item] = []
        self.numbers: dict[Expr, int] = {}  # of the headings under which parts are told
        self.count = 0
        self.forward = False  # whether the parts are stages under one heading
        self.later: list[Part] = []  # parts of later derivatives, which have not moved yet
        self.named: list[Part] = []  # those of them that are defined
        self.functions: dict[str, int] = {}  # that were derived again, and under which heading
        self.number: Expr | None = None  # of which they are
        self.closing: list[Item] = []  # what stands below everything
        self.finals: list[Expr] = []  # the results told, in parts where these make them short
        self.opening = 0  # the place before the lines that are being told
        self.steps: list[Step] = []

    def follow(self, other: Teller) -> None:
        """Go on where another, who tells by another variable, has ended."""
        self.names = self.parts.names = other.names
        self.items, self.steps, self.conditions, self.count = other.items, other.steps, other.conditions, other.count
        self.functions, self.number, self.closing = other.functions, other.number, other.closing

    def heading(self, words: Reason = (), equation: tuple[Tree, Tree] | None = None) -> None:
        """A numbered heading, where all is told; `equation` says what it is of."""
        if self.full:
            self.count += 1
            number = (f"{self.count}  ",) if words else (str(self.count),)
            self.items.append(Note((*number, *words), heading=True, equation=equation))

    # what moves

    def standing(self, part: Expr) -> Expr:
        """The differential of a part, standing: dr, or du/dx."""
        return differential(part, None if self.by_d else self.x)

    def seeds(self) -> dict[Expr, Expr]:
        """How the variable and the named parts move."""
        return {**self.own, **{p: self.standing(p) for p in self.moves}}

    def taken(self, e: Expr) -> tuple[Expr, list[Reason], tuple[Condition, ...], Heard]:
        """The differential of something in parts, with the rules and the conditions it was made by."""
        heard, seeds = Heard(), self.seeds()
        (raw,) = differentials([e], seeds, heard)
        for part in self.parts.found:
            own = part.body is e and not (self.full and not self.by_d)  # where all is told, sqrt(t) is not u yet
            if (
                part.symbol in self.moves and part.symbol not in self.parts.inner
            ) or own:  # those that are told later have no names yet
                raw = in_names(part, raw)
        inner = [p for p in self.moves if not p.shape or not self.by_d]
        needed = [c for used in heard.rules.values() for c in used.conditions]
        return raw, reasons(e, heard, seeds, inner, self.full, self.functions), self.needed(needed), heard

    def folded(self, heard: Heard) -> tuple[Step, ...]:
        """The rules that are told in one line, where there are several."""
        found = {node: used for node, used in heard.rules.items() if node not in self.moves}
        return folded(heard, self.seeds(), None if self.by_d else self.x) if len(found) > 1 and not self.full else ()

    def needed(self, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        """Those conditions of a line that are conditions of the result, each told once, in terms of the parts."""
        whole = {c: set(simplified([c.of(self.parts.whole)])) for c in conditions}
        told = []
        for condition, plain in whole.items():
            if plain and all(c in self.conditions for c in plain):
                told.append(condition)
                self.conditions = [c for c in self.conditions if c not in plain]
        return tuple(told)

    def name_parts(self, roots: Sequence[Expr], stages: Sequence[Expr] = ()) -> Expr:
        """Name the parts of functions that are not named yet, and tell how they move; the first with these names."""
        known = len(self.parts.found)
        self.parts.name(roots, stages)
        for part in self.parts.found[known:]:
            self.moves[part.symbol] = self.moved(part)
            self.tell_part(part, self.moves[part.symbol])
        return self.parts.of(roots[0])

    def tell_part(self, part: Part, moved: Moved) -> None:
        """A part at the end of the page, with how it moves."""
        chain = moved.lines.chain(short=True)
        self.items.append(Naming(to_tree(part.symbol), to_tree(part.body), chain, known_of(part)))
        self.steps += moved.lines.steps()

    def moved(self, part: Part) -> Moved:
        """How a part moves, told by its rules."""
        raw, why, conditions, heard = self.taken(part.body)
        lines = Lines(to_tree(self.standing(part.symbol)), self.standing(part.body))
        if self.full and part.body.op == "add" and not self.forward:
            raw, why = self.term_by_term(part.body, lines, why)
        told = Told(lines.left, raw, together(why), "=", conditions, self.folded(heard))
        move = self._moved_by_d(part, lines, told, why) if self.by_d else self._slope(lines, told)
        return Moved(part, move, lines)

    def _moved_by_d(self, part: Part, lines: Lines, told: Told, why: list[Reason]) -> Expr:
        """dr, in dx and in how the parts before it move; linear rules ride along."""
        raw, body = told.meaning, part.body
        shown, tree = (
            self._collected(raw) if not part.symbol.shape else (self._shorter(raw, present(collect(raw))), None)
        )
        why = [r for r in why if r[0] not in RIDING] if self.full or body.op not in ("map", "select") else []
        constant = self._constant(body) if why and not lines.told else ()
        turned = _turned_name(to_tree(shown)) if self.full and why else ()
        reason = together([*why, *filter(None, (turned, constant))]) or (still(self, body) if self.full else ())
        if self.full and tree is not None and is_turned(to_tree(raw)):
            lines.tell(told._replace(written=to_tree(raw), reason=reason))
            told, reason = Told(lines.left, raw), ("a scalar is its own transpose; collect",)
        lines.tell(told._replace(written=tree or to_tree(shown), meaning=shown, reason=reason))
        return shown

    def _slope(self, lines: Lines, told: Told) -> Expr:
        """du/dx: what the rules make, shorter where that is much shorter, and the parts' own derivatives put in."""
        heard, raw = Heard(), told.meaning
        plain = present(collect(raw, heard), heard)
        live = [p for p in self.moves if self.standing(p) in postorder(raw)]
        rule = str(told.reason[0]) if told.reason else ""
        if live and rule in ("product rule", "quotient rule"):
            plain = raw
            lines.tell(told._replace(written=in_order(to_tree(raw), rule)))
        else:
            if heard.rewritings and width(raw) > _MUCH * width(plain):
                lines.tell(told._replace(written=to_tree(raw)))
                told = Told(lines.left, plain, together(rewritten(heard.rewritings)[-2:]))
            lines.tell(told._replace(written=to_tree(plain), meaning=plain))
            live = [p for p in live if self.standing(p) in postorder(plain)]
        if not live:
            return plain
        move = present(collect(self.inserted(plain, {p: self.moves[p].move for p in live})))
        lines.tell(Told(to_tree(move), move, self.insert(live)))
        return move

    def term_by_term(self, body: Expr, lines: Lines, why: list[Reason]) -> tuple[Expr, list[Reason]]:
        """The sum rule as a line of its own: the terms by themselves, those that stand still too."""
        constant = self._constant(body)
        if self.by_d:
            written = [_differential_of(e) for e in terms(body) if self.moving(e) or _is_name(e)]
            reason = together([("sum rule",), *([constant] if constant else [])])
        else:
            written = [to_tree(differentials([e], self.seeds())[0]) for e in terms(body)]
            still = [("constant rule",)] if not all(map(self.moving, terms(body))) else []
            reason = together(
                [("sum rule",), *still, *dict.fromkeys(r[:1] if r[0] == "power rule" else r for r in why)], ", "
            )
        lines.tell(Told(sum_of(written), differential(body, None if self.by_d else self.x), reason))
        (raw,) = differentials([body], self.seeds(), Heard())
        return raw, why if self.by_d else [("collect",)]

    def _collected(self, raw: Expr) -> tuple[Expr, Tree]:
        """How a scalar moves, as inner products with what it is made of."""
        nodes = postorder(raw)
        leaves = [leaf for leaf in self.seeds().values() if leaf in nodes]
        found = [(gradient(raw, leaf), leaf) for leaf in leaves]
        line = add(*(paired(g, leaf) for g, leaf in found))
        return line, to_tree(line)

    def _shorter(self, raw: Expr, plain: Expr) -> Expr:
        return raw if width(raw) <= width(plain) or (same(raw, plain) and width(raw) < WIDE // 2) else plain

    def _constant(self, body: Expr) -> Reason:
        """Terms of a part that stand still, where they are more than a name."""
        still = [e for e in terms(body) if not _is_name(e) and not self.moving(e)] if body.op == "add" else []
        return (*together([(to_tree(term),) for term in still], ", "), " constant") if still else ()

    def moving(self, e: Expr) -> bool:
        """Whether something in parts depends on the variable."""
        return Dependence([*self.own, *self.moves])(e)

    def symmetric(self) -> list[Expr]:
        """The symmetric matrices among what is given and the parts."""
        return [e for e in (*self.given, *(p.symbol for p in self.parts.found)) if e.rank == 2 and is_symmetric(e)]

    def inserted(self, line: Expr, moves: dict[Expr, Expr]) -> Expr:
        """A line with how parts move put in; where an array moves by a sum, term by term."""
        found = []
        for term in terms(line):
            done = [term]
            for p, move in moves.items():
                leaf = self.standing(p)
                done = [
                    substitute(one, {leaf: part})
                    for one in done
                    for part in (as_written(move) if p.shape and leaf in postorder(one) else [move])
                ]
            found += done
        return add(*found) if len(found) > 1 else found[0]

    def insert(self, parts: Sequence[Expr]) -> Reason:
        """`insert dr, dz`."""
        named = ("insert ", *listed([to_tree(self.standing(p)) for p in parts]))
        if self.full and all(p in self.numbers for p in parts):
            return (Numbered("insert " + " and ".join(str(self.numbers[p]) for p in parts), named),)
        return named

    # the variable as everything moves

    def whole(self, e: Expr) -> Expr:
        """The meaning of a line in the variables alone: parts and how they move put back."""
        moves = {self.standing(p): self._whole_move(p) for p in self.moves}
        return self.parts.whole(substitute(e, moves))

    def _whole_move(self, p: Expr) -> Expr:
        move = self.moves[p].move
        inner = {self.standing(q): q for q in self.moves if self.standing(q) in postorder(move)}
        return substitute(move, {leaf: self._whole_move(q) for leaf, q in inner.items()})

    # what all ways of telling end with

    def finish(self, lines: Lines, g: Expr, result: Expr, last: bool = True) -> None:
        """From g, in parts, to the result: in the variables where that fits, else in the parts that make it short.

        Parts of a result that is not the `last` stay.
        """
        named = [p for p in self.parts.found if p.symbol in postorder(g)]
        put_back = last and width(result) <= WIDE and (not self.x.shape or _once(self.parts.of(result), named))
        final = result if put_back or not named else self.parts.of(result)
        if not put_back and width(final) > width(g):
            final = g
        self.finals.append(final)
        back = [(to_tree(p.symbol), " = ", to_tree(p.body)) for p in named] if final is result else []
        again: list[Reason] = []
        if to_tree(self.parts.whole(g)) != to_tree(result):
            heard = Heard()
            present(collect(self.parts.whole(g), heard), heard)
            again = rewritten(heard.rewritings)
            if "common denominator" in heard.rewritings and (root := next(filter(is_root, named), None)) is not None:
                back, again = [], [_times(root)]
        reason = together([*back[:3], *again[-2:]])
        if lines.told and (lines.told[-1].written == to_tree(final) or not reason):
            lines.told[-1] = lines.told[-1]._replace(written=to_tree(final), meaning=result)
        else:
            lines.tell(Told(to_tree(final), result, reason or ("simplify",)))

    def where(self, result: Expr) -> None:
        """The one part that a last result is written with, where it is made of others: `where p = sigmoid(X*w)`."""
        left = [p for p in self.parts.found if p.symbol in postorder(result)]
        if len(left) == 1 and left[0].whole is not left[0].body and width(left[0].whole) <= WIDE // 2:
            self.items.append(Note(("where ", to_tree(left[0].symbol), " = ", to_tree(left[0].whole)), plain=True))

    def sizes(self, g: Expr, result: Expr) -> None:
        """The shape of a result, where all is told: below everything."""
        if self.full:
            from symdiff.narration.shapes import sizes

            self.closing.append(Note(("sizes: ", *sizes(g, result, self.x, self.parts.found))))

    def close(self, lines: Lines) -> None:
        """A chain is complete."""
        if lines.told:
            self.items.append(lines.chain(short=self.full))
            self.steps += lines.steps()


def _differential_of(term: Expr) -> Tree:
    """d(A*x), or -db, as a term of the sum rule."""
    tree = to_tree(term)
    inner = tree.children[0] if tree.kind == "neg" else tree
    moved = Tree("differential", (inner,))
    return negated(moved) if tree.kind == "neg" else moved


def _turned_name(line: Tree) -> Reason:
    """`d(X') = dX'`, where the differential of a matrix stands transposed."""
    for node in walk(line):
        inner = node.children[0] if node.kind == "transpose" else None
        if inner is not None and inner.kind == "differential":
            return (Tree("equation", (Tree("call", (Tree("transpose", inner.children),), ("d", ())), node)),)
    return ()


def is_root(part: Part) -> bool:
    """Whether a part is a square root."""
    return part.body.op == "mul" and part.body.args[2:] == (power(TWO, MINUS_ONE),) and part.body.args[0] is ONE


def _times(part: Part) -> Reason:
    """`times v/v; v^2 = 1 + x^2`: a fraction in a fraction, taken away."""
    v = to_tree(part.symbol)
    square = to_tree(power(part.symbol, TWO))
    return ("times ", Tree("quotient", (v, v)), "; ", square, " = ", to_tree(part.body.args[1]))


def as_written(move: Expr) -> Sequence[Expr]:
    """The terms of a short sum in the order in which they are written; a long one as a whole."""
    found = terms(move)
    written = to_tree(move).children
    place = {id(term): k for term in found for k, tree in enumerate(written) if tree == to_tree(term)}
    return sorted(found, key=lambda term: place.get(id(term), 0)) if len(found) < _SEVERAL else [move]


def signs_out(line: Expr) -> Expr:
    """A line with the signs inside its products in front of them: -2*tr(M*V*dU') for 2*(-tr(M*V*dU'))."""
    return add(*(collect(term) if _has_inner_sign(term) else term for term in terms(line)))


def _is_name(e: Expr) -> bool:
    """Whether a term is a name or a number, with or without a sign."""
    return not split_number(e)[1].args


def _has_inner_sign(e: Expr) -> bool:
    """Whether a sign stands inside a product as it is written: 2*(-A*dx)."""
    tree = to_tree(e)
    return any(node.kind == "neg" for node in walk(tree) if node is not tree) and tree.kind != "sum"


def still(t: Teller, f: Expr) -> Reason:
    """`X, y constant`."""
    found = [to_tree(x) for x in symbols_of(f) if not t.moving(x)]
    return (*listed(found), " constant") if found else ()


def _once(written: Expr, parts: Sequence[Part]) -> bool:
    """Whether each part stands in what is written at most once."""
    names = Counter(node.value for node in walk(to_tree(written)) if node.kind == "name")
    return all(names[part.symbol.attr.name] <= 1 for part in parts)


def gradient(line: Expr, leaf: Expr) -> Expr:
    """The coefficient of a differential in a line that is a scalar."""
    return present(collect(transpose(line, [leaf], ONE)[0]))
