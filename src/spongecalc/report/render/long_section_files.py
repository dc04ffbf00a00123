"""The files of the long sections: a drawing for each path, and one for CAD for each community."""

from __future__ import annotations

from spongecalc.assess.review import Review
from spongecalc.report.content.long_section import long_sections
from spongecalc.report.content.settled_chapters import settled_rows
from spongecalc.report.content.wording import Wording
from spongecalc.report.render.long_section_svg import section_svg
from spongecalc.report.render.standalone_svg import standalone
from spongecalc.swmm.identifiers import folder_name

FOLDER = "profiles"


def profile_files(review: Review, lang: str) -> dict[str, bytes]:
    """File name in the report's folder -> content, of every community that has a path to draw."""
    # ezdxf takes a quarter of a second to import, which every command would wait for.
    from spongecalc.report.render.long_section_dxf import sections_dxf  # noqa: PLC0415

    words = Wording.of(review, lang)
    files: dict[str, bytes] = {}
    for page in review.pages:
        sections = long_sections(page, words, settled_rows(review, page.community_id))
        if not sections:
            continue
        name = folder_name(page.community_id)
        for section in sections:
            drawn = standalone(section_svg(section, words), words.catalogue)
            if drawn:
                files[f"{FOLDER}/{name}_{section.scenario}_{section.system}.svg"] = drawn.encode("utf-8")
        files[f"{FOLDER}/{name}.dxf"] = sections_dxf(sections, words)
    return files
