"""`python -m edge.cli` is `dinh`."""

from edge.cli import app

if __name__ == "__main__":
    app()
