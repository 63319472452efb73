"""Fits the shipped model to the texts in ``nlp/texts`` and writes it: ``python -m nlp.make_model``."""

from __future__ import annotations

from nlp.corpus import examples, fingerprint
from nlp.examples import fit
from nlp.judging import SHIPPED
from nlp.reader import Reader

MOST_FEATURES = 60_000


def main() -> None:
    texts = examples()
    fitted = fit(texts, see=Reader(home="").seen, most=MOST_FEATURES, about={"texts": fingerprint()})
    SHIPPED.write_bytes(fitted.data)
    print(f"{len(texts)} texts, {len(fitted.data):,} bytes: {SHIPPED}")


if __name__ == "__main__":
    main()
