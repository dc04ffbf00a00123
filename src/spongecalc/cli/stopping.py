"""Ctrl-C at any moment ends a command with one line and the code 130, never with a traceback.

While modules are being imported, an interrupt would surface anywhere in them, and some libraries turn it into
an error of their own. Nothing has been begun by then, so the process ends at once. Later the interrupt is
raised as usual, and what is at work cleans up after itself. Raised while a library calls back from C it would
be lost, with a traceback on the console, and the command would go on: it comes again a moment later.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from spongecalc.cli.exit_codes import STOPPED

# Known before any catalogue of texts can be read.
_WORDS = "已停止。 Stopped.\n"
_IMPORTING = "<frozen importlib._bootstrap>"
_AGAIN_AFTER_S = 0.05


def stop_cleanly() -> None:
    """Take over Ctrl-C, unless whoever started this process has arranged otherwise."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _stop)
        sys.unraisablehook = _unraisable


def _stop(_: int, frame: FrameType | None) -> None:
    here = frame
    while here is not None:
        if here.f_code.co_filename == _IMPORTING:
            end_now()
        here = here.f_back
    raise KeyboardInterrupt


def _unraisable(lost: sys.UnraisableHookArgs) -> None:
    """Send an interrupt again that could not be raised where it came; everything else is told as usual."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    again = threading.Timer(_AGAIN_AFTER_S, os.kill, (os.getpid(), signal.SIGINT))
    again.daemon = True
    again.start()


def end_now() -> None:
    """End this process without another word of Python's."""
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    os.write(2, _WORDS.encode(encoding, errors="replace"))
    os._exit(STOPPED)


def is_interrupt(error: BaseException) -> bool:
    """Tell whether an error came of Ctrl-C, directly or through what a library made of it."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, KeyboardInterrupt):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
