"""A download in a process of its own: `python -m engine.fetching.download TEACHER` prints how many bytes have come.

The page's processes are told to keep off the network; this one, which runs only after somebody agreed, is not. It can
be killed at any moment: what has come is kept, and the next one goes on from there. It ends when nobody reads it.
"""

import os
import sys

from engine import plugins
from engine.fetching import hub

OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")  # what such a process is started without
QUIET = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_XET": "1"}  # and with; plain requests can be continued


def main(name: str) -> None:
    """Fetch what a teacher lacks.

    Raises:
        SystemExit: something can't be fetched; a sentence is on standard error.
    """
    before = came = 0

    def told(count: int) -> None:
        nonlocal came
        came = before + count
        try:
            print(came, flush=True)
        except BrokenPipeError:
            os._exit(0)  # at once: nobody would be told more, and what has come is on the disk

    try:
        for source in plugins.load("teachers", name).SOURCES:
            if hub.find(source) is None:
                hub.fetch(source, told)
                before = came
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1])
