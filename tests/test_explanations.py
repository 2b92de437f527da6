"""What is said of rules: every one is explained, its number agrees, its example is true, the page reads well."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import symdiff as sd
from symdiff.book import library
from symdiff.explanations import FIELDS, _shipped
from symdiff.resources import read_data

GOLDEN = Path(__file__).parent / "golden" / "explanations.txt"
PAGES = ["product rule", "chain rule", "transpose of a product", "inverse rule", "derivative of sin", "logdet",
         "Woodbury identity"]  # fmt: skip
ABOUTS = [block.name for block in _shipped()]
NAMES = "x: scalar; A, B, X: matrix(n, n)"


def page() -> str:
    return "\n\n".join(sd.explain(name).text() for name in PAGES) + "\n"


def test_pages_are_golden() -> None:
    assert page() == GOLDEN.read_text(encoding="utf-8")
    assert max(map(len, page().splitlines())) <= 98


def numbers(said: str) -> tuple[float, float] | None:
    found = re.search(r"= (-?[\d.e-]+); the rule says (-?[\d.e-]+)", said)
    return found and (float(found[1]), float(found[2]))


@pytest.mark.parametrize("name", [*ABOUTS, *library().functions(), *(one.name for one in library().statements())])
def test_every_rule_is_explained(name: str) -> None:
    told = sd.explain(name)
    assert told.statement
    assert list(told.fields) == [field for field in FIELDS if field in told.fields]
    if (found := numbers(told.fields.get("number", ""))) is not None and name != "round":  # which steps at 0.5
        change, rule = found
        assert change == pytest.approx(rule, rel=0.1, abs=1e-3)


@pytest.mark.parametrize("name", ABOUTS)
def test_a_rule_that_learners_ask_for_says_why(name: str) -> None:
    told = sd.explain(name)
    assert {"reads", "holds", "because", "source"} <= told.fields.keys()
    assert told.fields.get("number") or name == "constant rule"
    for other in told.fields["see"].split(", "):
        assert sd.explain(other).rule == other
    if (example := told.fields.get("example")) is not None:
        report = sd.verify(f"{NAMES}; by x, X\n{example}")
        assert [line.ok for line in report.lines if line.kind != "declaration"] == [True], report


def test_steps_are_explained_with_what_stands_there() -> None:
    told = sd.derive("x^x*sin(x^2)", "x", declarations="x: scalar")
    for k, step in enumerate(told.steps, 1):
        explanation = told.explain(k)
        assert explanation.fields["here"].startswith(f"{step.before} = "), step
        assert told.hint(k).splitlines() == [step.rule]
        assert told.hint(k, 3).splitlines()[-1].startswith("= ")
    for k in (0, len(told.steps) + 1, "1"):
        with pytest.raises(sd.SymdiffError, match="there is no step"):
            told.explain(k)  # type: ignore[arg-type]


def test_each_name_is_of_one_rule() -> None:
    text = read_data("explanations.txt")
    names = re.findall(r"^about (.*)", text, re.M) + [
        name.strip() for also in re.findall(r"^  also +(.*)", text, re.M) for name in also.split(",")
    ]
    assert len(names) == len({name.casefold() for name in names})


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ("Product  Rule", "product rule"),
        ("chain rule, inside x^2", "chain rule"),
        ("power rule, n = 3", "power rule"),
        ("read off: df = g'*dx", "read off"),
        ("Jacobi's formula", "determinant rule"),
        ("insert dr; transpose of a product", "insert"),
        ("r = A*x - b", "insert"),
        ("factor out X", "factor out"),
        ("product rule; dr'*r = r'*dr, a scalar is its own transpose", "product rule"),
        ("sin", "derivative of sin"),
        ("arcsin", "derivative of asin"),
        ("woodbury identity", "Woodbury identity"),
    ],
)
def test_how_rules_are_asked_for(asked: str, rule: str) -> None:
    assert sd.explain(asked).rule == rule


def test_what_is_not_known() -> None:
    with pytest.raises(sd.UnknownNameError, match=r"no rule is called 'prodct rule'\nhint: .*product rule"):
        sd.explain("prodct rule")
    with pytest.raises(sd.SymdiffError, match="by its name"):
        sd.explain(3)  # type: ignore[arg-type]


def test_books_of_users_explain_their_rules(tmp_path: Path) -> None:
    path = tmp_path / "mine.book"
    path.write_text(
        "rule half angle: sin(u)^2 -> (1 - cos(2*u))/2\nabout half angle\n  says   sin(u)^2 = (1 - cos(2*u))/2\n"
        "  reads  a square of a sine by the double angle\n",
        encoding="utf-8",
    )
    with sd.load_book(path):
        told = sd.explain("half angle")
    assert told.fields["reads"].startswith("a square")
    assert told.statement == "sin(u)^2 = (1 - cos(2*u))/2"
    assert "both sides are 0.826822" in told.fields["number"]
