"""Derivations and results with named parts are accepted as they are printed, and refused where a token is another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest

import symdiff as sd

CASES = [
    ("log(det(H*P*H' + R)) + (y - H*m)'*inv(H*P*H' + R)*(y - H*m)", "P",
     "H: matrix(k, n); P: spd(n); R: spd(k); y: vector(k); m: vector(n)"),
    ("y'*inv(K + s^2*eye(n))*y/2 + logdet(K + s^2*eye(n))/2", "s", "K: spd(n); y: vector(n); s: scalar"),
    ("softmax(W*x)'*y", "W", "W: matrix(m, n); x: vector(n); y: vector(m)"),
    ("exp(-x^2/2)*sin(a*x)/(1 + b*x^2)^2", "x", "x, a, b: scalar"),
    ("norm2(tanh(V*tanh(W*x + b) + c) - y)^2", "W",
     "W: matrix(h, n); V: matrix(m, h); x: vector(n); b: vector(h); c, y: vector(m)"),
    ("sqrt(1 + sin(x)^2)/log(2 + cos(x)^2)", "x", "x: scalar"),
    ("x'*A*x/(x'*B*x)", "x", "A, B: symmetric(n); x: vector(n)"),
    ("tr(inv(X'*X + A)*B)", "X", "X: matrix(m, n); A, B: matrix(n, n)"),
    ("norm2(A*x - b)/norm2(x)", "x", "A: matrix(m, n); x: vector(n); b: vector(m)"),
    ("sigmoid(w'*tanh(V*x) + c)", "V", "w: vector(h); V: matrix(h, n); x: vector(n); c: scalar"),
    ("sum(exp(-(x - mu).^2/(2*s^2)))/s", "s", "x, mu: vector(n); s: positive scalar"),
]  # fmt: skip
OTHERS = {"+": "-", "-": "+", "'": "", "sin": "cos", "exp": "sinh"}
TOKEN = re.compile(r"(?<= )[+-](?= )|(?<![\w\])])\d+(?!\w)|(?<=\w)'(?!\w)|\b(?:sin|exp)\b")


def pages(f: str, wrt: str, declared: str) -> list[str]:
    """A derivation as it is told, and the result with its named parts as a page."""
    told = sd.derive(f, wrt, "grad", declarations=declared).text()
    return [told, f"{declared};  by {wrt}\ngrad({f}, {wrt}) = {sd.grad(f, wrt, declarations=declared)}"]


def mutants(page: str, count: int) -> Iterator[str]:
    """Pages with one token changed on a line that follows from others: not in definitions, which may be anything."""
    lines = page.split("\n")
    places = [
        (k, found)
        for k, line in enumerate(lines)
        for found in TOKEN.finditer(line.split("#")[0])
        if line.lstrip().startswith("=")
    ]
    for k, found in Random(len(page)).sample(places, min(count, len(places))):
        changed = OTHERS.get(found[0]) if found[0] in OTHERS else str(int(found[0]) + 1)
        line = lines[k][: found.start()] + str(changed) + lines[k][found.end() :]
        yield "\n".join([*lines[:k], line, *lines[k + 1 :]])


@pytest.mark.sample(1)
@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_named_parts_are_read_back_and_checked(case: tuple[str, str, str]) -> None:
    for page in pages(*case):
        report = sd.verify(page)
        assert report.ok is True, report
        for mutant in mutants(page, 2):
            assert sd.verify(mutant).ok is not True, mutant
