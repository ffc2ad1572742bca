# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""A temporary place for one run: documents, logs, ports, compiled tools."""
import os
import pwd
import grp
import re
import shutil
import socket
import subprocess
import tempfile

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(BENCH))
RPROXY_MODULE = os.path.join(TOP, "build", "mod_rproxy", "mod_rproxy.so")
DOCUMENTS = {"1k.html": 1 << 10, "64k.html": 1 << 16, "1m.html": 1 << 20}
FIRST_PORT = 21000  # below the range that clients' ends are taken from


class BenchError(Exception):
    """The run cannot go on; the text says why."""


class Testbed:
    def __init__(self, httpd, modules, rproxy_module):
        self.dir = tempfile.mkdtemp(prefix="rproxy-bench.")
        os.chmod(self.dir, 0o755)
        self.next_port = FIRST_PORT
        self.httpd = httpd
        self.modules = modules
        self.rproxy_module = rproxy_module
        self.user, self.group = _unprivileged()
        os.mkdir(self.path("www"))
        os.mkdir(self.path("logs"))
        for name, size in DOCUMENTS.items():
            with open(self.path("www", name), "wb") as file:
                file.write(document(size))

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def port(self):
        """A free port of its own."""
        while True:
            self.next_port += 1
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", self.next_port))
                except OSError:
                    continue
            return self.next_port

    def tool(self, name):
        """tools/NAME.c, compiled on first use."""
        program = self.path(name)
        if not os.path.exists(program):
            source = os.path.join(BENCH, "tools", name + ".c")
            subprocess.run(["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra",
                            "-Werror", "-o", program, source], check=True)
        return program

    def fill(self, template, values):
        """Text of conf/TEMPLATE.conf: @KEY@ is replaced by values[KEY],
        @LOAD a b@ by the LoadModule lines of those that are not built in."""
        with open(os.path.join(BENCH, "conf", template + ".conf")) as file:
            text = file.read()
        values = {"DIR": self.dir, "USER": self.user, "GROUP": self.group,
                  "RPROXY": self.rproxy_module, **values}
        text = re.sub(r"@LOAD ([\w ]+)@",
                      lambda m: self._load_lines(m.group(1)), text)
        return re.sub(r"@(\w+)@", lambda m: str(values[m.group(1)]), text)

    def _load_lines(self, names):
        lines = []
        for name in names.split():
            path = os.path.join(self.modules, f"mod_{name}.so")
            if os.path.exists(path):
                lines.append(f"LoadModule {name}_module {path}")
        return "\n".join(lines)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)


def document(size):
    """Bytes that tell their own position, so that a shift is seen."""
    lines = b"".join(b"%07d\n" % n for n in range(size // 8 + 1))
    return lines[:size]


def _unprivileged():
    users = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("www-data", "apache", "nobody"):
        if name in users:
            gid = pwd.getpwnam(name).pw_gid
            return name, grp.getgrgid(gid).gr_name
    raise BenchError("no user www-data, apache or nobody")
