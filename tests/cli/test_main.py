"""The command's entry: an interrupt before anything is imported ends like any other."""

from __future__ import annotations

import pytest

from spongecalc import __main__ as entry
from spongecalc.cli.exit_codes import STOPPED


@pytest.mark.parametrize("step", ["stop_cleanly", "quiet_libraries"])
def test_an_interrupt_before_anything_is_imported_ends_the_command(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(entry, "stop_cleanly", lambda: None)
    monkeypatch.setattr(entry, step, interrupted)
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == STOPPED
