"""Of a sweep with the mark `sample` a seeded sample of its rows is run every time; the others are slow."""

from __future__ import annotations

from random import Random

import pytest


@pytest.hookimpl(tryfirst=True)  # before `-m` is asked
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    sweeps: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sample"):
            sweeps.setdefault(item.nodeid.partition("[")[0], []).append(item)
    for rows in sweeps.values():
        (count,) = rows[0].get_closest_marker("sample").args
        for item in {*rows}.difference(Random(0).sample(rows, min(count, len(rows)))):
            item.add_marker(pytest.mark.slow)
