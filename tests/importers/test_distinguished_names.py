"""Distinguished names in the spellings of tools."""

import polars as pl
import pytest
from cryptography.x509 import Name
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.importers import _distinguished_names as names

WANTED = ("CN=www.example.test,O=Example Lab,C=CH", "www.example.test", "Example Lab")


@pytest.mark.parametrize(
    "text",
    [
        "CN=www.example.test,O=Example Lab,C=CH",
        "CN=www.example.test, O=Example Lab, C=CH",
        "C = CH, O = Example Lab, CN = www.example.test",
        "C=CH, O=Example Lab, CN=www.example.test",
        "/C=CH/O=Example Lab/CN=www.example.test",
        "cn=www.example.test,o=Example Lab,c=CH",
        'CN="www.example.test", O="Example Lab", C=CH',
        "CN=www.example.test;O=Example Lab;C=CH",
        "CN=www.example.test , O=Example Lab , C=CH ",
        "2.5.4.3=www.example.test,2.5.4.10=Example Lab,2.5.4.6=CH",
    ],
)
def test_spellings_of_one_name(text: str) -> None:
    """RFC 4514, Windows, OpenSSL in both orders, slashes, lower case, quotes: one name."""
    assert names.read(pl.Series([text])).row(0) == WANTED
    assert names.parse(text) == WANTED


@pytest.mark.parametrize(
    ("text", "dn", "cn", "organization"),
    [
        ('C=CH, O="Foo, Inc.", CN=x', "CN=x,O=Foo\\, Inc.,C=CH", "x", "Foo, Inc."),
        ("CN=x,O=Foo\\, Inc.,C=US", "CN=x,O=Foo\\, Inc.,C=US", "x", "Foo, Inc."),
        ("E=a@b.test, CN=x, S=Bern", "1.2.840.113549.1.9.1=a@b.test,CN=x,ST=Bern", "x", None),
        ("CN=x+OU=y,O=z", "CN=x+OU=y,O=z", "x", "z"),
        ("CN=inner,CN=outer,O=z", "CN=inner,CN=outer,O=z", "inner", "z"),
        ("CN=x,OU=y,O=z,C=CH", "CN=x,OU=y,O=z,C=CH", "x", "z"),
        ("OU=a,O=c", "OU=a,O=c", None, "c"),
        ("C=CH, O=X, OU=y", "OU=y,O=X,C=CH", None, "X"),
        ("DC=test,DC=example,CN=x", "CN=x,DC=example,DC=test", "x", None),
        ("CN=only", "CN=only", "only", None),
        ("CN=", "CN=", None, None),
        ("CN= #x ", "CN=\\#x", "#x", None),
        ("/CN=a/b", "CN=a/b", "a/b", None),
    ],
)
def test_names_with_something_odd(text: str, dn: str, cn: str | None, organization: str | None) -> None:
    """Commas, several values, e-mail, other orders."""
    assert names.read(pl.Series([text])).row(0) == (dn, cn, organization)


@pytest.mark.parametrize(
    "text", ["www.example.test", "", "CN=x, O=Foo, Inc., C=US", "=", "CN", "CN=x,,O=y", "a" * 20_000 + "=x", "\\"]
)
def test_what_is_no_name(text: str) -> None:
    """A bare name, nonsense, or an unquoted comma that makes the parts uncertain."""
    assert names.read(pl.Series([text])).row(0) == (None, None, None)


def test_a_column_of_different_names_keeps_its_rows() -> None:
    """Regular and odd ones, and nulls, each in its row."""
    texts = ["CN=a,O=x", None, "C=CH, CN=b", "nonsense", "CN=c,OU=u,O=y", "CN=a,O=x"]
    assert names.read(pl.Series(texts))["dn"].to_list() == ["CN=a,O=x", None, "CN=b,C=CH", None, "CN=c,OU=u,O=y", "CN=a,O=x"]
    assert names.read(pl.Series(texts))["o"].to_list() == ["x", None, None, None, "y", "x"]


@settings(max_examples=150, deadline=None)
@given(
    values=st.lists(
        st.tuples(
            st.sampled_from(["CN", "OU", "L", "ST", "O"]),
            # cryptography writes a single blank with two backslashes, so no value is a single blank here
            st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=12).filter(" ".__ne__),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_what_cryptography_writes_comes_back(values: list[tuple[str, str]]) -> None:
    """RFC 4514 text of any values is read to the same text, whatever stands in them."""
    text = ",".join(f"{name}={_escaped(value)}" for name, value in [("CN", "first"), *values, ("C", "CH")])
    written = Name.from_rfc4514_string(text).rfc4514_string()
    assert names.read(pl.Series([written])).row(0)[0] == written


def _escaped(value: str) -> str:
    return "".join(f"\\{char}" if char in ',+"\\<>;=# ' else char for char in value)


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from('CNO=,+;/"\\ #x'), max_size=60))
def test_no_text_crashes(text: str) -> None:
    """Every text is a name or is none, and reading the name again changes nothing."""
    dn = names.read(pl.Series([text], dtype=pl.String)).row(0)[0]
    if dn is not None and names.parse(dn)[0] is not None:
        assert sorted(names.parse(dn)[0] or "") == sorted(dn)
