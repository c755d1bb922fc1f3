"""The Python environment of its own that these tools run in, made once under .build-interop/."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.txt"
ENVIRONMENT = ROOT / ".build-interop" / "venv"
AGAIN = "KITH_INTEROP_IN_ENVIRONMENT"


def _is_complete() -> bool:
    """Whether every library is installed in the version that is named."""
    for line in REQUIREMENTS.read_text().split():
        name, version = line.split("==")
        try:
            if metadata.version(name) != version:
                return False
        except metadata.PackageNotFoundError:
            return False
    return True


def enter(script: str) -> None:
    """Starts a script again where the libraries are; returns if they are here already."""
    if _is_complete():
        return
    if AGAIN in os.environ:
        sys.exit("interop: the libraries in requirements.txt could not be installed")
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        + ["--requirement", str(REQUIREMENTS)],
        check=True,
    )
    os.environ[AGAIN] = "1"
    os.execv(str(python), [str(python), str(Path(script).resolve()), *sys.argv[1:]])
