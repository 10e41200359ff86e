#!/usr/bin/env python3
"""Replays the README's terminal transcript of a live reload, with the README's own plugin, project and YAML.

usage: readme_transcript.py README BUILD COMPILER

Installs BUILD into a new prefix, builds the plugin with COMPILER, and types each command of the transcript into a
shell. What is answered must be what the README shows, but for times, sizes and the port. Exit code 0: so it was.
"""

import os
import pathlib
import queue
import re
import socket
import subprocess
import sys
import tempfile
import threading

PATIENCE_SECONDS = 60
SHOWN_PORT = "8080"
# curl may not be here; it needs to do no more than this.
CURL = r"""curl() {
    python3 -c '
import sys, urllib.error, urllib.request
try:
    answer = urllib.request.urlopen("http://" + sys.argv[1])
except urllib.error.HTTPError as error:
    answer = error
print(answer.read().decode().rstrip("\n"))
' "$1"
}
"""
VARYING = [
    (r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z ", "TIME "),
    (r"\bin \d+ ms\b", "in N ms"),
    (r"\bsegment \d+ ends at \d+\b", "segment N ends at N"),
]


def example(readme, language, holds):
    for block in re.findall(rf"```{language}\n(.*?)```\n", readme, re.DOTALL):
        if holds in block:
            return block
    raise SystemExit(f"the README has no {language} example with '{holds}'")


def steps(transcript):
    """Each command with the lines that are shown below it."""
    found = []
    for line in transcript.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def without_varying(line):
    for varying, name in VARYING:
        line = re.sub(varying, name, line)
    return line


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Shell:
    """A shell that is typed into, and the lines that it and what it started print."""

    def __init__(self, folder, path):
        self.process = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def type(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def next_line(self):
        """None at the end, or when nothing comes."""
        try:
            return self.lines.get(timeout=PATIENCE_SECONDS)
        except queue.Empty:
            return None

    def finish(self):
        """What was printed beyond what was read. Nothing that was started is left."""
        self.process.stdin.write("kill $(jobs -p) 2>/dev/null; wait\n")
        self.process.stdin.close()
        rest = []
        while (line := self.next_line()) is not None:
            rest.append(line)
        self.process.wait(PATIENCE_SECONDS)
        return rest


def run(*command):
    command = [str(part) for part in command]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")


def make_project(readme, folder, prefix, compiler):
    (folder / "greeter.cpp").write_text(example(readme, "cpp", "PATCHBAY_PLUGIN"))
    (folder / "CMakeLists.txt").write_text(example(readme, "cmake", "patchbay_add_plugin"))
    (folder / "patchbay.yaml").write_text(example(readme, "yaml", "greeting: Servus"))
    run("cmake", "-S", folder, "-B", folder / "build", "-DCMAKE_BUILD_TYPE=Release", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={compiler}")
    run("cmake", "--build", folder / "build")


def replay(shell, transcript):
    """The first difference, or None."""
    shell.type(CURL)
    for command, shown in steps(transcript):
        shell.type(command)
        printed = [shell.next_line() for _ in shown]
        # The log and standard output are two streams: their order within a step is not promised.
        if sorted(without_varying(line or "") for line in printed) != sorted(map(without_varying, shown)):
            return "\n".join([f"$ {command}", "shows in the README:", *shown, "printed:", *map(str, printed)])
    return None


def main(readme_file, build, compiler):
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary) / "project"
        prefix = pathlib.Path(temporary) / "prefix"
        folder.mkdir()
        readme = pathlib.Path(readme_file).read_text().replace(SHOWN_PORT, free_port())
        run("cmake", "--install", build, "--prefix", prefix)
        make_project(readme, folder, prefix, compiler)
        shell = Shell(folder, prefix / "bin")
        difference = replay(shell, example(readme, "console", "patchbay serve"))
        surplus = shell.finish()
    if difference or surplus:
        print(difference or "", "printed beyond what the README shows:", *surplus, sep="\n")
    return not difference and not surplus


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    sys.exit(0 if main(*sys.argv[1:]) else 1)
