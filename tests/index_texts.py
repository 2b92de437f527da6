"""Random texts with indices, rows, windows, ranges and functions, and their values by plain loops."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np

N = 5
DECLARED = "x, y, w: vector(n); z: vector(2*n); A, X: matrix(n, n); s, t: scalar; f: function"
Env = dict[str, int]


def values(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    shapes = {"x": N, "y": N, "w": N, "z": 2 * N, "A": (N, N), "X": (N, N), "s": (), "t": ()}
    return {name: rng.uniform(0.4, 1.6, shape) for name, shape in shapes.items()}


class Text(NamedTuple):
    """A text, its value where indices have values, and what it picks: the length of an axis, and a place on it."""

    text: str
    value: Callable[[Env], Any]
    picks: tuple[tuple[int, Callable[[Env], int]], ...] = ()


class Generator:
    """Texts of one seed, over values of one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.at = values(seed)

    def choose(self, *options: Any) -> Any:
        return self.random.choice(options)

    def place(self, index: str, length: int, said: str) -> tuple[str, Callable[[Env], int]]:
        """A place on an axis of this length: i, i + 1, i - 1, n - 1 - i, 2*i of a longer one."""
        kind = self.choose("2*", "odd", "back") if length == 2 * N else self.choose("", "", "", " + 1", " - 1", "back")
        if kind == "back":
            return f"{said} - 1 - {index}", lambda env: length - 1 - env[index]
        if kind in ("2*", "odd"):
            odd = int(kind == "odd")
            return f"2*{index}{' + 1' * odd}", lambda env: 2 * env[index] + odd
        shift = int(kind.replace(" ", "") or 0)
        return f"{index}{kind}", lambda env: env[index] + shift

    def pick(self, index: str) -> Text:
        """An entry of a vector or a matrix, a row's product, a window."""
        kind = self.choose("x", "y", "z", "x", "diagonal", "column", "window", "row", "norm")
        if kind in ("row", "norm"):
            X, w = self.at["X"], self.at["w"]
            text = f"X[{index}, :]{self.choose(chr(39), '')}*w" if kind == "row" else f"norm2(X[{index}, :] - w)^2"
            value = (lambda r: r @ w) if kind == "row" else (lambda r: np.sum((r - w) ** 2))
            return Text(text, lambda env: value(X[env[index]]), ((N, lambda env: env[index]),))
        if kind == "window":
            x = self.at["x"]
            return Text(f"sum(x[{index}:{index} + 2])", lambda env: np.sum(x[env[index] : env[index] + 2]),
                        ((N - 1, lambda env: env[index]),))  # fmt: skip
        if kind in ("diagonal", "column"):
            text, at = self.place(index, N, "n")
            A = self.at["A"]
            if kind == "column":
                return Text(f"A[{text}, 0]", lambda env: A[at(env), 0], ((N, at),))
            own = (N, lambda env: env[index])
            return Text(f"A[{text}, {index}]", lambda env: A[at(env), env[index]], ((N, at), own))
        length, v = (2 * N, self.at["z"]) if kind == "z" else (N, self.at[kind])
        text, at = self.place(index, length, "2*n" if kind == "z" else "n")
        return Text(f"{kind}[{text}]", lambda env: v[at(env)], ((length, at),))

    def scalar(self, indices: Sequence[str], depth: int) -> Text:
        """A scalar made of entries at these indices, the indices themselves, and scalars."""
        if depth <= 0:
            return self.leaf(indices)
        kind = self.choose("+", "-", "*", "*", "/", "^2", "sin", "exp", "f", "where", "sum")
        a = self.scalar(indices, depth - 1)
        if kind in ("+", "-", "*", "/"):
            b = self.scalar(indices, depth - 1)
            return self.joined(kind, a, b)
        if kind == "where":
            index = indices[-1]
            return Text(f"where({index} < 2, {a.text}, s)",
                        lambda env: a.value(env) if env[index] < 2 else self.at["s"], a.picks)  # fmt: skip
        if kind == "sum" and len(indices) < 3:
            return self.inner_sum(indices, depth - 1)
        made: dict[str, tuple[str, Callable[[Any], Any]]] = {
            "^2": ("({})^2", np.square), "sin": ("sin({})", np.sin), "exp": ("exp(({})/9)", lambda v: np.exp(v / 9)),
            "f": ("f({})", np.tanh), "sum": ("({})", lambda v: v),
        }  # fmt: skip
        form, function = made[kind]
        return Text(form.format(a.text), lambda env: function(a.value(env)), a.picks)

    def joined(self, kind: str, a: Text, b: Text) -> Text:
        picks = a.picks + b.picks
        if kind == "/":
            return Text(f"({a.text})/(2 + ({b.text})^2)", lambda env: a.value(env) / (2 + b.value(env) ** 2), picks)
        function = {"+": np.add, "-": np.subtract, "*": np.multiply}[kind]
        return Text(f"({a.text}) {kind} ({b.text})", lambda env: function(a.value(env), b.value(env)), picks)

    def leaf(self, indices: Sequence[str]) -> Text:
        index = self.choose(*indices)
        kind = self.choose("pick", "pick", "pick", "index", "scalar", "both" if len(indices) > 1 else "pick")
        if kind == "index":
            return Text(index, lambda env: env[index])
        if kind == "scalar":
            return Text("t", lambda env: self.at["t"])
        if kind == "both":
            i, j = indices[:2]
            A = self.at["A"]
            picks = ((N, lambda env: env[i]), (N, lambda env: env[j]))
            return Text(f"A[{i}, {j}]", lambda env: A[env[i], env[j]], picks)
        return self.pick(index)

    def inner_sum(self, indices: Sequence[str], depth: int) -> Text:
        """`sum(j, …)` inside of others, over entries of its own or over a range, perhaps up to an index outside."""
        j, i = "jkl"[len(indices) - 1], indices[-1]
        anchor = Text(f"y[{j}]", lambda env: self.at["y"][env[j]], ((N, lambda env: env[j]),))
        body = self.joined(self.choose("*", "+"), anchor, self.scalar([*indices, j], depth))
        ends = self.choose("", "", f" = 0..{i}", " = 0..1")
        last: Callable[[Env], int] = (lambda env: env[i]) if ends.endswith(i) else (lambda env: 1 if ends else N - 1)

        def value(env: Env) -> Any:
            return sum((body.value({**env, j: k}) for k in whole if k <= last(env)), 0.0)

        whole = reached(body, j)
        stated = ends and not set(range(2)) <= set(whole)
        if not whole or stated or (ends.endswith(i) and (whole[0] != 0)):
            return self.leaf(indices)
        outer = tuple(pick for pick in body.picks if not _is_of(pick, j))
        if ends.endswith(i):
            outer += ((whole[-1] + 1, lambda env: env[i]),)
        return Text(f"sum({j}{ends}, {body.text})", value, outer)


def index_text(seed: int) -> tuple[str, Any, dict[str, Any]]:
    """A text, what it is by plain loops, and the values of its names."""
    made = Generator(seed)
    two = made.random.random() < 0.35
    indices = ["i", "j"] if two else ["i"]
    while True:
        picks = [made.pick(index) for index in indices]
        body = made.joined("*", picks[0], made.scalar(indices, 2))
        body = made.joined("+", body, picks[1]) if two else body
        reach = [
            [k for k in range(2 * N) if all(fits_alone(pick, index, k) for pick in body.picks)] for index in indices
        ]
        if all(len(found) > 1 for found in reach):
            break
    places = [dict(zip(indices, at, strict=True)) for at in product(*reach)]
    grid = np.array([body.value(env) for env in places]).reshape([len(found) for found in reach])
    kind = made.choose("sum", "tensor", "stated", "nested" if two else "tensor")
    if kind == "tensor":
        return f"[{', '.join(indices)}] -> {body.text}", grid, made.at
    if kind == "nested":
        return f"[i] -> [j] -> {body.text}", grid, made.at
    text = body.text
    for index, found in zip(reversed(indices), reversed(reach), strict=True):
        last = made.choose(found[-1], found[0] + 1) if kind == "stated" else found[-1]
        ends = f" = {found[0]}..{last}" if kind == "stated" else ""
        axis = indices.index(index)
        grid = np.take(grid, range(last - found[0] + 1), axis=axis)
        text = f"sum({index}{ends}, {text})"
    return text, np.sum(grid), made.at


def reached(body: Text, index: str) -> list[int]:
    """The values of an index for which all entries are there."""
    return [k for k in range(2 * N) if all(fits_alone(pick, index, k) for pick in body.picks)]


def _is_of(pick: tuple[int, Callable[[Env], int]], index: str) -> bool:
    """Whether a place depends on an index alone."""
    try:
        pick[1]({index: 0})
    except KeyError:
        return False
    return True


def fits_alone(pick: tuple[int, Callable[[Env], int]], index: str, k: int) -> bool:
    """Whether a place is on its axis, or is of another index."""
    length, place = pick
    try:
        return 0 <= place({index: k}) < length
    except KeyError:
        return True


FUNCTIONS = "q, r, g: function; t, k: scalar"
_FORMS = ("({0})*({1})", "({0}) + ({1})", "({0}) - ({1})", "({0})/(2 + ({1})^2)", "({0})^2", "sin({0})", "exp({0}/9)")
_ATOMS = ("q(t)", "q'(t)", "q(t)", "q'(t)", "r(t)", "r'(t)", "t", "k", "2", "g(q(t))")


def text_of_functions(seed: int) -> tuple[str, str]:
    """A scalar made of functions of time and their derivatives, and what it is to be differentiated by."""
    choose = random.Random(seed).choice

    def made(depth: int) -> str:
        if depth == 0:
            return choose(_ATOMS)
        a = made(depth - 1)
        form = choose(
            (
                "({0})*({1})",
                "({0}) + ({1})",
                "({0}) - ({1})",
                "({0})/(2 + ({1})^2)",
                "({0})^2",
                "sin({0})",
                "exp(({0})/9)",
            )
        )
        return form.format(a, made(depth - 1))

    by = choose(("q(t)", "q'(t)"))
    return f"{made(3)} + {by}^2*{choose(_ATOMS)}", by
