"""Identities, and mutants of them: one token changed, with what numbers say of the result by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import symdiff as sd
from symdiff.expr import Expr
from symdiff.inputs import read_problem

FILE = Path(__file__).with_name("identities.txt")
SIZES = ({"n": 3, "m": 2, "k": 2}, {"n": 2, "m": 3, "k": 1})
STRUCTURES = {
    "spd": lambda a: a @ a.T + np.eye(len(a)),
    "symmetric": lambda a: a + a.T,
    "skew": lambda a: a - a.T,
    "lower": np.tril,
    "orthogonal": lambda a: _orthogonal(a),
}


class Identity(NamedTuple):
    """An equation with the declarations and what is given."""

    section: str
    text: str
    given: tuple[str, ...]
    declarations: str

    def __str__(self) -> str:
        return self.text


def identities() -> list[Identity]:
    """The lines of the file."""
    found, section, declared = [], "", ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("section "):
            section = line.removeprefix("section ")
        elif line.startswith("let"):
            declared = line.removeprefix("let").strip()
        elif line and not line.startswith("#"):
            text, _, given = line.partition(";;")
            found.append(
                Identity(section, text.strip(), tuple(filter(None, map(str.strip, given.split(",")))), declared)
            )
    return found


def verdict(identity: Identity) -> sd.Verdict:
    return sd.equal(identity.text, given=list(identity.given), declarations=identity.declarations or "t: scalar")


_TOKEN = re.compile(r"[A-Za-z]\w*(?=\()|[A-Za-z]\w*|\d+(?:\.\d+)?|\.\*|\./|[-+*/^']")
_OTHERS = {
    "+": ["-"], "-": ["+"], "*": ["+", "/"], "/": ["*"], "^": ["*"], "'": [""], ".*": ["+"], "./": [".*"],
    "sin": ["cos"], "cos": ["sin"], "tan": ["sin"], "sinh": ["cosh"], "cosh": ["sinh"], "tanh": ["sinh"],
    "exp": ["cosh"], "log": ["sqrt"], "sqrt": ["abs"], "abs": [""], "asin": ["atan"], "atan": ["asin"],
    "acos": ["asin"],    "inv": [""], "det": ["tr"], "tr": ["det"], "max": ["min"], "min": ["max"], "sum": ["mean"],
}  # fmt: skip


def mutants(identity: Identity) -> Iterator[Identity]:
    """The identity with one token changed, in every way that reads."""
    names = sorted(set(re.findall(r"(?<![A-Za-z])[A-Za-z](?![A-Za-z(])", identity.text)) - set("einm"))
    for match in _TOKEN.finditer(identity.text):
        token = match[0]
        others = list(_OTHERS.get(token, ()))
        if token.isdigit():
            others = [str(int(token) + 1)]
        elif token in names and len(names) > 1:
            others = [names[(names.index(token) + 1) % len(names)]]
        for other in others:
            text = identity.text[: match.start()] + other + identity.text[match.end() :]
            mutant = identity._replace(text=text)
            try:
                left, right = sides(mutant)
            except sd.SymdiffError:
                continue
            if left.shape == right.shape:
                yield mutant


def sides(identity: Identity) -> tuple[Expr, Expr]:
    """Both sides, read over one table of names; letters that are called are functions."""
    left, right = identity.text.split(" = ")
    declared = identity.declarations or "t: scalar"
    declared += "".join(f"; {name}: function" for name in "fg" if re.search(rf"\b{name}'?\(", identity.text))
    return read_problem([left, right], (), declared).exprs


def differs(identity: Identity, points: int = 25) -> bool | None:
    """Whether the sides differ at random points, by evaluation alone: None where neither shows."""
    left, right = sides(identity)
    rng = np.random.default_rng(3)
    met = 0
    for k in range(points):
        values, lengths = {}, SIZES[k % 3 // 2]
        for s in {s.attr.name: s for s in (*left.symbols, *right.symbols)}.values():
            shape = tuple(d if isinstance(d, int) else lengths[str(d)] for d in s.shape)
            value = rng.uniform(0.2, 2.2, shape) * (rng.choice([-1, 1], shape) if k % 2 else 1)
            for word in s.properties & STRUCTURES.keys():
                value = STRUCTURES[word](value)
            values[s.attr.name] = np.round(value) if f"{s.attr.name} is integer" in identity.given else value
        if not _holds(identity, values):
            continue
        with np.errstate(all="ignore"):
            sizes = {name: size for name, size in lengths.items() if name not in values}
            try:
                a, b = (
                    np.asarray(left(values, **_needed(left, sizes))),
                    np.asarray(right(values, **_needed(right, sizes))),
                )
            except (np.linalg.LinAlgError, sd.SymdiffError):  # singular
                continue
        if np.all(np.isfinite(a)) and np.all(np.isfinite(b)) and max(np.max(np.abs(a)), np.max(np.abs(b))) < 1e9:
            met += 1
            if np.max(np.abs(a - b)) > 1e-6 * max(1, np.max(np.abs(a)), np.max(np.abs(b))):
                return True
    return False if met > 3 else None


def _orthogonal(a: np.ndarray) -> np.ndarray:
    q, r = np.linalg.qr(a)
    return q * np.sign(np.diag(r))


def _needed(e: Expr, sizes: dict[str, int]) -> dict[str, int]:
    shown = " ".join(str(d) for s in e.symbols for d in s.shape)
    return {name: size for name, size in sizes.items() if name in str(e) and name not in shown}


def _holds(identity: Identity, values: dict[str, np.ndarray]) -> bool:
    for given in identity.given:
        if "is" in given.split():
            continue
        condition = sd.parse(given)
        names = {s.attr.name for s in condition.symbols}
        if not np.all(condition({name: values.get(name, np.array(1.0)) for name in names})):
            return False
    return True
