"""The section [security] of spongecalc.toml: what may be opened outside the project's folder, and how much inputs
may hold."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from spongecalc.gate.limits import DEFAULT_LIMITS, Limits
from spongecalc.project.refused_value import RefusedValueError
from spongecalc.project.section import Megabytes, Number, Section


def _listed(given: Any) -> Any:
    """One path alone as the list that it is; any other value as it is."""
    return [given] if isinstance(given, str) else given


def _named(path: str) -> str:
    """A path that names something; raises RefusedValueError for an empty one, an address or a home's sign."""
    if not path.strip() or "\0" in path or "://" in path or path.startswith("~"):
        raise RefusedValueError("outside_name", path)
    return path


class SecuritySettings(Section):
    """Files and folders outside the project that may be opened, and the limits of inputs.

    ``outside`` is relative to the project's folder or absolute; a folder stands for all it holds.
    """

    outside: Annotated[tuple[Annotated[str, AfterValidator(_named)], ...], BeforeValidator(_listed)] = ()
    text_limit_mb: Megabytes = Field(DEFAULT_LIMITS.text_limit_mb, gt=0, le=1e6, alias="text_limit")
    unpacked_limit_mb: Megabytes = Field(DEFAULT_LIMITS.unpacked_limit_mb, gt=0, le=1e6, alias="unpacked_limit")
    ratio_limit: Number = Field(DEFAULT_LIMITS.ratio_limit, ge=1, le=1e6)
    cell_limit: int = Field(DEFAULT_LIMITS.cell_limit, ge=1, le=10**10)
    feature_limit: int = Field(DEFAULT_LIMITS.feature_limit, ge=1, le=10**9)
    field_limit: int = Field(DEFAULT_LIMITS.field_limit, ge=1, le=10**6)
    raster_limit: int = Field(DEFAULT_LIMITS.raster_limit, ge=1, le=10**11)
    stored_limit_mb: Megabytes = Field(DEFAULT_LIMITS.stored_limit_mb, gt=0, le=1e6, alias="stored_limit")

    @property
    def limits(self) -> Limits:
        """The limits, as the gate takes them."""
        return Limits(
            self.text_limit_mb,
            self.unpacked_limit_mb,
            self.ratio_limit,
            self.cell_limit,
            self.feature_limit,
            self.field_limit,
            self.raster_limit,
            self.stored_limit_mb,
        )
