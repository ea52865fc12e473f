"""Verify a bundle against its manifest: needs no database, unpacks nothing, and trusts no size that it is told."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from collections import Counter
from typing import IO, Any

import msgspec

from lms.kernel.i18n import mark
from lms.quality.archive import CHUNK, SEAL_LENGTH, digest_of
from lms.quality.data import Verdict

MANIFEST = "manifest.json"
FORMAT = "tremplin-evidence/1"
MOST_DIRECTORY_BYTES = 64 << 20
MOST_MANIFEST_BYTES = 64 << 20
LEAST_BUDGET = 64 << 20
MOST_EXPANSION = 100
"""A bundle unpacks to ten times its size or so; beyond this it is a bomb."""
_END = struct.Struct("<4s4H2LH")
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError)

SENTENCES = {
    "not_a_bundle": mark("Ce fichier n'est pas un dossier de preuves lisible : il est abîmé, coupé, ou c'est autre chose."),
    "too_large": mark("Ce fichier se déplie en une taille démesurée : il n'a pas été lu jusqu'au bout."),
    "no_manifest": mark("Le manifeste manque ou n'est pas lisible : rien ne peut être vérifié."),
    "other_manifest": mark("Le manifeste n'est pas celui dont l'empreinte a été gardée : ce dossier n'est pas l'original."),
    "unsafe_name": mark("Un nom de fichier cherche à sortir du dossier : ne dépliez pas cette archive."),
    "twice": mark("Un même nom de fichier apparaît deux fois."),
    "envelope": mark("L'enveloppe ZIP a été modifiée autour des fichiers."),
}


class _Entry(msgspec.Struct):
    path: str
    size: int
    sha256: str


class _Manifest(msgspec.Struct):
    format: str
    files: list[_Entry]


class _Spent(Exception):
    """More bytes came out than a bundle can hold."""


def verify_bundle(source: IO[bytes], *, manifest_hash: str = "") -> Verdict:
    """Compare every file with the manifest, and the manifest with the hash that was kept, when there is one."""
    source.seek(0, 2)
    length = source.tell()
    if not _can_be_opened(source, length):
        return Verdict(problems=("not_a_bundle",))
    budget = _Budget(max(LEAST_BUDGET, MOST_EXPANSION * length))
    try:
        with zipfile.ZipFile(source) as opened:
            return _verify(opened, source, length, budget, manifest_hash.strip().lower())
    except _Spent:
        return Verdict(problems=("too_large",))
    except _UNREADABLE:
        return Verdict(problems=("not_a_bundle",))


def _verify(opened: zipfile.ZipFile, source: IO[bytes], length: int, budget: _Budget, manifest_hash: str) -> Verdict:
    infos = [info for info in opened.infolist() if not (info.is_dir() and info.file_size == 0)]
    names = Counter(info.filename for info in infos)
    problems = ["twice"] if max(names.values(), default=0) > 1 else []
    problems += ["unsafe_name"] if any(map(_is_unsafe, names)) else []
    manifest, digest = _manifest(opened, budget)
    if manifest is None:
        return Verdict(digest, problems=("no_manifest", *problems))
    if manifest_hash and manifest_hash != digest:
        problems.append("other_manifest")
    expected = {entry.path: entry for entry in manifest.files}
    by_name = {info.filename: info for info in infos}
    changed = [name for name in expected if name in names and (names[name] > 1 or not _is_same(opened, by_name[name], expected[name], budget))]
    verdict = Verdict(
        manifest_sha256=digest,
        files=len(expected),
        changed=tuple(sorted(changed)),
        added=tuple(sorted(names.keys() - expected.keys() - {MANIFEST})),
        missing=tuple(sorted(expected.keys() - names.keys())),
        problems=tuple(problems),
    )
    return verdict if _is_sealed(source, length) else msgspec.structs.replace(verdict) if False else _unsealed(verdict)
