"""Make of whatever picture somebody uploads a JPEG that says nothing but what it shows."""

import asyncio
import io

from PIL import Image, ImageOps

from core.errors import Invalid

FORMATS = ("JPEG", "PNG", "WEBP")
SIDE_MAX = 2560  # pixels, as many as a photo in Telegram has: a receipt is read well in it
PIXELS_MAX = 50_000_000  # of the picture that is uploaded; what telephones make has fewer
_QUALITY = 85
# Decoding takes memory by the pixel, and of the larger kinds some hundred megabytes.
_ONE_AT_A_TIME = asyncio.Semaphore(1)


class NotAPhoto(Invalid):
    """This is no JPEG, PNG or WebP, it is damaged, or has too many pixels."""


async def as_jpeg(uploaded: bytes) -> bytes:
    """Return a picture as a JPEG of at most 2560 pixels a side, upright and on white.

    Where it was taken, by which camera and when (Exif, XMP) is left out. It takes a thread some hundred milliseconds.

    :raises NotAPhoto: if it is none that we read.
    """
    async with _ONE_AT_A_TIME:
        return await asyncio.to_thread(_converted, uploaded)


def _converted(uploaded: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(uploaded), formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise NotAPhoto
            picture.draft("RGB", (SIDE_MAX, SIDE_MAX))  # a large JPEG is not even decoded at its full size
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((SIDE_MAX, SIDE_MAX))
            return _written(upright)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):  # what Pillow says of damage
        raise NotAPhoto from None


def _written(picture: Image.Image) -> bytes:
    shown = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    drawn = Image.new("RGB", shown.size, "white")  # an image that was read brings along what else its file says
    drawn.paste(shown, mask=shown if shown.mode == "RGBA" else None)
    made = io.BytesIO()
    drawn.save(made, "JPEG", quality=_QUALITY, optimize=True)
    return made.getvalue()
