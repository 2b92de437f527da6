"""The site builds without a warning, and has an entry for every function and rule of the books."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from documentation import ROOT

from symdiff.book import library

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not (ROOT / "docs").exists(), reason="needs a checkout")]


def test_site_builds_without_warnings(tmp_path: Path) -> None:
    pytest.importorskip("furo", reason="needs the extra docs")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "docs", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr[-3000:]
    functions = (tmp_path / "reference/functions.html").read_text(encoding="utf-8")
    missing = [name for name in library().functions() if f">{name}<" not in functions]
    assert not missing
