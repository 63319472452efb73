"""``python -m bench NAME… [--size small|full] [--json]``: measures, prints, and keeps the results of full runs."""

from __future__ import annotations

import argparse
import sys

from bench import clocks, delivery, messages, understanding
from bench.figures import as_lines, as_table, keep

BENCHES = {"clocks": clocks.run, "delivery": delivery.run, "messages": messages.run, "understanding": understanding.run}


def main() -> int:
    """0 when every goal is met or was not measured, else 1."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure the program beside its parts and peers."
    )
    parser.add_argument("names", nargs="+", choices=sorted(BENCHES), metavar="NAME", help=", ".join(sorted(BENCHES)))
    parser.add_argument("--size", choices=sorted(messages.SIZES), default="full", help="small: seconds, proves little")
    parser.add_argument("--json", action="store_true", help="one object a line")
    wanted = parser.parse_args()
    found = []
    for name in wanted.names:
        figures, raw = BENCHES[name](wanted.size)
        found += figures
        if wanted.size == "full":
            keep(name, figures, raw=raw)
    print(as_lines(found) if wanted.json else as_table(found))
    return 0 if all(figure.passes in (True, None) for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
