"""What symdiff is called where it is installed from, and whether the package met is symdiff at all.

The distribution is `symdiff-engine`: on the public index `symdiff` is another product, which has the same import name.
Installed into one folder, the two overwrite each other's files.
"""

from __future__ import annotations

import sys

NAME = "symdiff-engine"
ANOTHER = "symdiff"  # the distribution that is another product

if getattr(sys.modules.get("symdiff"), "__distribution__", None) != NAME:  # set by our own __init__ before all else
    raise ImportError(
        "the package `symdiff` that is imported here is another product of the same import name, among whose files "
        f"are some of {NAME}: install {NAME} in an environment of its own, without the distribution {ANOTHER!r}"
    )


def name() -> str:
    """The name to install by, as the installed metadata say it; that of the project where it is not installed."""
    from importlib.metadata import entry_points

    for script in entry_points(group="console_scripts", name="symdiff"):
        if script.value == "symdiff.cli:main" and script.dist is not None and script.dist.name != ANOTHER:
            return script.dist.name
    return NAME
