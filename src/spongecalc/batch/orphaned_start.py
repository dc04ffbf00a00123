"""A worker whose caller dies while it starts ends without a word.

The server that workers are copies of imports this module. Python's own start of a worker reads from its caller
what it is to be; where that one was killed meanwhile there is nothing to read, nobody to tell, and a traceback on
the terminal of somebody who has long gone on.
"""

from __future__ import annotations

import sys
from pickle import UnpicklingError
from types import TracebackType

_OF_PYTHON = ("/multiprocessing/", "\\multiprocessing\\")


def say_unless_orphaned(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error that nobody caught, unless it is that the caller of a starting worker is gone."""
    last = trace
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = last.tb_frame.f_code.co_filename if last is not None else ""
    if isinstance(error, (EOFError, UnpicklingError, ConnectionError)) and any(
        part in place for part in _OF_PYTHON
    ):
        return
    sys.__excepthook__(kind, error, trace)


def is_server() -> bool:
    """True in the server itself, and not where this module is only looked at."""
    return any("multiprocessing.forkserver" in word for word in sys.orig_argv)


if is_server():
    sys.excepthook = say_unless_orphaned
