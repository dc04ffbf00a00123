"""Every chapter is registered once, in one order, and says nothing of how it looks."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from tests.report.synthetic_review import synthetic_review

from spongecalc.report import content
from spongecalc.report.content import chapters
from spongecalc.report.content.chapters import CHAPTERS, ORDER, CommunityEntry, CountyEntry, in_order
from spongecalc.report.content.compose import compose
from spongecalc.report.content.document import Chapter
from spongecalc.report.content.roles import CellRole, ChapterPlace, FigureRole, TableRole, TextRole

FOLDER = Path(content.__file__).parent
# What makes chapters of what it is given; no chapter of the report.
MAKERS = {"inner_chapter"}


def tellers() -> set[str]:
    """Every public function of the content that returns a chapter."""
    found = set()
    for module in pkgutil.iter_modules([str(FOLDER)]):
        loaded = importlib.import_module(f"{content.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            own = function.__module__ == loaded.__name__ and not name.startswith("_")
            if own and str(function.__annotations__.get("return", "")) in ("Chapter", "Chapter | None"):
                found.add(name)
    return found


def test_every_function_that_tells_a_chapter_is_registered():
    registered = {t.__name__ for e in CHAPTERS for t in (e.tell, *e.holds)}
    assert registered == tellers() - MAKERS
    assert len(registered) > 30


def test_a_key_or_a_function_registered_twice_is_an_error():
    def tell(_review, _words):
        return None

    with pytest.raises(ValueError, match="basis"):
        in_order(CountyEntry("basis", tell), CountyEntry("basis", lambda *_: None))
    with pytest.raises(ValueError, match="tell"):
        in_order(CountyEntry("a", tell), CountyEntry("b", lambda *_: None, (tell,)))


def test_chapters_stand_in_their_order_and_bear_their_keys():
    keys = [c.key for c in compose(synthetic_review(), "zh").chapters]
    own = [k for k in keys if not re.fullmatch(r"c\d{3}", k)]
    assert own == [k for k in ORDER if k in own]
    assert keys[keys.index("legend") + 1 : keys.index("basis")] == ["c001", "c002", "c003"]
    assert [e.key for e in CHAPTERS if isinstance(e, CommunityEntry)] == ["each"]


def test_a_chapter_under_another_key_than_its_own_is_an_error(monkeypatch):
    odd = CountyEntry("odd", lambda _review, _words: Chapter("even", "", []))
    monkeypatch.setattr("spongecalc.report.content.compose.CHAPTERS", (odd,))
    with pytest.raises(ValueError, match="even"):
        compose(synthetic_review(), "en")


LOOK = re.compile(
    r"#[0-9a-fA-F]{3,8}\b(?![-\w])|<svg|<path|<span|\bclass=|\bcss\b|\b[\w]*_px\b|stroke|\bfont\b|\b\d+(px|pt)\b"
)


def test_content_names_no_colour_no_pixel_and_no_style_class():
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            words = (
                node.value if isinstance(node, ast.Constant) else getattr(node, "id", getattr(node, "arg", ""))
            )
            if isinstance(words, str) and LOOK.search(words):
                found.append((path.name, words))
    # A template's style sheet is a file that the institute names.
    assert [f for f in found if f != ("institute.py", "page.css")] == []


@pytest.mark.parametrize(
    "words", ["#d62f27", '<svg viewBox="0 0 1 1">', "css", "radius_px", 'class="attn"', "12px"]
)
def test_the_search_for_looks_finds_them(words):
    assert LOOK.search(words)


def test_every_piece_has_a_role_that_exists():
    document = compose(synthetic_review(), "en")
    seen = set()

    def walk(blocks):
        for b in blocks:
            seen.add((b.kind, getattr(b, "role", None)))
            for inner in ("blocks", "left", "right"):
                walk(getattr(b, inner, ()))

    for c in document.chapters:
        assert c.place in set(ChapterPlace)
        walk([*c.blocks, *c.details])
    roles = {"paragraph": TextRole, "table": TableRole, "drawing": FigureRole}
    assert all(role in set(roles[kind]) for kind, role in seen if kind in roles)
    assert {k for k, _ in seen} >= set(roles)
    assert CellRole.ATTENTION != CellRole.PLAIN


def test_the_registry_is_the_one_place_of_the_order():
    named = [p.name for p in FOLDER.glob("*.py") if re.search(r"^ORDER\b", p.read_text(encoding="utf-8"), re.M)]
    assert named == [Path(chapters.__file__).name]
