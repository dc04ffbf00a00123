"""docs/contract.md, from the contract: ``python -m spongecalc.layers.contract_page > docs/contract.md``."""

from __future__ import annotations

from spongecalc.contract import SCHEMAS, Column, LayerSchema
from spongecalc.language import LANGUAGES, catalogue

HEADINGS = {
    "en": ("column", "unit", "allowed", "what it is", "what a missing one means"),
    "zh": ("列", "单位", "取值", "含义", "缺项如何处理"),
}
# By the end of a column's name, the longest first.
UNITS = {
    "_mm_s": "mm/s",
    "_mm_h": "mm/h",
    "_m3_d": "m3/d",
    "_l_s": "l/s",
    "_percent": "%",
    "_min": "min",
    "_m3": "m3",
    "_m2": "m2",
    "_mm": "mm",
    "_m": "m",
}
KINDS = {"text": {"en": "text", "zh": "文本"}, "date": {"en": "date", "zh": "日期"}}
SHAPES = {"Point": ("points", "点"), "LineString": ("lines", "线"), "Polygon": ("areas", "面")}


def contract_page() -> str:
    """The data contract as Markdown, in English and then in Chinese.

    Raises
    ------
    ValueError
        A column has no words in one of the languages.
    """
    english, chinese = (catalogue("contract", lang) for lang in ("en", "zh"))
    lines = [f"# {english['contract.page.title']} {chinese['contract.page.title']}\n"]
    lines.append(f"{english['contract.page.head']}\n")
    for lang in ("en", "zh"):
        own = catalogue("contract", lang)
        lines.append(f"## {own['contract.page.language']}\n")
        lines.append(f"{own['contract.page.rules']}\n")
        for schema in SCHEMAS.values():
            lines.extend(_layer(schema, lang))
        lines.extend(_ground(lang))
    return "\n".join(lines).rstrip() + "\n"


def missing_words() -> list[str]:
    """Columns without words, as layer.column (language); the page cannot be written while there are any."""
    return [
        f"{schema.name}.{column.name} ({lang})"
        for schema in SCHEMAS.values()
        for column in schema.columns
        for lang in LANGUAGES
        if None in _words(schema.name, column.name, lang)
    ]


def unit_of(column: Column, lang: str) -> str:
    """The unit that a column's name ends with, or its kind; empty for a plain number."""
    if column.kind != "number":
        return KINDS[column.kind][lang]
    return next((unit for end, unit in UNITS.items() if column.name.endswith(end)), "")


def _layer(schema: LayerSchema, lang: str) -> list[str]:
    own = catalogue("contract", lang)
    place = 0 if lang == "en" else 1
    drawn = (", " if lang == "en" else "、").join(
        SHAPES[shape][place] for shape in dict.fromkeys(s.removeprefix("Multi") for s in schema.geometry)
    )
    needed = own["contract.page.needed" if schema.needed else "contract.page.optional"]
    stop = "; " if lang == "en" else "；"
    lines = [f"### {schema.name}{_named(lang, schema.name)}\n", f"{drawn}{stop}{needed}\n"]
    lines.append("| " + " | ".join(HEADINGS[lang]) + " |")
    lines.append("|" + "---|" * len(HEADINGS[lang]))
    for column in schema.columns:
        meaning, missing = _words(schema.name, column.name, lang)
        if meaning is None or missing is None:
            raise ValueError(f"{schema.name}.{column.name}: no words ({lang})")
        cells = (f"`{column.name}`", unit_of(column, lang), _allowed(column, lang), meaning, missing)
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, ""]


def _ground(lang: str) -> list[str]:
    """The ground, which is no layer of features: its forms, and the one value that each has."""
    own = catalogue("contract", lang)
    bounds = SCHEMAS["nodes"].column("ground_m")
    cells = (
        "`level_m`",
        "m",
        _allowed(bounds, lang),
        own["contract.dem.level_m.is"],
        own["contract.dem.level_m.missing"],
    )
    stop = "; " if lang == "en" else "；"
    return [
        f"### dem{_named(lang, 'dem')}\n",
        f"{own['contract.dem.forms']}{stop}{own['contract.page.optional']}\n",
        "| " + " | ".join(HEADINGS[lang]) + " |",
        "|" + "---|" * len(HEADINGS[lang]),
        "| " + " | ".join(cells) + " |",
        "",
    ]


def _named(lang: str, layer: str) -> str:
    """A layer's name in words, behind its name in the contract."""
    return (": " if lang == "en" else "：") + catalogue("contract", lang)[f"contract.layer.{layer}"]


def _words(layer: str, column: str, lang: str) -> tuple[str | None, str | None]:
    """Meaning of a column and of its absence: the layer's own words, else those for every layer."""
    own = catalogue("contract", lang)
    found: list[str | None] = []
    for part in ("is", "missing"):
        keys = (f"contract.{layer}.{column}.{part}", f"contract.every.{column}.{part}")
        found.append(next((own[k] for k in keys if k in own), None))
    return found[0], found[1]


def _allowed(column: Column, lang: str) -> str:
    """The values that a column may hold, with their names; its bounds; or nothing."""
    own = catalogue("contract", lang)
    if column.catalogued:
        return own["contract.page.catalogued"]
    if column.allowed:
        return ", ".join(_value(column.name, value, lang) for value in column.allowed)
    low, high = ("" if v is None else f"{v:.12g}" for v in (column.minimum, column.maximum))
    if column.positive and not (column.minimum or 0) > 0:
        low = "> 0"
    if low and high:
        return f"{low}, <= {high}" if column.positive and low == "> 0" else f"{low} - {high}"
    return low if not low or low == "> 0" else f">= {low}"


def _value(column: str, value: str, lang: str) -> str:
    """A value as it is written, with the trade's word for it in Chinese."""
    if lang == "en":
        return f"`{value}`"
    own = catalogue("contract", "zh")
    word = own.get(f"contract.value.{column}.{value}") or own.get(f"contract.value.{value}")
    word = word or catalogue("report", "zh").get(f"report.value.{column}.{value}")
    return f"`{value}` {word}" if word else f"`{value}`"


if __name__ == "__main__":
    print(contract_page(), end="")
