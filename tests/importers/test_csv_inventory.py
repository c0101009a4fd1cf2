"""Inventories in CSV: columns, cells, places, and files as people really export them."""

import csv
import io
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import tables
from tests.factories import certificate
from tests.importers.reading import HERE, read

AFTER = datetime(2027, 1, 7, 9, 40, 41, tzinfo=UTC)


def cell(column: str, text: str, mapping: str | None = None) -> dict[str, object]:
    """Read one row with one more column beside the end date; return what else it tells."""
    quoted = '"' + text.replace('"', '""') + '"'
    row = read(f"not_after,{column}\n2027-01-07T09:40:41Z,{quoted}\n", mapping=mapping).row()
    return {name: value for name, value in row.items() if name not in {"not_after", "_line", "_uri"}}


def test_powershell_export_needs_its_order_told() -> None:
    """The sample of a Windows certificate store: everything but the dates, until the mapping tells their order."""
    sample = HERE / "csv_inventory.csv"
    found = read(sample)
    assert found.importer == "csv-inventory"
    assert [problem.code for problem in found.problems] == ["unused-column", "ambiguous-value", "ambiguous-value"]
    assert "not_after" not in found.row()
    told = read(sample, mapping="dates: {format: month-first}\nkey: FriendlyName\n")
    assert told.row() | {"_uri": ""} == {
        "subject.dn": "CN=www.example.test,O=Example Test Lab,C=CH",
        "subject.cn": "www.example.test",
        "subject.organization": "Example Test Lab",
        "issuer.dn": "CN=Lab Issuing CA 1,O=Example Test Lab,C=CH",
        "issuer.cn": "Lab Issuing CA 1",
        "issuer.organization": "Example Test Lab",
        "labels.thumbprint_sha1": "230d17afd62a1360659fc0d1317e7fdcee550f67",
        "serial": "e88b150078f5716da74c7ab25f4c9ac",
        "serial_bits": 124,
        "not_before": datetime(2026, 11, 23, 9, 40, 41, tzinfo=UTC),
        "not_after": AFTER,
        "lifetime": timedelta(days=45, seconds=1),
        "signature.algorithm": "ECDSA",
        "signature.hash": "SHA-256",
        "signature.quantum_safe": False,
        "key.bits": 256,
        "extended_key_usage": ["serverAuth"],
        "usage": ["tls-server"],
        "san.dns": ["www.example.test", "api.example.test"],
        "wildcard": False,
        "_key": "www",
        "_line": 2,
        "_uri": "",
    }


def test_certutil_export() -> None:
    """AD CS: bracketed numbers, a digest with blanks, minutes only, so no lifetime."""
    row = read(HERE / "csv_inventory-certutil.csv", mapping="dates: {format: month-first}").row()
    assert row["key.bits"] == 256
    assert row["key.algorithm"] == "EC"
    assert row["labels.thumbprint_sha1"] == "230d17afd62a1360659fc0d1317e7fdcee550f67"
    assert str(row["profile"]).endswith("WebServer")
    assert row["not_after"] == datetime(2027, 1, 7, 9, 40, tzinfo=UTC)
    assert "lifetime" not in row


@pytest.mark.parametrize(
    "header",
    ["not_after", "Not After", "NotAfter", "expires_on", "validTo", "Expiration Date", "EXPIRY-DATE", "Valid Until", "Expires"],
)
def test_synonyms(header: str) -> None:
    """Case and punctuation do not matter, and common names are known."""
    assert read(f"serial,{header}\n0a:0b,2027-01-07T09:40:41Z\n").row()["not_after"] == AFTER


@pytest.mark.parametrize(
    ("column", "text", "facts"),
    [
        ("serial", "0E:88:B1:50", {"serial": "e88b150", "serial_bits": 28}),
        ("serial", "0x00ff", {"serial": "ff", "serial_bits": 8}),
        ("serial", "00", {}),
        ("serial", "12:34", {"serial": "1234", "serial_bits": 13}),
        ("serial hex", "1234", {"serial": "1234", "serial_bits": 13}),
        ("serial decimal", "255", {"serial": "ff", "serial_bits": 8}),
        ("serial decimal", "-5", {"serial": "-5", "serial_bits": -3}),
        ("fingerprint", "AB:" * 31 + "AB", {"fingerprint_sha256": "ab" * 32}),
        ("sha256", "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s=", {"fingerprint_sha256": "ab" * 32}),
        ("thumbprint", "ab" * 20, {"labels.thumbprint_sha1": "ab" * 20}),
        ("key type", "RSA 2048", {"key.algorithm": "RSA", "key.bits": 2048, "key.quantum_safe": False}),
        ("key type", "ML-DSA-65", {"key.algorithm": "ML-DSA-65", "key.quantum_safe": True}),
        ("key size", "2,048 bits", {"key.bits": 2048}),
        ("curve", "secp384r1", {"key.curve": "P-384"}),
        (
            "signature algorithm",
            "sha1RSA",
            {"signature.algorithm": "RSASSA-PKCS1-v1_5", "signature.hash": "SHA-1", "signature.quantum_safe": False},
        ),
        (
            "SAN",
            "DNS:www.a.test, DNS:*.b.test",
            {"san.dns": ["www.a.test", "*.b.test"], "san.ip": [], "san.email": [], "san.uri": [], "wildcard": True},
        ),
        (
            "subject alternative names",
            "WWW.A.test.;10.0.0.1;fe80::1;x@a.test;https://a.test/",
            {
                "san.dns": ["www.a.test"],
                "san.ip": ["10.0.0.1", "fe80::1"],
                "san.email": ["x@a.test"],
                "san.uri": ["https://a.test/"],
                "wildcard": False,
            },
        ),
        ("dns names", "a.test b.test", {"san.dns": ["a.test", "b.test"], "wildcard": False}),
        ("dns names", "['a.test', 'b.test']".replace("'", '"'), {"san.dns": ["a.test", "b.test"], "wildcard": False}),
        ("dns names", "{a.test, b.test}", {"san.dns": ["a.test", "b.test"], "wildcard": False}),
        ("subject", "www.a.test", {"subject.cn": "www.a.test"}),
        ("issuer", "Let's Encrypt", {"labels.issuer": "Let's Encrypt"}),
        ("owner", " web@a.test ", {"owner": "web@a.test"}),
        ("tags", "internet; shop ;", {"tags": ["internet", "shop"]}),
        ("labels.tier", "gold", {"labels.tier": "gold"}),
        ("label:Cost Centre", "42", {"labels.Cost Centre": "42"}),
        ("auto renew", "Yes", {"renewal.automated": True}),
        ("renewal date", "2026-12-01", {"renewal.next": datetime(2026, 12, 1, tzinfo=UTC)}),
        (
            "eku",
            "TLS Web Server Authentication, 1.2.3.4",
            {"extended_key_usage": ["serverAuth", "1.2.3.4"], "usage": ["tls-server"]},
        ),
        ("key usage", "Digital Signature; Key Encipherment", {"key_usage": ["digitalSignature", "keyEncipherment"]}),
        ("lifetime", "90 days", {"lifetime": timedelta(days=90)}),
        ("lifetime", "90", {}),
        ("validation", "ev", {"validation": "EV"}),
        ("arn", "arn:aws:acm:x:1:certificate/2", {"_key": "arn:aws:acm:x:1:certificate/2"}),
        ("host", "www.a.test", {"labels.host": "www.a.test"}),
    ],
)
def test_cells(column: str, text: str, facts: dict[str, object]) -> None:
    """What a cell of a column tells, in the words and types of the registry."""
    assert cell(column, text) == facts


@pytest.mark.parametrize("text", ["", "-", "N/A", "none", "NULL", "unknown", "  "])
def test_what_stands_for_nothing_is_nothing(text: str) -> None:
    """Such a cell is neither a value nor a problem."""
    assert cell("owner", text) == {}
    assert read(f"not_after,serial\n2027-01-07,{text}\n").problems == []


def test_a_column_named_after_the_fact_goes_before_what_another_implies() -> None:
    """`key type: RSA 2048` and `key size: 4096`: the size column is the size."""
    row = read("serial,key type,key size,subject,cn\n0a:0b,RSA 2048,4096,CN=dn,cn\n0a:0c,RSA 2048,,CN=dn,\n").frame
    assert row["key.bits"].to_list() == [4096, 2048]
    assert row["subject.cn"].to_list() == ["cn", "dn"]


def test_cells_with_a_certificate_are_its_bytes() -> None:
    """PEM with real or spelled-out line ends, and DER in base64 or hex, become the record's own bytes."""
    one = certificate()
    texts = [one.pem.decode(), one.pem.decode().replace("\n", "\\n"), b64encode(one.der).decode(), one.der.hex()]
    rows = "\n".join(f'"{text}",me' for text in texts)
    found = read(f"certificate,owner\n{rows}\n")
    assert found.frame["_der"].to_list() == [one.der] * 4
    assert found.problems == []
    assert found.frame["_line"].to_list() == [
        2,
        2 + one.pem.count(b"\n") + 1,
        3 + one.pem.count(b"\n") + 1,
        4 + one.pem.count(b"\n") + 1,
    ]


def test_a_private_key_in_a_cell_is_recognised_and_dropped() -> None:
    """The certificate beside it is kept and says so; nothing of the key is."""
    one = certificate()
    found = read(f'pem,owner\n"{one.key_pem.decode()}{one.pem.decode()}",me\n')
    assert found.row()["_der"] == one.der
    assert found.row()["private_key_beside"] is True
    assert found.problem("private-key-seen").spot.line == 2
    assert one.key_pem.splitlines()[1] not in repr(found).encode()


def test_broken_certificates_in_cells_are_problems() -> None:
    """A cell that begins like a certificate and is none; other texts in such a column are said once."""
    found = read("serial,certificate\n0a:0b,MIIBbroken\n0a:0c,web server\n0a:0d,mail server\n")
    assert [(one.code, one.spot.line) for one in found.problems] == [("unreadable-value", 2), ("unreadable-value", 3)]
    assert "2 cells such as «web server»" in found.problems[1].message


def test_rows_without_a_certificate_are_assets_with_unknown_facts() -> None:
    """Only what the columns give is known."""
    found = read("serial,owner\n0a:0b,me\n", mapping="kind: certificate\ncolumns: {serial: serial}")
    assert set(found.row()) == {"serial", "serial_bits", "owner", "_line", "_uri"}
    assert found.tables[0].source_type == "inventory"


def test_columns_have_the_declared_types() -> None:
    """Every column of the table has the dtype of the registry, the odd ones are those that intake knows."""
    frame = read(HERE / "csv_inventory.csv", mapping="dates: {format: month-first}").frame
    declared = tables.schema("certificate")
    for name, dtype in frame.schema.items():
        assert dtype == declared.get(name, pl.Int64() if name == "_line" else pl.String()), name


def test_digits_alone_are_no_serial_until_told() -> None:
    """1234 may be hex or decimal; the mapping says which, for the whole column."""
    found = read("not_after,serial\n2027-01-07,1234\n2027-01-08,ab12\n")
    assert found.frame["serial"].to_list() == [None, "ab12"]
    assert "`serial: hex` or `serial: decimal`" in found.problem("ambiguous-value").message
    assert cell("serial", "1234", "serial: hex")["serial"] == "1234"
    assert cell("serial", "1234", "serial: decimal")["serial"] == "4d2"
    assert cell("serial", "0000", "serial: hex")["serial"] == "0"


@pytest.mark.parametrize(
    ("column", "text", "why"),
    [
        ("not_after", "NaN", "is not a date"),
        ("not_after", "inf", "is not a date"),
        ("not_after", "next week", "is not a date"),
        ("key size", "-2048", "is not a whole number from 1"),
        ("key size", "NaN", "is not a whole number"),
        ("key type", "quantum", "is not the algorithm of a key"),
        ("auto renew", "maybe", "is not yes or no"),
        ("renewal date", "soon", "is not a date"),
        ("fingerprint", "abc", "is not a SHA-256 or SHA-1 digest"),
        ("dns names", "System.Object[]", "is not a list of DNS names"),
        ("subject", "CN=x, O=Foo, Inc.", "is not a distinguished name"),
        ("eku", "nonsense", "is not purposes"),
    ],
)
def test_a_cell_that_is_not_understood_is_a_problem_at_its_place(column: str, text: str, why: str) -> None:
    """Line and column name are said, the fact is unknown, the other cells are kept."""
    found = read(f'serial,{column}\n0a:0b,\n0a:0c,"{text}"\n')
    problem = found.problem("unreadable-value")
    assert problem.spot.line == 3
    assert f"column «{column}»" in problem.message
    assert why in problem.message
    assert found.frame["serial"].to_list() == ["a0b", "a0c"]


def test_a_declared_fact_that_was_not_understood_is_unknown_and_not_absent() -> None:
    """A renewal date that cannot be read is marked, since null would mean that nobody declared one."""
    frame = read("serial,renewal date,auto renew\n0a:0b,soon,maybe\n0a:0c,2026-12-01,yes\n0a:0d,,\n").frame
    assert [sorted(one) for one in frame["_unknown"]] == [["renewal.automated", "renewal.next"], [], []]


def test_many_bad_cells_are_counted() -> None:
    """A column of nonsense gives ten places and a count, not a million problems."""
    found = read("serial,key size\n" + "0a:0b,huge\n" * 500)
    assert len(found.problems) == 11
    assert "489 more rows" in found.problems[-1].message


def test_the_year_9999_is_taken_and_said() -> None:
    """Some tools write it for «never»."""
    found = read("serial,not_after\n0a:0b,9999-12-31T23:59:59Z\n")
    assert found.row()["not_after"] == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert found.codes() == ["year-9999"]


def test_ragged_rows_are_left_out_and_said() -> None:
    """A row with too few or too many fields could mean anything; its neighbours are kept, with their lines."""
    found = read("serial,owner,not_after\n0a:0b,me,2027-01-07\n0a:0c,me\n0a:0d,me,you,2027-01-07\n\n0a:0e,me,\n")
    assert found.frame["_line"].to_list() == [2, 6]
    assert [(one.code, one.spot.line, one.incomplete) for one in found.problems] == [
        ("certgate/unreadable-input", 3, True),
        ("certgate/unreadable-input", 4, True),
    ]
    assert "the row has 4 fields, the header 3" in found.problems[1].message


def test_quoted_line_ends_are_counted_as_lines() -> None:
    """A record stands at the physical line on which it begins."""
    found = read('serial,owner\n0a:0b,"two\nlines"\n0a:0c,"x, ""y"""\n"0a:\n0d",z\n')
    assert found.frame["_line"].to_list() == [2, 4, 5]
    assert found.frame["owner"].to_list() == ["two\nlines", 'x, "y"', "z"]


def test_quotes_that_never_close_lose_only_their_row() -> None:
    """The rows after it are read as rows."""
    found = read('serial,owner\n0a:0b,"open\n0a:0c,me\n0a:0d,"x"y\n0a:0e,5" pipe\n')
    assert found.frame["serial"].to_list() == ["a0c", "a0e"]
    assert [one.spot.line for one in found.problems] == [2, 4]


def test_a_file_of_broken_quotes_is_given_up() -> None:
    """After a thousand malformed rows it is no CSV."""
    found = read("serial,owner\n" + '0a:0b,"x"y\n' * 1500)
    assert "more than 1,000 rows with broken quotes" in str(found.error)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffserial,owner\n0a:0b,Zoë\n".encode(),
        "serial,owner\n0a:0b,Zoë\n".encode("utf-16"),
        b"\xfe\xff" + "serial,owner\n0a:0b,Zoë\n".encode("utf-16-be"),
        "serial,owner\r\n0a:0b,Zoë\r\n".encode(),
        "serial,owner\r0a:0b,Zoë\r".encode(),
        "serial;owner\n0a:0b;Zoë\n".encode(),
        "serial\towner\n0a:0b\tZoë\n".encode(),
        "sep=;\nserial;owner\n0a:0b;Zoë\n".encode(),
        '#TYPE Selected.X509Certificate2\n"serial","owner"\n"0a:0b","Zoë"\n'.encode(),
        "\n\nserial,owner\n\n0a:0b,Zoë".encode(),
        '"serial"  ,owner\n0a:0b,Zoë\n'.replace('"  ', '"').encode(),
    ],
    ids=["bom", "utf-16", "utf-16-be", "crlf", "cr", "semicolon", "tab", "sep", "type", "blank-lines", "quoted-header"],
)
def test_files_as_programs_write_them(data: bytes) -> None:
    """BOM, UTF-16 of PowerShell, line ends, separators, Excel's sep=, PowerShell's #TYPE, blank lines."""
    found = read(data, mapping="columns: {serial: serial}")
    assert found.error is None
    assert (found.row()["serial"], found.row()["owner"]) == ("a0b", "Zoë")
    assert found.problems == []


def test_invalid_utf8_is_a_problem_at_its_cell() -> None:
    """Latin-1 in one cell: the place is named, the rest is read."""
    found = read(b"serial,owner\n0a:0b,Zo\xeb\n0a:0c,me\n")
    assert found.frame["owner"].to_list() == ["Zo\ufffd", "me"]
    problem = found.problem("undecodable-text")
    assert problem.spot.line == 2
    assert "«owner»" in problem.message


def test_doubled_headers_are_said() -> None:
    """Two columns of one name, or two names of one fact: the first is used."""
    found = read("serial,owner,Owner,not_after,Expires\n0a:0b,a,b,2027-01-07,2028-01-07\n")
    assert found.row()["owner"] == "a"
    assert found.row()["not_after"] == datetime(2027, 1, 7, tzinfo=UTC)
    assert found.codes() == ["doubled-column", "doubled-column"]


def test_unused_columns_are_counted_with_a_hint() -> None:
    """Nothing is lost in silence: the columns are named, with what they may have meant."""
    note = read("serial,not_after,ownr,Cost Centre\n0a:0b,2027-01-07,me,42\n").problem("unused-column")
    assert note.message == "2 columns are not used: «ownr», «Cost Centre»; did you mean «ownr» → owner?"


@pytest.mark.parametrize(
    "header", ["Private Key", "password", "client_secret", "Token Value", "key passphrase", "PFX", "api-key"]
)
def test_columns_that_may_hold_secrets_are_dropped_unread(header: str) -> None:
    """By their name; the value is in nothing that leaves."""
    found = read(f"serial,not_after,{header}\n0a:0b,2027-01-07,hunter2\n")
    assert found.codes() == ["secret-dropped"]
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize("header", ["HasPrivateKey", "Private Key Location", "password age"])
def test_columns_about_secrets_are_ordinary(header: str) -> None:
    """That there is a key, or where, is no secret."""
    assert read(f"serial,not_after,{header}\n0a:0b,2027-01-07,x\n").codes() == ["unused-column"]


def test_hosts_become_endpoints() -> None:
    """A list of hosts is of kind endpoint; names are normal, ports are taken from the cell or are 443."""
    found = read(
        "host,port,team\nWWW.A.test.,8443,web\nb.test:993,,mail\nhttps://c.test/login,,\n[2001:DB8::1]:443,,\n10.0.0.1,,\n"
    )
    assert found.tables[0].kind == "endpoint"
    assert found.frame.select("host", "port").rows() == [
        ("www.a.test", 8443),
        ("b.test", 993),
        ("c.test", 443),
        ("2001:db8::1", 443),
        ("10.0.0.1", 443),
    ]
    assert found.codes() == ["default-port"]


@pytest.mark.parametrize("port", ["-1", "0", "70000", "https"])
def test_impossible_ports_are_problems(port: str) -> None:
    """Negative, zero, too large, a word."""
    found = read(f"host,port\na.test,{port}\n")
    assert "is not a whole number from 1 to 65535" in found.problem("unreadable-value").message


def test_a_row_without_a_host_is_left_out() -> None:
    """An endpoint needs a name; the run is incomplete."""
    found = read("host,port\n,443\na b c,443\nd.test,443\n")
    assert found.frame["host"].to_list() == ["d.test"]
    assert [(one.spot.line, one.incomplete) for one in found.problems if one.code == "certgate/unreadable-input"] == [
        (2, True),
        (3, True),
    ]


def test_a_table_with_other_columns_is_no_inventory() -> None:
    """Named, it is an error that says what to do; in a folder it is nobody's."""
    found = read("city,population\nBern,134000\n")
    assert "no column of this file is known («city», «population»)" in str(found.error)
    assert read("city,population\nBern,134000\n", named=False).importer == ""


def test_an_inventory_without_rows_is_a_note() -> None:
    """A header alone is an inventory of nothing."""
    found = read("serial,not_after\n")
    assert found.codes() == ["no-rows"]
    assert not found.tables


def test_regular_and_odd_rows_are_read_alike() -> None:
    """The same rows, natively and line by line, give the same table."""
    rows = [
        f'"CN=h{index}, O=Lab, C=CH",0A{index:04}B,2027-01-{1 + index % 28:02}T00:00:00Z,t{index % 5}' for index in range(400)
    ]
    plain = read("subject,serial,not after,team\n" + "\n".join(rows) + "\n").frame
    odd = read("subject,serial,not after,team\n" + "\n".join(rows) + "\nragged\n").frame
    assert plain.equals(odd)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(st.sampled_from('ab,"\n; é\t'), max_size=6), min_size=3, max_size=3).filter(
            lambda row: any(cell.strip() for cell in row)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_what_python_writes_is_read(rows: list[list[str]]) -> None:
    """Every file of Python's csv writer gives each row once, at its line, with its texts."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["serial", "owner", "team"])
    lines = []
    for row in rows:
        lines.append(out.getvalue().count("\n") + 1)
        writer.writerow(row)
    found = read(out.getvalue(), mapping="columns: {serial: serial, owner: owner}")
    frame = found.frame
    assert frame["_line"].to_list() == lines
    assert frame["owner"].to_list() == [row[1].strip() or None for row in rows]


def test_paths_of_the_table() -> None:
    """Every row knows its file; the kind and the source are the table's."""
    found = read(Path(HERE / "csv_inventory.csv"))
    (table,) = found.tables
    assert (table.kind, table.source, table.source_type) == ("certificate", "evidence", "inventory")
    assert table.frame["_uri"].to_list() == ["evidence"]


@pytest.mark.parametrize("column", ["extensions", "critical_extensions", "policy_oids"])
def test_lists_of_object_identifiers_hold_nothing_else(column: str) -> None:
    """Names in their place would pass for a list in which no identifier stands; so they are unknown, with a problem."""
    assert cell(column, "2.5.29.17; 2.5.29.30") == {column: ["2.5.29.17", "2.5.29.30"]}
    assert cell(column, "2.5.29.17, Name Constraints") == {}
    assert read(f"not_after,{column}\n2027-01-07,Name Constraints\n").codes() == ["unreadable-value"]


@pytest.mark.parametrize(
    ("column", "fact", "because"),
    [("owner", "owner", "is not a text of at most 65,536 bytes"), ("subject", "subject.dn", "of at most 65,536 bytes"),
     ("san.dns", "san.dns", "of at most 65,536 bytes"), ("labels.note", "labels.note", "is not a text of at most 65,536 bytes"),
     ("key_id", "_key", "is not a key of at most 65,536 bytes")],
)  # fmt: skip
def test_a_cell_longer_than_any_fact_is_left_unknown(column: str, fact: str, because: str) -> None:
    """Every finding of the asset would repeat it; the other cells of its column stay."""
    mapping = "key: key_id\n" if fact == "_key" else None
    text = f"not_after,{column}\n2027-01-07,{'a.example ' * 7000}\n2027-01-07,b.example\n"
    found = read(text, mapping=mapping)
    first, second = found.row(0), found.row(1)
    assert first.get(fact) is None
    assert second["subject.cn" if fact == "subject.dn" else fact] in ("b.example", ["b.example"])
    (problem,) = [one for one in found.problems if one.code == "unreadable-value"]
    assert because in problem.message
    assert len(problem.message) < 200
    assert problem.spot.line == 2
    assert (tables.UNKNOWN in first) == (fact in {"owner", "labels.note"}), (
        "of a declared fact a null would mean that it is not there"
    )


def test_a_long_certificate_in_a_cell_is_read() -> None:
    """A chain may be longer than a fact is."""
    der = certificate(names=tuple(f"name-{number}.example" for number in range(4000))).der
    assert len(der) > 65_536
    assert read(f"not_after,certificate\n2027-01-07,{b64encode(der).decode()}\n").row()[tables.DER] == der
