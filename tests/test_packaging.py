"""What the distributions carry, and that the books are found in an installed package as in a checkout."""

from __future__ import annotations

import email
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import symdiff as sd
from symdiff import distribution

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


# The name: `symdiff` on the public index is another product


def _named(requirement: str) -> str:
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match
    return match[0]


def test_the_distribution_and_its_extras_name_no_other_product(dist: Path) -> None:
    (wheel,) = dist.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (path,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = email.message_from_bytes(archive.read(path))
    assert metadata["Name"] == distribution.NAME == sd.__distribution__
    required = {_named(line) for line in metadata.get_all("Requires-Dist", [])}
    assert distribution.ANOTHER not in required
    extras = set(metadata.get_all("Provides-Extra", []))
    assert {"scipy", "test"} <= extras
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = [line for lines in project["optional-dependencies"].values() for line in lines]
    assert {_named(line) for line in listed if "symdiff" in line} == {distribution.NAME}


def test_hints_name_the_distribution_and_an_extra_that_it_has() -> None:
    hint = sd.MissingExtra("SciPy is needed", "scipy").hint
    assert hint == f"pip install '{distribution.name()}[scipy]'"
    assert distribution.name() != distribution.ANOTHER
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    texts = [*(ROOT / "symdiff").rglob("*.py"), ROOT / "README.md", ROOT / "CHANGELOG.md"]
    for path in texts:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"pip (install|download)[^\n]*\bsymdiff(?!-engine)\b", text), path
        assert all(extra in extras for extra in re.findall(r'MissingExtra\([^)]*"(\w+)"\)', text)), path


def _copy(place: Path) -> Path:
    """The package alone, as it would lie in a folder of packages."""
    shutil.copytree(ROOT / "symdiff", place / "symdiff", ignore=shutil.ignore_patterns("__pycache__"))
    return place / "symdiff"


@pytest.mark.parametrize(
    ("overwritten", "imported"), [("__init__", "symdiff.cli"), ("expr", "symdiff"), ("errors", "symdiff")]
)
def test_files_of_another_product_in_the_package_are_told(tmp_path: Path, overwritten: str, imported: str) -> None:
    (_copy(tmp_path) / f"{overwritten}.py").write_text("__version__ = '9.9'\n", encoding="utf-8")
    run = [sys.executable, "-S", "-c", f"import {imported}"]
    done = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    said = done.stderr.splitlines()[-1]
    assert done.returncode and said.startswith("ImportError") and "another product" in said
    assert distribution.NAME in said
