"""``python -m voicecoach`` and the ``voicecoach`` command."""

from voicecoach.cli import main

if __name__ == "__main__":
    main()
