"""Real servers on loopback, each a child process with everything it writes in a folder of its own: nginx, Postfix, OpenSSH, OpenSSL 3.5."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import Template

from tests.probes.conftest import Served

NGINX = Template("""\
daemon off; pid $folder/pid; error_log $folder/error.log; worker_processes 1;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path $folder; proxy_temp_path $folder; fastcgi_temp_path $folder; uwsgi_temp_path $folder; scgi_temp_path $folder;
  ssl_certificate $chain; ssl_certificate_key $key; ssl_client_certificate $root;
  server {
    listen 127.0.0.1:$modern ssl; listen [::1]:$modern ssl; ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;
    add_header Strict-Transport-Security "max-age=63072000; includeSubDomains" always; return 200 modern;
  }
  server { listen 127.0.0.1:$legacy ssl; ssl_protocols TLSv1 TLSv1.1 TLSv1.2; ssl_ciphers ALL:@SECLEVEL=0; return 200 legacy; }
  server { listen 127.0.0.1:$optional ssl; ssl_verify_client optional; return 200 optional; }
  server { listen 127.0.0.1:$required ssl; ssl_verify_client on; return 200 required; }
}
""")
POSTFIX = Template("""\
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
myhostname = mail.example.test
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
maillog_file = $folder/log
maillog_file_prefixes = $folder
alias_maps =
alias_database =
smtpd_relay_restrictions = reject
smtpd_tls_security_level = may
smtpd_tls_chain_files = $key, $chain
""")
SERVICES = Template("""\
127.0.0.1:$port inet n - n - - smtpd
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
proxymap unix - - n - - proxymap
""")
POST_QUANTUM = """\
openssl_conf = openssl
[openssl]
ssl_conf = ssl
[ssl]
system_default = tls
[tls]
Groups = X25519MLKEM768
"""
PROGRAM = """
import socket, sys
from OpenSSL import SSL
context = SSL.Context(SSL.TLS_SERVER_METHOD)
context.set_min_proto_version(int(sys.argv[4]))
context.use_certificate_chain_file(sys.argv[1])
context.use_privatekey_file(sys.argv[2])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[3])))
listener.listen(64)
while True:
    plain, _ = listener.accept()
    link = SSL.Connection(context, plain)
    link.set_accept_state()
    try:
        link.do_handshake()
        link.recv(100)
    except SSL.Error:
        pass
    plain.close()
"""
_SECONDS = 20


def free_port() -> int:
    """Find a port that nobody has, on both loopbacks."""
    with socket.socket(socket.AF_INET6) as found:
        found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        found.bind(("::", 0))
        return int(found.getsockname()[1])


@contextmanager
def nginx(folder: Path, served: Served) -> Iterator[dict[str, int]]:
    """One nginx with a modern, a legacy and two client-certificate servers; give their ports."""
    folder.mkdir()
    ports = {name: free_port() for name in ("modern", "legacy", "optional", "required")}
    names = ports | {"folder": folder, "chain": served.chain, "key": served.key, "root": served.root}
    (folder / "conf").write_text(NGINX.substitute(names))
    with _running(
        [_found("nginx"), "-e", f"{folder}/error.log", "-p", f"{folder}/", "-c", f"{folder}/conf"], folder, [*ports.values()]
    ):
        yield ports


@contextmanager
def postfix(folder: Path, served: Served) -> Iterator[int]:
    """A Postfix of its own that offers STARTTLS and takes no mail; it starts as root only."""
    for part in ("conf", "queue", "data"):
        (folder / part).mkdir(parents=True)
    for path in (folder, *folder.parents):
        if path.stat().st_uid == os.getuid() and path.is_relative_to("/tmp"):  # noqa: S108 - its daemons drop to a user of their own
            path.chmod(path.stat().st_mode | 0o711)
    shutil.chown(folder / "data", "postfix")
    port = free_port()
    (folder / "conf/main.cf").write_text(POSTFIX.substitute(folder=folder, chain=served.chain, key=served.key))
    (folder / "conf/master.cf").write_text(SERVICES.substitute(port=port))
    command = [_found("postfix"), "-c", f"{folder}/conf"]
    with _running([*command, "start-fg"], folder, [port], stop=[*command, "stop"]):
        yield port


@contextmanager
def sshd(folder: Path) -> Iterator[int]:
    """An OpenSSH that knows nobody."""
    folder.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    port = free_port()
    (folder / "conf").write_text(f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/key\nPidFile none\nUsePAM no\n")
    with _running([_found("sshd"), "-D", "-e", "-f", f"{folder}/conf"], folder, [port]):
        yield port


@contextmanager
def post_quantum(folder: Path, served: Served, *, tls13_only: bool) -> Iterator[int]:
    """A server that offers no key exchange but X25519MLKEM768 (pyOpenSSL's own OpenSSL, 3.5 or newer)."""
    folder.mkdir()
    (folder / "openssl.cnf").write_text(POST_QUANTUM)
    port = free_port()
    least = "0x304" if tls13_only else "0x303"
    command = [sys.executable, "-c", PROGRAM, str(served.chain), str(served.key), str(port), str(int(least, 16))]
    with _running(command, folder, [port], OPENSSL_CONF=f"{folder}/openssl.cnf"):
        yield port


def _found(program: str) -> str:
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    assert path, f"{program} is missing; requirements/system.sh installs it"
    return path


@contextmanager
def _running(
    command: Sequence[str], folder: Path, ports: Sequence[int], stop: Sequence[str] = (), **environment: str
) -> Iterator[None]:
    """Run a server while the block runs, from when it answers; end it and nothing else."""
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | environment, start_new_session=True
        )
    try:
        for port in ports:
            _await(port, process, folder)
        yield
    finally:
        if stop:
            subprocess.run(stop, check=True, capture_output=True)
        else:
            process.terminate()
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(port: int, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    for _ in range(_SECONDS * 20):
        assert process.poll() is None, (folder / "output").read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError((folder / "output").read_text())
