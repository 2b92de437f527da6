"""Expressions in other notations and back: what comes back is what was given, and no text makes anything else."""

from __future__ import annotations

import json
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from strategies import Maker

import symdiff as sd

# -- JSON


def test_json_gives_random_expressions_back() -> None:
    for seed in range(150):
        e = Maker(Random(seed), formal=True).any(4)
        assert sd.from_json(sd.to_json(e)) is e


@pytest.mark.parametrize("value", [10**900 + 1, Fraction(-1, 3), 0.1, -0.0, 1e300, float("inf"), float("-inf"), 5e-324])
def test_json_numbers_are_exact(value: Any) -> None:
    e = sd.scalar("x") + sd.algebra.number(value)
    assert sd.from_json(sd.to_json(e)) is e


def test_json_keeps_the_names_of_parts() -> None:
    sizes = {"H": "matrix(m, n)", "P": "matrix(n, n)", "R": "matrix(m, m)"}
    result = sd.hessian("S := H*P*H' + R; logdet(S) + tr(S*S)", "P", **sizes)
    again = sd.from_json(sd.to_json(result))
    assert str(again) == str(result) and "S = " in str(result)
    assert "where" not in str(
        sd.from_json(sd.to_json(sd.hessian("S := H*P*H' + R; logdet(S)", "P", named=False, **sizes)))
    )


def test_json_of_deep_expressions() -> None:
    x = e = sd.scalar("x")
    for k in range(10_000):
        e = e * e + 1 if k % 2 else e * x
    assert sd.from_json(sd.to_json(e)) is e


X, V = {"op": "symbol", "name": "x"}, {"op": "symbol", "name": "v", "shape": ["n"]}
M, P = {"op": "symbol", "name": "A", "shape": ["m", "n"]}, {"op": "symbol", "name": "p", "shape": [3]}
ONE, NINE, LARGE = ({"op": "number", "value": text} for text in ("1", "9", "9" * 90))


def index(item: Any) -> dict[str, Any]:
    return {"op": "index", "items": [item], "args": [0]}


HOSTILE: list[list[Any]] = [
    [], [1], [{"op": "eval"}], [{}], [{**X, "op": 1}], [{**X, "foo": 1}], [{"op": "symbol", "name": "os.system()"}],
    [{**V, "shape": "n"}], [{**V, "shape": [-1]}], [{**V, "shape": [True]}], [{**V, "shape": ["9^9^9"]}],
    [{**V, "shape": ["(" * 3000]}], [{**V, "shape": [1] * 65}], [{**X, "properties": ["evil"]}],
    [{**X, "properties": ["freed"]}], [{**M, "properties": ["spd"]}], [{**V, "properties": ["dimension"]}],
    [{**X, "properties": ["complex", "positive"]}], [{"op": "number", "value": 1}],
    *([{"op": "number", "value": text}] for text in ("9" * 2000, "9" * 5000, "1/0", "0x" + "f" * 9999, "1_0", " 1", "",
                                                     "1+2j", "__import__", "1e5e5", "0x")),
    [X, {"op": "add", "args": [0, 1]}], [X, {"op": "add", "args": [0, 2]}, V], [X, {"op": "add", "args": [0, -1]}],
    [X, {"op": "add", "args": [0, True]}], [X, {"op": "add", "args": [0]}], [X, V, {"op": "add", "args": [0, 1]}],
    [X, {"op": "add", "args": 0}], [NINE, LARGE, ONE, {"op": "mul", "args": [2, 0, 1]}],
    [ONE, X, {"op": "mul", "args": [0, 1]}], [ONE, V, {"op": "mul", "args": [0, 1, 0]}],
    [ONE, M, {"op": "einsum", "args": [0, 1], "labels": [[0, 0], [0]]}],
    [ONE, M, {"op": "einsum", "args": [0, 1], "labels": [[0, 1], [2]]}],
    [ONE, M, {"op": "einsum", "args": [0, 1], "labels": [[0, 1], [0, 0]]}],
    [ONE, M, {"op": "einsum", "args": [0, 1], "labels": [[0, "j"], [0]]}],
    [ONE, M, {"op": "einsum", "args": [0, 1], "labels": [[0, 1]]}], [V, M, {"op": "einsum", "args": [0, 1]}],
    [X, {"op": "map", "name": "evil", "args": [0]}], [V, {"op": "map", "name": "sum", "args": [0]}],
    [X, {"op": "map", "name": "sin", "args": [0, 0]}], [M, {"op": "call", "name": "det", "args": [0], "keywords": {}}],
    [X, {"op": "call", "name": "sin", "args": [0], "keywords": {}}],
    *([M, {"op": "call", "name": "norm2", "args": [0], "keywords": words}]
      for words in ({"axis": [5]}, {"axis": "x"}, {"axis": [[0]]}, {"keepdims": True}, {"ord": 3}, [], None)),
    *([M, {"op": "reduce", "kind": kind, "axes": axes, "args": [0]}]
      for kind, axes in (("max", [0, 0]), ("max", [2]), ("sum", [0]), ("max", []), ("max", 0))),
    [M, {"op": "scan", "kind": "cumsum", "axis": 2, "reverse": False, "args": [0]}],
    [M, {"op": "scan", "kind": "cumsum", "axis": 1, "reverse": 0, "args": [0]}],
    [X, V, {"op": "compare", "relation": "<", "args": [0, 1]}],
    [X, {"op": "compare", "relation": "is", "args": [0, 0]}],
    [V, index(-1)], [V, index("m +")], [V, index(None)], [P, index(3)], [V, {"op": "index", "items": [], "args": [0]}],
    *([P, index({"start": start, "stop": stop, "step": step})]
      for start, stop, step in ((0, 3, 0), (0, 5, 1), (5, 2, -1), (-1, 2, 1), (0, "n", 2.5))),
    [X, {"op": "join", "kind": "concat", "axis": 0, "args": [0, 0]}], [{"op": "join", "kind": "stack", "axis": 0}],
    [X, V, {"op": "join", "kind": "stack", "axis": 0, "args": [0, 1]}],
    [M, {"op": "reshape", "shape": ["n"], "order": "C", "args": [0]}],
    [M, {"op": "reshape", "shape": ["m*n"], "order": "A", "args": [0]}],
    [X, {"op": "derivative", "function": "f", "arguments": [["n"]], "args": [0]}],
    [X, {"op": "derivative", "function": "f", "arguments": [], "args": []}],
    [X, {"op": "derivative", "function": "f", "arguments": [[]], "by": [1], "args": [0]}],
    [ONE, X, {"op": "differential", "by": 0, "args": [1]}], [X, V, {"op": "differential", "by": 1, "args": [0]}],
    [V, {**V, "shape": []}, ONE, {"op": "einsum", "args": [1, 0], "labels": [[0], [0]]}],
    [{"op": "constant", "name": "eye", "shape": [2, 3]}], [{"op": "constant", "name": "pi", "shape": [2]}],
    *([{"op": "constant", "shape": [2], "entries": entries}]
      for entries in (["1"], ["1", 2], ["1/2", "2"], ["1", "x"], "12")),
    [{"op": "constant", "shape": [], "entries": ["2"]}],
]  # fmt: skip


@pytest.mark.parametrize("nodes", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_nodes_are_errors(nodes: list[Any]) -> None:
    with pytest.raises(sd.SymdiffError):
        sd.from_json(json.dumps({"format": "symdiff expression", "schema": 1, "nodes": nodes}))


GOOD = sd.to_json("x^2")


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "{}", "[" * 200_000, '{"a":' * 200_000, b"\xff\xfe\x00", 3, None, GOOD[:-1], GOOD + GOOD,
     GOOD.replace("1,", "2,", 1), GOOD.replace('"schema": 1', '"schema": true'), GOOD.replace("symdiff", "sympy", 1),
     GOOD.replace('"schema": 1', '"schema": 1, "schema": 1'), GOOD.replace('"2"', "NaN"),
     GOOD.replace('"2"', "9" * 5000),
     *(GOOD[:-1] + f', "names": {names}}}' for names in ('{"named": {"S": 9}}', '{"named": {"S;": 0}}',
                                                        '{"in_force": [3]}',
                                                        '{"parts": 1}', '{"other": 1}', "[]")),
     GOOD[:-1] + ', "more": 1}'],
)  # fmt: skip
def test_hostile_texts_are_errors(text: Any) -> None:
    with pytest.raises(sd.SymdiffError):
        sd.from_json(text)
