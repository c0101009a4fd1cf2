"""The wheel holds what it must, installs in a fresh environment, and does the main job from any folder."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import SAMPLES

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as `make wheel` does."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=ROOT, check=True, capture_output=True
    )
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_policies_schemas_templates_and_fonts_and_no_tests(wheel: Path) -> None:
    """Everything that is opened at run time travels; nothing else does."""
    names = zipfile.ZipFile(wheel).namelist()
    for policy in (ROOT / "policies").rglob("*.yaml"):
        assert f"scanner/_data/policies/{policy.relative_to(ROOT / 'policies').as_posix()}" in names
    for schema in (ROOT / "schemas").glob("*.json"):
        assert f"scanner/_data/schemas/{schema.name}" in names
    assert any(name.startswith("reports/_fonts/") and name.endswith(".woff2") for name in names)
    assert any(name.startswith("reports/html/") and not name.endswith(".py") for name in names)
    assert any(name.startswith("reports/pdf/") and not name.endswith(".py") for name in names)
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"scanner", "reports"}


def test_the_wheel_does_the_main_job_in_a_fresh_environment(wheel: Path, tmp_path: Path) -> None:
    """Locked requirements, then the wheel alone; the demo and a check run from a folder that is not ours."""
    home = tmp_path / "fresh"
    venv.create(home, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")], check=True, capture_output=True)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, capture_output=True)
    certgate, elsewhere = str(home / "bin" / "certgate"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    version = subprocess.run([certgate, "--version"], cwd=elsewhere, check=True, capture_output=True, text=True)
    assert version.stdout.startswith("certgate ")
    demo = subprocess.run([certgate, "demo"], cwd=elsewhere, check=False, capture_output=True, text=True)
    assert demo.returncode == 0, demo.stderr
    assert {"report.html", "report.pdf", "results.sarif", "result"} <= {
        path.name for path in (elsewhere / "certgate-demo").iterdir()
    }
    evidence = str(SAMPLES / "openssl-x509" / "expired.pem")
    check = subprocess.run(
        [certgate, "check", evidence, "--policy", "public-tls"], cwd=elsewhere, check=False, capture_output=True, text=True
    )
    assert check.returncode == 1
    assert "public-tls/expired" in check.stdout
