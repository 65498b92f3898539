"""A recording of a small program with a secret in every place that nsys records."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nvtx

SECRETS = {
    "environment": "zq7environ",
    "environment of another process": "zq7neighbor",
    "token": "hf_zq7AbCdEfGhIjKlMnOpQrStUvWxYz012345",
    "key of AWS": "AKIAZQ7ABCDEFGHIJKLM",
    "token in stdout": "ghp_zq7AbCdEfGhIjKlMnOpQrStUvWxYz0123456",
    "argument": "zq7argument",
    "working directory": "zq7workdir",
    "stdout": "zq7stdout",
    "stderr": "zq7stderr",
    "thread": "zq7thread",
    "executable": "zq7program",
    "NVTX path": "zq7folder",
    "user": "zq7user",
    "mail": "zq7mail",
    "host": "zq7host",
}
"""What is planted, by place; each begins so that no other text can hold it."""
PROGRAM = """
import ctypes, os, sys, threading, time
import nvtx

def work():
    ctypes.CDLL(None).prctl(15, b"{thread}", 0, 0, 0)  # PR_SET_NAME
    with nvtx.annotate("/srv/{folder}/data/page.txt"):
        time.sleep(0.02)

thread = threading.Thread(target=work)
thread.start()
thread.join()
print("{stdout}", "{printed}", flush=True)
print("{stderr}", file=sys.stderr, flush=True)
with nvtx.annotate("step 1"):
    with nvtx.annotate("load /home/{user}/model.bin for {mail}@example.com on {host}", domain="program"):
        for _ in range(20):
            open(os.devnull).close()
            time.sleep(0.001)
"""


def recorded(nsys: Path, folder: Path) -> Path:
    """Record the program; return the ``.nsys-rep``. The host has the planted name if it can be set."""
    work = folder / SECRETS["working directory"]
    work.mkdir()
    words = {key: SECRETS[key] for key in ("thread", "stdout", "stderr", "user", "mail", "host")}
    words |= {"folder": SECRETS["NVTX path"], "printed": SECRETS["token in stdout"]}
    (work / "program.py").write_text(PROGRAM.format(**words), encoding="utf-8")
    program = work / SECRETS["executable"]
    program.symlink_to(Path(sys.executable).resolve())
    environment = {
        **os.environ, "PYTHONPATH": str(Path(nvtx.__file__).parents[1]), "USER": SECRETS["user"],
        "HOME": f"/home/{SECRETS['user']}", "JOB_SETTING": SECRETS["environment"], "HF_TOKEN": SECRETS["token"],
        "AWS_ACCESS_KEY_ID": SECRETS["key of AWS"],
    }  # fmt: skip
    command = [
        str(nsys), "profile", "--trace=nvtx,osrt", "--sample=process-tree", "--force-overwrite=true",
        f"--output={folder / 'run'}", str(program), "program.py", f"--password={SECRETS['argument']}",
    ]  # fmt: skip
    if can_name_the_host():
        # A separate host name for this process and its children.
        command = ["unshare", "--uts", "sh", "-c", f'hostname {SECRETS["host"]} && exec "$@"', "sh", *command]
    other = {**os.environ, "SECRET_OF_ANOTHER": SECRETS["environment of another process"]}
    with subprocess.Popen(["sleep", "60"], env=other) as neighbor:
        try:
            subprocess.run(command, cwd=work, env=environment, check=True, capture_output=True, text=True, timeout=120)
        finally:
            neighbor.terminate()
    return folder / "run.nsys-rep"


def can_name_the_host() -> bool:
    """Return whether a process can get its own host name here."""
    if shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "--uts", "hostname", "x"], capture_output=True, check=False).returncode == 0


def exported(nsys: Path, recording: Path, kind: str, out: Path) -> Path:
    """Export a recording as ``sqlite`` or ``parquetdir``."""
    command = [str(nsys), "export", f"--type={kind}", "--force-overwrite=true", "--quiet=true", f"--output={out}"]
    subprocess.run([*command, str(recording)], check=True, capture_output=True, text=True, timeout=120)
    return out


def content(path: Path) -> bytes:
    """Return the bytes of a file, or of all files of a folder."""
    files = [path] if path.is_file() else sorted(path.iterdir())
    return b"".join(file.read_bytes() for file in files)
