"""XML of networks: a document's elements, read without anything that it might refer to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from spongecalc.gate import text, xml
from spongecalc.gate.entrance import Entrance
from spongecalc.gate.input_refused import InputRefusedError
from spongecalc.layers.sources.markup_file import in_utf_8
from spongecalc.layers.sources.raw import SourceRefusedError, source_entrance

# Neither LandXML nor ISYBAU has a document type; entities of one could be made to grow without end.
_FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")
# The root's name stands near the beginning.
_HEAD_BYTES = 65536


def root_of(path: Path, encoding: str | None = None) -> Element:
    """The root of a document.

    Parameters
    ----------
    path
        A file of XML in any encoding that it states, or in UTF-8 or GB 18030.
    encoding
        What the project states where the file says nothing.

    Raises
    ------
    SourceRefusedError
        If it is no XML, is cut off, or has a document type.
    """
    with source_entrance(path, "xml"):
        content = in_utf_8(path.name, text.read_bytes(path), encoding).content
        if any(word in content for word in _FORBIDDEN):
            raise SourceRefusedError("xml.document_type")
        return xml.root_of(content)


def form_of_xml(path: Path) -> str:
    """The form of a document by its root: "landxml", "isybau", or "" for any other."""
    try:
        with Entrance(path, "xml"):
            head = text.read_beginning(path, _HEAD_BYTES)
    except InputRefusedError:
        return ""
    plain = head.replace(b"\0", b"")
    for root, form in ((b"LandXML", "landxml"), (b"Identifikation", "isybau")):
        if b"<" + root in plain or b":" + root in plain:
            return form
    return ""


def local_name(element: Element) -> str:
    """Name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Elements of a name directly inside another; none inside nothing."""
    if element is not None:
        yield from (child for child in element if local_name(child) == name)


def inside(element: Element | None, *names: str) -> Element | None:
    """The first element at the end of a way of names; None where it breaks off."""
    for name in names:
        element = next(children(element, name), None)
    return element


def everywhere(element: Element, name: str) -> Iterator[Element]:
    """Elements of a name at any depth."""
    return (each for each in element.iter() if local_name(each) == name)


def words_of(element: Element | None, *names: str) -> str | None:
    """Words of the element at the end of a way of names; None where there are none."""
    found = inside(element, *names)
    return (found.text or "").strip() or None if found is not None else None


def number_of(words: str | None) -> float | None:
    """A number with a decimal point or comma; None for no words, or for words that are none."""
    try:
        return float((words or "").replace(",", "."))
    except ValueError:
        return None
