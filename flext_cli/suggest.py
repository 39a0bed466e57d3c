"""Nearest names for a typing error; loads `difflib`, so it is imported only when something went wrong."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, choices: Iterable[str], count: int = 3) -> list[str]:
    """Names that resemble a word, the most alike first; upper and lower case are the same here."""
    lowered = {choice.lower(): choice for choice in choices}
    return [lowered[name] for name in get_close_matches(word.lower(), lowered, n=count, cutoff=0.6)]
