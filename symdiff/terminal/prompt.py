"""The line that is typed: colours, completion, history, and Enter that goes on where a bracket is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, get_common_complete_suffix
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.layout.processors import HighlightMatchingBracketProcessor
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import Output, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Style

from symdiff.syntax.lines import goes_on
from symdiff.terminal.colours import prompt_style
from symdiff.terminal.completion import Completion
from symdiff.terminal.engine import Engine
from symdiff.terminal.history import history
from symdiff.terminal.plain import CONTINUED, PROMPT

_MENU = 8  # lines kept free for it
_LONGEST = 4_000  # characters that are given colours


class Prompt:
    """Asks for lines; a text of several lines comes as one."""

    def __init__(self, engine: Engine, output: Output | None = None, asked: Sequence[str] = ()) -> None:
        """`asked` are lines of this sitting that are history already."""
        self._engine = engine
        completion = Completion(engine)
        self._session: PromptSession[str] = PromptSession(
            lambda: [("class:prompt", CONTINUED if engine.on_page else PROMPT)],
            multiline=True,
            prompt_continuation=[("class:prompt", CONTINUED)],
            lexer=_Colours(engine),
            style=Style.from_dict({"prompt": "ansicyan", **prompt_style()}),
            completer=completion,
            complete_while_typing=False,
            reserve_space_for_menu=_MENU,
            enable_suspend=True,
            history=history(),
            key_bindings=_keys(completion),
            input_processors=[HighlightMatchingBracketProcessor(chars="[](){}")],
            output=output,
        )
        for line in asked:
            self._session.history.append_string(line)

    def ask(self) -> str:
        """The next text. Raises EOFError at its end, KeyboardInterrupt where it is dropped."""
        return self._session.prompt(pre_run=self._engine.start)

    def press(self, keys: str) -> None:
        """Have keys that were hit before now come first."""
        pressed: list[KeyPress] = []
        Vt100Parser(pressed.append).feed_and_flush(keys)
        store_typeahead(self._session.input, pressed)


def output() -> Output:
    """The terminal, which is not asked where its cursor is: some answer late or never."""
    made = create_output()
    if isinstance(made, Vt100_Output):
        made.enable_cpr = False
    return made


def _keys(completion: Completion) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    @keys.add("c-j")
    def enter(event: KeyPressEvent) -> None:
        """Answer what is complete; an empty line ends what is not."""
        buffer = event.current_buffer
        above, _, line = buffer.document.text_before_cursor.rpartition("\n")
        if goes_on(buffer.text) and (line.strip() or not above.strip()) and buffer.text.strip():
            buffer.insert_text("\n")
        else:
            buffer.text = buffer.text.rstrip()
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("tab")
    def complete(event: KeyPressEvent) -> None:
        """Put in what all candidates have in common, at once, since the next key may be there already."""
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        found = list(completion.get_completions(buffer.document, CompleteEvent(completion_requested=True)))
        common = get_common_complete_suffix(buffer.document, found)
        if len(found) == 1:
            buffer.apply_completion(found[0])
        elif common:
            buffer.insert_text(common)
        elif found:
            buffer.start_completion()

    return keys


class _Colours(Lexer):
    """Colours by the token filter, once the engine is there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def invalidation_hash(self) -> bool:
        return self._engine.ready

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = _styled(document.text, self._engine)
        return lambda number: lines[number] if number < len(lines) else []


def _styled(text: str, engine: Engine) -> list[StyleAndTextTuples]:
    """The lines of a text in pieces with their styles."""
    if not engine.ready or len(text) > _LONGEST:
        return [[("", line)] for line in text.split("\n")]
    try:
        found = list(engine.pieces(text))
    except Exception:  # colours are never worth an error
        found = []
    styled: StyleAndTextTuples = []
    done = 0
    for start, end, kind in found:
        styled += [("", text[done:start]), (f"class:{kind}", text[start:end])]
        done = end
    styled.append(("", text[done:]))
    lines: list[StyleAndTextTuples] = [[]]
    for style, piece, *_ in styled:
        first, *rest = piece.split("\n")
        lines[-1].append((style, first))
        lines += [[(style, other)] for other in rest]
    return lines
