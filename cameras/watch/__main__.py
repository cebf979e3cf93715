"""`python -m cameras.watch`: what the supervisor starts."""

import sys

from cameras.watch.main import main

if __name__ == "__main__":
    sys.exit(main())
