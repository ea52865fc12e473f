"""Photos, voices and papers as phones make them."""

from __future__ import annotations

import array
import io
import math
import zipfile
from typing import Any

import av
import pillow_heif
from PIL import Image

RATE = 48_000


def photo(form: str = "JPEG", *, size: tuple[int, int] = (900, 600), **options: Any) -> bytes:
    """A picture with something in it."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    target = io.BytesIO()
    if form == "HEIF":
        pillow_heif.register_heif_opener()
    picture.save(target, form, **options)
    return target.getvalue()


def photo_of_a_place() -> bytes:
    """A photo that says where it was made, and that the phone was held upright."""
    written = Image.Exif()
    written[0x0112] = 6
    written[0x010F] = "Phone of Aïssatou"
    return photo(exif=written)


def voice(seconds: float = 3, *, container: str = "webm", codec: str = "libopus") -> bytes:
    """A note at 440 Hz."""
    target = io.BytesIO()
    with av.open(target, "w", format=container) as made:
        stream: Any = made.add_stream(codec, rate=RATE, layout="mono")
        turned = av.AudioResampler(format=stream.format.name, layout="mono", rate=RATE)
        step, at = 960, 0
        while at < seconds * RATE:
            frame = av.AudioFrame(format="s16", layout="mono", samples=step)
            frame.sample_rate, frame.pts = RATE, at
            wave = (int(8000 * math.sin(2 * math.pi * 440 * (at + one) / RATE)) for one in range(step))
            frame.planes[0].update(array.array("h", wave).tobytes())
            at += step
            for part in turned.resample(frame):
                made.mux(stream.encode(part))
        made.mux(stream.encode(None))
    return target.getvalue()


def film() -> bytes:
    """A film of two pictures."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as made:
        stream: Any = made.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(2):
            made.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        made.mux(stream.encode(None))
    return target.getvalue()


def packed(**files: bytes) -> bytes:
    """A zip; `__` in a name stands for `/`, and a name without a dot gets `.xml`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            path = name.replace("__", "/")
            archive.writestr(path if "." in path else f"{path}.xml", data)
    return target.getvalue()


def docx(**more: bytes) -> bytes:
    """What a word processor writes, as far as names go."""
    return packed(**{"[Content_Types]": b"<Types/>", "word__document": b"<document/>", **more})
