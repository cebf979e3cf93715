"""Pieces of work that do not need one another, on several cores at once."""

from collections.abc import Callable, Sequence
from multiprocessing import get_all_start_methods, get_context


def spread(work: Sequence[Callable[[], object]], cores: int) -> None:
    """Do all of it; what it makes it leaves in files. Children are forked: they have the material without a copy. Where nothing can be forked, one after
    another. Raises ChildProcessError when a child failed; the others finish first.
    """
    if min(cores, len(work)) < 2 or "fork" not in get_all_start_methods():
        return _each(work)
    children = [get_context("fork").Process(target=_each, args=(work[at::cores],), daemon=True) for at in range(min(cores, len(work)))]
    for child in children:
        child.start()
    for child in children:
        child.join()
    failed = [child.exitcode for child in children if child.exitcode]
    if failed:
        raise ChildProcessError(failed)
    return None


def _each(work: Sequence[Callable[[], object]]) -> None:
    for piece in work:
        piece()
