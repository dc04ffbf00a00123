"""The findings of the search for a misconnection, in sentences."""

from __future__ import annotations

import pandas as pd

from spongecalc.language import text


def where_sentences(location: pd.DataFrame, language: str) -> list[str]:
    """For each network, where the measurements point to, how surely, and the second-best place."""
    said = []
    for network, own in location.groupby("network", sort=True):
        first = own.iloc[0]
        key = "found" if first["reach"] else "none_seen"
        params = {
            "network": network,
            "reach": first["reach"],
            "nodes": str(first["nodes"]).replace(";", ", "),
            "probability": f"{first['probability_percent']:.0f}",
            "flow": f"{first['sewage_m3_d']:.1f}",
        }
        sentence = text(f"evidence.{key}", language, **params)
        if len(own) > 1:
            second = own.iloc[1]
            sentence += text(
                "evidence.second",
                language,
                reach=second["reach"] or text("evidence.below", language),
                probability=f"{second['probability_percent']:.0f}",
            )
        said.append(sentence)
    return said
