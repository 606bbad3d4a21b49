"""``python -m voicecoach`` and the ``voicecoach`` command."""

import os
import sys

from voicecoach import cli


def main() -> None:
    """Run the command line; after an interrupt, leave at once rather than when decoding threads are done."""
    try:
        cli.main()
    except SystemExit as stop:
        if stop.code == 130:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(130)
        raise


if __name__ == "__main__":
    main()
