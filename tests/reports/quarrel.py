"""Rules of bodies that contradict each other, and what a run says of them; names are hostile where evidence gives them."""

from scanner.model import Contradiction, Mode, RuleReport, Severity
from tests.reports.trials import TLS, rule

CNSA = {
    "id": "cnsa-2.0",
    "doc": "NSA, Commercial National Security Algorithm Suite 2.0 (PP-22-1338)",
    "edition": "September 2022, reissued May 2025",
    "binding": "mandatory",
    "confidence": "secondary",
    "url": "https://media.defense.example/CSA_CNSA_2.0_ALGORITHMS.PDF",
}
TR = {"id": "tr-02102-2", "doc": "BSI TR-02102-2, use of TLS", "edition": "2025-01", "binding": "recommended"}
HOSTILE = ("shop.example.com:443", "\u202egnp.exe:443", "<script>alert(1)</script>")
QUARRELS = (
    Contradiction(
        "endpoint", "tls.groups", ("X25519", "X25519MLKEM768"), ("tls-endpoints/groups",), ("bsi-tls/groups", "cnsa-2.0/groups"),
        14, HOSTILE, ("P-384",),
    ),
    Contradiction("endpoint", "tls.groups", ("P-521",), ("bsi-tls/groups",), ("company/groups",), 1, HOSTILE[:1], ()),
    Contradiction("certificate", "signature.hash", ("SHA-256",), ("bsi-tls/groups",), ("cnsa-2.0/groups",), 2, HOSTILE[:2], None),
)  # fmt: skip


def rules() -> tuple[RuleReport, ...]:
    """Make the rules that contradict each other."""
    mozilla = "tls.groups has nothing but X25519MLKEM768, X25519, P-256 or P-384"
    warn = {"mode": Mode.WARN}
    return (
        rule("tls-endpoints/groups", "Key exchange groups are those of Mozilla's profile", Severity.LOW, "endpoint", TLS,
             "intermediate: tls_curves", limit=mozilla, **warn),
        rule("bsi-tls/groups", "Groups are those that the BSI recommends", Severity.MEDIUM, "endpoint", TR, "3.3.2",
             limit="tls.groups has nothing but P-256, P-384, P-521, brainpoolP256r1, brainpoolP384r1 and 3 more"),
        rule("cnsa-2.0/groups", "No key exchange is outside CNSA 1.0 and 2.0", Severity.MEDIUM, "endpoint", CNSA, **warn),
        rule("company/groups", "Groups are those of the company", Severity.MEDIUM, "endpoint", {}),
    )  # fmt: skip
