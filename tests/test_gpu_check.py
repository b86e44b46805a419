"""`make gpu-check`: without a GPU it says so and writes nothing; the check itself works on a CPU, too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).parents[1] / "bench" / "gpu_check.py"


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so_in_a_line_and_writes_nothing(tmp_path: Path):
    found = check("--out", tmp_path / "gpu.md")

    assert found.returncode == 3
    assert "gpu-check: torch sees no CUDA GPU on this machine; nothing was written." in found.stderr.splitlines()
    assert found.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_check_itself_works_without_a_gpu(starter_hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HFMAGIC_CACHE_DIR", str(starter_hub.parent))
    found = check("--device", "cpu", "--only", "bert-tiny-sentiment", "--rows", "12", "--out", tmp_path / "gpu.md")

    report = (tmp_path / "gpu.md").read_text(encoding="utf-8")
    assert found.returncode == 0, found.stderr + report
    assert "| text-classification | bert-tiny-sentiment | 12 of 12 |" in report
    assert "✓ 12 rows in one batch, as far as it fits (" in report
