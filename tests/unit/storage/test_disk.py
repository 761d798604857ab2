"""The production disk: real files, one thread, answers in order."""

import asyncio
import errno
import fcntl
import hashlib
import os
import sys
from pathlib import Path
from queue import SimpleQueue
from zlib import crc32

import pytest

from algotradehub.ports.disk import AppendFile
from algotradehub.storage import disk as module
from algotradehub.storage.disk import OsDisk


async def synced(file: AppendFile) -> OSError | None:
    answer: asyncio.Future[OSError | None] = asyncio.get_running_loop().create_future()
    file.sync(answer.set_result)
    return await answer


async def test_files_are_appended_to_and_read(tmp_path: Path) -> None:
    async with OsDisk(tmp_path / "new") as disk:
        file = disk.open("b")
        file.write(b"one")
        file.write(memoryview(bytearray(b"two")))
        assert file.size == 6
        assert await synced(file) is None
        file.close()
        again = disk.open("b")
        assert again.size == 6
        again.write(b"three")
        again.truncate(4)
        again.write(b"!")
        assert disk.read("b") == b"onet!"
        assert again.size == 5
        disk.open("a").close()
        assert disk.names() == ["a", "b"]
        disk.remove("a")
        assert disk.names() == ["b"]
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "b").stat().st_mode & 0o077 == 0


async def test_syncs_are_answered_in_the_order_of_the_calls(tmp_path: Path) -> None:
    told: list[int] = []
    async with OsDisk(tmp_path) as disk:
        files = [disk.open("a"), disk.open("b")]
        for number in range(20):
            files[number % 2].sync(lambda error, number=number: told.append(number))  # type: ignore[misc]
        for file in files:
            file.close()  # behind the syncs
    assert told == list(range(20)), "leaving the context waits for them all"


async def test_calls_that_queue_up_share_one_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0

    def sync(*_: int) -> None:
        nonlocal count
        count += 1

    jobs: SimpleQueue[module._Job] = SimpleQueue()
    if sys.platform == "darwin":
        monkeypatch.setattr(fcntl, "fcntl", sync)
    else:
        monkeypatch.setattr(os, "fdatasync", sync)
    fd = os.open(tmp_path / "a", os.O_WRONLY | os.O_CREAT)
    file = module._OsFile(fd, jobs, None)
    told: list[OSError | None] = []
    for _ in range(5):
        file.sync(told.append)
    file.close()
    jobs.put((None, 0, told.append))
    module._work(jobs, asyncio.get_running_loop())
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    assert count == 1
    assert told == [None] * 6
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)


async def test_nothing_asked_after_the_end_keeps_the_thread_alive(tmp_path: Path) -> None:
    jobs: SimpleQueue[module._Job] = SimpleQueue()
    file = module._OsFile(os.open(tmp_path / "a", os.O_WRONLY | os.O_CREAT), jobs, None)
    jobs.put((None, 0, lambda _: None))
    file.sync(lambda _: None)
    file.close()
    module._work(jobs, asyncio.get_running_loop())


async def test_a_sync_error_is_an_answer(tmp_path: Path) -> None:
    async with OsDisk(tmp_path) as disk:
        file = disk.open("a")
        os.close(file.fd)  # type: ignore[attr-defined]
        error = await synced(file)
        assert error is not None
        assert error.errno == errno.EBADF


async def test_a_write_is_whole_or_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = 9
    real_write = os.write

    def write(fd: int, data: bytes) -> int:
        """A disk that takes four bytes at a time, until it is full."""
        nonlocal room
        if not room:
            raise OSError(errno.ENOSPC, "no space left on device")
        taken = real_write(fd, data[: min(4, room)])
        room -= taken
        return taken

    async with OsDisk(tmp_path) as disk:
        file = disk.open("a")
        monkeypatch.setattr(os, "write", write)
        file.write(b"seven..")
        assert disk.read("a") == b"seven.."
        with pytest.raises(OSError, match="no space"):
            file.write(bytearray(b"four"))
        assert disk.read("a") == b"seven.."
        assert file.size == 7
        monkeypatch.undo()
        file.write(b"again")
        assert disk.read("a") == b"seven..again"


async def test_size_tells_of_a_part_that_could_not_be_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write = os.write

    def write(fd: int, data: bytes) -> int:
        if len(data) == 1:
            raise OSError(errno.EIO, "input/output error")
        return real_write(fd, data[:3])

    def truncate(fd: int, size: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    async with OsDisk(tmp_path) as disk:
        file = disk.open("a")
        monkeypatch.setattr(os, "write", write)
        monkeypatch.setattr(os, "ftruncate", truncate)
        with pytest.raises(OSError, match="input/output"):
            file.write(b"four")
        assert file.size == 3


async def test_a_file_whose_name_is_not_durable_is_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    async with OsDisk(tmp_path) as disk:
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(OSError, match="input/output"):
            disk.open("a")


async def test_without_its_context_it_only_reads(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    disk = OsDisk(tmp_path)
    assert disk.read("a") == b"content"
    with pytest.raises(RuntimeError, match="enter the disk's context before opening a"):
        disk.open("a")


async def test_a_hashed_file_is_hashed_with_each_sync(tmp_path: Path) -> None:
    async with OsDisk(tmp_path) as disk:
        (tmp_path / "a").write_bytes(b"from an earlier life, ")
        file = disk.open("a", hashed=True)
        assert file.digest == (0, 0, "")
        file.write(b"and from this one")
        assert await synced(file) is None
        whole = (tmp_path / "a").read_bytes()
        assert file.digest == (len(whole), crc32(whole), hashlib.sha256(whole).hexdigest())
        file.write(b"more")
        assert file.digest[0] == len(whole), "as of the last sync"
        file.truncate(4)
        file.write(b"x" * 3_000_000)
        assert await synced(file) is None
        whole = b"from" + b"x" * 3_000_000
        assert file.digest == (3_000_004, crc32(whole), hashlib.sha256(whole).hexdigest())
        plain = disk.open("b")
        plain.write(b"something")
        assert await synced(plain) is None
        assert plain.digest == (0, 0, "")
