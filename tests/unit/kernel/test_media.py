"""What phones send becomes small and harmless, or is refused with a reason."""

from __future__ import annotations

import io

import av
import pytest
from PIL import Image

from lms.kernel import media
from lms.kernel.media import FILE, PHOTO, VOICE, MediaRefused, keep_media, media_file, media_infos, prepare
from lms.kernel.rights import NotFound
from tests.factories.media import docx, film, packed, photo, photo_of_a_place, voice

EVERYTHING = {PHOTO, VOICE, FILE}


def refusal(name: str, data: bytes, accepts: set[str] = EVERYTHING) -> str:
    with pytest.raises(MediaRefused) as refused:
        prepare(name, data, accepts=accepts)
    return refused.value.reason


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_photo_becomes_small_upright_and_says_nothing_of_the_phone() -> None:
    found = prepare("IMG_1.jpg", photo_of_a_place(), accepts={PHOTO})
    assert (found.kind, found.name) == (PHOTO, "IMG_1.webp")
    assert (found.width, found.height) == (600, 900), "turned as the phone was held"
    assert not opened(found.full).getexif()
    assert b"Aissatou" not in found.full
    assert max(opened(found.small).size) == 480


def test_a_large_photo_is_reduced() -> None:
    found = prepare("p.jpg", photo(size=(4000, 3000)), accepts={PHOTO})
    assert opened(found.full).size == (1600, 1200)
    assert len(found.small) < 60_000


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF"])
def test_every_kind_of_photo_is_read(form: str) -> None:
    assert opened(prepare("x", photo(form), accepts={PHOTO}).full).format == "WEBP"


def test_photos_that_cannot_be_taken_say_why() -> None:
    assert refusal("p.jpg", photo()[:3000], {PHOTO}) == "photo_broken"
    assert refusal("p.jpg", b"\xff\xd8\xff nothing", {PHOTO}) in ("photo_kind", "photo_broken")
    assert refusal("f.mp4", film(), {PHOTO}) == "video_not_wanted"
    assert refusal("t.pdf", b"%PDF-1.7", {PHOTO}) == "file_not_wanted"
    assert refusal("p.jpg", b"", {PHOTO}) == "empty"


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    bomb = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(bomb, "PNG")
    assert refusal("bomb.png", bomb.getvalue(), {PHOTO}) == "photo_large"


def test_what_is_too_heavy_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MAX_BYTES", 10)
    assert refusal("p.jpg", photo()) == "large"


@pytest.mark.parametrize(("container", "codec"), [("webm", "libopus"), ("ogg", "libopus"), ("mp3", "libmp3lame"), ("mp4", "aac")])  # fmt: skip
def test_a_voice_becomes_what_every_phone_plays(container: str, codec: str) -> None:
    found = prepare("voix", voice(3, container=container, codec=codec), accepts={VOICE})
    assert found.seconds == pytest.approx(3, abs=0.2)
    with av.open(io.BytesIO(found.full)) as heard:
        assert heard.streams.audio[0].codec_context.name == "aac"
    assert len(found.full) < 20_000


def test_of_a_voice_that_was_cut_what_can_be_heard_is_kept() -> None:
    whole = voice(4)
    assert 1 < prepare("v.webm", whole[: len(whole) // 2], accepts={VOICE}).seconds < 3


def test_voices_that_cannot_be_taken_say_why() -> None:
    assert refusal("v.mp4", film(), {VOICE}) == "voice_is_video"
    assert refusal("v.webm", b"\x1aE\xdf\xa3" + b"x" * 500, {VOICE}) == "voice_kind"
    assert refusal("v.webm", voice(0.05), {VOICE}) == "voice_empty"


def test_papers_of_known_kinds_are_kept_as_they_are() -> None:
    assert prepare("a.pdf", b"%PDF-1.7 x", accepts={FILE}).full == b"%PDF-1.7 x"
    assert prepare("liste.csv", "nom;âge\n".encode(), accepts={FILE}).media_type == "text/csv"
    assert prepare("cv.docx", docx(), accepts={FILE}).media_type.endswith("wordprocessingml.document")


def test_papers_with_programs_or_traps_are_refused() -> None:
    assert refusal("m.docx", docx(**{"word__vbaProject.bin": b"x"})) == "file_macros"
    assert refusal("m.odt", packed(mimetype=b"x", Basic__Standard__Module1=b"x")) == "file_macros"
    assert refusal("z.docx", docx(word__big=b"0" * 210_000_000)) == "file_bomb"
    assert refusal("run.exe", b"MZ\x00\x01") == "file_kind"
    assert refusal("page.html", b"<script>alert(1)</script>") == "file_kind"
    assert refusal("a.docx", b"PK\x03\x04 broken") == "file_broken"
    assert refusal("a.zip", docx()) == "file_kind"


def test_a_name_is_never_a_path() -> None:
    assert prepare("../../etc/passwd.txt", b"x", accepts={FILE}).name == "passwd.txt"
    assert prepare("C:\\Users\\a.txt", b"x", accepts={FILE}).name == "a.txt"


def test_what_was_prepared_is_kept_and_found_again(engine_name, acting, tmp_path) -> None:
    ctx = acting("learner")
    row = keep_media(ctx, tmp_path, prepare("p.jpg", photo(), accepts={PHOTO}), alt=" Mon étal ")
    said = keep_media(ctx, tmp_path, prepare("v.webm", voice(1), accepts={VOICE}))
    found = media_infos(ctx, [row.id, said.id])
    assert (found[row.id].alt, found[row.id].media_type, found[row.id].has_small) == ("Mon étal", "image/webp", True)
    assert (found[said.id].media_type, found[said.id].has_small) == ("audio/mp4", False)
    assert media_file(ctx, row.id, small=True).size < media_file(ctx, row.id).size
    assert media_file(ctx, said.id, small=True).id == said.file_id


def test_a_medium_of_another_organisation_is_not_found(engine_name, acting, tmp_path) -> None:
    ctx = acting("learner")
    row = keep_media(ctx, tmp_path, prepare("p.jpg", photo(), accepts={PHOTO}))
    ctx.session.commit()
    other = acting("other_trainer")
    assert media_infos(other, [row.id]) == {}
    with pytest.raises(NotFound):
        media_file(other, row.id)
