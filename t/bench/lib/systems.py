# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Starts and stops the servers: the peers, ours, and the two origins."""
import http.client
import os
import signal
import socket
import subprocess
import time

from lib.testbed import BenchError, document, DOCUMENTS

SITES = ("plain", "logged")


class Server:
    """A process of ours that listens; stopped at the end of its with block.
    Its stdin is a pipe: the tools end when it closes."""

    def __init__(self, bed, name, command, ports):
        self.name = name
        self.port = ports[0]
        self.log_path = bed.path("logs", f"{name}-{ports[0]}.out")
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log,
                start_new_session=True)
        self.pid = self.process.pid
        try:
            for port in ports:
                self._wait_until_listening(port)
        except BenchError:
            self.stop()
            raise

    def _wait_until_listening(self, port, limit_s=10):
        end = time.monotonic() + limit_s
        while time.monotonic() < end and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        with open(self.log_path, errors="replace") as log:
            raise BenchError(f"{self.name} does not listen on {port}: "
                             + log.read()[-600:].strip())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.process.stdin.close()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(8)
        except subprocess.TimeoutExpired:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()


class System(Server):
    """One of workloads.SYSTEMS in a given shape, before a given origin."""

    def __init__(self, bed, name, shape, origin_port):
        self.ports = {site: bed.port() for site in SITES}
        conf = bed.path(f"{name}-{self.ports['plain']}.conf")
        with open(conf, "w") as file:
            file.write(bed.fill(name.split("-")[0], {
                "PLAIN": self.ports["plain"],
                "LOGGED": self.ports["logged"],
                "ORIGIN": origin_port,
                "WORKERS": shape.workers,
                "THREADS": shape.threads_per_child,
                "ALL_THREADS": shape.workers * shape.threads_per_child,
                "FACTOR": shape.async_factor,
                "SPLICE": "    option splice-response"
                          if name == "haproxy-splice" else "",
            }))
        super().__init__(bed, name, _command(bed, name, conf),
                         list(self.ports.values()))

    def check(self, load):
        """One request of the load, the answer compared byte by byte."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.ports[load.site], timeout=10)
        try:
            connection.request("POST" if load.post else "GET", load.path,
                               body=document(1024) if load.post else None)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise BenchError(f"{self.name} {load.name}: {error!r}") from error
        finally:
            connection.close()
        name = load.path.lstrip("/")
        wanted = document(DOCUMENTS[name]) if name in DOCUMENTS else b"ok\n"
        if answer.status != 200 or body != wanted:
            raise BenchError(f"{self.name} {load.name}: not the origin's "
                             f"answer but status {answer.status} and "
                             f"{len(body)} bytes: {body[:60]!r}")


def start_origin(bed):
    """One nginx worker with the documents."""
    port = bed.port()
    conf = bed.path("origin.conf")
    with open(conf, "w") as file:
        file.write(bed.fill("origin", {"ORIGIN": port}))
    return Server(bed, "origin", _command(bed, "nginx", conf), [port])


def start_slow_origin(bed, delay_ms):
    """Answers each request after delay_ms."""
    port = bed.port()
    command = [bed.tool("slow_origin"), str(port), str(delay_ms)]
    return Server(bed, "slow_origin", command, [port])


def _early_log(path):
    """nginx's option for errors before its configuration is read; without
    it (before 1.19.5) the system's log file is opened."""
    usage = subprocess.run(["nginx", "-h"], text=True, stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL).stderr
    return ["-e", path] if "-e filename" in usage else []


def _command(bed, name, conf):
    if name == "nginx":
        return ["nginx", "-c", conf, "-g", "daemon off;",
                *_early_log(bed.path("logs", "nginx.err"))]
    if name.startswith("haproxy"):
        return ["haproxy", "-db", "-f", conf]
    return [bed.httpd, "-DFOREGROUND", "-f", conf]
