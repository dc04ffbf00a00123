"""The language that the system of the user speaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from spongecalc.language import LANGUAGES

# As the C library reads them: the first that says anything is the one that counts.
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
# Primary languages of Windows, the low ten bits of its language identifiers.
WINDOWS = {0x04: "zh", 0x09: "en"}


def system_language(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return "zh" or "en" where the system speaks either, None where it speaks neither or says nothing.

    Parameters
    ----------
    environment : Mapping[str, str]
        Variables of the process; LC_ALL stands before LC_MESSAGES, and that before LANG. Windows has none of
        them as a rule, and its language is that of its windows and menus.
    """
    named = next((environment[name] for name in VARIABLES if environment.get(name)), None)
    if named is not None:
        language = named.replace("-", "_").partition("_")[0].partition(".")[0].lower()
        return language if language in LANGUAGES else None
    return WINDOWS.get(_windows_identifier() & 0x3FF)


def _windows_identifier() -> int:
    """Windows' identifier of its language, 0 on other systems."""
    if sys.platform != "win32":
        return 0
    import ctypes  # noqa: PLC0415  Windows alone

    return int(ctypes.windll.kernel32.GetUserDefaultUILanguage())
