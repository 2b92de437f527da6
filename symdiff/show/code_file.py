"""Functions in Python's source as one file: what they import and use once, each under its own name."""

from __future__ import annotations

import re
from collections.abc import Sequence


def joined(sources: Sequence[str]) -> str:
    """Sources as one; of two functions with one name the second is called `f_2`, and so for constants."""
    imports: dict[str, None] = {}
    blocks: dict[str, str] = {}  # by the name that a block gives, or by its text
    for source in sources:
        head, *rest = source.rstrip().split("\n\n\n")
        imports.update(dict.fromkeys(head.split("\n")))
        renamed: dict[str, str] = {}
        for block in rest:
            for old, new in renamed.items():
                block = re.sub(rf"\b{old}\b", new, block)
            found = re.match(r"(?:@\w+\n)*def (\w+)\(|(\w+) = ", block)
            name = (found[1] or found[2]) if found else block
            if blocks.get(name, block) != block:
                number = next(k for k in range(2, len(sources) + 2) if f"{name}_{k}" not in blocks)
                renamed[name] = f"{name}_{number}"
                block = re.sub(rf"^(def )?{name}(\(| =)", rf"\1{name}_{number}\2", block, flags=re.M)
            blocks[renamed.get(name, name)] = block
    lines = sorted(imports, key=lambda line: line.startswith("import numpy"))
    return "\n\n\n".join(["\n".join(lines), *blocks.values()]) + "\n"
