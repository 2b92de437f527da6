"""Closed lines of homework have the values that qalc gives them, where it is installed; and are printed exactly."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

import symdiff as sd
from symdiff.evaluation import evaluate as in_floats

# ours, what is printed, qalc's where it is spelled otherwise
LINES = [
    ("1/3 + 1/6", "1/2", ""),
    ("7/8 - 5/12", "11/24", ""),
    ("(2/3)^-3", "27/8", ""),
    ("0.1 + 0.2", "0.3", ""),
    ("1.1*1.1", "1.21", ""),
    ("0.5 + 1/4", "0.75", ""),
    ("-2^2", "-4", ""),
    ("2^3^2", "512", ""),
    ("2^100", "1267650600228229401496703205376", ""),
    ("sqrt(8)", "2*sqrt(2)", ""),
    ("sqrt(12) + sqrt(27)", "5*sqrt(3)", ""),
    ("1/(sqrt(3) - sqrt(2))", "sqrt(2) + sqrt(3)", ""),
    ("((1 + sqrt(5))/2)^2", "(3 + sqrt(5))/2", ""),
    ("(2 + sqrt(3))^3", "26 + 15*sqrt(3)", ""),
    ("(sqrt(2) + sqrt(3))^2", "5 + 2*sqrt(6)", ""),
    ("sqrt(3 + 2*sqrt(2))", "1 + sqrt(2)", ""),
    ("cbrt(-8)", "-2", ""),
    ("8^(2/3)", "4", ""),
    ("sin(pi/6)", "1/2", ""),
    ("cos(pi/12)", "(sqrt(2) + sqrt(6))/4", ""),
    ("tan(pi/12)", "2 - sqrt(3)", ""),
    ("sin(7*pi/12)", "(sqrt(2) + sqrt(6))/4", ""),
    ("csc(5*pi/6)", "2", "1/sin(5*pi/6)"),
    ("cot(pi/3)", "sqrt(3)/3", "1/tan(pi/3)"),
    ("cos(2*pi/5)", "(sqrt(5) - 1)/4", ""),
    ("sin(1)^2 + cos(1)^2", "1", ""),
    ("asin(sqrt(3)/2)", "pi/3", ""),
    ("acos(-sqrt(2)/2)", "3*pi/4", ""),
    ("atan(sqrt(3))", "pi/3", ""),
    ("cos(asin(3/5))", "4/5", ""),
    ("sin(2*asin(3/5))", "24/25", ""),
    ("tan(acos(5/13))", "12/5", ""),
    ("sinh(log(2))", "3/4", "sinh(ln(2))"),
    ("atanh(1/2)", "log(3)/2", ""),
    ("log(e^5)", "5", "ln(e^5)"),
    ("exp(2*log(3))", "9", "exp(2*ln(3))"),
    ("log(8)/log(2)", "3", "ln(8)/ln(2)"),
    ("log(2) + log(3) - log(6)", "0", "ln(2) + ln(3) - ln(6)"),
    ("e^(log(2)/2)", "sqrt(2)", "e^(ln(2)/2)"),
    ("log2(1024)", "10", ""),
    ("log(100, 10)", "2", ""),
    ("ln(sqrt(e))", "1/2", ""),
    ("i^7", "-i", ""),
    ("(1 + 2*i)*(3 - i)", "5 + 5*i", ""),
    ("(1 + i)/(1 - i)", "i", ""),
    ("(1 + i)^10", "32*i", ""),
    ("sqrt(3 + 4*i)", "2 + i", ""),
    ("abs(3 + 4*i)", "5", ""),
    ("arg(1 + i)", "pi/4", ""),
    ("exp(i*pi)", "-1", ""),
    ("e^(i*pi/3)", "1/2 + sqrt(3)*i/2", ""),
    ("10!", "3628800", ""),
    ("20!/18!", "380", ""),
    ("binomial(49, 6)", "13983816", ""),
    ("gcd(12, 18)", "6", ""),
    ("lcm(4, 6)", "12", ""),
    ("mod(-7, 3)", "2", ""),
    ("floor(-7/2)", "-4", ""),
    ("ceil(7/2)", "4", ""),
    ("round(-8/3)", "-3", ""),
    ("sum(k = 1..100, k)", "5050", "sum(x, 1, 100)"),
    ("sum(k = 1..10, 1/k)", "7381/2520", "sum(1/x, 1, 10)"),
    ("prod(k = 1..5, 1 + 1/k)", "6", "product(1 + 1/x, 1, 5)"),
    ("mean([1, 2, 3, 4])", "5/2", "mean(1, 2, 3, 4)"),
    ("std([1, 2, 3, 4])", "sqrt(5)/2", "stdevp(1, 2, 3, 4)"),
    ("[1, 2; 3, 4]*[5, 6; 7, 8]", "[19, 22; 43, 50]", "[1 2; 3 4]*[5 6; 7 8]"),
    ("[1, 2; 3, 4]^3", "[37, 54; 81, 118]", "[1 2; 3 4]^3"),
    ("inv([1, 2; 3, 4])", "[-2, 1; 3/2, -1/2]", "[1 2; 3 4]^-1"),
    ("det([1, 2, 3; 4, 5, 6; 7, 8, 10])", "-3", "det([1 2 3; 4 5 6; 7 8 10])"),
    ("adj([1, 2; 3, 4])", "[4, -2; -3, 1]", "adj([1 2; 3 4])"),
    ("cross([1, 2, 3], [4, 5, 6])", "[-3, 6, -3]", "cross([1 2 3], [4 5 6])"),
    ("norm2([3, 4])", "5", "norm([3 4])"),
    ("rank([1, 2; 2, 4])", "1", "rk([1 2; 2 4])"),
    ("solve([2, 1; 1, 3], [1, 2])", "[1/5, 3/5]", "[2 1; 1 3]^-1*[1; 2]"),
    ("f'(3) where f(x) = x^3 - x", "26", "3*3^2 - 1"),
    ("x^2 + 1/x where x = 3", "28/3", "replace(x^2 + 1/x, x, 3)"),
    ("solve(x^2 + x = 1, x)[1]", "(sqrt(5) - 1)/2", "(sqrt(5) - 1)/2"),
    ("gamma(1/2)", "sqrt(pi)", ""),
    ("pi^2/6", "pi^2/6", "zeta(2)"),
]


@pytest.mark.slow
@pytest.mark.qalc
@pytest.mark.skipif(shutil.which("qalc") is None, reason="qalc is not installed")
def test_closed_lines_have_the_values_of_qalc(tmp_path: Path) -> None:
    assert len(LINES) >= 60
    asked = tmp_path / "lines"
    asked.write_text("\n".join(theirs or ours for ours, _, theirs in LINES), encoding="utf-8")
    settings = [word for option in ("precision 20", "angle radians") for word in ("-s", option)]
    told = subprocess.run(["qalc", "-t", *settings, "-f", str(asked)], capture_output=True, text=True, check=True)
    answers = told.stdout.splitlines()
    assert len(answers) == len(LINES)
    for (ours, printed, _), answer in zip(LINES, answers, strict=True):
        found = sd.evaluate(ours)
        assert str(found) == printed
        assert np.allclose(in_floats(found, {}), entries(answer, found.shape), rtol=1e-12, atol=1e-14), (ours, answer)


def entries(answer: str, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers that qalc prints, complex ones and matrices too."""
    plain = answer.replace("−", "-").replace("≈", "").replace("…", "")
    texts = re.split(r"[;\s]\s*", plain.strip("[] ")) if shape else [re.sub(r"\s", "", plain)]
    return np.array([complex(re.sub(r"(?<![\d.])i", "1i", text).replace("i", "j")) for text in texts if text]).reshape(
        shape
    )
