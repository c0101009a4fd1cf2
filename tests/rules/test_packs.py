import gzip
import io
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from scanner.errors import PolicyError, UsageError
from scanner.rules.reader import find, load, packs
from scanner.rules.reader.packs import PIN
from tests.factories import certificate

POLICY = b"policy: acme\nversion: 1.0.0\ntitle: Acme\nowner: pki@acme.example\nextends: [acme-base]\n"
BASE = b"policy: acme-base\nversion: 1.0.0\ntitle: Acme's base\nowner: pki@acme.example\nextends: [public-tls]\n"
FILES = {"acme.yaml": POLICY, "acme-base.yaml": BASE, "README.md": b"not part of it"}


def zipped(folder: Path, files: dict[str, bytes], name: str = "acme.zip") -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in files.items():
            archive.writestr(member, content)
    return folder / name


def tarred(folder: Path, files: dict[str, bytes], *more: tarfile.TarInfo) -> Path:
    """Write a compressed tar archive."""
    path = folder / "acme.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for member, content in files.items():
            info = tarfile.TarInfo(member)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return path


def pin(path: Path) -> str:
    """Name an archive with its own digest."""
    return f"{path}{PIN}{sha256(path.read_bytes()).hexdigest()}"


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("top", ["", "acme-1.0/"])
def test_a_pinned_archive_gives_its_policies(tmp_path: Path, pack: object, top: str) -> None:
    """They extend each other and the shipped ones, and are named by where the archive lies."""
    path = pack(tmp_path, {top + name: content for name, content in FILES.items()})  # type: ignore[operator]
    base, acme = sorted(load.load(find.find(pin(path))), key=lambda one: -len(one.id))
    assert (acme.id, base.id) == ("acme", "acme-base")
    assert acme.path == f"{path.as_posix()}/acme.yaml"
    assert {rule.policy for rule in acme.rules} == {"public-tls"}


def test_an_archive_that_is_not_pinned_is_refused_with_its_digest(tmp_path: Path) -> None:
    """The digest is what the author needs to write."""
    path = zipped(tmp_path, FILES)
    with pytest.raises(UsageError, match=sha256(path.read_bytes()).hexdigest()):
        find.find(str(path))


def test_other_bytes_than_pinned_are_refused(tmp_path: Path) -> None:
    """An archive, a folder and a single file alike."""
    wrong = PIN + "0" * 64
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "acme.yaml").write_bytes(POLICY)
    for path in (zipped(tmp_path, FILES), tmp_path / "folder", tmp_path / "folder" / "acme.yaml"):
        with pytest.raises(UsageError, match="is not what it is pinned to"):
            find.find(f"{path}{wrong}")


def test_a_folder_is_pinned_by_names_and_contents(tmp_path: Path) -> None:
    """A renamed file is another pack; what is no part of a pack does not count."""
    (tmp_path / "acme-base.yaml").write_bytes(BASE)
    lines = f"{sha256(BASE).hexdigest()}  acme-base.yaml\n"
    name = f"{tmp_path}{PIN}{sha256(lines.encode()).hexdigest()}"
    (tmp_path / "notes.txt").write_text("anything")
    assert [file.stem for file in find.find(name)] == ["acme-base"]
    (tmp_path / "acme-base.yaml").rename(tmp_path / "other.yaml")
    with pytest.raises(UsageError, match="is not what it is pinned to"):
        find.find(name)


@pytest.mark.parametrize("digest", ["", "abc", "A" * 64, "0" * 63])
def test_a_pin_that_is_no_digest_is_refused(tmp_path: Path, digest: str) -> None:
    """A pin that is cut off must not pass for none."""
    with pytest.raises(UsageError, match="64 lower-case hexadecimal digits"):
        find.find(f"{tmp_path}{PIN}{digest}")


@pytest.mark.parametrize("member", ["../acme.yaml", "/etc/acme.yaml", "a/../../acme.yaml", "a\\acme.yaml"])
def test_no_member_leads_out_of_the_pack(tmp_path: Path, member: str) -> None:
    """Not even one that would lead back in."""
    for path in (zipped(tmp_path, {member: POLICY}), tarred(tmp_path, {member: POLICY})):
        with pytest.raises(UsageError, match="leads out of the pack"):
            find.find(pin(path))


def test_links_are_refused(tmp_path: Path) -> None:
    """A link could name any file of the machine."""
    link = tarfile.TarInfo("acme.yaml")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with pytest.raises(UsageError, match="holds files only"):
        find.find(pin(tarred(tmp_path, {}, link)))
    info = zipfile.ZipInfo("acme.yaml")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(UsageError, match="holds files only"):
        find.find(pin(tmp_path / "link.zip"))


@pytest.mark.parametrize(
    "files",
    [
        {"acme.yaml": b"#" * 5_000_000},
        {f"{number}.yaml": b"" for number in range(packs.MOST_MEMBERS + 1)},
        {f"{number}.yaml": b"# \n" * 4_000_000 for number in range(2)},
    ],
    ids=["ratio", "members", "size"],
)
def test_bombs_are_bounded(tmp_path: Path, files: dict[str, bytes]) -> None:
    """Too much of anything is refused before it is written."""
    with pytest.raises(UsageError, match="unpacks to more than a pack holds"):
        find.find(pin(zipped(tmp_path, files)))


def test_a_member_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """Which one counts must not depend on who unpacks it."""
    with zipfile.ZipFile(tmp_path / "acme.zip", "w") as archive:
        archive.writestr("acme.yaml", POLICY)
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("acme.yaml", BASE)
    with pytest.raises(UsageError, match="stands twice"):
        find.find(pin(tmp_path / "acme.zip"))


@pytest.mark.parametrize("name", ["acme.zip", "acme.tar.gz", "acme.tar", "acme.tgz"])
def test_what_is_no_archive_is_said_to_be_none(tmp_path: Path, name: str) -> None:
    """Cut off, encrypted or something else altogether."""
    (tmp_path / name).write_bytes(zipped(tmp_path, FILES, "whole.zip").read_bytes()[:60])
    with pytest.raises(UsageError, match="not an archive that can be read"):
        find.find(pin(tmp_path / name))


@pytest.mark.parametrize(
    "files",
    [{"a.yaml": POLICY, "a.yaml/b.yaml": BASE}, {"a.yaml/b.yaml": BASE, "a.yaml": POLICY}, {f"{'x' * 3000}.yaml": POLICY}],
    ids=["file, then folder", "folder, then file", "long name"],
)
def test_members_that_no_folder_can_hold_are_refused_in_words(tmp_path: Path, files: dict[str, bytes]) -> None:
    """Hostile names never end in an internal fault."""
    with pytest.raises(UsageError, match="cannot stand beside each other"):
        find.find(pin(zipped(tmp_path, files)))


def test_a_broken_member_or_name_is_refused_in_words(tmp_path: Path) -> None:
    """LZMA data that is none, and a name that claims to be UTF-8."""
    with zipfile.ZipFile(tmp_path / "lzma.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("acme.yaml", POLICY)
    whole = (tmp_path / "lzma.zip").read_bytes()
    (tmp_path / "lzma.zip").write_bytes(whole.replace(whole[60:80], b"\xff" * 20))
    named = zipped(tmp_path, {"\u00e9.yaml": POLICY}, "name.zip")
    named.write_bytes(named.read_bytes().replace("\u00e9".encode(), b"\xff\xfe"))
    for path in (tmp_path / "lzma.zip", named):
        with pytest.raises(UsageError, match="not an archive that can be read"):
            find.find(pin(path))


def test_gigabytes_in_headers_and_folders_are_never_unpacked(tmp_path: Path) -> None:
    """A header that says it is long, and more folders than anybody needs."""
    header, folder = tarfile.TarInfo("x"), tarfile.TarInfo("d")
    header.type, header.size, folder.type = b"x", 60_000_000, tarfile.DIRTYPE
    for number, plain in enumerate((header.tobuf(tarfile.USTAR_FORMAT) + bytes(60_000_000), folder.tobuf() * 60_000)):
        path = tmp_path / f"{number}.tar.gz"
        path.write_bytes(gzip.compress(plain))
        with pytest.raises(UsageError, match="unpacks to more than a pack holds"):
            find.find(pin(path))


def test_one_member_under_two_spellings_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="stands twice"):
        find.find(pin(zipped(tmp_path, {"acme.yaml": POLICY, "./acme.yaml": BASE})))


@pytest.mark.parametrize("named", ["../outside.pem", "cas.txt", "linked/ca.pem", "/etc/ssl/cert.pem"])
def test_a_pinned_pack_names_no_certificates_that_its_pin_does_not_cover(tmp_path: Path, named: str) -> None:
    """Else who changes them changes the judgement, and the pin still fits."""
    ca = certificate("CA", ca=True, usages=None).pem
    pack, outside = tmp_path / "pack", tmp_path / "out"
    pack.mkdir()
    outside.mkdir()
    for path in (tmp_path / "outside.pem", pack / "cas.txt", outside / "ca.pem"):
        path.write_bytes(ca)
    (pack / "linked").symlink_to(outside)
    text = POLICY.replace(b"acme-base", b"public-tls") + f"lists: {{ cas: [{{ certificates: {named} }}] }}\n".encode()
    (pack / "acme.yaml").write_bytes(text)
    lines = f"{sha256(text).hexdigest()}  acme.yaml\n"
    with pytest.raises(PolicyError, match="the pin of a pack covers only files in it"):
        load.load(find.find(f"{pack}{PIN}{sha256(lines.encode()).hexdigest()}"))
