"""Looks for words in a browser's profile: in every file, in two encodings, and inside what is packed."""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

_MOZILLA = b"mozLz40\0"
_GZIP = re.compile(rb"\x1f\x8b\x08")
_LARGEST = 64 * 1024 * 1024  # bytes that one packed part may become


def find(folder: Path, needles: Mapping[str, str]) -> dict[str, set[str]]:
    """For each needle's name the files that hold it. AssertionError when there is no file at all."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, f"nothing in {folder}"
    found: dict[str, set[str]] = {name: set() for name in needles}
    wanted = {name: (words.encode(), words.encode("utf-16-le")) for name, words in needles.items()}
    for path in files:
        for content in _contents(path.read_bytes()):
            for name, encodings in wanted.items():
                if any(each in content for each in encodings):
                    found[name].add(path.relative_to(folder).as_posix())
    return found


def _contents(raw: bytes) -> Iterator[bytes]:
    """The file as it is, and unpacked where it is packed."""
    yield raw
    if raw.startswith(_MOZILLA):
        yield unpack_mozilla(raw)
    for start in _GZIP.finditer(raw):
        try:
            yield zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(raw[start.start() :], _LARGEST)
        except zlib.error:
            continue


def unpack_mozilla(raw: bytes) -> bytes:
    """Firefox's own wrapping: a name, the length, and one LZ4 block. ValueError when it is something else."""
    if not raw.startswith(_MOZILLA):
        raise ValueError("not packed by Firefox")
    (length,) = struct.unpack_from("<I", raw, len(_MOZILLA))
    unpacked = unpack_lz4(raw[len(_MOZILLA) + 4 :])
    if len(unpacked) != length:
        raise ValueError("not as long as it says")
    return unpacked


def unpack_lz4(block: bytes) -> bytes:
    """One LZ4 block (lz4_Block_format.md): literals, and copies from what came before."""
    out = bytearray()
    at = 0
    while at < len(block):
        token = block[at]
        count, at = _length(block, at + 1, token >> 4)
        out += block[at : at + count]
        at += count
        if at >= len(block):
            break
        (back,) = struct.unpack_from("<H", block, at)
        count, at = _length(block, at + 2, token & 15)
        for _ in range(count + 4):
            out.append(out[-back])
    return bytes(out)


def _length(block: bytes, at: int, start: int) -> tuple[int, int]:
    """A length that may go on in further bytes, and where it ends."""
    total = start
    if start == 15:
        while True:
            total += block[at]
            at += 1
            if block[at - 1] != 255:
                break
    return total, at
