"""Nearest names for a typing error; loads `difflib`, so it is imported only when something went wrong."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, choices: Iterable[str], count: int = 3) -> list[str]:
    """Names that begin with a word, or else resemble it, the most alike first; case does not matter."""
    lowered = {choice.lower(): choice for choice in choices}
    begun = [choice for name, choice in lowered.items() if word.strip("-") and name.startswith(word.lower())]
    if begun:
        return begun[:count]
    # The dashes that all options begin with say nothing about likeness: --wait is not nearly --quiet.
    bare = {name.lstrip("-"): choice for name, choice in lowered.items()}
    return [bare[name] for name in get_close_matches(word.lower().lstrip("-"), bare, n=count, cutoff=0.6)]


def question(word: str, choices: Iterable[str]) -> str | None:
    """`did you mean --full-refresh?`, or None where nothing is near."""
    close = nearest(word, choices)
    if not close:
        return None
    begun = close[0].lower().startswith(word.lower())
    return f"did you mean {' or '.join(close if begun else close[:1])}?"
