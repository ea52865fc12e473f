"""Verify a bundle against its manifest: needs no database, unpacks nothing, and trusts no size that it is told."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import replace
from typing import IO, Annotated

import msgspec

from lms.kernel.i18n import mark
from lms.quality.archive import CHUNK, SEAL_LENGTH, digest_of
from lms.quality.data import SealVerdict, Verdict
from lms.quality.sealed import CHAIN, compare, proofs_path, read_chain

MANIFEST = "manifest.json"
FORMAT = "tremplin-evidence/1"
MOST_DIRECTORY_BYTES = 64 << 20
MOST_MANIFEST_BYTES = 64 << 20
LEAST_BUDGET = 64 << 20
MOST_EXPANSION = 100
"""A bundle unpacks to ten times its size or so; beyond this it is a bomb."""
_END = struct.Struct("<4s4H2LH")  # the end record of a ZIP: the size of the table of contents is its sixth number
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)

SENTENCES = {
    "not_a_bundle": mark(
        "Ce fichier n'est pas un dossier de preuves lisible : il est abîmé, coupé, ou c'est autre chose."
    ),
    "too_large": mark("Ce fichier se déplie en une taille démesurée : il n'a pas été lu jusqu'au bout."),
    "no_manifest": mark("Le manifeste manque ou n'est pas lisible : rien ne peut être vérifié."),
    "other_manifest": mark(
        "Le manifeste n'est pas celui dont l'empreinte a été gardée : ce dossier n'est pas l'original."
    ),
    "unsafe_name": mark("Un nom de fichier cherche à sortir du dossier : ne dépliez pas cette archive."),
    "twice": mark("Un même nom de fichier apparaît deux fois."),
    "seal": mark("La chaîne du sceau ne tient pas : des maillons manquent ou ont été changés."),
    "no_seal": mark("Ce dossier n’a pas de sceau : l’empreinte du registre ne peut pas être comparée."),
    "other_root": mark("L’empreinte que vous avez donnée n’est pas dans la chaîne de ce dossier."),
    "unsealed_bytes": mark("Des traces ne sont pas celles qui ont été scellées."),
    "envelope": mark("L'enveloppe ZIP a été modifiée autour des fichiers."),
}


class _Entry(msgspec.Struct):
    path: str
    size: Annotated[int, msgspec.Meta(ge=0)]
    sha256: str


class _Manifest(msgspec.Struct):
    format: str
    files: list[_Entry]


class _Spent(Exception):
    """More bytes came out than a bundle can hold."""


class _Budget:
    """How many bytes may still be unpacked."""

    def __init__(self, left: int) -> None:
        self._left = left

    def spend(self, amount: int) -> None:
        """Take from it, or stop everything."""
        self._left -= amount
        if self._left < 0:
            raise _Spent


def verify_bundle(source: IO[bytes], *, manifest_hash: str = "", root: str = "") -> Verdict:
    """Compare every file with the manifest, the manifest with the hash that was kept, when there is one, and traces with the seal.

    `root`: a root of the ledger that someone received by mail; it has to be in the bundle's chain.
    """
    source.seek(0, 2)
    length = source.tell()
    if not _can_be_opened(source, length):
        return Verdict(problems=("not_a_bundle",))
    try:
        with zipfile.ZipFile(source) as opened:
            budget = _Budget(max(LEAST_BUDGET, MOST_EXPANSION * length))
            verdict = _with_seal(opened, budget, _compared(opened, budget, manifest_hash), root)
    except _Spent:
        return Verdict(problems=("too_large",))
    except _UNREADABLE:
        return Verdict(problems=("not_a_bundle",))
    if _is_envelope_intact(source, length):
        return verdict
    return replace(verdict, problems=(*verdict.problems, "envelope"))


def _compared(opened: zipfile.ZipFile, budget: _Budget, manifest_hash: str) -> Verdict:
    names = Counter(info.filename for info in opened.infolist() if not (info.is_dir() and info.file_size == 0))
    problems = ["twice"] if max(names.values(), default=0) > 1 else []
    problems += ["unsafe_name"] if any(_is_unsafe(info) for info in opened.infolist()) else []
    manifest, digest = _read_manifest(opened, budget)
    if manifest is None:
        return Verdict(manifest_sha256=digest, problems=("no_manifest", *problems))
    if manifest_hash and manifest_hash.strip().lower() != digest:
        problems.append("other_manifest")
    expected = {entry.path: entry for entry in manifest.files if entry.path != MANIFEST}
    present = [entry for path, entry in expected.items() if path in names]
    changed = [one.path for one in present if names[one.path] > 1 or not _is_same(opened, one, budget)]
    return Verdict(
        manifest_sha256=digest,
        files=len(expected),
        changed=tuple(sorted(changed)),
        added=tuple(sorted(names.keys() - expected.keys() - {MANIFEST})),
        missing=tuple(sorted(expected.keys() - names.keys())),
        problems=tuple(problems),
    )


def _with_seal(opened: zipfile.ZipFile, budget: _Budget, verdict: Verdict, root: str) -> Verdict:
    """The same verdict with what the seal says; where files do not even agree with the manifest, that is enough."""
    if verdict.changed or verdict.missing or "twice" in verdict.problems:
        return verdict
    names = frozenset(opened.namelist())
    if CHAIN not in names:
        return replace(verdict, problems=(*verdict.problems, "no_seal")) if root else verdict
    found = _seal_of(opened, names, budget, root)
    problems = [found.problem] if found.problem else []
    problems += ["unsealed_bytes"] if found.broken else []
    return replace(verdict, seal=found, problems=(*verdict.problems, *problems))


def _seal_of(opened: zipfile.ZipFile, names: frozenset[str], budget: _Budget, root: str) -> SealVerdict:
    found = SealVerdict()
    with opened.open(CHAIN) as source:
        data = source.read(MOST_MANIFEST_BYTES)
    budget.spend(len(data))
    try:
        whole = read_chain(data)
    except ValueError:
        return replace(found, problem="seal")
    given = "".join(root.split()).lower()
    known = {link.root.hex(): number for number, link in whole.items()}
    if given and given not in known:
        return replace(found, problem="other_root")
    last = max(whole, default=0)
    found.root = whole[last].root.hex() if whole else ""
    for path in sorted(name for name in names if name.startswith("traces/") and name.endswith(".jsonl")):
        if proofs_path(path) not in names:
            found.broken.append(path)
            continue
        with opened.open(path) as traces, opened.open(proofs_path(path)) as proofs:
            compare(
                found,
                whole,
                path,
                traces=traces,
                proofs=proofs,
                spend=budget.spend,
                last=known[given] if given else last,
            )
    return found


def _can_be_opened(source: IO[bytes], length: int) -> bool:
    """Whether there is an end record whose table of contents fits in memory."""
    start = max(0, length - _END.size - 0xFFFF)
    source.seek(start)
    tail = source.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or len(tail) - at < _END.size:
        return False
    return bool(_END.unpack_from(tail, at)[5] <= MOST_DIRECTORY_BYTES)


def _is_envelope_intact(source: IO[bytes], length: int) -> bool:
    """Whether the seal holds. A bundle that other software packed again has none, and ends with its end record."""
    source.seek(max(0, length - SEAL_LENGTH))
    tail = source.read()
    if re.fullmatch(rb"[0-9a-f]{64}", tail) and digest_of(source, length - SEAL_LENGTH).encode() == tail:
        return True
    source.seek(max(0, length - _END.size))
    end = source.read()
    return end.startswith(b"PK\5\6") and end.endswith(b"\0\0")


def _is_unsafe(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name


def _read_manifest(opened: zipfile.ZipFile, budget: _Budget) -> tuple[_Manifest | None, str]:
    try:
        info = opened.getinfo(MANIFEST)
        if info.file_size > MOST_MANIFEST_BYTES or info.compress_type not in _METHODS:
            return None, ""
        with opened.open(info) as source:
            data = source.read(MOST_MANIFEST_BYTES)
        budget.spend(len(data))
        digest = hashlib.sha256(data).hexdigest()
    except (KeyError, *_UNREADABLE):
        return None, ""
    try:
        manifest = msgspec.json.decode(data, type=_Manifest)
    except msgspec.DecodeError:
        return None, digest
    return (manifest if manifest.format == FORMAT else None), digest


def _is_same(opened: zipfile.ZipFile, entry: _Entry, budget: _Budget) -> bool:
    info = opened.getinfo(entry.path)
    if info.file_size != entry.size or info.compress_type not in _METHODS:
        return False
    digest, size = hashlib.sha256(), 0
    try:
        with opened.open(info) as source:
            while chunk := source.read(CHUNK):
                budget.spend(len(chunk))
                digest.update(chunk)
                size += len(chunk)
    except _UNREADABLE:
        return False
    return size == entry.size and digest.hexdigest() == entry.sha256
