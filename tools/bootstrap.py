"""Prepare .venv for one use: run, test or check. Standard library only, quick when nothing changed."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "tremplin-stamp.json"
REQUIREMENTS = ROOT / "requirements"

# Each use adds its own list to those before it. A richer environment serves the poorer uses.
USES = ("run", "test", "check")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A browser without any font draws no text: one small family comes with it.
BROWSER_PACKAGES = ("chromium", "fonts-dejavu-core")


def prepare(use: str) -> None:
    """Bring .venv to the locked lists of this use, and do nothing when it is there already."""
    installed = read_stamp()
    level = max(USES.index(use), USES.index(installed["use"]) if installed else 0)
    wanted = {"use": USES[level], "lists": fingerprint(level), "python": venv_python()}
    if installed == wanted:
        return
    if not wanted["python"] or (installed and installed["python"] != wanted["python"]):
        create_venv()
        wanted["python"] = venv_python()
    STAMP.unlink(missing_ok=True)
    say(f"Installing what `{USES[level]}` needs into {VENV.relative_to(ROOT)} (a minute the first time)")
    install_uv()
    install(level)
    make_importable()
    STAMP.write_text(json.dumps(wanted), encoding="utf-8")


def require_browser() -> None:
    """Find a Chromium for the browser tests, or install it: they are never skipped."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    apt_install(BROWSER_PACKAGES, what="The browser tests need Chromium, and this machine has none")
    if not any(shutil.which(name) for name in BROWSERS):
        stop("Chromium was installed, but is not on the PATH: the browser tests cannot run.")


def fingerprint(level: int) -> str:
    """Everything that decides what .venv must hold: the lists, where it stands, this file."""
    digest = hashlib.sha256()
    for path in [*lists(level), REQUIREMENTS / "uv.txt", Path(__file__)]:
        digest.update(path.read_bytes())
    digest.update(str(ROOT).encode())
    return digest.hexdigest()


def lists(level: int) -> list[Path]:
    """The locked lists of a use, the poorest first."""
    return [REQUIREMENTS / f"{use}.txt" for use in USES[: level + 1]]


def read_stamp() -> dict[str, str] | None:
    """What .venv holds, as written after the last complete installation."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    complete = isinstance(stamp, dict) and stamp.get("use") in USES and "python" in stamp
    return stamp if complete else None


def venv_python() -> str:
    """The version of .venv's Python, "" when there is none that starts."""
    return answer(python(), "-c", "import sys; print(*sys.version_info[:2], sep='.')")


def create_venv() -> None:
    """Make a new .venv; Debian's Python needs a package for that, and gets it when it can."""
    if not answer(sys.executable, "-c", "import venv, ensurepip; print('there')"):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        apt_install((f"python{version}-venv",), what=f"Python {version} came here without its `venv` module")
    shutil.rmtree(VENV, ignore_errors=True)
    say(f"Making {VENV.relative_to(ROOT)} with Python {sys.version.split()[0]}")
    run(sys.executable, "-m", "venv", str(VENV))


def install_uv() -> None:
    """Pip brings uv, once: at one version, checked against its hashes."""
    wanted = (REQUIREMENTS / "uv.txt").read_text(encoding="utf-8").split("uv==")[1].split()[0]
    if answer(script("uv"), "--version").split()[1:2] == [wanted]:
        return
    options = ["--quiet", "--disable-pip-version-check", "--no-input", "--only-binary", ":all:", "--require-hashes"]
    run(str(python()), "-m", "pip", "install", *options, "-r", str(REQUIREMENTS / "uv.txt"))


def install(level: int) -> None:
    """Make .venv hold exactly what the lists say, nothing more."""
    environment = dict(os.environ, VIRTUAL_ENV=str(VENV), UV_NO_PROGRESS="1", UV_PYTHON_DOWNLOADS="never")
    environment.setdefault("UV_LINK_MODE", "copy")
    options = ["--quiet", "--require-hashes", "--python", str(python()), "--compile-bytecode", "--no-config"]
    run(str(script("uv")), "pip", "sync", *options, *map(str, lists(level)), environment=environment)


def make_importable() -> None:
    """`import lms` from anywhere and the `lms` command, without building a package."""
    packages = answer(python(), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(packages, "tremplin.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    if os.name == "nt":
        script("lms").with_suffix(".cmd").write_text('@"%~dp0python.exe" -m lms %*\n', encoding="utf-8")
        return
    command = script("lms")
    command.write_text(f'#!/bin/sh\nexec "{python()}" -m lms "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def apt_install(packages: tuple[str, ...], *, what: str) -> None:
    """Install Debian's packages when we may, or say exactly what to type."""
    command = f"apt-get install --yes --no-install-recommends {' '.join(packages)}"
    apt = shutil.which("apt-get")
    if apt is None:
        stop(f"{what}. Install it with this system's own tool (on Debian: sudo {command}), then try again.")
    if os.geteuid() != 0:
        stop(f"{what}. Type this, then try again:\n    sudo apt-get update && sudo {command}")
    say(f"{what}: installing {' '.join(packages)}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run(apt, "update", "--quiet=2", environment=environment)
    run(*command.replace("apt-get", apt, 1).split(), "--quiet=2", environment=environment)


def python() -> Path:
    """The environment's Python."""
    return script("python")


def script(name: str) -> Path:
    """A program of the environment."""
    return VENV / "Scripts" / f"{name}.exe" if os.name == "nt" else VENV / "bin" / name


def answer(program: Path | str, *arguments: str) -> str:
    """What a program prints, without the space around it; "" when it is not there or fails."""
    try:
        done = subprocess.run([str(program), *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def run(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run a command; when it fails, name it and stop."""
    code = subprocess.run(command, env=environment, check=False).returncode
    if code:
        stop(f"This failed (exit code {code}): {' '.join(command)}")


def say(text: str) -> None:
    """Tell the person at the terminal what is going on."""
    print(f"— {text}", file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    """End with a message that says what to do."""
    print(f"\n{text}", file=sys.stderr, flush=True)
    raise SystemExit(1)


def main(arguments: list[str]) -> None:
    """`bootstrap.py run|test|check [--browser]`."""
    uses = [argument for argument in arguments if argument in USES]
    if len(uses) != 1 or set(arguments) - {*USES, "--browser"}:
        stop(f"usage: bootstrap.py {'|'.join(USES)} [--browser]")
    prepare(uses[0])
    if "--browser" in arguments:
        require_browser()


if __name__ == "__main__":
    main(sys.argv[1:])
