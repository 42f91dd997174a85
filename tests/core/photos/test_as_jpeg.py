"""Whatever picture is uploaded becomes a JPEG that says nothing but what it shows."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.photos.as_jpeg import KEPT_PIXELS, KEPT_SIDE, PIXELS_MAX, RATIO_MAX, SCANS_MAX, NotAPhoto, as_jpeg

ORIENTATION, CAMERA, GPS = 0x0112, 0x010F, 0x8825
TURNED_RIGHT = 6  # what stands upright is stored lying on its left side


def picture(size: tuple[int, int] = (60, 40), mode: str = "RGB", color: Any = "red") -> Image.Image:
    """Return a picture of one colour whose upper left quarter is blue."""
    made = Image.new(mode, size, color)
    made.paste("blue", (0, 0, size[0] // 2, size[1] // 2))
    return made


def written(made: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    """Return a picture as a file."""
    file = io.BytesIO()
    made.save(file, kind, **more)
    return file.getvalue()


def read(jpeg: bytes) -> Image.Image:
    """Return what a JPEG shows."""
    found = Image.open(io.BytesIO(jpeg))
    assert found.format == "JPEG"
    return found


def _is(color: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(color, wanted, strict=True))


class TestAPicture:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    async def test_is_shown_as_it_was(self, kind: str) -> None:
        shown = read(await as_jpeg(written(picture(), kind)))

        assert shown.size == (60, 40)
        assert _is(shown.getpixel((5, 5)), (0, 0, 255))
        assert _is(shown.getpixel((55, 35)), (255, 0, 0))

    async def test_is_turned_upright_and_says_nothing_of_where_and_when(self) -> None:
        exif = Image.Exif()
        exif[ORIENTATION], exif[CAMERA] = TURNED_RIGHT, "Camera of Anna"
        exif.get_ifd(GPS)[1] = "N"
        photo = written(picture(), "JPEG", exif=exif, comment=b"at home")

        jpeg = await as_jpeg(photo)

        assert b"Camera of Anna" in photo
        assert b"at home" in photo
        assert not any(told in jpeg for told in (b"Exif", b"Camera", b"at home"))
        shown = read(jpeg)
        assert shown.size == (40, 60)
        assert _is(shown.getpixel((35, 5)), (0, 0, 255))

    async def test_is_no_larger_than_can_be_read(self) -> None:
        width, height = read(await as_jpeg(written(picture((6000, 3000)), "JPEG"))).size

        assert width == pytest.approx(2 * height, abs=2)
        assert width * height == pytest.approx(KEPT_PIXELS, rel=0.01)

    async def test_is_left_as_it_is_where_it_is_a_receipt_as_long_as_an_arm(self) -> None:
        assert read(await as_jpeg(written(picture((800, KEPT_SIDE))))).size == (800, KEPT_SIDE)

    @pytest.mark.parametrize("size", [(30, 3000), (3000, 30), (1, 100)])
    async def test_is_never_too_narrow_for_telegram(self, size: tuple[int, int]) -> None:
        sides = read(await as_jpeg(written(picture(size)))).size

        assert max(sides) <= RATIO_MAX * min(sides)

    async def test_that_is_seen_through_stands_on_white(self) -> None:
        glass = written(Image.new("RGBA", (20, 20), (0, 0, 0, 0)))

        assert _is(read(await as_jpeg(glass)).getpixel((10, 10)), (255, 255, 255))

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
    async def test_may_have_any_kind_of_colours(self, mode: str) -> None:
        kind = "JPEG" if mode == "CMYK" else "PNG"

        assert read(await as_jpeg(written(Image.new(mode, (30, 30)), kind))).size == (30, 30)


class TestWhatIsNoPhoto:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
            b"%PDF-1.7",
            written(picture(), "GIF"),
            written(picture(), "TIFF"),
            written(picture(), "JPEG")[:200],
            written(picture(), "PNG")[:60],
        ],
        ids=["nothing", "svg", "pdf", "gif", "tiff", "half a jpeg", "half a png"],
    )
    async def test_is_refused(self, content: bytes) -> None:
        with pytest.raises(NotAPhoto):
            await as_jpeg(content)

    async def test_is_one_that_would_fill_the_memory(self) -> None:
        bomb = written(Image.new("1", (PIXELS_MAX // 1000 + 1, 1000)))

        assert len(bomb) < 100_000
        with pytest.raises(NotAPhoto):
            await as_jpeg(bomb)

    async def test_is_one_that_takes_hours_to_read(self) -> None:
        progressive = written(picture((900, 900)), "JPEG", progressive=True)
        scan = progressive[progressive.rindex(b"\xff\xda") : -2]

        assert read(await as_jpeg(progressive)).size == (900, 900)
        with pytest.raises(NotAPhoto):
            await as_jpeg(progressive[:-2] + scan * SCANS_MAX + progressive[-2:])

    async def test_is_one_whose_greys_would_be_lost(self) -> None:
        with pytest.raises(NotAPhoto):
            await as_jpeg(written(Image.new("I;16", (30, 30), 30_000)))

    @pytest.mark.parametrize("exif", [b"II*\0", b"MM\0*\0\0", b"garbage"])
    async def test_is_refused_or_shown_whatever_its_exif_is(self, exif: bytes) -> None:
        for kind in ("PNG", "WEBP", "JPEG"):
            try:
                shown = await as_jpeg(written(picture(), kind, exif=b"Exif\0\0" + exif))
            except NotAPhoto:
                continue
            assert read(shown).size == (60, 40)

    @given(kind=st.sampled_from(["JPEG", "PNG", "WEBP"]), where=st.integers(0, 400), what=st.binary(max_size=20))
    @settings(max_examples=150, deadline=None)
    async def test_is_refused_however_it_is_damaged(self, kind: str, where: int, what: bytes) -> None:
        whole = written(picture(), kind)
        damaged = whole[:where] + what + whole[where + len(what) :]

        try:
            jpeg = await as_jpeg(damaged)
        except NotAPhoto:
            return
        assert max(read(jpeg).size) <= KEPT_SIDE
