"""The system's language: from its variables, or from Windows."""

from __future__ import annotations

import pytest

from spongecalc.language import system_language as module
from spongecalc.language.system_language import system_language


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LANG": "zh-Hans"}, "zh"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "en_US"}, "en"),
        ({"LANG": "en_US", "LC_MESSAGES": "en_US", "LC_ALL": "zh_CN.GB18030"}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
        ({"LANG": "zh_CN", "LC_ALL": "C.UTF-8"}, None),
        ({"LANG": "POSIX"}, None),
        ({"LANG": "fr_FR.UTF-8"}, None),
        ({}, None),
    ],
)
def test_the_variables_count_in_their_order(environment: dict[str, str], language: str | None) -> None:
    assert system_language(environment) == language


@pytest.mark.parametrize(
    ("identifier", "language"), [(0x0804, "zh"), (0x0404, "zh"), (0x0809, "en"), (0x040C, None)]
)
def test_windows_speaks_the_language_of_its_windows(
    identifier: int, language: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_windows_identifier", lambda: identifier)
    assert system_language({}) == language
    assert system_language({"LANG": "en_US.UTF-8"}) == "en"
