"""The chapters of the report, in the order of a design review."""

from __future__ import annotations

# Chapters in the order of a design review; "each" stands for the communities, "topics" for what other
# topics add and no chapter takes in.
ORDER = (
    "totals",
    "overview",
    "communities",
    "claims",
    "progress",
    "notes",
    "legend",
    "each",
    "basis",
    "storms",
    "data",
    "surfaces",
    "targets",
    "facilities",
    "capture",
    "hydraulics",
    "quantities",
    "ponding",
    "separation",
    "topics",
    "conclusions",
    "method",
    "sign",
    "origin",
)
