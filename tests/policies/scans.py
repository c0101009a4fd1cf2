"""sslyze scans for the policies on endpoints: real ones, and small changes of a real one, judged through the importer."""

import json
import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from scanner.demo import issue
from scanner.model import RuleReport
from scanner.pipeline import check
from scanner.probes.progress import Silent
from tests.conftest import CORPUS, SAMPLES
from tests.probes import servers
from tests.probes.conftest import Served
from tests.requests import asked

Edit = Callable[[dict[str, Any]], None]
"""A change of the first server of a scan."""
SSLYZE = os.environ.get("CERTGATE_TEST_SSLYZE")
"""The sslyze of another environment, for the newest cryptography cannot live with it."""
WHOLE = "loopback-allcommands-6.3.1"
"""A scan with every test of sslyze, of a server with Mozilla's intermediate profile and a short-lived EC certificate."""
AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
SCANS = {path.stem: path for folder in (SAMPLES / "sslyze", CORPUS / "scans") for path in sorted(folder.glob("*.json"))}
REFUSED = "dd-one_target_many_vuln_old"
"""Of sslyze 3, which the importer refuses."""
TOOL = {"name": "certgate", "version": "0"}


@dataclass(frozen=True, slots=True)
class Case:
    """One scan of one server, at one date."""

    edits: tuple[Edit, ...] = ()
    scan: str = WHOLE
    as_of: datetime = AS_OF

    def text(self) -> str:
        """Write the changed scan."""
        found = deepcopy(_document(self.scan))
        for edit in self.edits:
            edit(found["server_scan_results"][0])
        return json.dumps(found)


def case(*edits: Edit, scan: str = WHOLE, as_of: datetime = AS_OF) -> Case:
    """Make a case."""
    return Case(edits, scan, as_of)


@cache
def _document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SCANS[name].read_text())
    return found


@cache
def outcomes(policy: str, of: Case) -> dict[str, str]:
    """Judge a scan of one server by a shipped policy; give the outcome of every rule by the key after the slash."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "scan.json"
        path.write_text(of.text())
        rules = check(asked(evidence=(str(path),), policies=(policy,), as_of=of.as_of), TOOL, Silent()).rules
    return {rule.id.partition("/")[2]: _outcome(rule) for rule in rules if rule.kinds == ("endpoint",)}


def _outcome(rule: RuleReport) -> str:
    counts = {"pass": rule.passed, "fail": rule.failed, "unknown": rule.unknown, "skip": rule.skipped}
    (found,) = [outcome for outcome, count in counts.items() if count]
    return found


@cache
def failing(policy: str, scan: str) -> str:
    """Name the rules that some server of a real scan fails, in order of the alphabet."""
    request = asked(evidence=(str(SCANS[scan]),), policies=(policy,), as_of=AS_OF)
    failed = {
        rule.id.partition("/")[2] for rule in check(request, TOOL, Silent()).rules if rule.failed and "endpoint" in rule.kinds
    }
    return " ".join(sorted(failed))


def live(policy: str, settings: str, *, rsa_bits: int = 0) -> dict[str, str]:
    """Judge an nginx of these settings, scanned as it runs, its private root given; outcomes as of a scan."""
    with TemporaryDirectory(prefix="certgate-test-") as name, pytest.MonkeyPatch.context() as patch:
        served = _served(Path(name), rsa_bits)
        replaced = "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;"
        assert replaced in servers.NGINX.template
        patch.setattr(servers, "NGINX", Template(servers.NGINX.template.replace(replaced, settings)))
        with servers.nginx(Path(name) / "nginx", served) as ports:
            host, now = f"localhost:{ports['modern']}", datetime.now(UTC)
            other = Path(SSLYZE) if SSLYZE else None
            given = asked(evidence=(host,), policies=(policy,), as_of=now, roots=(str(served.root),), sslyze=other)
            rules = check(given, TOOL, Silent()).rules
    return {rule.id.partition("/")[2]: _outcome(rule) for rule in rules}


def _served(folder: Path, rsa_bits: int) -> Served:
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(days=5)
    top = issue.authority("Test Root", start, 1000)
    middle = issue.authority("Test Intermediate", start, 900, top)
    key = issue.key_of(rsa_bits)
    leaf = issue.certificate(issue.Order(("localhost", "127.0.0.1", "::1"), start, 90), middle, key)
    made = Served(folder / "chain.pem", folder / "key.pem", folder / "root.pem", ())
    made.chain.write_bytes(issue.pem(leaf, middle.certificate))
    made.key.write_bytes(issue.key_pem(key))
    made.root.write_bytes(issue.pem(top.certificate))
    return made


def _result(server: dict[str, Any], test: str) -> dict[str, Any]:
    found: dict[str, Any] = server["scan_result"][test]["result"]
    return found


def accepts(version: str, *suites: str) -> Edit:
    """Let the server accept these suites of a version (`tls_1_2`) and no others; without suites not the version either."""

    def edit(server: dict[str, Any]) -> None:
        told = _result(server, f"{version}_cipher_suites")
        told["is_tls_version_supported"] = bool(suites)
        told["accepted_cipher_suites"] = [{"cipher_suite": {"name": name}, "ephemeral_key": None} for name in suites]
        supported = [
            test.removesuffix("_cipher_suites").upper()
            for test in server["scan_result"]
            if test.endswith("_cipher_suites") and _result(server, test)["is_tls_version_supported"]
        ]
        server["connectivity_result"]["highest_tls_version_supported"] = max(supported)

    return edit


def curves(*names: str) -> Edit:
    """Let the server agree keys on these curves and no others."""

    def edit(server: dict[str, Any]) -> None:
        told = _result(server, "elliptic_curves")
        tried = {one["name"] for answer in ("supported_curves", "rejected_curves") for one in told[answer]} | set(names)
        told["supported_curves"] = [{"name": name, "openssl_nid": 0} for name in names]
        told["rejected_curves"] = [{"name": name, "openssl_nid": 0} for name in sorted(tried - set(names))]
        for test in server["scan_result"]:
            if test.endswith("_cipher_suites"):
                for one in _result(server, test)["accepted_cipher_suites"]:
                    one["ephemeral_key"] = None

    return edit


def untried(test: str) -> Edit:
    """Let a test not have been run."""

    def edit(server: dict[str, Any]) -> None:
        server["scan_result"][test] = {"status": "NOT_SCHEDULED", "error_reason": None, "error_trace": None, "result": None}

    return edit


def says(test: str, **members: object) -> Edit:
    """Let a test of sslyze say something else."""

    def edit(server: dict[str, Any]) -> None:
        _result(server, test).update(members)

    return edit


def deploys(**members: object) -> Edit:
    """Change what sslyze says of each certificate deployment."""

    def edit(server: dict[str, Any]) -> None:
        for one in _result(server, "certificate_info")["certificate_deployments"]:
            one.update(members)

    return edit


def sends(*pems: bytes) -> Edit:
    """Let the server send this chain."""
    return deploys(received_certificate_chain=[{"as_pem": pem.decode()} for pem in pems])
