"""The site: `sphinx-build -W docs site`. Its reference is written from the books by `reference_pages.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import copytree

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from reference_pages import write_pages  # noqa: E402

import symdiff  # noqa: E402

write_pages(HERE / "reference")
copytree(HERE.parent / "notebooks", HERE / "notebooks", dirs_exist_ok=True)

project = "symdiff"
author = "the symdiff authors"
copyright = "2026, the symdiff authors"
version = release = symdiff.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks are stored with their outputs, and a test runs them again
exclude_patterns: list[str] = []
suppress_warnings = ["misc.highlighting_failure"]  # of mathematics shown in a shell
default_role = "code"

html_theme = "furo"
html_title = f"symdiff {release}"
html_show_sourcelink = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
python_use_unqualified_type_names = True
