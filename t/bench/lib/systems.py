# Licensed under the Apache License, Version 2.0 (see LICENSE).
"""Starts and stops the servers: the peers, ours, and the two origins."""
import gzip
import http.client
import os
import signal
import socket
import ssl
import subprocess
import time

from lib import bodies
from lib.testbed import BenchError, content
from lib.workloads import LACKING, PROXY, UNEVEN_MS, UNEVEN_SLOTS, WAF


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

    def _wait_until_listening(self, port, limit_s=30):
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
    """One of the role's in a given shape, before a given origin."""

    def __init__(self, bed, name, shape, origin_port, role=PROXY):
        self.ports = {site: bed.port() for site in role.sites
                      if site not in LACKING.get(name, ())}
        if "tls" in self.ports:
            bed.certificate()
        if "guarded" in self.ports:
            bed.networks()
        if role is WAF:
            bed.rules()
        self.bed = bed
        own = f"{role.name}-{name}-{self.ports[role.sites[0]]}"
        conf = bed.path(own + ".conf")
        with open(conf, "w") as file:
            file.write(bed.fill(role.template.format(name.split("-")[0]), {
                **{site.upper(): port for site, port in self.ports.items()},
                "OWN": bed.path(own),
                "ORIGIN": origin_port,
                "WORKERS": shape.workers,
                "THREADS": shape.threads_per_child,
                "ALL_THREADS": shape.workers * shape.threads_per_child,
                "FACTOR": shape.async_factor,
                "SPLICE": "    option splice-response"
                          if name == "haproxy-splice" else "",
            }))
        command = (_varnish(self.ports, bed.path(own), conf)
                   if name == "varnish" else self.command(bed, name, conf))
        super().__init__(bed, name, command, list(self.ports.values()))

    def command(self, bed, name, conf):
        return _command(bed, name, conf)

    def check(self, load):
        """One request of the load, the answer compared byte by byte.
        Returns what the origin called its answer, if it gives names."""
        answer, body = self._ask(load)
        if load.status != 200:
            return self._check_refusal(load)
        if load.gzip and answer.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        elif load.gzip or answer.getheader("Content-Encoding"):
            raise BenchError(f"{self.name} {load.name}: Content-Encoding "
                             f"{answer.getheader('Content-Encoding')}")
        wanted = content(load.path.partition("?")[0].rpartition("/")[2])
        if answer.status != 200 or body != wanted:
            raise BenchError(f"{self.name} {load.name}: not the origin's "
                             f"answer but status {answer.status} and "
                             f"{len(body)} bytes: {body[:60]!r}")
        return answer.getheader("X-Served")

    def _check_refusal(self, load):
        answer, _ = self._ask(load)
        if answer.status != load.status:
            raise BenchError(f"{self.name} {load.name}: not refused but "
                             f"status {answer.status}")
        return None

    def _ask(self, load):
        connection = _connection(self.ports[load.site], load.site == "tls")
        try:
            fields = dict(field.split(": ", 1) for field in load.fields)
            if load.post:
                fields["Content-Type"] = bodies.TYPES[load.post]
            connection.request("POST" if load.post else "GET", load.path,
                               bodies.body(load.post) if load.post else None,
                               fields)
            answer = connection.getresponse()
            return answer, answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise BenchError(f"{self.name} {load.name}: {error!r}") from error
        finally:
            connection.close()


def _connection(port, tls):
    if not tls:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    context = ssl.create_default_context()
    context.check_hostname = False  # one of our own, made for this run
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=30,
                                       context=context)


def start_origin(bed):
    """One nginx worker with the documents; it listens on four ports."""
    ports = [bed.port() for _ in range(4)]
    bed.values.update({f"ORIGIN{i}": port for i, port in enumerate(ports)})
    port = ports[0]
    conf = bed.path("origin.conf")
    with open(conf, "w") as file:
        file.write(bed.fill("origin", {"ORIGIN": port}))
    return Server(bed, "origin", _command(bed, "nginx", conf), ports)


def start_uneven(bed):
    """[Server]: members of which one is slow."""
    members = [start_slow_origin(bed, delay_ms, UNEVEN_SLOTS)
               for delay_ms in UNEVEN_MS]
    bed.values.update({f"UNEVEN{i}": one.port
                       for i, one in enumerate(members)})
    return members


def start_slow_origin(bed, delay_ms, slots=0):
    """Answers each request after delay_ms, so many at once (0: all)."""
    port = bed.port()
    command = [bed.tool("slow_origin"), str(port), str(delay_ms), str(slots)]
    return Server(bed, "slow_origin", command, [port])


def _early_log(path):
    """nginx's option for errors before its configuration is read; without
    it (before 1.19.5) the system's log file is opened."""
    usage = subprocess.run(["nginx", "-h"], text=True, stderr=subprocess.PIPE,
                           stdout=subprocess.DEVNULL).stderr
    return ["-e", path] if "-e filename" in usage else []


def _varnish(ports, folder, conf):
    listen = [word for port in ports.values()
              for word in ("-a", f"127.0.0.1:{port}")]
    return ["varnishd", "-F", "-n", folder, "-f", conf, "-s", "malloc,256m",
            *listen]


def _command(bed, name, conf):
    if name == "nginx":
        return ["nginx", "-c", conf, "-g", "daemon off;",
                *_early_log(bed.path("logs", "nginx.err"))]
    if name.startswith("haproxy"):
        return ["haproxy", "-db", "-f", conf]
    return [bed.httpd, "-DFOREGROUND", "-f", conf]
