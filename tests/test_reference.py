"""Help by name: everything there is has an article, whose examples are true, in the shell as in the calculator."""

from __future__ import annotations

import pytest

from symdiff import cli
from symdiff.book import library
from symdiff.calculator import COMMANDS, Session
from symdiff.errors import UnknownNameError
from symdiff.reference import KINDS, NOTATION, article, articles, contents, items, overview
from symdiff.syntax.reading import OPERATIONS


def test_everything_has_an_article() -> None:
    names = {name for one in items() for name in one.names}
    rules = {statement.name for statement in library().statements()}
    options = {name for option in cli.parser().options() for name in option.option_strings}
    for known in (library().names(), OPERATIONS, COMMANDS, cli.COMMANDS, cli.MODULES, rules, options, {"pi", "e", "i"}):
        assert set(known) <= names


def test_articles_say_what_it_is() -> None:
    for one in articles():
        assert one.kind in KINDS
        assert all(one.forms)
        assert one.summary or one.kind == "rule", one.name
        assert one.examples or one.kind not in ("function", NOTATION), one.name
        assert "\n" not in "".join((*one.forms, one.summary, *one.fields.values()))
        assert max(map(len, one.text().splitlines()[len(one.forms) + 1 :]), default=0) <= 98


@pytest.mark.parametrize("one", [one for one in items() if one.kind == NOTATION], ids=lambda one: one.names[0])
def test_examples_of_the_notation_are_true(one) -> None:
    for line, answer in one.make().examples:
        assert str(Session().answer(line).results[0].result) == answer


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("softplus", "d/dx softplus(x) = sigmoid(x)"),
        ("ln", "natural logarithm"),
        ("solve", "real solutions"),
        ("solve", "z of A*z = b"),
        (":steps", "derivation"),
        ("--steps", "show the derivation"),
        ("wrt", "differentiate by these"),
        ("Product  Rule", "d(u*v) = d(u)*v + u*d(v)"),
        ("I", "identity matrix"),
        ("quit()", "leave"),
    ],
)
def test_one_place_tells_shell_and_calculator(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["help", *name.split()]) == 0
    told = capsys.readouterr().out
    assert said in told
    assert Session().answer(f"help {name}").lines == told.rstrip("\n").split("\n")


@pytest.mark.parametrize(
    ("name", "near"),
    [("sotfplus", "softplus"), ("chain", "chain rule"), ("jakobian", "jacobian"), ("--detial", "--detail")],
)
def test_the_nearest_is_proposed(name: str, near: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        article(name)
    assert f"did you mean `{near}`" in str(caught.value.hint)


def test_the_overview_names_all() -> None:
    told = " ".join(overview().split())
    assert all(name in told for subjects in contents().values() for names in subjects.values() for name in names)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--stpes", "d/dx x^2"], "did you mean `--steps`?"),
        (["simplify", "--explian", "x"], "did you mean `--explain`?"),
        (["simplfy", "x + x"], "did you mean `simplify`?"),
        (["grda", "x^2", "--wrt", "x"], "did you mean `grad`?"),
        (["jacobain"], "did you mean `jacobian`?"),
        (["names"], "a command of the calculator"),
        (["help", "nothing like it"], "there is nothing called"),
    ],
)
def test_the_shell_proposes_the_nearest(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(argv) == 2
    assert said in capsys.readouterr().err


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    import symdiff

    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"symdiff {symdiff.__version__}\n"


@pytest.mark.parametrize("argv", [["pi"], ["q"], ["-x^2"], ["verifyx", "--let", "verifyx: scalar"]])
def test_names_stay_expressions(argv: list[str]) -> None:
    assert cli.main(argv) == 0
