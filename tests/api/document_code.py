"""The Python of a document: its blocks in order, each with what the document says that it prints."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^```python\n(.*?)^```\n(?:\s*^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """Code, and the output shown below it (None where none is shown); ``line`` is its place in the document."""

    line: int
    code: str
    shown: str | None


def blocks_of(document: Path) -> list[Block]:
    """The fenced Python blocks of a Markdown file."""
    text = document.read_text(encoding="utf-8")
    return [Block(text[: m.start()].count("\n") + 2, m[1], m[2]) for m in BLOCK.finditer(text)]


def printed(blocks: list[Block], name: str) -> list[str]:
    """What each block prints when all are run in one module, as a reader runs them."""
    names: dict[str, object] = {"__name__": "document"}
    outputs = []
    for block in blocks:
        out = io.StringIO()
        code = compile("\n" * (block.line - 1) + block.code, name, "exec")
        with contextlib.redirect_stdout(out):
            exec(code, names)
        outputs.append(out.getvalue())
    return outputs
