"""The keys of the communities' chapters, by which links lead to them."""

from __future__ import annotations

from collections.abc import Iterator

from spongecalc.assess.review import CommunityPage, Review


def anchors(review: Review) -> list[str]:
    """A key for each community, in the order of the review: ASCII, whatever its id holds."""
    return [f"c{number:03d}" for number in range(1, len(review.pages) + 1)]


def anchored_pages(review: Review) -> Iterator[tuple[CommunityPage, str]]:
    """Every community with the key of its chapter."""
    return zip(review.pages, anchors(review), strict=True)
