"""Every file of the report from one document, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from spongecalc.assess.review import Review
from spongecalc.batch.own_files import note_written, refuse_files_of_others, remove_left_over
from spongecalc.batch.side_worker import SideWorker
from spongecalc.report.content.compose import compose
from spongecalc.report.content.institute import PLAIN, Institute
from spongecalc.report.content.media import for_paper
from spongecalc.report.render.drawn_figures import with_drawn_figures
from spongecalc.report.render.long_section_files import FOLDER as PROFILES
from spongecalc.report.render.long_section_files import profile_files
from spongecalc.whole_file import replace_files


def write_formats(
    review: Review,
    folder: Path,
    lang: str,
    formats: Collection[str],
    institute: Institute = PLAIN,
    beside: SideWorker | None = None,
) -> tuple[Path, ...]:
    """Write the report in each of the formats; returns the files, the page first.

    Parameters
    ----------
    review
        What the assessment found.
    folder
        The report's folder; made where it is missing.
    lang
        "zh" or "en".
    formats
        Of "html", "pdf", "docx", "xlsx", "profiles".
    institute
        A design institute's template.
    beside
        A worker that makes some of the formats meanwhile; by default all are made in this process.

    Raises
    ------
    InstituteError
        The template's own layout cannot be set.
    MissingFontError
        A font's package is not installed.
    OSError
        The folder cannot be written.
    """
    # Who only checks or runs need not wait for what draws and sets.
    from spongecalc.report.render import html_page as page  # noqa: PLC0415
    from spongecalc.report.render import pdf_report, word_report, workbook  # noqa: PLC0415

    beside = beside or SideWorker(1)
    waiting: dict[str, Callable[[], bytes]] = {}
    profiles: Callable[[], dict[str, bytes]] = dict
    # What needs the review alone is begun before the document is put together.
    if "xlsx" in formats:
        waiting[workbook.FILE_NAME] = beside.begin(workbook.xlsx_bytes, review, lang, folder)
    if "profiles" in formats:
        profiles = beside.begin(profile_files, review, lang)
    # Figures are drawn once for all formats.
    document = with_drawn_figures(compose(review, lang, institute))
    paper = for_paper(document)
    if "docx" in formats:
        waiting[word_report.FILE_NAME] = beside.begin(word_report.docx_bytes, paper)
    # typst sets pages outside Python, so that the page is made meanwhile.
    with ThreadPoolExecutor(1) as thread:
        if "pdf" in formats:
            waiting[pdf_report.FILE_NAME] = thread.submit(pdf_report.pdf_bytes, paper, institute).result
        made: dict[str, bytes] = {}
        if "html" in formats:
            made[page.FILE_NAME] = page.html_text(document, institute).encode("utf-8")
        made |= {name: result() for name, result in waiting.items()}
        made |= profiles()
    contents = {folder / name: content for name, content in made.items()}
    refuse_files_of_others(folder, contents, {})
    replace_files(contents)
    # Long sections of an earlier call whose path is no more.
    drawn = [p for p in (folder / PROFILES).glob("*") if p.suffix in (".svg", ".dxf") and p not in contents]
    remove_left_over(folder, sorted(drawn))
    note_written(folder, contents)
    first = folder / page.FILE_NAME
    return tuple(sorted(contents, key=lambda p: (p != first, p.as_posix())))
