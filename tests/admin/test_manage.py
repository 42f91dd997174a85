"""The front door: on a bare machine, from any folder, twice at once, and when something is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYSTEM_PYTHON = getattr(sys, "_base_executable", sys.executable)
PROGRAM = '"""Say what one was asked."""\nimport os, sys\nprint(sys.prefix, os.getcwd(), sys.argv[1:])\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with the real front door, and locks that name no package."""
    project = tmp_path / "group's purchases"
    (project / "requirements").mkdir(parents=True)
    (project / "admin").mkdir()
    (project / "admin" / "__main__.py").write_text(PROGRAM)
    shutil.copy(ROOT / "manage.py", project)
    for name in ("runtime", "dev"):
        (project / "requirements" / f"{name}.lock").write_text(f"# {name}\n")
    return project


def starting(project: Path, *words: str, python: str = SYSTEM_PYTHON) -> "subprocess.Popen[str]":
    """Start the front door from another folder, on a machine that knows nothing but English."""
    return subprocess.Popen(
        [python, str(project / "manage.py"), *words],
        cwd="/", env={"PATH": os.defpath, "LANG": "C", "HOME": str(project)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def end(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Return the exit code, and what was said on both streams."""
    out, err = process.communicate(timeout=100)
    return process.returncode, out.strip(), err.strip()


class TestManage:
    def test_hands_every_word_over_from_any_folder(self, project: Path) -> None:
        code, out, _ = end(starting(project, "ledger", "audit", "--json"))

        assert (code, out) == (0, f"{project / '.venv'} {project} ['ledger', 'audit', '--json']")

    def test_asks_for_help_when_it_is_told_nothing(self, project: Path) -> None:
        assert end(starting(project))[1].endswith("['--help']")

    def test_installs_once(self, project: Path) -> None:
        assert "Installing the runtime packages" in end(starting(project, "run"))[2]

        assert end(starting(project, "run"))[2] == ""

    def test_installs_more_for_tests_which_is_enough_for_running(self, project: Path) -> None:
        end(starting(project, "run"))

        assert "Installing the dev packages" in end(starting(project, "test"))[2]
        assert end(starting(project, "run"))[2] == ""

    def test_installs_again_when_the_lock_has_changed(self, project: Path) -> None:
        end(starting(project, "run"))
        (project / "requirements" / "runtime.lock").write_text("# another\n")

        assert "Installing" in end(starting(project, "run"))[2]

    def test_lets_two_first_starts_wait_for_each_other(self, project: Path) -> None:
        both = [starting(project, "run") for _ in range(2)]

        ended = [end(process) for process in both]

        assert [code for code, _, _ in ended] == [0, 0]
        assert sum("Installing" in err for _, _, err in ended) == 1

    def test_makes_the_environment_anew_when_its_python_is_gone(self, project: Path) -> None:
        end(starting(project, "run"))
        (project / ".venv" / "bin" / "python").unlink()
        (project / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")

        assert end(starting(project, "run"))[0] == 0

    def test_works_from_inside_its_own_environment(self, project: Path) -> None:
        end(starting(project, "run"))

        code, _, err = end(starting(project, "test", python=str(project / ".venv" / "bin" / "python")))

        assert (code, "Installing the dev packages" in err) == (0, True)

    def test_says_so_when_there_is_no_pip(self, project: Path, tmp_path: Path) -> None:
        bare = tmp_path / "bare"
        subprocess.run([SYSTEM_PYTHON, "-m", "venv", "--without-pip", str(bare)], check=True)

        code, out, err = end(starting(project, "run", python=str(bare / "bin" / "python")))

        assert (code, out) == (1, "")
        assert "has no pip" in err
        assert "Traceback" not in err

    def test_tries_again_after_an_installation_that_failed(self, project: Path) -> None:
        (project / "requirements" / "runtime.lock").write_text("without-a-hash==1.0\n")
        for _ in range(2):
            code, _, err = end(starting(project, "run"))

            assert code == 1
            assert "hash" in err
            assert "could not be installed" in err
            assert "Traceback" not in err
