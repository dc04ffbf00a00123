"""What a process and its descendants take of the machine, read from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path


def tree(process_id: int) -> set[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found = {process_id}
    while more := {p for p, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def memory_mb(process_ids: set[int]) -> float:
    """Proportional share of memory of processes, together."""
    total = 0
    for number in process_ids:
        try:
            text = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def cpu_s(process_ids: set[int]) -> float:
    """Processor time that processes have taken so far, together."""
    total = 0
    for number in process_ids:
        try:
            fields = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        except OSError:
            continue
        total += sum(int(f) for f in fields.split()[11:13])
    return total / os.sysconf("SC_CLK_TCK")
