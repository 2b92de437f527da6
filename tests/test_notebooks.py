"""Every notebook runs from top to bottom, and gives again the outputs that are stored with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
MORE = [pytest.param(path, marks=pytest.mark.slow) for path in NOTEBOOKS[1:]]


@pytest.mark.parametrize("path", [NOTEBOOKS[0], *MORE], ids=lambda path: path.stem)
def test_notebook(path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    if path.stem == "fit":
        pytest.importorskip("sklearn")
    notebook = nbformat.read(path, as_version=4)
    stored = printed(notebook)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    again = printed(notebook)
    assert any(again)
    assert not any(stored) or stored == again


def printed(notebook: Any) -> list[str]:
    """What each cell prints and gives, as text."""
    found = [
        (o.get("text") or o.get("data", {}).get("text/plain", "") for o in c.get("outputs", ())) for c in notebook.cells
    ]
    return ["".join(texts) for texts in found]
