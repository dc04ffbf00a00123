"""Storms that a project takes from files of measured rain: read when the project is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spongecalc.project.quantity import parse
from spongecalc.project.rain_file_settings import RainFileSettings
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import inside
from spongecalc.rainfall.measured_event import read_event
from spongecalc.rainfall.rain_file_error import RainFileError

# The settings' own default of rainfall.step.
DEFAULT_STEP_MIN = 5.0


def with_storm_files(
    document: Mapping[str, Any], folder: Path
) -> tuple[dict[str, Any], list[tuple[str, RefusedValueError | RainFileError]]]:
    """The project's document with the depths of its storms' files put in, and what was refused by key.

    Each storm with a ``file`` gets ``depths_mm`` in the step of the project's rain, and the duration they have.

    Parameters
    ----------
    document
        What spongecalc.toml holds.
    folder
        The project's folder, which files are named from.
    """
    storms = document.get("storms")
    found = dict(document)
    mistakes: list[tuple[str, RefusedValueError | RainFileError]] = []
    if not isinstance(storms, list):
        return found, []
    filled: list[Any] = []
    for number, storm in enumerate(storms, 1):
        if not isinstance(storm, dict) or "file" not in storm:
            filled.append(storm)
            continue
        try:
            filled.append(_filled(storm, folder, _step_min(document)))
        except (RefusedValueError, RainFileError) as reason:
            mistakes.append((f"storms[{number}].file", reason))
            filled.append(storm)
    return {**found, "storms": filled}, mistakes


def _step_min(document: Mapping[str, Any]) -> float:
    rainfall = document.get("rainfall")
    typed = rainfall.get("step") if isinstance(rainfall, dict) else None
    try:
        step = DEFAULT_STEP_MIN if typed is None else float(parse(typed, "minute"))
    except RefusedValueError:
        return DEFAULT_STEP_MIN  # the settings refuse it by its own key
    return step if step > 0 else DEFAULT_STEP_MIN


def _filled(storm: Mapping[str, Any], folder: Path, step_min: float) -> dict[str, Any]:
    if "depths_mm" in storm or "duration" in storm:
        raise RefusedValueError("event_and_depths", storm["file"])
    if isinstance(storm["file"], Mapping):
        try:
            asked = RainFileSettings.model_validate(storm["file"])
        except ValidationError:
            return dict(storm)  # the settings refuse it by its own key
    else:
        asked = RainFileSettings(file=inside(storm["file"]))
    depths = read_event(folder / asked.file, asked.choices, name=asked.file).in_steps(step_min)
    return {**storm, "depths_mm": list(depths), "duration": f"{len(depths) * step_min:g} min"}
