# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Where the CPU time of a server goes under load, and its system calls.

perf attaches to the threads of the server and runs for as long as wrk does.
System calls are counted by the kernel's tracepoints at full speed where perf
can read them; strace counts them anywhere, but slows the server down, which
changes how much is done per wake-up.
"""
import re
import signal
import subprocess

from lib import load, measure
from lib.testbed import BenchError

# A tracepoint costs a descriptor per thread: only what servers use.
CALLS = """
    accept4 brk clock_gettime close connect epoll_ctl epoll_pwait epoll_wait
    eventfd2 fcntl futex getpeername getsockname getsockopt ioctl madvise
    mmap mprotect munmap newfstat open openat pipe2 poll ppoll pread64
    pwritev read readv recvfrom recvmsg sched_yield sendfile64 sendmsg
    sendto setsockopt shutdown socket splice timerfd_settime write writev
""".split()
REPORT_LINE = re.compile(r"\s*([\d.]+)%\s*;([^;]*);\[(.)\] ([^;]*)")
TOTAL = "raw_syscalls:sys_enter"


def symbols(bed, system, work, seconds, top):
    """Text: shares of kernel and user, of the objects, of the symbols."""
    data = bed.path("perf.data")
    _run(["perf", "record", "-q", "-F", "2999", "-o", data,
          "-p", _processes(system), "--",
          *load.command(system, work, seconds)])
    report = _run(["perf", "report", "--no-children", "--stdio", "-i", data,
                   "--sort", "dso,symbol", "-t", ";"])
    found = []
    for line in report.splitlines():
        match = REPORT_LINE.match(line)
        if match:
            share, place, space, symbol = match.groups()
            found.append((float(share), place.strip(), space, symbol.strip()))
    if not found:
        raise BenchError("perf saw nothing of " + system.name)
    return _symbols_text(found, top)


def _symbols_text(found, top):
    kernel = sum(share for share, _, space, _ in found if space == "k")
    user = sum(share for share, _, _, _ in found) - kernel
    places = {}
    for share, place, _, _ in found:
        places[place] = places.get(place, 0) + share
    lines = [f"kernel {kernel:.1f} %, user {user:.1f} %", ""]
    for place, share in sorted(places.items(), key=lambda p: -p[1])[:8]:
        lines.append(f"{share:6.2f} %  {place}")
    lines.append("")
    for share, place, space, symbol in found[:top]:
        lines.append(f"{share:6.2f} %  {space}  {symbol}  ({place})")
    return "\n".join(lines)


def system_calls(bed, system, work, seconds):
    """Text: calls per request, counted by tracepoints."""
    counts = bed.path("perf.stat")
    known = _run(["perf", "list", "syscalls:sys_enter_*"]).split()
    events = [name for name in known if name.split("sys_enter_")[-1] in CALLS]
    output = _run(["perf", "stat", "-x", ";", "-o", counts,
                   "-e", ",".join([*events, TOTAL]),
                   "-p", _processes(system), "--",
                   *load.command(system, work, seconds)])
    calls = {}
    with open(counts) as file:
        for line in file:
            fields = line.split(";")
            if len(fields) > 2 and fields[0].isdigit():
                calls[fields[2]] = int(fields[0])
    total = calls.pop(TOTAL, 0)
    if not total:
        raise BenchError("perf counted no system calls")
    named = {name.split("sys_enter_")[1]: count
             for name, count in calls.items()}
    named["all others"] = total - sum(named.values())
    return _calls_text(named, load.parse(output)["requests"])


def system_calls_by_strace(system, work, seconds):
    """The same, by strace -c."""
    attach = [word for pid in measure.tree(system.pid)
              for word in ("-p", str(pid))]
    tracer = subprocess.Popen(["strace", "-c", "-f", *attach], text=True,
                              stderr=subprocess.PIPE)
    tracer.stderr.readline()  # attached
    summary = load.drive(system, work, seconds)
    tracer.send_signal(signal.SIGINT)
    calls = {}
    for line in tracer.communicate()[1].splitlines():
        match = re.match(r"\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?"
                         r"(\w+)$", line)
        if match and match.group(2) != "total":
            calls[match.group(2)] = int(match.group(1))
    if not calls:
        raise BenchError("strace counted no system calls")
    return _calls_text(calls, summary["requests"])


def _calls_text(calls, requests):
    lines = [f"{requests} requests, "
             f"{sum(calls.values()) / requests:.2f} system calls per request"]
    for name, count in sorted(calls.items(), key=lambda c: -c[1]):
        if count / requests >= 0.005:
            lines.append(f"{count / requests:8.2f}  {name}")
    return "\n".join(lines)


def _processes(system):
    return ",".join(map(str, measure.tree(system.pid)))


def _run(command):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)
    if done.returncode:
        raise BenchError(f"{' '.join(command[:2])}: {done.stderr[-400:]}")
    return done.stdout
