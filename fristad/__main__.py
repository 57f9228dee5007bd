"""`python -m fristad` is the command line."""

import sys

from fristad.cli import main

if __name__ == "__main__":
    sys.exit(main())
