# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""A temporary place for one run: documents, logs, ports, compiled tools."""
import glob
import grp
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile

from lib import bodies

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(os.path.dirname(BENCH))
BUILD = os.path.join(TOP, "build")
DOCUMENTS = {"1k.html": 1 << 10, "64k.html": 1 << 16, "1m.html": 1 << 20}
PAGE = "page.html"
PAGE_SIZE = 62 << 10
NETWORKS = 1000000
FIRST_PORT = 21000  # below the range that clients' ends are taken from


class BenchError(Exception):
    """The run cannot go on; the text says why."""


class Testbed:
    def __init__(self, httpd, modules, build):
        self.dir = tempfile.mkdtemp(prefix="rproxy-bench.")
        os.chmod(self.dir, 0o755)
        self.next_port = FIRST_PORT
        self.httpd = httpd
        self.modules = modules
        self.build = build
        self.values = {}  # for all templates
        self.user, self.group = _unprivileged()
        os.mkdir(self.path("www"))
        os.mkdir(self.path("logs"))
        for name in (*DOCUMENTS, PAGE):
            with open(self.path("www", name), "wb") as file:
                file.write(content(name))

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

    def certificate(self):
        """A certificate (cert.pem, key.pem, both.pem), made on first use."""
        if os.path.exists(self.path("both.pem")):
            return
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
             "-keyout", self.path("key.pem"), "-out", self.path("cert.pem"),
             "-subj", "/CN=localhost"], check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(self.path("both.pem"), "w") as both:
            for name in ("cert.pem", "key.pem"):
                with open(self.path(name)) as file:
                    both.write(file.read())

    def networks(self):
        """A million networks, of which loopback is none: one a line, and as
        nginx's geo has them; made on first use."""
        if os.path.exists(self.path("networks.geo")):
            return
        number, texts = 1, set()
        while len(texts) < NETWORKS:
            number = (number * 6364136223846793005 + 1442695040888963407) \
                & 0xffffffffffffffff
            bits = 32 - (number >> 8) % 4
            first = number >> 32 & (0xffffffff << (32 - bits))
            if not 0x7f000000 <= first <= 0x7fffffff:
                texts.add("%d.%d.%d.%d/%d" % (
                    first >> 24, first >> 16 & 255, first >> 8 & 255,
                    first & 255, bits))
        with open(self.path("networks.txt"), "w") as file:
            file.writelines(text + "\n" for text in texts)
        with open(self.path("networks.geo"), "w") as file:
            file.writelines(text + " 1;\n" for text in texts)

    def rules(self):
        """Sets where mod_security2 and the Core Rule Set are."""
        if "WAF_PACKAGES" not in self.values:
            self.values["WAF_PACKAGES"] = subprocess.run(
                [os.path.join(TOP, "t", "waf", "packages")], check=True,
                text=True, stdout=subprocess.PIPE).stdout.strip()
            self.values["ARCH_LIB"] = os.path.dirname(glob.glob(
                self.values["WAF_PACKAGES"] + "/usr/lib/*/libyajl.so.2")[0])

    def body(self, name):
        """File with a body of bodies.py, made on first use."""
        path = self.path("body-" + name)
        if not os.path.exists(path):
            with open(path, "wb") as file:
                file.write(bodies.body(name))
        return path

    def module(self, name):
        return os.path.join(self.build, name, name + ".so")

    def fill(self, template, values):
        """Text of conf/TEMPLATE.conf: @KEY@ is replaced by values[KEY],
        @LOAD a b@ by the LoadModule lines of those that are not built in."""
        with open(os.path.join(BENCH, "conf", template + ".conf")) as file:
            text = file.read()
        values = {"DIR": self.dir, "USER": self.user, "GROUP": self.group,
                  "RPROXY": self.module("mod_rproxy"),
                  "RPROXY_CACHE": self.module("mod_rproxy_cache"),
                  "RPROXY_BALANCER": self.module("mod_rproxy_balancer"),
                  "RPROXY_GUARD": self.module("mod_rproxy_guard"),
                  "AGENTS": os.path.join(TOP, "conf/guard/agents.txt"),
                  "PRESETS": os.path.join(TOP, "conf/guard"),
                  **self.values, **values}
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


def content(name):
    """What the origin sends for /NAME and /cached/NAME, as bytes."""
    if name == PAGE:
        return page()
    return bodies.document(DOCUMENTS[name]) if name in DOCUMENTS else b"ok\n"


def page():
    """HTML as a shop makes it: rows of one form, with other numbers."""
    rows, number, length = [b"<!DOCTYPE html>\n<title>Garden</title>\n"], 1, 0
    while length < PAGE_SIZE:
        number = (number * 1103515245 + 12345) & 0x7fffffff
        rows.append(b'<li class="item"><a href="/shop/item-%d">Table %d</a> '
                    b'<span class="price">%d.%02d</span> in stock</li>\n'
                    % (number >> 8 & 0xffff, number >> 12 & 0xfff,
                       number >> 16 & 0xff, number >> 9 & 63))
        length += len(rows[-1])
    return b"".join(rows)[:PAGE_SIZE]


def _unprivileged():
    users = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("www-data", "apache", "nobody"):
        if name in users:
            gid = pwd.getpwnam(name).pw_gid
            return name, grp.getgrgid(gid).gr_name
    raise BenchError("no user www-data, apache or nobody")
