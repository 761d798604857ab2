"""Lines come out of plain, gzip and zip files alike, and damage is told by line."""

import gzip
import zipfile
from pathlib import Path

import pytest

from algotradehub.storage.timeseries.cursor import BadRecording, Cursor
from algotradehub.storage.timeseries.text_files import (
    HEAD_LINES,
    MAX_LINE_BYTES,
    MAX_PREAMBLE_LINES,
    byte_lines,
    head,
    lines,
)

TEXT = "one\r\ntwo\nthree"


def packed(folder: Path, how: str) -> tuple[Path, str | None]:
    path = folder / f"file.{how}"
    if how == "gz":
        path.write_bytes(gzip.compress(TEXT.encode()))
    elif how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inner.csv", TEXT)
        return path, "inner.csv"
    else:
        path.write_text(TEXT, newline="")
    return path, None


@pytest.mark.parametrize("how", ["csv", "gz", "zip"])
def test_the_same_lines_however_packed(tmp_path: Path, how: str) -> None:
    path, member = packed(tmp_path, how)
    cursor = Cursor(path)
    seen = [(line, cursor.line) for line in lines(cursor, member)]
    assert seen == [("one", 1), ("two", 2), ("three", 3)]
    assert cursor.progress() == (path.stat().st_size, path.stat().st_size)
    assert head(path).lines == ("one", "two", "three")
    assert head(path).member == member


def test_a_head_is_short_and_leaves_comments_out(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("# by me\n\n" + "row\n" * 500)
    start = head(path)
    assert (start.preamble, len(start.lines)) == (2, HEAD_LINES)
    path.write_text("#\n" * (MAX_PREAMBLE_LINES + 1))
    with pytest.raises(BadRecording, match="more than 1000 lines without data"):
        head(path)


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbftime,open\n")
    assert head(path).lines == ("time,open",)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "the file is empty"),
        (b"\n\n", "holds no rows"),
        (b"time,\xff\n", "not text in UTF-8"),
        (b"\x00\x01\x02\x03", "binary file"),
        (b"PK\x03\x04 and no more", "the zip is cut off"),
    ],
)
def test_what_is_no_recording(tmp_path: Path, content: bytes, rule: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(BadRecording, match=rule):
        head(path)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="no such file"):
        head(tmp_path / "none.csv")
    with pytest.raises(BadRecording, match="is a folder"):
        head(tmp_path)


def test_a_zip_without_files_and_without_the_one_asked_for(tmp_path: Path) -> None:
    path, _ = packed(tmp_path, "zip")
    with pytest.raises(BadRecording, match=r"it holds inner\.csv"):
        head(path, member="other.csv")
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as archive:
        archive.mkdir("folder")
    with pytest.raises(BadRecording, match="holds no file"):
        head(empty)


def test_a_gzip_cut_off_gives_its_whole_lines_first(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv.gz"
    whole = gzip.compress("".join(f"line {n}\n" for n in range(100_000)).encode())
    path.write_bytes(whole[: len(whole) // 2])
    cursor = Cursor(path)
    seen: list[str] = []
    with pytest.raises(BadRecording, match="cut off or damaged") as caught:
        seen.extend(lines(cursor))
    assert 0 < len(seen) == caught.value.line


def test_a_damaged_zip_member(tmp_path: Path) -> None:
    path, member = packed(tmp_path, "zip")
    content = bytearray(path.read_bytes())
    at = content.index(b"two")
    content[at : at + 3] = b"TWO"
    path.write_bytes(content)
    with pytest.raises(BadRecording, match="damaged"):
        list(lines(Cursor(path), member))


def test_a_line_has_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"short\n" + b"x" * (MAX_LINE_BYTES + 1))
    text = byte_lines(Cursor(path))
    assert next(text) == b"short\n"
    with pytest.raises(BadRecording, match="line 2: a line of more than"):
        next(text)
