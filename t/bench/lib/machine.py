# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""What a run stands on: machine, programs and their versions, commit."""
import os
import platform
import re
import resource
import shutil
import signal
import subprocess
import sys

from lib.testbed import TOP

# program: Debian package
NEEDED = {"nginx": "nginx", "haproxy": "haproxy", "varnishd": "varnish",
          "wrk": "wrk", "openssl": "openssl", "cc": "gcc libc6-dev"}
# for these systems only: the begin of their names
NEEDED_BY = {"haproxy": "haproxy", "varnishd": "varnish"}
FOR_PROFILE = {"perf": "linux-perf", "strace": "strace"}
START_POLICY = "/usr/sbin/policy-rc.d"


def add_sbin_to_path():
    os.environ["PATH"] += ":/usr/local/sbin:/usr/sbin:/sbin"


def prepare_process():
    """Descriptors for all connections; a SIGTERM ends what was started."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))


def httpd():
    """(program, folder of modules), by apxs or as Debian has it."""
    apxs = os.environ.get("APXS") or shutil.which("apxs")
    if apxs:
        query = lambda name: _first_line([apxs, "-q", name])
        program = os.path.join(query("sbindir"), query("progname"))
        return program, query("libexecdir")
    return shutil.which("apache2") or "httpd", "/usr/lib/apache2/modules"


def missing(system_names):
    """{program: package} of what is not installed."""
    lacking = {program: package for program, package in NEEDED.items()
               if not shutil.which(program)
               and any(name.startswith(NEEDED_BY.get(program, ""))
                       for name in system_names)}
    if not shutil.which(httpd()[0]):
        lacking["httpd"] = "apache2"
    return lacking


def tell_missing(lacking):
    print("missing:", ", ".join(lacking), file=sys.stderr)
    print("on Debian: apt-get install", *lacking.values(),
          " or t/bench/run --deps", file=sys.stderr)


def install_all():
    """apt-get of everything, without starting the packages' services."""
    packages = ["apache2"]
    for names in (*NEEDED.values(), *FOR_PROFILE.values()):
        packages += names.split()
    own_policy = not os.path.exists(START_POLICY)
    if own_policy:
        with open(START_POLICY, "w") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(START_POLICY, 0o755)
    try:
        subprocess.run(["apt-get", "update", "-q"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-q",
                        "--no-install-recommends", *packages], check=True)
    finally:
        if own_policy:
            os.unlink(START_POLICY)


def describe():
    """The machine, as it goes into the figures."""
    with open("/proc/cpuinfo") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    with open("/proc/meminfo") as file:
        memory_kib = int(re.search(r"MemTotal:\s*(\d+)", file.read()).group(1))
    with open("/etc/os-release") as file:
        system = re.search(r'PRETTY_NAME="?([^"\n]*)', file.read())
    return {
        "cpu": model.group(1).strip() if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_mib": memory_kib // 1024,
        "kernel": platform.release(),
        "system": system.group(1) if system else "",
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def versions():
    return {
        "nginx": _first_line(["nginx", "-v"]),
        "haproxy": _first_line(["haproxy", "-v"]),
        "varnish": _first_line(["varnishd", "-V"]),
        "httpd": _first_line([httpd()[0], "-v"]),
        "wrk": _first_line(["wrk", "-v"]),
        "compiler": _first_line(["cc", "--version"]),
    }


def commit():
    """Short hash, with a + when the sources differ from it."""
    git = ["git", "-C", TOP]
    name = _first_line([*git, "rev-parse", "--short", "HEAD"])
    if not re.fullmatch(r"[0-9a-f]+", name):
        return "unknown"
    changed = _first_line([*git, "status", "--porcelain", "--untracked=no",
                           "--", "mod_rproxy", "mod_rproxy_cache",
                           "Makefile.apxs"])
    return name + ("+" if changed else "")


def _first_line(command):
    try:
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=20)
    except OSError:
        return ""
    return (done.stdout.strip().splitlines() or [""])[0]
