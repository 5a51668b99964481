"""What `.ci/audit` makes of the answers of pip-audit."""

from __future__ import annotations

import json
import runpy
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

AUDIT = Path(__file__).parents[2] / ".ci" / "audit"

SOUND = {"name": "pytz", "version": "2026.1", "vulns": []}
VULNERABLE = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
SKIPPED = {"name": "unknown", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "code", "said"),
    [
        ([SOUND, SKIPPED], 0, "No known vulnerability of 1 packages; 1 not looked up"),
        ([SOUND, VULNERABLE], 1, "old 1.0: PYSEC-1, mended in 1.1"),
        ([SKIPPED], 2, "The advisories could not be looked up"),
    ],
)
def test_what_is_known_fails_and_what_is_not_known_is_said(monkeypatch, capsys, dependencies, code, said):
    answer = SimpleNamespace(stdout=json.dumps({"dependencies": dependencies}), stderr="")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: answer)
    assert runpy.run_path(str(AUDIT))["main"]([]) == code
    assert capsys.readouterr().out == said + "\n"


def test_a_host_that_does_not_answer_passes_only_where_that_is_asked_for(monkeypatch, capsys):
    def unreachable(*_, **__):
        raise subprocess.TimeoutExpired("pip-audit", 90)

    monkeypatch.setattr(subprocess, "run", unreachable)
    main = runpy.run_path(str(AUDIT))["main"]
    assert (main([]), main(["--where-possible"])) == (2, 0)
    assert "could not be looked up: no answer within 90 seconds" in capsys.readouterr().out
