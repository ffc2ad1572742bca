# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Many connections at once: times of the answers, memory of those idle."""
import json
import subprocess

from lib import measure, systems
from lib.testbed import BenchError


def run(bed, names, crowd, origin_port, tell):
    """Each system alone, in the crowd's shape.  Returns {name: figures}."""
    if not crowd.slow_origin_ms:
        return _each(bed, names, crowd, origin_port, tell)
    with systems.start_slow_origin(bed, crowd.slow_origin_ms) as slow:
        return _each(bed, names, crowd, slow.port, tell)


def _each(bed, names, crowd, origin_port, tell):
    figures = {}
    for name in names:
        tell(f"{crowd.name}: {name}")
        with systems.System(bed, name, crowd.shape, origin_port) as system:
            figures[name] = _one(bed, system, crowd)
    return figures


def _one(bed, system, crowd):
    """The crowd before one system.  Memory is compared with that after a
    few connections, so that what is allocated once does not count."""
    _gather(bed, system, crowd, crowd.shape.threads_per_child, None)
    before = measure.settled_pss_kib(system.pid)
    figures = _gather(
        bed, system, crowd, crowd.connections,
        lambda: {"pss_kib": measure.settled_pss_kib(system.pid)})
    figures["pss_before_kib"] = before
    figures["bytes_per_connection"] = round(
        (figures["pss_kib"] - before) * 1024 / crowd.connections)
    return figures


def _gather(bed, system, crowd, connections, while_idle):
    """Runs tools/crowd; while_idle() is called with all connections open."""
    command = [bed.tool("crowd"), str(system.ports[crowd.site]), crowd.path,
               str(connections), str(crowd.at_once), str(crowd.limit_s)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True,
                          stdout=subprocess.PIPE) as tool:
        line = tool.stdout.readline()
        extra = while_idle() if line and while_idle else {}
        tool.stdin.close()
        rest = tool.stdout.readline()
    if not line or not rest:
        raise BenchError(f"{crowd.name}: the crowd ended early")
    return {**json.loads(line), **json.loads(rest), **extra}
