"""Notes for a reader of the year's figures."""

from __future__ import annotations

from collections.abc import Mapping

from spongecalc.assess.initial_states import tank_source
from spongecalc.assess.performance import Performance
from spongecalc.project.settings import Settings
from spongecalc.project.sponge_settings import SpongeSettings


def performance_notes(found: Performance, settings: Settings) -> list[tuple[str, Mapping[str, object]]]:
    """Notes for a reader of the year's figures, as keys of the report's catalogue."""
    curve = found.curve
    notes: list[tuple[str, Mapping[str, object]]] = []
    if settings.sponge.borrowed and not curve.days_mm:
        notes.append(
            ("note_capture_of_another_place", {"place": curve.place, "design": f"{found.design_mm:.1f}"})
        )
    if curve.days_mm and curve.too_short:
        notes.append(("note_series_too_short", {"years": f"{curve.years:.1f}"}))
    notes.append(("note_assessed", {"hours": f"{settings.sponge.event_h:g}"}))
    always = "_evaporating" if settings.sponge.evaporation_in_rain else ""
    notes.append(
        (f"note_events{always}", {"month": found.wet_month, "evaporation": f"{found.evaporation_mm_d:g}"})
    )
    if any(row["store"] == "tank" for row in found.states):
        given = settings.sponge.initial_tank_free_percent
        free = {"free": f"{given:g}"} if given is not None else {}
        notes.append((f"note_tanks_{tank_source(settings.sponge)}", free))
    notes.append(_ground_note(found, settings.sponge))
    if found.continuous_stale:
        notes.append(("note_continuous_stale", {}))
    elif found.continuous is None:
        notes.append(("note_no_continuous", {}))
    if found.continuous is not None:
        own, fine = f"{found.series_step_min:g}", f"{found.run_step_min:g}"
        if fine == own:
            notes.append(("note_series_step", {"step": own}))
        else:
            notes.append(("note_series_finer", {"step": own, "fine": fine}))
    if found.continuous is not None and found.continuous.generated:
        notes.append(
            (
                "note_generated_series",
                {"source": found.continuous.source, "years": f"{found.continuous.years:.0f}"},
            )
        )
    if settings.sponge.target_percent is None:
        notes.append(("note_no_capture_target", {}))
    of_series = [(*key, "series") for key in (found.continuous.failed if found.continuous is not None else ())]
    if failed := [*found.failed, *of_series]:
        notes.append(("note_capture_failed", {"grounds": "; ".join("/".join(k) for k in failed)}))
    return notes


def _ground_note(found: Performance, sponge: SpongeSettings) -> tuple[str, Mapping[str, object]]:
    """The note on the state in which storms and events find the ground."""
    stated = {
        "soil_recovered": sponge.initial_soil_recovered_percent,
        "base_filled": sponge.initial_base_filled_percent,
    }
    given = ", ".join(f"initial_{name} {value:g} %" for name, value in stated.items() if value is not None)
    if given:
        return "note_ground_given", {"given": given}
    read = any(row["state_source"] == "continuous" for row in found.states)
    return ("note_ground_continuous" if read else "note_ground_empty"), {}
