"""What a camera's address stands for, one after the other: a stream or a file again and again, or the films of a folder in their order."""

from pathlib import Path

from cameras.domain.errors import Code, Refusal
from cameras.watch.address import is_stream

FILMS = frozenset({".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".ts", ".h264", ".h265"})


class Playlist:
    """`next` never ends: a folder is read anew each round, so that films may be put in and taken out."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.skipped: str | None = None
        """The name of a film of this round that could not be played."""
        self._folder = None if is_stream(url) else Path(url.removeprefix("file://"))
        self._left: list[Path] = []
        self._played = True

    @property
    def is_folder(self) -> bool:
        """It stands for several films."""
        return self._folder is not None and self._folder.is_dir()

    def next(self) -> str:
        """The address to open now. Raises Refusal: the folder holds no film, or none that can be played."""
        if self._folder is None or not self.is_folder:
            return self.url
        if not self._left:
            self._begin(self._folder)
        return str(self._left.pop(0))

    def skip(self, film: str, *, played: bool) -> None:
        """A film could not be played, or only a part of it."""
        self.skipped = Path(film).name
        self._played = self._played or played

    def played(self) -> None:
        """A film was."""
        self._played = True

    def _begin(self, folder: Path) -> None:
        hopeless, self._played = not self._played, False
        if hopeless:
            self._played = True
            raise Refusal(Code.NO_PICTURE, {"folder": folder.name})
        self.skipped = None
        self._left = sorted(path for path in folder.iterdir() if path.suffix.lower() in FILMS and not path.name.startswith("."))
        if not self._left:
            self._played = True
            raise Refusal(Code.FOLDER_EMPTY, {"folder": folder.name})
