"""The event loop's machine code: compiled once on a machine, then loaded from the user's cache folder."""

from __future__ import annotations

import hashlib
import pickle
import pkgutil
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from importlib.metadata import version
from typing import Any

from platformdirs import user_cache_path

_SECONDS = 15  # of compilation on a slow processor
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
_UNREADABLE = (OSError, EOFError, ValueError, pickle.UnpicklingError)  # what a full disk or a torn file raises
_SOURCES = ("event_loop.py", "event_statistics.py", "vectorbt_orders.py")
_READY: list[Callable[..., None]] = []
_LOCK = threading.Lock()


def compile_loop(told: Callable[[str], None] | None = None) -> Callable[..., None]:
    """Make the compiled event loop ready in this process.

    Parameters
    ----------
    told : callable, optional
        Called with one sentence just before something is compiled; not when the machine code is only loaded.

    Returns
    -------
    callable
        `event_loop.walk` as machine code; it runs without the interpreter's lock.

    Notes
    -----
    The machine code holds functions of vectorbt and of other modules of ours inside, while numba looks at one file to
    see whether it is fresh: so the folder bears the versions and a digest of all that goes in. Where the folder cannot
    be written, or what lies there cannot be read, the code is compiled for this process only.
    """
    with _LOCK:
        if not _READY:
            from .event_loop import smallest, walk

            _READY.append(compile_for(walk, smallest(), folder=cache_folder(), told=told))
    return _READY[0]


def cache_folder() -> str:
    """Folder of the machine code, named by what it is made of."""
    return str(_cache())


def _cache() -> Any:  # a path
    sources = b"".join(pkgutil.get_data(__package__, name) or b"" for name in _SOURCES)
    parts = [f"{name}-{version(name)}" for name in ("numba", "llvmlite", "numpy", "vectorbt")]
    name = "_".join([*parts, f"python-{sys.version.split()[0]}", hashlib.sha256(sources).hexdigest()[:12]])
    return user_cache_path("tidegate", appauthor=False) / "compiled" / name


def is_compiled() -> bool:
    """Whether machine code lies in the cache; tells without importing vectorbt, which takes seconds."""
    return bool(_READY) or any(_cache().rglob("*.nbi"))


def compile_for(
    function: Callable[..., None], arguments: tuple[Any, ...], *, folder: str, told: Callable[[str], None] | None
) -> Callable[..., None]:
    """Machine code of `function` for the types of `arguments` and no others, from `folder` or left there."""
    import numba

    signature = tuple(numba.typeof(each) for each in arguments)  # type: ignore[no-untyped-call]
    dispatcher: Any
    for dispatcher in (_stored(function, folder), numba.njit(**_OPTIONS)(function)):
        with _telling(dispatcher, told), suppress(*_UNREADABLE):
            dispatcher.compile(signature)
        if dispatcher.overloads:
            break
    dispatcher.disable_compile()  # other types would be a mistake of ours, not a reason to compile again
    compiled: Callable[..., None] = dispatcher
    return compiled


def _stored(function: Callable[..., None], folder: str) -> Any:
    """`function` as numba will load it from `folder`, or without any cache where that is not possible."""
    from numba import config as numba_config
    from numba import njit

    config: Any = numba_config  # its attributes come from the environment
    before, config.CACHE_DIR = config.CACHE_DIR, folder
    try:
        dispatcher = njit(cache=True, **_OPTIONS)(function)
    except RuntimeError:  # no folder at all
        return njit(**_OPTIONS)(function)
    finally:
        config.CACHE_DIR = before
    # Where `folder` cannot be written numba takes another one, which does not bear the versions.
    return dispatcher if dispatcher.stats.cache_path.startswith(folder) else njit(**_OPTIONS)(function)


def _telling(dispatcher: Any, told: Callable[[str], None] | None) -> AbstractContextManager[None]:
    """Tell when numba begins to compile `dispatcher`, not what it calls."""
    from numba.core.event import Listener, install_listener

    class Once(Listener):
        def on_start(self, event: Any) -> None:
            if told is not None and event.data["dispatcher"] is dispatcher:
                told(f"Compiling the event loop: once on this machine, about {_SECONDS} s")

        def on_end(self, event: Any) -> None:
            """Nothing to say."""

    listening: AbstractContextManager[None] = install_listener("numba:compile", Once())
    return listening
