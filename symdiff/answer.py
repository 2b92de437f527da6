"""One question of the command line and the answer: a derivative, its steps, its check, in one notation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, NamedTuple

from symdiff.algebra import Array, Condition, add, index, is_closed, named, neg, substitute, symbols_of
from symdiff.calculus.conditions import conditions
from symdiff.calculus.derive import KINDS, diff, differential
from symdiff.calculus.layout import kind_in
from symdiff.calculus.lists import directions_of, of_scalars, partials, with_conditions_inside
from symdiff.calculus.structure import check_structure, kind_of
from symdiff.derivation import Derivation
from symdiff.errors import NotSupported, SymdiffError
from symdiff.expr import Expr, Named, Names, postorder
from symdiff.inputs import Problem, read_problem
from symdiff.narration.derive import declared, derive, derive_each
from symdiff.show import condition_text, fits

if TYPE_CHECKING:
    from symdiff.oracles import Verdict
    from symdiff.syntax.read import Request as Asked
    from symdiff.syntax.value import Derived

SCHEMA = 1
NOTATIONS: dict[str, Callable[[Found], str]] = {
    "text": lambda found: str(found.result),
    "unicode": lambda found: found.result.unicode(),
    "latex": lambda found: found.result.latex(),
    "index": lambda found: found.result.index_notation(),
    "kron": lambda found: found.result.kronecker(found.rows),
}


class Request(NamedTuple):
    """What is asked of texts: the kind of derivative (None: the line as it stands), by what, in what form."""

    kind: str | None
    wrt: tuple[str, ...] = ()
    declarations: str = ""
    notation: str = "text"
    steps: bool = False
    detail: str = "textbook"
    check: bool = False
    strict: bool = False
    json: bool = False
    code: bool = False
    structure: str | None = None
    layout: str | None = None
    own: Mapping[Expr, str] = {}  # the parts that the text names
    order: tuple[str, ...] = ()  # the names that were declared
    width: int = 0  # columns in which results may be drawn in two dimensions; 0: on lines alone
    ascii: bool = False  # with nothing but ASCII
    digits: int | None = None  # of closed values; a few where nothing is said


class Answer:
    """Lines for stdout, notes for stderr, the results they show, and whether a check disagreed."""

    __slots__ = ("code", "disagreed", "lines", "notes", "results")

    def __init__(self, lines: Sequence[str] = (), notes: Sequence[str] = (), results: Sequence[Found] = ()) -> None:
        self.lines = list(lines)
        self.notes = list(notes)
        self.results = list(results)
        self.disagreed = False
        self.code = 0  # the exit code of an error that is among the lines


class Found(NamedTuple):
    """One result: the expression, how it came about, and whether it holds."""

    wrt: tuple[Expr, ...]
    result: Expr
    derivation: Derivation | None = None
    verdict: Verdict | None = None
    rows: int | None = None  # how many of its axes are those of the function
    label: str = ""  # the variables it is by, where there are several results
    conditions: tuple[Condition, ...] = ()
    about: str | None = None  # a closed value in a few digits
    table: tuple[str, ...] = ()  # of a limit, and behind it what goes where
    holds: bool | None = None  # whether a closed comparison does


def answer(request: Request, text: str) -> Answer:
    """Answer one text. Raises SymdiffError for input that is wrong or not supported."""
    lists = request.kind is None
    given = read_problem([text], request.wrt, request.declarations, strict=request.strict, lists=lists)
    return told(request, text, given)


def told(request: Request, text: str, given: Problem, under: tuple[Condition, ...] = ()) -> Answer:
    """The answer to a text that has been read; `under` these conditions, besides those of its derivatives."""
    results = [_conditioned(_at_point(found, request, given), given, under) for found in _results(request, given)]
    remarks = [remark for found in results if found.derivation for remark in found.derivation.remarks]
    given = given._replace(notices=(*given.notices, *dict.fromkeys(remarks)))
    results = [found._replace(result=_shown(found, given)) for found in results]
    said = Answer(notes=noted(given.assumptions, given.notices), results=results)
    for found in said.results:
        said.disagreed |= found.verdict is not None and found.verdict.ok is False
        if request.json:
            said.lines.append(_as_json(request, text, given, found))
        elif not request.code:
            said.lines += _as_text(request, found)
    if request.code and not request.json:
        from symdiff.show.code_file import joined

        said.lines.append(joined([code_of(request, found) for found in said.results]).rstrip())
    return said


def code_of(request: Request, found: Found) -> str:
    """The source that computes a result, as a function: `f`, or by its name of several."""
    from symdiff.interchange.numpy_file import function, name_of

    return function(found.result, name_of(request.kind, found.label), found.conditions)


def _shown(found: Found, given: Problem) -> Expr:
    """A result with the names it is printed with; a line that no derivative is taken in is worked out, if it fits."""
    found = found._replace(result=_of_numbers(found.result))
    asked = found.derivation is not None or given.request is not None or given.derived
    plain = given._replace(names=given.names._replace(named={}))
    shown: Expr = (given.worked_out() if asked else plain).shown(found.result)
    return shown if asked or fits(shown) else given.shown(found.result)


def _conditioned(found: Found, given: Problem, under: tuple[Condition, ...]) -> Found:
    """A result with its conditions: those of its derivation, of the derivatives inside the text, of what is shown."""
    asked, derivation = given.request, found.derivation
    inside = given.derived
    if asked is not None and derivation is not None:  # the derivation speaks of the one that is asked for
        inside = tuple(one for one in inside if one.operand is not asked.operand)
    own = derivation.conditions if derivation else conditions(found.result) if inside else ()
    whole = (*with_conditions_inside(own, inside), *under)
    return found._replace(conditions=whole, derivation=derivation and derivation._replace(conditions=whole))


def noted(assumptions: Sequence[str], notices: Sequence[str]) -> list[str]:
    """What was assumed and noticed, as the lines that say it."""
    assumed = [f"assuming {', '.join(assumptions)}"] if assumptions else []
    return [*assumed, *(f"note: {notice}" for notice in notices)]


def failure(text: str, error: SymdiffError) -> str:
    """An error as a line of JSON, for those who read results as JSON."""
    told = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
    place = {"line": error.line, "column": error.column}
    return json.dumps({"schema": SCHEMA, "input": text, "error": {**told, **place}}, ensure_ascii=True)


def _results(request: Request, given: Problem) -> list[Found]:
    kind, (f,), wrt = request.kind, given.exprs, given.wrt
    if request.steps:
        request = request._replace(own=given.worked_out().names.named, order=declared(given))
    asked, listed = given.request, False
    if given.given:
        return [_put_in(found, given.given) for found in _results(request, given._replace(given={}))]
    if kind is None and asked is not None and asked.kind not in KINDS and request.check and not request.steps:
        return _checked_in_whole(asked, given)
    if kind is None and asked is not None and asked.given:
        inner = asked._replace(given={})
        return [_put_in(found, asked.given) for found in _results(request, given._replace(request=inner))]
    if kind is None and asked is not None and asked.kind in KINDS:
        kind, f, wrt, listed = asked.kind, asked.operand, asked.wrt, asked.listed
        request = request._replace(structure=asked.structure or request.structure)
    if kind is None:
        if request.steps or request.check:
            raise SymdiffError("this asks for no derivative", hint="write `d/dx …`, or a command such as grad")
        found = [Found(by, e) for by, e in given.listed]
        return _labelled(found) if found else [_worked_out(f, given, request.digits)]
    if kind == "differential":
        wrt = wrt or symbols_of(f)
    if kind == "differential" and len(wrt) != 1:
        return [_differential(request, f, wrt)]
    if (listed or (kind == "hessian" and len(wrt) > 1)) and of_scalars(wrt):
        return [_of_scalars(request, kind, f, wrt)]
    if kind == "diff" and not listed:
        return [_found(request, kind, f, wrt)]
    check_structure(request.structure, wrt)
    if kind == "hessian" and (listed or len(wrt) > 1):
        return _labelled([_found(request, kind, f, (x, y)) for x in wrt for y in wrt])
    found = [_found(request, kind, f, (x,)) for x in wrt]
    return _labelled(found) if listed or len(wrt) > 1 else found


def _at_point(found: Found, request: Request, given: Problem) -> Found:
    """A derivative at a point, where no name is left, as the number or the array that it is."""
    if request.steps or request.code or found.derivation is None or not is_closed(found.result):
        return found
    value = _worked_out(found.result, given, request.digits)
    return found._replace(result=value.result, about=value.about)


def _of_numbers(e: Expr) -> Expr:
    """An expression in which matrices of numbers are worked out: `[2, 5; 5, 8]*x`, not `([1, 2; 3, 4] + …)*x`."""
    order = postorder(e)
    if not any(isinstance(node.attr, Array) for node in order) or is_closed(e):
        return e
    closed: set[Expr] = set()
    for node in order:
        if node.op == "constant" or node.op == "number" or (node.args and closed.issuperset(node.args)):
            closed.add(node)
    whole = {part for node in order if node not in closed for part in node.args if part in closed}
    from symdiff.exact import value

    return substitute(e, {part: value(part) for part in whole if part.shape and part.args and is_closed(part)})


def _worked_out(f: Expr, given: Problem, digits: int | None) -> Found:
    """An expression as it stands; one without names is worked out, with a decimal beside what is none."""
    asked = next((one for one in given.derived if one.stated is not None and one.operand is f), None)
    if asked is not None:
        return _outcome(f, asked, digits)
    if isinstance(f.attr, (int, float)) or not is_closed(f):
        return Found((), f)
    from symdiff.exact import approximately, value

    if f.op == "compare":
        return Found((), f, holds=_holds(f))
    found = value(f)
    if digits is None:
        return Found((), found, about=approximately(found))
    exact = not any(isinstance(node.attr, float) for node in postorder(found))
    return Found((), found, about=approximately(found if exact else f, digits))


def _holds(f: Expr) -> bool | None:
    """Whether a comparison of two closed scalars holds; None where more is asked, or fifty digits do not tell."""
    compared: dict[str, Callable[[Any, Any], bool]] = {
        "<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne
    }  # fmt: skip
    if f.shape or f.attr not in compared:
        return None
    from symdiff.exact import in_digits, value

    difference = value(add(f.args[0], neg(f.args[1])))
    digits = in_digits(difference, 50)
    return compared[f.attr](digits, 0) if difference.op == "number" or abs(digits) > 1e-40 else None


def _outcome(f: Expr, asked: Derived, digits: int | None) -> Found:
    """Solutions, or a limit with its table."""
    from symdiff.exact import approximately

    about = approximately(f, digits or 5) if is_closed(f) and named("oo") not in postorder(f) else None
    if asked.kind != "limit":
        return Found((), f, about=about)
    from symdiff.solving.limits import limit, table

    f_of, x, point = (e for e in asked.by if isinstance(e, Expr))
    return Found((), f, about=about, table=(*table(limit(f_of, x, point)), f"{x} -> {point}: "))


def _checked_in_whole(asked: Asked, given: Problem) -> list[Found]:
    """What is made of a Jacobian or a Hessian (`div`, `jvp` …), with its check behind the last result."""
    from symdiff.oracles import check_each

    found = _labelled([Found(by, e) for by, e in given.listed]) or [Found((), given.exprs[0])]
    moves = directions_of(asked.wrt, asked.directions) if asked.kind in ("jvp", "hvp") else asked.directions
    results = [one.result for one in found]
    verdict = check_each(asked.operand, asked.wrt, results, asked.kind, None, moves, asked.given)
    return [*found[:-1], found[-1]._replace(verdict=verdict)]


def _put_in(found: Found, definitions: Mapping[Expr, Expr]) -> Found:
    """A derivative by a defined name, with its definition in its place."""
    if found.derivation is None:
        return found
    derivation = found.derivation.put_in(definitions)
    return found._replace(result=derivation.result, derivation=derivation)


def _labelled(results: list[Found]) -> list[Found]:
    """Several results, each with the variables it is by."""
    return [found._replace(label=f"by {', '.join(map(str, found.wrt))}: ") for found in results]


def _of_scalars(request: Request, kind: str, f: Expr, wrt: tuple[Expr, ...]) -> Found:
    """The partials by a list of scalars as one array."""
    structure = request.structure if any(map(kind_of, wrt)) else None
    told = derive_each(f, wrt, kind, structure, own=request.own, order=request.order)
    results: Any = told.result
    result: Expr = results if kind == "hessian" else partials(kind, f, results)
    verdict = None
    if request.check:
        parts: dict[tuple[Expr, ...], Expr] = {}
        if kind != "hessian":
            parts = {(x,): part for x, part in zip(wrt, results, strict=True)}
        else:
            parts = {(x, y): index(result, (i, j)) for i, x in enumerate(wrt) for j, y in enumerate(wrt)}
        from symdiff.oracles import together

        verdict = together([_checked(kind, f, by, part, structure) for by, part in parts.items()])
    return Found(wrt, result, told._replace(result=result), verdict, 1 if kind == "hessian" else f.rank)


def _differential(request: Request, f: Expr, wrt: tuple[Expr, ...]) -> Found:
    """The differential by several variables, under the conditions of each."""
    if request.steps:
        raise NotSupported("the steps of a differential are told by one variable", hint="name it with --wrt")
    result = differential(f, *wrt)
    return Found(wrt, result, Derivation(result, None, conditions(f, wrt, 1, [result])))


def _found(request: Request, kind: str, f: Expr, wrt: tuple[Expr, ...]) -> Found:
    """The derivative of f by the last of the variables, with its derivation and check."""
    *before, x = wrt
    turned = kind_in(kind, "numerator" if request.notation == "kron" else request.layout, f, wrt)
    kind = kind if before else turned
    structure = request.structure if any(map(kind_of, wrt)) else None
    derivation = derive(f, x, kind, structure, before, own=request.own, order=request.order)
    verdict = _checked(kind, f, wrt, derivation.result, structure) if request.check else None
    rows = wrt[0].rank if kind == "hessian" else f.rank
    return Found(wrt, derivation.result, derivation, verdict, rows)


def _checked(kind: str, f: Expr, wrt: tuple[Expr, ...], result: Expr, structure: str | None) -> Verdict:
    """What the oracles say of a derivative by the variables in turn."""
    from symdiff.oracles import check

    *before, x = wrt
    structure = structure if kind_of(x) else None
    if before == [x] and not f.shape and (kind == "hessian" or structure is not None):
        return check(f, x, result, "hessian", structure)
    if x in before and structure is not None:
        raise NotSupported("by the structure of one matrix only first derivatives and Hessians are checked")
    kind = "diff" if before else kind
    return check(diff(f, *before, structure=structure) if before else f, x, result, kind, structure)


def _as_text(request: Request, found: Found) -> list[str]:
    show = NOTATIONS[request.notation]
    latex = request.notation == "latex"
    mark = "% " if latex else ""  # what is no part of the formula is a comment in LaTeX
    if found.holds is not None:
        return [str(found.holds).lower()]
    apart = latex or request.steps  # the label has a line of its own
    *lines, label = [mark + line for line in found.table] or [found.label]
    lines += [mark + label.rstrip()] if found.label and apart else []
    if request.steps and found.derivation is not None:
        derivation = found.derivation._replace(detail=request.detail)
        if request.notation == "latex":
            told = derivation.latex()
        else:
            written = derivation.unicode if request.notation == "unicode" else derivation.text
            told = written(request.width or 100)
        lines += [told.rstrip()]
        lines += [show(found)] if request.notation in ("index", "kron") else []
    else:
        about = {"latex": r" \approx "}.get(request.notation, " ≈ ") + found.about if found.about else ""
        label = "" if apart else label.replace("->", "→") if request.notation == "unicode" else label
        lines += _drawn(request, found, label, about) or [label + show(found) + about]
        style = request.notation if request.notation in ("unicode", "latex") else "text"
        where = r"\quad \text{where }" if style == "latex" else "where"
        names = _in_force(found.result) if found.conditions else None
        said = ", ".join(condition_text(c, style, names=names) for c in found.conditions)
        lines += [f"{where} {said}"] if said else []
    if found.verdict is not None:
        lines += [mark + line for line in f"check: {found.verdict}".splitlines()]
    return lines


def _drawn(request: Request, found: Found, before: str, behind: str) -> list[str]:
    """A result in two dimensions, if that is asked for and says more than a line."""
    if not request.width or request.notation not in ("text", "unicode"):
        return []
    from symdiff.show.as_drawing import lines_of

    return lines_of(found.result, request.notation, request.width, request.ascii, before, behind)


def _in_force(result: Expr) -> Names | None:
    """What parts are called in the conditions of a result: as in the result, where that is in parts."""
    parts = result.parts
    if not parts:
        return None
    named = {e.node if isinstance(e, Named) else e: name for name, e in parts}
    return Names(named, frozenset(named.values()), frozenset(named.values()))


def _as_json(request: Request, text: str, given: Problem, found: Found) -> str:
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "input": text,
        "kind": request.kind,
        "wrt": [str(x) for x in found.wrt],
        "result": str(found.result),
        "unicode": found.result.unicode(),
        "latex": found.result.latex(),
        "shape": [d if isinstance(d, int) else str(d) for d in found.result.shape],
        "assumptions": list(given.assumptions),
        "notices": list(given.notices),
    }
    told |= {name: said for name in ("about", "holds") if (said := getattr(found, name)) is not None}
    told |= {"table": list(found.table[:-1])} if found.table else {}
    if found.derivation is not None or found.conditions:
        told["conditions"] = [condition_text(c) for c in found.conditions]
    if request.steps and found.derivation is not None:
        told["steps"] = [
            {
                "rule": step.rule,
                "before": str(step.before),
                "relation": step.relation,
                "after": str(step.after),
                "substeps": [{"rule": s.rule, "before": str(s.before), "after": str(s.after)} for s in step.substeps],
            }
            for step in found.derivation._replace(detail=request.detail).steps
        ]
    if found.verdict is not None:
        told["check"] = {"ok": found.verdict.ok, "evidence": [str(e) for e in found.verdict.evidence]}
    if request.code:
        from symdiff.compiled import compile

        told["source"] = compile(found.result).source
    return json.dumps(told, ensure_ascii=True)
