"""Where the worked example is."""

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
