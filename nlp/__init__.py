"""Understanding of what people write: rules and word lists, no network, no state."""

from nlp.places import Place
from nlp.reader import Reader

__all__ = ["Place", "Reader"]
