"""How wide mathematics is set: about, from LaTeX, without TeX, in points at ten points."""

from __future__ import annotations

import re

_WORDS = re.compile(r"(\\(?:text|operatorname|mathrm|mathbf|begin|end))\{([^{}]*)\}")
_GROUP = re.compile(r"\{([^{}]*)\}")
_MATRIX = re.compile(
    r"\\begin<bmatrix>((?:(?!\\begin).)*?)\\end<bmatrix>|\\begin<cases>((?:(?!\\begin).)*?)\\end<cases>"
)
_TOKEN = re.compile(r"<([\d.]+)>|(\\[A-Za-z]+)|\\(.)|([\^_])|(\S)")
_RAISED = 0.72
_BRACKETS = 22.0  # round a matrix, with the space before them
_BETWEEN = 10.0  # columns of a matrix

_RELATION, _OPERATION, _WORD = 13.3, 12.2, 4.7
_SIGNS = (
    dict.fromkeys("=<>", _RELATION)
    | dict.fromkeys("+-", _OPERATION)
    | dict.fromkeys("()[]|'", 3.6)
    | {",": 4.4, ";": 4.4, ".": 2.8, "/": 5.0, "&": _BETWEEN, ":": 5.0}
)
_NARROW, _WIDE = frozenset("ijlft"), frozenset("mwABCDEFGHKLMNOPQRSTUVWXYZ")
_COMMANDS = (
    dict.fromkeys(("ge", "le", "ne", "to", "in", "approx"), _RELATION)
    | dict.fromkeys(("odot", "otimes", "cdot", "times", "oslash", "circ"), _OPERATION)
    | dict.fromkeys(("mathrm", "mathbf", "textstyle", "displaystyle"), 0.0)
    | dict.fromkeys(("left", "right"), 4.0)
    | dict.fromkeys(("bigl", "bigr"), 1.5)
    | dict.fromkeys(("top", "infty", "partial", "ell"), 7.0)
    | {"quad": 10.0, "qquad": 20.0, "sqrt": 8.5, "frac": 3.0, "nabla": 10.0, "sum": 14.0, "lVert": 5.0, "rVert": 5.0}
    | dict.fromkeys(("lvert", "rvert"), 2.8)
)
_FUNCTIONS = re.compile(r"a?r?c?(sin|cos|tan|cot|sec|csc)h?|log|ln|exp|det|max|min|tr")


def points(latex: str) -> float:
    """About how wide something in LaTeX is set."""
    latex = _WORDS.sub(_worded, latex)
    before = ""
    while before != latex:
        before = latex
        latex = _GROUP.sub(lambda found: f"<{_flat(found[1]):.1f}>", latex)
        latex = _MATRIX.sub(_matrix, latex)
    return _flat(latex)


def _worded(found: re.Match[str]) -> str:
    command, words = found.groups()
    if command in (r"\begin", r"\end"):
        return f"{command}<{words}>"
    around = 2.5 if command == r"\operatorname" else 0.0
    return f"<{around + sum(3.3 if sign == ' ' else 2.8 if sign in 'filjt,;:.' else 5.1 for sign in words):.1f}>"


def _matrix(found: re.Match[str]) -> str:
    rows = [row.split("&") for row in (found[1] or found[2] or "").split(r"\\")]
    columns = max(map(len, rows))
    widths = [max((_flat(row[k]) for row in rows if k < len(row)), default=0.0) for k in range(columns)]
    return f"<{sum(widths) + _BETWEEN * (columns - 1) + _BRACKETS:.1f}>"


def _flat(latex: str) -> float:
    """How wide it is where all groups in it are measured."""
    latex = re.sub(r"\\frac<([\d.]+)><([\d.]+)>", lambda found: f"<{max(map(float, found.groups())) + 2.4:.1f}>", latex)
    width, scale = 0.0, 1.0
    for found in _TOKEN.finditer(latex):
        if found[4]:
            scale = _RAISED
            continue
        width += scale * _token(found)
        scale = 1.0
    return width


def _token(found: re.Match[str]) -> float:
    measured, command, spaced, _, sign = found.groups()
    if measured:
        return float(measured)
    if command:
        name = command[1:]
        return _COMMANDS.get(name, _WORD * len(name) + 1.7 if _FUNCTIONS.fullmatch(name) else 5.7)
    if spaced:
        return {",": 1.7, ";": 2.8, " ": 3.3}.get(spaced, 5.0)
    return _SIGNS.get(sign, 4.0 if sign in _NARROW else 7.8 if sign in _WIDE else 5.3)
