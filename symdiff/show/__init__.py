"""Trees as people read them: plain text that reads back, Unicode, LaTeX."""

from symdiff.show.text import text

__all__ = ["text"]
