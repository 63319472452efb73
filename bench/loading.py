"""Loads a model in a process of its own and prints what that took: ``python -m bench.loading FILE``."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from bench.programs import resident
from nlp.classifier import load


def main() -> None:
    """One line: seconds, and MB that stay."""
    before, start = resident(os.getpid()), time.perf_counter()
    model = load(Path(sys.argv[1]))
    spent = time.perf_counter() - start
    print(json.dumps({"seconds": spent, "mb": resident(os.getpid()) - before, "heads": len(model.heads)}))


if __name__ == "__main__":
    main()
