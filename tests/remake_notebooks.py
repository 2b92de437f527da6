"""Runs notebooks and stores them with their outputs: `python tests/remake_notebooks.py notebooks/fit.ipynb …`."""

from __future__ import annotations

import sys

import nbclient
import nbformat


def remake(path: str) -> None:
    """What is stored is what is printed and shown: no counts, times or versions."""
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.execution_count = None
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = None
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec, "language_info": {"name": "python"}}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for given in sys.argv[1:]:
        remake(given)
