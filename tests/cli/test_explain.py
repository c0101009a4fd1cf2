import pytest

from scanner.cli._main import run as main


@pytest.mark.parametrize("field", ["chain", "certificate.chain"])
def test_a_list_of_structs_says_what_its_elements_hold(field: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes a rule over the chain need not guess the names."""
    assert main(["explain", field]) == 0
    assert "parts        subject.dn (text), spki_sha256 (text), fingerprint_sha256 (text)" in capsys.readouterr().out


def test_ids_and_flags_are_broken_at_no_hyphen(capsys: pytest.CaptureFixture[str]) -> None:
    """What a reader copies is whole."""
    assert main(["explain", "public-tls/expired"]) == 0
    said = capsys.readouterr().out
    assert not any(line.endswith("-") for line in said.splitlines())
    assert "nist-csf-2.0/ID.AM-08" in said
