"""Settings of a project that says no more than it must."""

from __future__ import annotations

import pytest

from spongecalc.project.settings import Settings

LEAST = {
    "name": "least",
    "layers": {},
    "rainfall": {"formula": "昆明 (新)"},
    "storms": [{"return_period": "3 a", "duration": "2 h"}],
}


@pytest.fixture
def settings() -> Settings:
    """The settings."""
    return Settings.model_validate(LEAST)
