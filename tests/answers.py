"""The answers of the open cases in numbers: functions that only answers use are NumPy here, not symdiff."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import scipy.linalg

from symdiff.book import library, use_library
from symdiff.evaluation import Array, Point
from symdiff.expr import Expr, postorder
from symdiff.inputs import problem

# Of what kinds the functions are. Names that the books have meanwhile are read as theirs.
BOOK = """
fn usv(P: matrix(m, n)) -> matrix(m, n)
fn u1(P: matrix(m, n)) -> vector(m)
fn v1(P: matrix(m, n)) -> vector(n)
fn lmax(S: matrix(n, n)) -> scalar
fn emax(S: matrix(n, n)) -> vector(n)
fn lyap(R: matrix(n, n), Q: matrix(n, n)) -> matrix(n, n)
fn frechet(X: matrix(n, n), E: matrix(n, n)) -> matrix(n, n)
fn tril_half(X: matrix(n, n)) -> matrix(n, n)
fn chol(S: matrix(n, n)) -> matrix(n, n)
fn onehotmax(x: array) -> like x
fn step(x) elementwise
"""
_ENTRY = re.compile(r"^fn (\w+)", re.MULTILINE)


def _usv(P: Array) -> Array:
    left, _, right = np.linalg.svd(P, full_matrices=False)
    return np.asarray(left @ right)


def _half(X: Array) -> Array:
    return np.tril(X, -1) + np.diag(np.diag(X)) / 2


def _one_hot(x: Array) -> Array:
    return (x == np.max(x)).astype(float)


NUMBERS: dict[str, Callable[..., Any]] = {
    "usv": _usv,
    "u1": lambda P: np.linalg.svd(P)[0][:, 0],
    "v1": lambda P: np.linalg.svd(P)[2][0],
    "lmax": lambda S: np.linalg.eigvalsh(S)[-1],
    "emax": lambda S: np.linalg.eigh(S)[1][:, -1],
    "lyap": scipy.linalg.solve_continuous_lyapunov,
    "frechet": lambda X, E: scipy.linalg.expm_frechet(X, E, compute_expm=False),
    "tril_half": _half,
    "chol": np.linalg.cholesky,
    "onehotmax": _one_hot,
    "step": lambda x: (x > 0).astype(float),
}


@contextmanager
def answer_functions() -> Iterator[None]:
    """Within it answers are read: with the functions that no book has."""
    blocks = [line for line in BOOK.strip().splitlines() if _ENTRY.findall(line)[0] not in library().names()]
    with use_library(library().with_text("\n".join(blocks), "answers")):
        yield


def read_answer(text: str, declarations: str) -> Expr:
    """An answer as an expression; `T(m, n)` is the commutation matrix."""
    with answer_functions():
        return problem([re.sub(r"\bT\(", "commutation(", text)], [], declarations).exprs[0]


def value(answer: Expr, point: Point) -> Array:
    """The answer's value: the functions of this module are NumPy's, the rest is the slow evaluator's."""
    for node in filter(is_of_answers, postorder(answer)):
        known = np.asarray(NUMBERS[_name(node)](*(point.value(arg) for arg in node.args)))
        point = replace(point, frozen={**point.frozen, node: known})
    return point.value(answer)


def is_of_answers(node: Expr) -> bool:
    """Whether a node is a function of this module."""
    return _name(node) in NUMBERS


def _name(node: Expr) -> str:
    return str(node.attr if node.op == "map" else node.attr[0] if node.op == "call" else "")
