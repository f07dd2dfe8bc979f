"""Pictures are decoded and encoded again, so that only what can be seen is left.

Place, camera, time, comments, thumbnails and whatever was hidden behind or inside the file stay
outside. The colour profile is dropped on purpose: it can name a screen or a scanner, and no
evidence rests on a shade.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from .kinds import Accepted, MediaType, RefusedFile

MOST_PIXELS = {"JPEG": 60_000_000, "PNG": 25_000_000, "GIF": 25_000_000, "WEBP": 12_000_000}
MOST_HELD_WHOLE = 24_000_000
"""Pixels of a JPEG drawn in several passes, which has to be held whole while it is decoded."""
MOST_SEEN_THROUGH = 14_000_000
"""Pixels of a picture with holes, which is held twice while it is made smaller."""
LONGEST_SIDE = 12_000
DRAWN_SIDE = 4096
"""Longer sides are drawn smaller: a photographed page stays readable at this size."""
JPEG_QUALITY = 88
MARKED_QUALITY = 95
SMALLEST_TYPE = 12
WIDTH_OF_TYPES = 60
"""How many letters of a mark's size stand beside each other, at most, on a large picture."""
FORMATS = tuple(MOST_PIXELS)
SMOOTH = frozenset({"L", "RGB", "RGBA", "CMYK", "YCbCr"})
"""Modes whose pixels can be averaged; the others hold places in a palette."""


def clean(content: bytes) -> Accepted:
    """Draw a picture anew.

    Raises RefusedFile: no picture of a kind we take, damaged, more pixels than a photograph has.
    """
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            _check_size(picture)
            return _drawn_anew(picture)
    except (RefusedFile, MemoryError):
        raise
    except UnidentifiedImageError:
        raise RefusedFile("unknown_kind") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise RefusedFile("too_many_pixels") from None
    except Exception:  # noqa: BLE001 (decoders fail in many ways, and all mean the same)
        raise RefusedFile("damaged") from None


def mark(line: bytes, content: bytes) -> Accepted:
    """Return a picture that was drawn here with a line in a strip beneath it; none is covered.

    Letters the built-in type lacks become question marks. Raises RefusedFile: damaged.
    """
    text = line.decode().encode("latin-1", "replace").decode("latin-1")
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
            keeps_lines = picture.format == "PNG"
            marked = _with_strip(picture.convert("RGBA" if keeps_lines else "RGB"), text)
        written = BytesIO()
        if keeps_lines:
            marked.save(written, "PNG")
            return Accepted(MediaType.PNG, written.getvalue())
        marked.save(written, "JPEG", quality=MARKED_QUALITY, subsampling=0)
        return Accepted(MediaType.JPEG, written.getvalue())
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 (decoders fail in many ways, and all mean the same)
        raise RefusedFile("damaged") from None


def _with_strip(picture: Image.Image, text: str) -> Image.Image:
    size = max(SMALLEST_TYPE, picture.width // WIDTH_OF_TYPES)
    margin = size // 2
    font = ImageFont.load_default(size)
    _, _, width, height = font.getbbox(text)
    across = max(picture.width, int(width) + 2 * margin)
    sheet = Image.new(picture.mode, (across, picture.height + int(height) + 2 * margin), "white")
    sheet.paste(picture, (0, 0))
    ImageDraw.Draw(sheet).text((margin, picture.height + margin), text, font=font, fill="black")
    return sheet


def _check_size(picture: Image.Image) -> None:
    """Refuse by the header alone, before a pixel is decoded."""
    width, height = picture.size
    most = MOST_PIXELS[picture.format or "PNG"]
    if picture.info.get("progressive"):
        most = MOST_HELD_WHOLE
    if picture.has_transparency_data:
        most = min(most, MOST_SEEN_THROUGH)
    if width * height > most or max(width, height) > LONGEST_SIDE:
        raise RefusedFile("too_many_pixels")


def _drawn_anew(picture: Image.Image) -> Accepted:
    has_holes = picture.has_transparency_data
    keeps_lines = has_holes or picture.format in {"PNG", "GIF"}
    plain = _as_seen(picture, "RGBA" if has_holes else "RGB")
    plain.info.clear()
    written = BytesIO()
    if keeps_lines:
        plain.save(written, "PNG")
        return Accepted(MediaType.PNG, written.getvalue())
    plain.save(written, "JPEG", quality=JPEG_QUALITY)
    return Accepted(MediaType.JPEG, written.getvalue())


def _as_seen(picture: Image.Image, mode: str) -> Image.Image:
    """Return the first image of a file upright, in its mode, no larger than it is drawn.

    It is made smaller before it is turned, so that the large copy exists once.
    """
    if picture.format == "JPEG":
        # Decodes at a half or a quarter of the size where that is still large enough.
        picture.draft("RGB", _drawn_size(picture.size))
    drawn = picture if picture.mode in SMOOTH else picture.convert(mode)
    drawn.thumbnail((DRAWN_SIDE, DRAWN_SIDE))
    turned = ImageOps.exif_transpose(drawn)
    return turned if turned.mode == mode else turned.convert(mode)


def _drawn_size(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, DRAWN_SIDE / max(size))
    width, height = size
    return max(1, int(width * scale)), max(1, int(height * scale))
