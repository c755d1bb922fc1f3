"""Where schemathesis is installed: an environment of its own, made once under .build-hostile-page/."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REQUIREMENTS = HERE / "requirements.txt"
ENVIRONMENT = ROOT / ".build-hostile-page" / "venv"
PROGRAM = ENVIRONMENT / "bin" / "schemathesis"
STAMP = ENVIRONMENT / "installed.txt"


def need() -> None:
    """Installs what is named in requirements.txt, if it is not there in that version."""
    wanted = REQUIREMENTS.read_text()
    if PROGRAM.exists() and STAMP.exists() and STAMP.read_text() == wanted:
        return
    print(f"hostile-page: installing schemathesis into {ENVIRONMENT.relative_to(ROOT)}", flush=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        pip = [str(ENVIRONMENT / "bin" / "pip"), "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "-r", str(REQUIREMENTS)], check=True)
    except subprocess.CalledProcessError:
        print("hostile-page: error: schemathesis could not be installed", file=sys.stderr)
        sys.exit("hostile-page: hint: is the Python package index reached? or --requests-seconds 0")
    STAMP.write_text(wanted)
