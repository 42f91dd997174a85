"""Make of whatever picture somebody uploads a JPEG that says nothing but what it shows."""

import asyncio
import io
import math

from PIL import Image, ImageOps

from core.errors import Invalid

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS_MAX = 50_000_000  # of the picture that is uploaded; what telephones make has fewer
KEPT_PIXELS, KEPT_SIDE = 6_500_000, 8000  # what a photo in Telegram has, and a receipt as long as an arm
RATIO_MAX = 20  # of the sides of a photo that Telegram takes
SCANS_MAX = 50  # of one JPEG: each costs a pass over all of it, and a few bytes make thousands
_QUALITY = 85
_SCAN = b"\xff\xda"
_READ = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}
# Decoding takes memory by the pixel, and of the larger kinds some hundred megabytes.
_ONE_AT_A_TIME = asyncio.Semaphore(1)


class NotAPhoto(Invalid):
    """This is no JPEG, PNG or WebP that we can read: it is damaged, or has too many pixels or levels of grey."""


async def as_jpeg(uploaded: bytes) -> bytes:
    """Return a picture as a JPEG of at most 6.5 megapixels, upright, on white, and not too narrow for Telegram.

    Where it was taken, by which camera and when (Exif, XMP) is left out. It takes a thread some hundred milliseconds.

    :raises NotAPhoto: if it is none that we read.
    """
    async with _ONE_AT_A_TIME:
        return await asyncio.to_thread(_converted, uploaded)


def _converted(uploaded: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(uploaded), formats=FORMATS) as picture:
            _check(picture, uploaded)
            size = _kept(picture.size)
            picture.draft("RGB", size)  # a large JPEG is not even decoded at its full size
            shown = picture if picture.mode not in {"1", "P", "PA"} else picture.convert("RGBA")  # shrunk, these break
            shown.thumbnail(size)
            ImageOps.exif_transpose(shown, in_place=True)
            return _written(shown)
    except NotAPhoto:
        raise
    except Exception:  # noqa: BLE001 -- decoders say of damage whatever they stumble over
        raise NotAPhoto from None


def _check(picture: Image.Image, uploaded: bytes) -> None:
    has_too_many = picture.width * picture.height > PIXELS_MAX
    # Where a JPEG holds pixels, it never has these two bytes.
    if has_too_many or picture.mode not in _READ or (picture.format == "JPEG" and uploaded.count(_SCAN) > SCANS_MAX):
        raise NotAPhoto


def _kept(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    if width * height > KEPT_PIXELS:
        width, height = math.isqrt(KEPT_PIXELS * width // height), math.isqrt(KEPT_PIXELS * height // width)
    longest = max(width, height, KEPT_SIDE)
    return max(1, width * KEPT_SIDE // longest), max(1, height * KEPT_SIDE // longest)


def _written(picture: Image.Image) -> bytes:
    shown = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    width, height = shown.size
    room = max(width, -(-height // RATIO_MAX)), max(height, -(-width // RATIO_MAX))
    drawn = Image.new("RGB", room, "white")  # an image that was read brings along what else its file says
    place = (room[0] - width) // 2, (room[1] - height) // 2
    drawn.paste(shown, place, mask=shown if shown.mode == "RGBA" else None)
    made = io.BytesIO()
    drawn.save(made, "JPEG", quality=_QUALITY, optimize=True)
    return made.getvalue()
