"""Makes the virtual environment that the tests take Python programs from: python3 environment.py DIRECTORY

It holds what requirements.txt names, checked by hash. It is made again when that file or the version of Python changes.
Callers at the same time wait for one another. Where it cannot be made, one line on stderr says why, and the status is 1.
"""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
OLDEST = (3, 10)


def make(directory: Path) -> None:
    try:
        # Debian has venv without ensurepip, and then leaves an environment without pip behind.
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        sys.exit("Python has no module venv or ensurepip; install python3-venv")
    # Clears an environment that is out of date, and no other directory.
    venv.create(directory, clear=(directory / "pyvenv.cfg").exists(), with_pip=True)
    pip = [directory / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = subprocess.run([*pip, "--require-hashes", "-r", REQUIREMENTS], stderr=subprocess.PIPE, text=True)
    if installed.returncode != 0:
        reason = (installed.stderr.strip().splitlines() or ["no reason given"])[-1]
        sys.exit(f"the Python packages of test/cloud/requirements.txt cannot be installed ({reason}); check the network")


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Python {sys.version.split()[0]} is too old; install Python 3.10 or later as python3")
    directory = Path(sys.argv[1]).absolute()
    directory.parent.mkdir(parents=True, exist_ok=True)
    # The lock ends with this process, however it ends.
    fcntl.flock(os.open(directory.parent, os.O_RDONLY), fcntl.LOCK_EX)
    stamp = directory / "made-from.txt"
    made_from = f"{sys.version}\n{REQUIREMENTS.read_text()}"
    if not stamp.exists() or stamp.read_text() != made_from:
        make(directory)
        stamp.write_text(made_from)


main()
