"""The few figures that SWMM writes to its report and hands out nowhere else."""

import re


def _block(report: str, title: str) -> list[str]:
    """Return the lines below a boxed title, up to the first blank line."""
    lines = report.splitlines()
    for position, line in enumerate(lines):
        if line.strip() == title:
            start = position + 2
            block: list[str] = []
            for entry in lines[start:]:
                if not entry.strip():
                    break
                block.append(entry.strip())
            return block
    return []


def _ranked(report: str, title: str, kind: str) -> tuple[tuple[str, float], ...]:
    pattern = re.compile(rf"{kind} (\S+) \(([-\d.]+)%?\)$")
    matches = map(pattern.match, _block(report, title))
    return tuple((match[1], float(match[2])) for match in matches if match)


def unstable_links(report: str) -> tuple[tuple[str, float], ...]:
    """Return (link, flow instability index) of the report's worst links; at most five.

    The index counts the time steps in which the link's flow turned, in percent of 2/3 of all steps.

    Parameters
    ----------
    report : str
        Text of the .rpt.
    """
    return _ranked(report, "Highest Flow Instability Indexes", "Link")


def nonconverging_nodes(report: str) -> tuple[tuple[str, float], ...]:
    """Return (node, percent of steps without convergence) of the report's worst nodes; at most five.

    The engine's report says "convergence obtained at all time steps" when the worst node is the first node of
    the model, even if it did not converge; the statistics (``nodes.nonconverged_steps``) do not have that
    gap.

    Parameters
    ----------
    report : str
        Text of the .rpt.
    """
    return _ranked(report, "Most Frequent Nonconverging Nodes", "Node")


def conduit_fullness(report: str) -> dict[str, float]:
    """Return conduit -> largest depth over full depth, with the two decimals of the report's link table.

    Parameters
    ----------
    report : str
        Text of the .rpt.
    """
    lines = report.splitlines()
    title = next((i for i, line in enumerate(lines) if line.strip() == "Link Flow Summary"), None)
    if title is None:
        return {}
    fullness: dict[str, float] = {}
    for line in lines[title:]:
        if line.strip() == "*" * 27 and fullness:
            break
        parts = line.split()
        if len(parts) == 8 and parts[1] in ("CONDUIT", "CHANNEL"):
            fullness[parts[0]] = float(parts[7])
    return fullness


_MASSES_IN = (
    "Dry Weather Inflow",
    "Wet Weather Inflow",
    "Groundwater Inflow",
    "RDII Inflow",
    "External Inflow",
    "Initial Stored Mass",
)


def quality_balances(report: str) -> tuple[tuple[float, float], ...]:
    """Return (mass that came in or was there, continuity error in percent) of each pollutant, in order.

    Masses are in the report's unit, kg or pounds, with its three decimals. Nothing for a run without pollutants.

    Parameters
    ----------
    report : str
        Text of the .rpt.
    """
    lines = report.splitlines()
    heading = "Quality Routing Continuity"
    title = next((n for n, line in enumerate(lines) if line.strip().startswith(heading)), None)
    rows: dict[str, list[float]] = {}
    for line in lines[title + 2 :] if title is not None else ():
        name, dots, figures = line.strip().partition(" ..")
        if not dots:
            break
        rows[name] = [float(word) for word in figures.split() if word.strip(".")]
    errors = rows.get("Continuity Error (%)", [])
    masses = zip(*(rows[name] for name in _MASSES_IN if name in rows), strict=True)
    return tuple((sum(mass), error) for mass, error in zip(masses, errors, strict=False))
