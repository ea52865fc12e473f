"""Whatever happens to a bundle after it was written is noticed, and named."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lms.quality.archive import Archive, UnsafePath
from lms.quality.verification import FORMAT, verify_bundle

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FILES = {"personnes/01-a/attestation.pdf": b"%PDF-1.7" * 40, "traces/01.jsonl": b'{"id":1}\n' * 400, "vide.csv": b""}


def written(files: dict[str, bytes] = FILES) -> Any:
    target = io.BytesIO()
    with Archive(target, at=AT, zone="Europe/Paris", listing=io.BytesIO()) as archive:
        for path, data in files.items():
            archive.add(path, [data[:7], data[7:]])
        listed = [{"path": one.path, "size": one.size, "sha256": one.sha256} for one in archive.listed()]
        archive.add("manifest.json", [json.dumps({"format": FORMAT, "files": listed}).encode()])
        archive.close()
    return target.getvalue()


WHOLE = written()


def verdict(data: bytes, **options: Any) -> Any:
    return verify_bundle(io.BytesIO(data), **options)


def packed(changes: dict[str, bytes | None], data: bytes = WHOLE) -> Any:
    """The same bundle packed again, with other bytes for some files (None: left out)."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as out:
        kept = {name: source.read(name) for name in source.namelist()}
        for name, content in {**kept, **changes}.items():
            if content is not None:
                out.writestr(name, content)
    return target.getvalue()


def test_the_same_content_gives_the_same_bytes() -> None:
    assert written() == WHOLE


def test_a_bundle_is_intact_also_when_packed_again() -> None:
    assert verdict(WHOLE).is_intact
    assert verdict(WHOLE).files == 3
    assert verdict(packed({})).is_intact


def test_the_manifest_that_was_kept_tells_the_original() -> None:
    digest = verdict(WHOLE).manifest_sha256
    assert verdict(WHOLE, manifest_hash=digest.upper()).is_intact
    assert verdict(WHOLE, manifest_hash="0" * 64).problems == ("other_manifest",)


def test_a_changed_an_added_and_a_missing_file_are_named() -> None:
    found = verdict(packed({"traces/01.jsonl": b"autre", "intrus.txt": b"?", "vide.csv": None}))
    assert found.changed == ("traces/01.jsonl",)
    assert found.added == ("intrus.txt",)
    assert found.missing == ("vide.csv",)
    assert not found.is_intact


def test_the_same_size_with_other_bytes_is_a_change() -> None:
    same_size = bytearray(FILES["traces/01.jsonl"])
    same_size[3] ^= 1
    assert verdict(packed({"traces/01.jsonl": bytes(same_size)})).changed == ("traces/01.jsonl",)


@settings(max_examples=300, deadline=None)
@given(some.integers(0, len(WHOLE) * 8 - 1))
def test_no_flipped_bit_goes_unnoticed(place: int) -> None:
    data = bytearray(WHOLE)
    data[place // 8] ^= 1 << place % 8
    assert not verdict(bytes(data)).is_intact


@settings(max_examples=100, deadline=None)
@given(some.integers(0, len(WHOLE) - 1))
def test_a_bundle_cut_short_is_refused(length: int) -> None:
    assert verdict(WHOLE[:length]).problems


def test_bytes_after_the_end_are_noticed() -> None:
    assert "envelope" in verdict(WHOLE + b"\n").problems


@pytest.mark.parametrize("data", [b"", b"PK", b"hello" * 100, b"%PDF-1.7", b"PK\5\6" + b"\0" * 18])
def test_what_is_no_bundle_is_said_so(data: bytes) -> None:
    assert verdict(data).problems[0] in ("not_a_bundle", "no_manifest")


@pytest.mark.parametrize("name", ["../intrus", "/etc/passwd", "a/../../b", "..\\intrus", "C:/intrus"])
def test_a_name_that_leaves_the_folder_is_noticed_and_never_written(name: str) -> None:
    found = verdict(packed({name: b"?"}))
    assert "unsafe_name" in found.problems
    assert found.added


def test_a_name_that_stands_twice_is_a_change() -> None:
    target = io.BytesIO(packed({}))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "a") as out:
        out.writestr("vide.csv", b"")
    found = verdict(target.getvalue())
    assert "twice" in found.problems
    assert found.changed == ("vide.csv",)


def test_a_bomb_is_not_unpacked() -> None:
    target = io.BytesIO()
    size = 200 << 20
    listed = [{"path": "bombe", "size": size, "sha256": "0" * 64}]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("manifest.json", json.dumps({"format": FORMAT, "files": listed}))
        with out.open("bombe", "w") as inside:
            for _ in range(200):
                inside.write(b"\0" * (1 << 20))
    assert verdict(target.getvalue()).problems == ("too_large",)


def test_a_method_that_could_expand_at_once_is_not_read() -> None:
    target = io.BytesIO()
    listed = [{"path": "a", "size": 1, "sha256": "0" * 64}]
    with zipfile.ZipFile(target, "w") as out:
        out.writestr("manifest.json", json.dumps({"format": FORMAT, "files": listed}))
        out.writestr("a", b"a", compress_type=zipfile.ZIP_BZIP2)
    assert verdict(target.getvalue()).changed == ("a",)


def test_a_table_of_contents_that_fills_the_memory_is_refused() -> None:
    data = bytearray(WHOLE)
    end = data.rfind(b"PK\5\6")
    struct.pack_into("<L", data, end + 12, 0xF0000000)
    assert verdict(bytes(data)).problems == ("not_a_bundle",)


def test_a_manifest_of_another_format_is_refused() -> None:
    assert verdict(packed({"manifest.json": b'{"format":"autre","files":[]}'})).problems == ("no_manifest",)
    assert verdict(packed({"manifest.json": b"{"})).problems == ("no_manifest",)
    assert verdict(packed({"manifest.json": None})).problems == ("no_manifest",)


@pytest.mark.parametrize("path", ["../a", "/a", "a//b", "a\\b", "", "é", "a/.b", "a b", "x" * 201])
def test_a_file_with_an_unsafe_name_never_enters_a_bundle(path: str) -> None:
    with pytest.raises(UnsafePath):
        written({path: b""})


def test_two_files_of_one_name_never_enter_a_bundle() -> None:
    with pytest.raises(UnsafePath):
        written({"a": b"", "A": b""})
