"""The shape of the package, read from its syntax: who may import whom, and what may not be written anywhere."""

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
# What each folder may import of the others; every folder may import the errors.
BELOW = {
    "data": set(),
    "signals": {"data"},
    "strategies": {"data", "signals"},
    "backtests": {"data", "signals", "strategies"},
    "reports": {"data", "signals", "strategies", "backtests"},
    "paper": {"data", "signals", "strategies"},
    "studies": set(),
}
HEAVY = ["vectorbt", "quantstats", "matplotlib", "arch", "statsmodels"]
OUTSIDE = {"http", "httpx", "ftplib", "socket", "requests", "urllib", "urllib3", "aiohttp", "yfinance", "fredapi"}
PANDAS_READERS = {"read_csv", "read_excel", "read_feather", "read_html", "read_json", "read_parquet", "read_sql"}
FILE_READERS = {"open", "read_text", "read_bytes", "DictReader", "reader", "getenv"}


def modules(*folders: str) -> list[Path]:
    """Python files of the folders, all of the package when none is named; links are not followed."""
    found = [path for folder in folders or ("tidegate", *BELOW) for path in _python_files(ROOT / folder)]
    assert len(found) >= len(folders)
    return sorted(found)


def _python_files(folder: Path) -> Iterator[Path]:
    for place in sorted(folder.iterdir()):
        if place.is_dir() and not place.is_symlink():
            yield from _python_files(place)
        elif place.suffix == ".py":
            yield place


class Import(NamedTuple):
    """An imported module by its absolute name, as seen from inside the package."""

    place: str
    name: str


def imports(path: Path) -> Iterator[Import]:
    """Everything `path` imports, in functions and for type checkers too."""
    parts = path.relative_to(ROOT).parts
    package = [*([] if parts[0] == "tidegate" else ["tidegate"]), *parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        place = f"{'/'.join(parts)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            yield from (Import(place, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            yield from (Import(place, f"{source}.{alias.name}") for alias in node.names)


def calls(path: Path) -> Iterator[tuple[str, str]]:
    """Place and last name of every call: ``pd.read_csv(...)`` is ``read_csv``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield f"{path.relative_to(ROOT)}:{node.lineno}", name


@pytest.mark.parametrize("folder", BELOW)
def test_imports_go_one_way(folder: str) -> None:
    allowed = {folder, "errors", *BELOW[folder]}
    own = [found for path in modules(folder) for found in imports(path) if found.name.split(".")[0] == "tidegate"]
    assert [found for found in own if found.name.split(".")[1] not in allowed] == []


def test_the_errors_import_nothing_of_the_package() -> None:
    assert [found for found in imports(ROOT / "tidegate/errors.py") if found.name.startswith("tidegate")] == []


def test_inside_the_package_imports_are_relative() -> None:
    absolute = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] == "tidegate")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "tidegate" for alias in node.names))
    ]
    assert absolute == []


@pytest.mark.parametrize(
    ("library", "places"),
    [
        ("vectorbt", {"backtests/portfolio.py", "backtests/vectorbt_orders.py"}),
        ("quantstats", {"reports/tearsheet.py"}),
    ],
)
def test_a_library_stands_behind_its_modules(library: str, places: set[str]) -> None:
    found = {each.place.split(":")[0] for path in modules() for each in imports(path) if _top(each) == library}
    assert found == places


def _top(found: Import) -> str:
    return found.name.split(".")[0]


def test_only_data_and_paper_reach_outside() -> None:
    rest = modules("tidegate", "signals", "strategies", "backtests", "reports")
    assert [found for path in rest for found in imports(path) if _top(found) in OUTSIDE] == []


def test_only_data_reads_tables() -> None:
    rest = modules("tidegate", "signals", "strategies", "backtests", "reports", "paper")
    assert [place for path in rest for place, name in calls(path) if name in PANDAS_READERS] == []


def test_only_the_study_and_the_grid_read_toml() -> None:
    found = {each.place.split(":")[0] for path in modules() for each in imports(path) if _top(each) == "tomllib"}
    assert found == {"tidegate/study.py", "tidegate/sweeps/grid.py"}


def test_between_data_and_pages_nothing_reads_files_or_the_environment() -> None:
    pure = modules("signals", "strategies", "backtests")
    assert [place for path in pure for place, name in calls(path) if name in FILE_READERS] == []
    assert [found for path in pure for found in imports(path) if _top(found) in {"os", "pathlib"}] == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_looks_ahead(path: Path) -> None:
    assert list(_looks_ahead(ast.parse(path.read_text(encoding="utf-8")))) == []


def _looks_ahead(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if _fills_backward(node) or _shifts_backward(node) or _centres(node):
            yield f"line {getattr(node, 'lineno', 0)}: {ast.unparse(node)}"


def _fills_backward(node: ast.AST) -> bool:
    word = getattr(node, "attr", None) or getattr(node, "value", None)
    return isinstance(word, str) and word in {"bfill", "backfill"}


def _shifts_backward(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "shift"):
        return False
    steps = [*node.args, *(keyword.value for keyword in node.keywords)]
    return any(isinstance(step, ast.UnaryOp) and isinstance(step.op, ast.USub) for step in steps)


def _centres(node: ast.AST) -> bool:
    return isinstance(node, ast.keyword) and node.arg == "center" and ast.unparse(node.value) != "False"


@pytest.mark.parametrize(
    "code",
    ["x.shift(-1)", "x.shift(periods=-1)", "x.bfill()", "x.fillna(method='backfill')", "x.rolling(5, center=True)"],
)
def test_looking_ahead_would_be_seen(code: str) -> None:
    assert list(_looks_ahead(ast.parse(code)))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("folder", BELOW)
def test_an_init_holds_a_paragraph_and_names(folder: str) -> None:
    for path in modules(folder):
        if path.name == "__init__.py":
            _, *body = ast.parse(path.read_text(encoding="utf-8")).body
            assert [ast.unparse(node) for node in body if not _belongs_into_an_init(node)] == []


def _belongs_into_an_init(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return [ast.unparse(target) for target in node.targets] == ["__all__"]
    if isinstance(node, ast.If):
        return ast.unparse(node.test) == "TYPE_CHECKING" and all(map(_belongs_into_an_init, node.body))
    if isinstance(node, ast.FunctionDef):
        return node.name == "__getattr__"  # how names are imported on first use
    return isinstance(node, ast.Import | ast.ImportFrom)


def loaded_after(code: str) -> set[str]:
    """Top-level modules in a fresh interpreter after `code`."""
    asked = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, env=_plain_environment())
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_"))}


def test_importing_tidegate_is_light() -> None:
    loaded = loaded_after("import tidegate")
    assert "tidegate" in loaded
    assert loaded.isdisjoint([*HEAVY, "pandas", "numpy", "pydantic"])


def test_help_imports_nothing_that_computes() -> None:
    loaded = loaded_after(_command("--help"))
    assert "typer" in loaded
    assert loaded.isdisjoint([*HEAVY, "pandas", "numpy", "pydantic"])


def test_the_signal_path_is_light(tmp_path: Path) -> None:
    loaded = loaded_after(_command("signal", "--quiet", "--out", str(tmp_path / "signal")))
    assert (tmp_path / "signal/target.json").is_file()
    assert "pandas" in loaded
    assert loaded.isdisjoint([*HEAVY, "plotly"])


def _command(*arguments: str) -> str:
    return (
        f"import contextlib, sys\nsys.argv = {['tidegate', *arguments]!r}\n"
        "from tidegate.cli import main\nwith contextlib.suppress(SystemExit): main()"
    )
