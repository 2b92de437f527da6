"""What the distributions carry, and that the books are found in an installed package as in a checkout."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GRAMMAR = sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "grammar").rglob("*") if p.is_file())

pytestmark = pytest.mark.skipif(not (ROOT / "pyproject.toml").exists(), reason="needs a checkout")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheel and sdist, built without a network from the build backend installed here."""
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--no-isolation", "--sdist", "--wheel"]
    subprocess.run([*build, "--outdir", str(out), str(ROOT)], check=True, capture_output=True)
    return out


def test_the_wheel_carries_the_grammar_the_types_and_the_licence(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"symdiff/{name}" for name in GRAMMAR} <= names
    assert "symdiff/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith("tests/") for name in names)


def test_the_sdist_carries_what_it_takes_to_build_and_test(dist: Path) -> None:
    (sdist,) = dist.glob("*.tar.gz")
    names = {name.partition("/")[2] for name in tarfile.open(sdist).getnames()}
    assert {*GRAMMAR, "pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "symdiff/py.typed"} <= names
    assert "tests/test_packaging.py" in names


def test_the_wheel_works_from_anywhere_without_the_checkout(dist: Path, tmp_path: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import symdiff as sd; "
        f"assert sd.__file__.startswith({str(tmp_path)!r}); print(sd.grad(\"x'*A*x\", 'x', "
        "declarations='x: vector(n); A: matrix(n, n)'))"
    )
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "(A + A')*x\n"
