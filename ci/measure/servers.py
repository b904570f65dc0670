"""The servers that are measured: handslag itself, and nginx serving the same bytes from files."""

import json
import os
import shutil
import signal
import subprocess
import time

from . import machine
from .client import Client


def peers_folder():
    return os.environ.get("HS_PEERS") or os.path.expanduser("~/.cache/handslag/peers")


class Server:
    """A started process on SERVER_CORE with a base URL; `pids` are those whose CPU time counts."""

    def __init__(self, command, port, log, scheme="http"):
        self.scheme, self.port = scheme, port
        self.log = open(log, "wb")
        self.started = time.monotonic()
        self.process = subprocess.Popen(machine.pinned(machine.SERVER_CORE, command), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT)

    @property
    def pids(self):
        return [self.process.pid]

    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def client(self):
        return Client(self.port, self.scheme == "https")

    def wait(self, path, limit=60.0):
        """Seconds from start until `path` first answers 200."""
        while time.monotonic() - self.started < limit:
            try:
                with self.client() as client:
                    if client.get(path)[0] == 200:
                        return time.monotonic() - self.started
            except OSError:
                pass
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.process.args[3]} ended with {self.process.returncode}; see {self.log.name}")
            time.sleep(0.0005)
        raise RuntimeError(f"no 200 from {path} within {limit:.0f} s; see {self.log.name}")

    def cpu(self):
        return sum(machine.cpu_seconds(pid) for pid in self.pids)

    def resident_mb(self):
        return sum(machine.resident_mb(pid) for pid in self.pids)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Handslag(Server):
    """As it comes, access log and all, but with one event loop: it has one core, as nginx has one worker."""

    def __init__(self, binary, data, log, tls=None):
        """`tls` is (certificate file, key file)."""
        port = machine.free_port()
        config = {"loops": 1}
        if tls:
            config["tls"] = {"certificate": tls[0], "key": tls[1]}
        with open(log + ".config.json", "w", encoding="utf-8") as f:
            json.dump(config, f)
        command = [binary, "serve", "--listen", f"127.0.0.1:{port}", "--data", data, "--config", f.name]
        super().__init__(command, port, log, "https" if tls else "http")


class Medplum(Server):
    """A FHIR server from npm, see ci/foreign: Medplum's router over its in-memory repository."""

    def __init__(self, log):
        port = machine.free_port()
        super().__init__(["node", "ci/peers/medplum.mjs", peers_folder(), str(port)], port, log)


_NGINX = """
{user}
worker_processes 1;
daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    # For small files one read and one write beat sendfile: a tenth faster here.
    sendfile off;
    output_buffers 1 64k;
    keepalive_requests 1000000000;
    keepalive_timeout 600;
    open_file_cache max=20000 inactive=600s;
    open_file_cache_valid 600s;
    default_type application/fhir+json;
    types {{ }}
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    server {{ listen 127.0.0.1:{port} reuseport; root {dir}/files; }}
    server {{
        listen 127.0.0.1:{tls_port} ssl reuseport; root {dir}/files;
        ssl_certificate {cert}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;
    }}
}}
"""


class Nginx(Server):
    """One worker, files in an open-file cache, no access log: the yardstick at its fastest."""

    def __init__(self, folder, files, tls):
        """`files` is {path: bytes}."""
        for path, content in files.items():
            name = os.path.join(folder, "files", path.lstrip("/"))
            os.makedirs(os.path.dirname(name), exist_ok=True)
            with open(name, "wb") as f:
                f.write(content)
        port, self.tls_port = machine.free_port(), machine.free_port()
        config = os.path.join(folder, "nginx.conf")
        with open(config, "w", encoding="utf-8") as f:
            f.write(_NGINX.format(user="user root;" if os.geteuid() == 0 else "", dir=folder, port=port,
                                  tls_port=self.tls_port, cert=tls[0], key=tls[1]))
        binary = shutil.which("nginx") or "/usr/sbin/nginx"
        super().__init__([binary, "-p", folder, "-c", config, "-e", os.path.join(folder, "error.log")], port,
                         os.path.join(folder, "nginx.log"))

    @property
    def pids(self):
        return machine.children(self.process.pid)

    def tls_url(self):
        return f"https://127.0.0.1:{self.tls_port}"


def certificate(folder):
    """A self-signed P-256 certificate for the loopback address; (certificate file, key file)."""
    cert, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                    "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key
