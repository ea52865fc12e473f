"""Turn a picture or a sound that someone sent into what every phone shows, in a process of its own.

Foreign bytes meet decoders here and nowhere else: the process has limits of memory and time, writes no file, and dies with
what it read. `python -m lms.kernel.converting photo|voice`: bytes come in by standard input; out go one line of JSON, then
the full version and the small one, of the lengths that the line says.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Any

import av
import pillow_heif
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 60
MOST_PIXELS = 120_000_000
FULL_SIDE, SMALL_SIDE = 1600, 480
FULL_QUALITY, SMALL_QUALITY = 80, 70
PICTURES = frozenset({"JPEG", "MPO", "PNG", "WEBP", "GIF", "HEIF", "AVIF"})
LONGEST_SECONDS = 600
SOUND_RATE, SOUND_BITS = 24_000, 32_000
CUT_SECONDS = 0.5
"""A note that says it is longer than what is heard by more than this was cut on its way."""


class Unreadable(Exception):
    """The bytes are not what was asked for; the message is a code that `lms.kernel.media` knows."""


def photo(source: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """A picture upright, without what the camera wrote in it, in two sizes, as WebP."""
    pillow_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(source)) as found:
            if found.format not in PICTURES:
                raise Unreadable("photo_kind")
            if found.width * found.height > MOST_PIXELS:
                raise Unreadable("photo_large")
            found.draft("RGB", (2 * FULL_SIDE, 2 * FULL_SIDE))
            picture = _flat(ImageOps.exif_transpose(found))
    except UnidentifiedImageError as wrong:
        raise Unreadable("photo_kind") from wrong
    except Image.DecompressionBombError as wrong:
        raise Unreadable("photo_large") from wrong
    except (OSError, ValueError, SyntaxError) as wrong:
        raise Unreadable("photo_broken") from wrong
    picture.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS)
    full = _webp(picture, FULL_QUALITY)
    size = {"width": picture.width, "height": picture.height}
    picture.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return size, full, _webp(picture, SMALL_QUALITY)


def _flat(picture: Image.Image) -> Image.Image:
    """What is transparent becomes white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        above = picture.convert("RGBA")
        below = Image.new("RGBA", above.size, "white")
        return Image.alpha_composite(below, above).convert("RGB")
    return picture.convert("RGB")


def _webp(picture: Image.Image, quality: int) -> bytes:
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=quality, method=4, exif=b"", icc_profile=b"")
    return target.getvalue()


def voice(source: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    """A voice as AAC in an .m4a, which every phone plays; of a note that was cut, what can be heard."""
    try:
        with av.open(io.BytesIO(source)) as came:
            if any(one.type == "video" and not one.disposition & one.disposition.attached_pic for one in came.streams):
                raise Unreadable("voice_is_video")
            if not came.streams.audio:
                raise Unreadable("voice_kind")
            found, full, small = _spoken(_frames(came))
            announced = float(getattr(came, "duration", 0) or 0) / av.time_base
            return {**found, "is_cut": announced - found["seconds"] > max(CUT_SECONDS, announced / 20)}, full, small
    except av.FFmpegError as wrong:
        raise Unreadable("voice_kind") from wrong


def _frames(came: Any) -> Iterator[Any]:
    """What can be heard, until the end or the cut."""
    try:
        yield from came.decode(audio=0)
    except av.FFmpegError:
        return


def _spoken(frames: Iterator[Any]) -> tuple[dict[str, Any], bytes, bytes]:
    target = io.BytesIO()
    turned = av.AudioResampler(format="fltp", layout="mono", rate=SOUND_RATE)
    heard = 0
    with av.open(target, "w", format="ipod") as made:
        stream: Any = made.add_stream("aac", rate=SOUND_RATE, layout="mono")
        stream.bit_rate = SOUND_BITS
        for frame in frames:
            frame.pts = None
            for part in turned.resample(frame):
                heard += part.samples
                made.mux(stream.encode(part))
            if heard > LONGEST_SECONDS * SOUND_RATE:
                raise Unreadable("voice_long")
        for part in turned.resample(None):
            heard += part.samples
            made.mux(stream.encode(part))
        made.mux(stream.encode(None))
    if heard < SOUND_RATE // 5:
        raise Unreadable("voice_empty")
    return {"seconds": round(heard / SOUND_RATE, 1)}, target.getvalue(), b""


KINDS: dict[str, Callable[[bytes], tuple[dict[str, Any], bytes, bytes]]] = {"photo": photo, "voice": voice}


def main() -> None:
    """Read, convert, write; a refusal is a line with its code."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        found, full, small = KINDS[sys.argv[1]](sys.stdin.buffer.read())
    except Unreadable as refused:
        found, full, small = {"refused": str(refused)}, b"", b""
    except MemoryError:
        found, full, small = {"refused": "too_much"}, b"", b""
    head = json.dumps({**found, "full": len(full), "small": len(small)})
    sys.stdout.buffer.write(head.encode() + b"\n" + full + small)


if __name__ == "__main__":
    main()
