"""The `dinh` command."""

import os
import sys

from edge.words import Words, chosen_language


def app() -> None:
    """Entry point: run what the command line says, in the language of whoever typed it."""
    from edge.cli.page import run

    sys.exit(run(sys.argv[1:], Words(chosen_language(sys.argv, os.environ))))
