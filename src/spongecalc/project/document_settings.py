"""The part [document] of spongecalc.toml: which files the report is written as, and by whose template."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spongecalc.project.section import InsidePath, Section

Format = Literal["html", "pdf", "docx", "xlsx", "profiles"]
FORMATS: tuple[Format, ...] = ("html", "pdf", "docx", "xlsx", "profiles")


class DocumentSettings(Section):
    """The report's files and template."""

    formats: tuple[Format, ...] = Field(FORMATS, min_length=1)
    # Empty: the package's own.
    template: Literal[""] | InsidePath = ""
