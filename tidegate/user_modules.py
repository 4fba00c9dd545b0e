"""A user's own files of indicators and strategies: run once, so that what they register can be chosen by a study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from .errors import ConfigError, TidegateError
from .signals.registry import forget as forget_indicators
from .strategies.registry import forget as forget_strategies

_CARRIED: ContextVar[Mapping[str, bytes]] = ContextVar("carried", default={})  # noqa: B039  (nobody changes it)


@contextmanager
def carried(files: Mapping[str, bytes]) -> Iterator[None]:
    """Let contents stand for files, by path: on another machine they are not there, and here they may be edited."""
    token = _CARRIED.set(files)
    try:
        yield
    finally:
        _CARRIED.reset(token)


def content_of(name: str) -> bytes:
    """What a user's own file holds.

    Raises
    ------
    ConfigError
        There is no such file.
    """
    if name in _CARRIED.get():
        return _CARRIED.get()[name]
    try:
        return Path(name).read_bytes()
    except OSError:
        raise ConfigError("modules", received=name, expected="the path of a Python file") from None


def load_modules(paths: Sequence[str]) -> None:
    """Run each file, once for each content it has had: an edited file counts as it stands.

    Raises
    ------
    ConfigError
        There is no such file, or it fails.
    """
    for path in paths:
        _load(path)


_RUN: dict[str, bytes] = {}  # content that was run last, by path


def _load(name: str) -> None:
    path = Path(name)
    spec = spec_from_file_location(f"tidegate_user_{path.stem}", path)
    if spec is None:
        raise ConfigError("modules", received=name, expected="the path of a Python file")
    content = content_of(name)
    if _RUN.get(name) == content:
        return
    _RUN.pop(name, None)  # should it fail, its last content is to be run again
    forget_indicators(name)
    forget_strategies(name)
    try:
        # Not by the import system: its byte code takes a file of the same second and size for the same file.
        exec(compile(content, name, "exec", dont_inherit=True), module_from_spec(spec).__dict__)  # noqa: S102
    except TidegateError:
        raise
    except (Exception, SystemExit) as error:  # the user's code may fail in any way
        raise ConfigError(
            f"The file {name} fails",
            received=f"{type(error).__name__}: {error}",
            expected="a file that Python can run",
        ) from error
    _RUN[name] = content
