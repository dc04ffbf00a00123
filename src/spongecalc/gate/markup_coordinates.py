"""Coordinates in markup, looked through for what is no number: GDAL takes what stands before the fault, or 0."""

from __future__ import annotations

import re

from spongecalc.gate.not_admitted import NotAdmittedError

_BEGINNING = 65_536
_SPACES = re.compile(
    rb"""xmlns(?::([\w.-]+))?\s*=\s*["']https?://(?:(?:www[.])?opengis[.]net/(?:gml|kml)|earth[.]google[.]com/kml)"""
)
_NUMBER = rb"[+-]?+(?:[0-9]++(?:[.][0-9]*+)?+|[.][0-9]++)(?:[eE][+-]?+[0-9]++)?+|[+-]?+[nN][aA][nN]"
_NUMBERS = re.compile(rb"(?:[\s,]*+(?:%b)(?![^\s,]))*+[\s,]*+" % _NUMBER)
_POINT = rb"""<(?:wpt|rtept|trkpt)\s(?:[^<>]*?\s)??(?:lat|lon)\s*=\s*["']([^"'<>]*)"""
# What somebody has written for others to read, and no reader takes for markup.
_ASIDE = ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"))


def refuse_unsound_coordinates(data: bytes) -> None:
    """Refuse a KML, GML or GPX with a coordinate that is no number, with its line.

    Raises
    ------
    NotAdmittedError
        With the word that is none.
    """
    for pattern in _patterns(data[:_BEGINNING]):
        for found in pattern.finditer(data):
            words, begin = found[1], found.start(1)
            if b"&" in words or (sound := _NUMBERS.match(words)) is None or sound.end() == len(words):
                continue
            if any(data.rfind(opened, 0, begin) > data.rfind(closed, 0, begin) for opened, closed in _ASIDE):
                continue
            line = data.count(b"\n", 0, begin + sound.end()) + 1
            word = re.split(rb"[\s,]", words[sound.end() :].lstrip(b" \t\r\n,"))[0][:30]
            raise NotAdmittedError("coordinate", line=str(line), found=word.decode("utf-8", "replace"))


def _patterns(beginning: bytes) -> list[re.Pattern[bytes]]:
    """Patterns of where coordinates stand, by what the document says that it is.

    Elements count by the prefix of GML or KML alone: a field may have such a name too. One that states signs of
    its own, for decimals or between numbers, is left to GDAL.
    """
    prefixes = {name + b":" if name else b"" for name in _SPACES.findall(beginning)}
    if b"<kml" in beginning:
        prefixes.add(b"")
    patterns = []
    if prefixes:
        own = b"|".join(re.escape(prefix) for prefix in sorted(prefixes))
        patterns.append(
            rb"<(?:%b)(?:coordinates|posList|pos)(?:\s(?![^<>]*\b(?:decimal|cs|ts)\s*=)[^<>]*)?>([^<]*)<" % own
        )
    if b"<gpx" in beginning:
        patterns.extend(_POINT.replace(b"lat|lon", name) for name in (b"lat", b"lon"))
    return [re.compile(pattern) for pattern in patterns]
