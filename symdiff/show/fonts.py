"""A font inside of a page, so that its mathematics looks the same on every machine."""

from __future__ import annotations

import io
from base64 import b64encode

from symdiff.errors import SymdiffError
from symdiff.files import Path, suffix

# ASCII, roots, the italics in which letters are shown: Latin with its h, Greek
_ALWAYS = [*range(0x20, 0x7F), 0x221A, 0x210E, *range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C)]
_KINDS = {".otf": "otf", ".ttf": "ttf", ".woff": "woff", ".woff2": "woff2"}


def font_face(path: Path, text: str, family: str) -> str:
    """The rule of CSS that gives a family the font of a file: what the text needs of it, where fontTools is installed.

    SymdiffError for a file that can't be read or is no font.
    """
    kind = _KINDS.get(suffix(path))
    if kind is None:
        raise SymdiffError(f"{str(path)!r} is no font", hint=f"its name ends in {', '.join(_KINDS)}")
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        raise SymdiffError(f"the font {str(path)!r} is not read: {error.strerror}") from error
    if kind in ("otf", "ttf"):
        content = _needed(content, text)
    data = b64encode(content).decode("ascii")
    return f'@font-face {{ font-family: "{family}"; src: url("data:font/{kind};base64,{data}"); }}'


def _needed(content: bytes, text: str) -> bytes:
    """The font with the letters of a text, their larger forms and the sizes of mathematics."""
    try:
        from fontTools import subset
        from fontTools.ttLib import TTFont, TTLibError
    except ImportError:
        return content
    options = subset.Options(layout_features=["*"], name_IDs=["*"])  # its licence stays
    options.drop_tables += ["FFTM"]
    try:
        font = TTFont(io.BytesIO(content))
    except TTLibError as error:
        raise SymdiffError(f"the font is not read: {error}") from error
    maker = subset.Subsetter(options)
    maker.populate(text=text, unicodes=_ALWAYS)
    maker.subset(font)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
