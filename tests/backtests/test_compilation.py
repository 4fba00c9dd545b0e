"""Machine code is made once on a machine, and made anew where it is torn."""

import subprocess
import sys

import numpy as np
import pytest

from tidegate.backtests.compilation import compile_for, compile_loop

SECOND = """
import sys
from tidegate.backtests.compilation import compile_loop
told = []
compile_loop(told.append)
print(told, "vectorbt" in sys.modules)
"""


def test_a_second_process_compiles_nothing_and_does_without_vectorbt():
    compile_loop()
    done = subprocess.run([sys.executable, "-c", SECOND], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] False"


def doubled(values):
    for row in range(len(values)):
        values[row] *= 2.0


def double_with(folder):
    """What was told, and whether the machine code works."""
    told, values = [], np.ones(3)
    compiled = compile_for(doubled, (values,), folder=str(folder), told=told.append)
    compiled(values)
    assert values.tolist() == [2.0] * 3
    return told


def test_the_first_compilation_is_told_and_the_second_is_none(tmp_path):
    (sentence,) = double_with(tmp_path / "cache")
    assert sentence.startswith("Compiling the event loop: once on this machine, about ")
    assert double_with(tmp_path / "cache") == []


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert len(double_with(tmp_path / "file/cache")) == 1
    assert len(double_with(tmp_path / "file/cache")) == 1
    assert not [each for each in tmp_path.iterdir() if each.is_dir()]


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("rest", [b"", b"torn"])
def test_torn_machine_code_is_done_without(tmp_path, ending, rest):
    double_with(tmp_path)
    (torn,) = tmp_path.rglob(f"*.{ending}")
    torn.write_bytes(rest)
    assert len(double_with(tmp_path)) == 1


def test_other_types_are_a_mistake(tmp_path):
    compiled = compile_for(doubled, (np.ones(3),), folder=str(tmp_path), told=None)
    with pytest.raises(TypeError):
        compiled(np.ones((3, 3)))
