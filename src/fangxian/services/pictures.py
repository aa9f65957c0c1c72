"""Photographs that workers take: read by a library, made anew without what the camera wrote beside the picture, and made smaller."""

from __future__ import annotations

from io import BytesIO
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from fangxian.facts import Text
from fangxian.services.refusals import RefusedError

LONGEST: Final = 4 * 1024 * 1024
"""Bytes of a photograph as it is sent."""

_WIDEST: Final = 1600
_MOST_PIXELS: Final = 50_000_000
_QUALITY: Final = 78
_NO_PICTURE: Final = Text("照片无法读取：只收 JPEG，最大 4 MB。", "This photograph cannot be read: it must be a JPEG of 4 MB at most.")


def jpeg_without_exif(data: bytes) -> bytes:
    """Return a JPEG as a new one, upright, of 1,600 pixels a side at most, with no metadata. Raises RefusedError for anything else."""
    if len(data) > LONGEST:
        raise RefusedError(_NO_PICTURE)
    try:
        with Image.open(BytesIO(data), formats=["JPEG"]) as taken:
            if taken.width * taken.height > _MOST_PIXELS:
                raise RefusedError(_NO_PICTURE)
            upright = ImageOps.exif_transpose(taken).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise RefusedError(_NO_PICTURE) from None
    upright.thumbnail((_WIDEST, _WIDEST))
    # A picture of its own: nothing that was read with the pixels goes with them.
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    made = BytesIO()
    bare.save(made, "JPEG", quality=_QUALITY, optimize=True)
    return made.getvalue()
