"""What every part of spongecalc.toml has in common."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from spongecalc.project.improper import ImproperError


class Section(BaseModel):
    """A part of the file: unknown keys are mistakes, values do not change once read."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


def _inside(path: object) -> str:
    if not isinstance(path, str):
        raise ImproperError("path", path)
    parts = PurePosixPath(path.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in path or not parts.parts:
        raise ImproperError("path", path)
    return parts.as_posix()


InsidePath = Annotated[str, BeforeValidator(_inside)]
