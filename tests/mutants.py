"""Mutants: one small fault planted at a time in facts, rules, conditions and oracles; the suite should notice each.

    python tests/mutants.py --count 60 --seed 1 [--jobs 2] [--list]

Each mutant is made in a copy of the checkout and the suite is run with `-x`, the tests of the file's own subject
first. A mutant that lives is printed with its place. Nothing of this runs in the suite itself: it takes half an hour.
"""

from __future__ import annotations

import argparse
import ast
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent

# What is mutated, how many of each hundred mutants, and the tests of its subject.
SUBJECTS: dict[str, tuple[int, list[str], list[str]]] = {
    "facts": (
        25,
        [f"symdiff/algebra/{name}.py" for name in ("fact", "facts", "function_facts", "intervals", "matrix_facts")],
        ["test_intervals.py", "test_facts.py", "test_fact_tables.py", "test_same_facts.py", "test_structure.py"],
    ),
    "rules": (
        30,
        ["grammar/simplify.book", "grammar/calculus.book", "grammar/matrices.book", "grammar/decompositions.book"],
        ["test_domains.py", "test_books.py", "test_rules.py", "test_conditions.py", "test_decompositions.py"],
    ),
    "conditions": (
        20,
        ["symdiff/algebra/conditions.py", "symdiff/algebra/implied.py"],
        ["test_implied.py", "test_conditions.py", "test_book_conditions.py", "test_derivation.py"],
    ),
    "oracles": (
        25,
        [f"symdiff/oracles/{name}.py" for name in "points search settle sizes switches finite verdict".split()],
        ["test_oracles.py", "test_oracle_points.py", "test_check.py", "test_structure.py"],
    ),
}
SECONDS = 1500  # a mutant that makes the suite hang is noticed as well

_COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="}
_AST_COMPARISONS = {ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "=="}
_AST_COMPARISONS |= {ast.Is: "is not", ast.IsNot: "is", ast.In: "not in", ast.NotIn: "in"}


class Mutant(NamedTuple):
    """A text in a file replaced by another."""

    subject: str
    file: str
    start: int
    end: int
    new: str

    def describe(self, text: str) -> str:
        line = text.count("\n", 0, self.start) + 1
        return f"{self.file}:{line}: {text[self.start : self.end]!r} -> {self.new!r}"


def mutants_of(subject: str, file: str) -> list[Mutant]:
    text = (ROOT / file).read_text(encoding="utf-8")
    places = _in_python(text) if file.endswith(".py") else _in_book(text)
    return [Mutant(subject, file, start, end, new) for start, end, new in places]


def _in_python(text: str) -> Iterator[tuple[int, int, str]]:
    """A comparison turned, a sign, a count, a condition dropped or negated, all for any."""
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    raw = text.encode()

    def at(node: ast.AST) -> tuple[int, int]:
        begin = starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        end = starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]
        return len(raw[:begin].decode()), len(raw[:end].decode())

    def whole(node: ast.AST) -> tuple[int, int]:
        """An operand with the brackets that stand around it."""
        begin, end = at(node)
        while (before := text[:begin].rstrip()).endswith("(") and (after := text[end:].lstrip()).startswith(")"):
            begin, end = len(before) - 1, len(text) - len(after) + 1
        return begin, end

    tree = ast.parse(text)
    values = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    numbers = [value for value in values if isinstance(value, ast.Constant | ast.BinOp | ast.Call)]
    named = {part for value in numbers for part in ast.walk(value)}  # how long to search, how much to hold
    for node in ast.walk(tree):
        if node in named:
            continue
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left, right = whole(node.left)[1], whole(node.comparators[0])[0]
            yield left, right, f" {_AST_COMPARISONS[type(node.ops[0])]} "
        elif isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            sign = " - " if isinstance(node.op, ast.Add) else " + "
            yield whole(node.left)[1], whole(node.right)[0], sign
        elif isinstance(node, ast.BoolOp):
            for k, value in enumerate(node.values):
                if k:
                    yield whole(node.values[k - 1])[1], whole(value)[1], ""
                else:
                    yield whole(value)[0], whole(node.values[1])[0], ""
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield at(node)[0], whole(node.operand)[0], ""
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            yield *at(node), str(node.value + 1)
        elif isinstance(node, ast.Name) and node.id in ("all", "any", "min", "max"):
            yield *at(node), {"all": "any", "any": "all", "min": "max", "max": "min"}[node.id]


def _in_book(text: str) -> Iterator[tuple[int, int, str]]:
    """A condition dropped, a comparison turned, a sign or a number of a rule, a differential or a domain changed."""
    field = re.compile(r"^(?:rule .*|law .*|  +(?:d|domain|smooth|adjoint|complex|where) .*)$", re.MULTILINE)
    for line in field.finditer(text):
        body = line.group().split("#")[0].rstrip()
        begin = body.index(": ") + 2 if body.startswith(("rule", "law")) else len(body) - len(body.lstrip())
        offset = line.start()
        for sign in re.finditer(r" ([+-]) (?!0\*)", body[begin:]):  # + 0*X only says which X is meant
            place = offset + begin + sign.start(1)
            yield place, place + 1, "-" if sign.group(1) == "+" else "+"
        for order in re.finditer(r" (<=|>=|==|!=|<|>) ", body[begin:]):
            place = offset + begin + order.start(1)
            yield place, place + len(order.group(1)), _COMPARISONS[order.group(1)]
        for digit in re.finditer(r"(?<![\w.\"])\d(?![\w.\"])", body[begin:]):
            place = offset + begin + digit.start()
            yield place, place + 1, str(int(digit.group()) + 1)
        for condition in re.finditer(r", (?:real|positive|orthogonal|spd|symmetric|invertible)\(\w+\)", body):
            yield offset + condition.start(), offset + condition.end(), ""


def chosen(count: int, seed: int) -> list[Mutant]:
    rng = random.Random(seed)
    found: list[Mutant] = []
    for subject, (share, files, _) in SUBJECTS.items():
        every = [m for file in files for m in mutants_of(subject, file)]
        found += rng.sample(every, min(len(every), round(count * share / 100)))
    return found


class Bench:
    """Copies of the checkout in which mutants are tried, one at a time in each."""

    def __init__(self, place: Path, jobs: int) -> None:
        self.free: Queue[Path] = Queue()
        for k in range(jobs):
            copy = place / f"copy{k}" / "checkout"
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", "__pycache__", ".venv", "*_cache"))
            if (ROOT.parent / "shared").exists():
                (copy.parent / "shared").symlink_to((ROOT.parent / "shared").resolve())
            self.free.put(copy)

    def killed_by(self, mutant: Mutant) -> str | None:
        """The first test that fails, or None: the mutant lives."""
        copy = self.free.get()
        path = copy / mutant.file
        text = path.read_text(encoding="utf-8")
        try:
            path.write_text(text[: mutant.start] + mutant.new + text[mutant.end :], encoding="utf-8")
            first = [f"tests/{t}" for t in SUBJECTS[mutant.subject][2] if (copy / "tests" / t).exists()]
            return self._fails(copy, first) or self._fails(copy, ["tests"])
        finally:
            path.write_text(text, encoding="utf-8")
            self.free.put(copy)

    @staticmethod
    def _fails(copy: Path, tests: list[str]) -> str | None:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]
        environment = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "PATH": _path(), "HOME": str(copy)}
        try:
            run = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return "does not end"
        if run.returncode == 0:
            return None
        lines = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return lines[0][:140] if lines else run.stdout[-200:] + run.stderr[-200:]


def _path() -> str:
    return str(Path(sys.executable).parent) + ":/usr/bin:/bin"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true", help="print the mutants and run nothing")
    options = parser.parse_args()
    mutants = chosen(options.count, options.seed)
    texts = {m.file: (ROOT / m.file).read_text(encoding="utf-8") for m in mutants}
    if options.list:
        print("\n".join(m.describe(texts[m.file]) for m in mutants))
        return
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(options.jobs) as pool:
        bench = Bench(Path(place), options.jobs)
        killed = 0
        for mutant, by in zip(mutants, pool.map(bench.killed_by, mutants), strict=True):
            killed += by is not None
            print(f"{'killed' if by else 'LIVES '} {mutant.describe(texts[mutant.file])}   {by or ''}", flush=True)
        print(f"{killed} of {len(mutants)} killed")


if __name__ == "__main__":
    main()
