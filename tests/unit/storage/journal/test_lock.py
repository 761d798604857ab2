"""The lock on a data directory: one owner, a rising epoch, and an error that names the other."""

import multiprocessing
import os
from pathlib import Path

import pytest

from algotradehub.domain.errors import NotReady, StorageDamaged
from algotradehub.storage.journal import lock
from algotradehub.storage.journal.lock import DirectoryLeases


def test_the_second_owner_is_told_who_holds_it(tmp_path: Path) -> None:
    DirectoryLeases(tmp_path).acquire("data directory", "serve")
    with pytest.raises(NotReady, match=rf"in use by process {os.getpid()} on \S+ \(serve\); stop"):
        DirectoryLeases(tmp_path).acquire("data directory", "another")


def test_each_owner_has_a_higher_epoch(tmp_path: Path) -> None:
    epochs = []
    for _ in range(3):
        leases = DirectoryLeases(tmp_path / "created")
        lease = leases.acquire("data", "serve")
        assert leases.renew(lease) == lease
        epochs.append(lease.epoch)
        leases.release(lease)
    assert epochs == [1, 2, 3]


def test_resources_are_locked_apart(tmp_path: Path) -> None:
    leases = DirectoryLeases(tmp_path)
    first = leases.acquire("kraken/one", "serve")
    second = leases.acquire("kraken/two", "serve")
    assert (first.epoch, second.epoch) == (1, 1)


def test_a_released_lease_is_lost(tmp_path: Path) -> None:
    leases = DirectoryLeases(tmp_path)
    lease = leases.acquire("data", "serve")
    leases.release(lease)
    leases.release(lease)
    with pytest.raises(NotReady, match="data is not held any more"):
        leases.renew(lease)


def die_holding(directory: Path) -> None:
    DirectoryLeases(directory).acquire("data", "doomed")
    os._exit(0)


def test_a_lease_ends_with_its_process(tmp_path: Path) -> None:
    process = multiprocessing.get_context("spawn").Process(target=die_holding, args=(tmp_path,))
    process.start()
    process.join()
    assert DirectoryLeases(tmp_path).acquire("data", "serve").epoch == 2


@pytest.mark.parametrize("text", ["", "-1", "seven", "²"])
def test_an_unreadable_epoch_is_damage(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.epoch").write_text(text)
    leases = DirectoryLeases(tmp_path)
    with pytest.raises(StorageDamaged, match=r"data\.epoch should hold a number and holds"):
        leases.acquire("data", "serve")
    (tmp_path / "data.epoch").write_text("20261231")
    assert leases.acquire("data", "serve").epoch == 20261232  # and the lock was given back


def test_nobody_owns_it_before_the_epoch_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(directory: Path) -> None:
        raise OSError("input/output error")

    leases = DirectoryLeases(tmp_path)
    monkeypatch.setattr(lock, "sync_directory", fail)
    with pytest.raises(OSError, match="input/output"):
        leases.acquire("data", "serve")
    monkeypatch.undo()
    assert leases.acquire("data", "serve").epoch > 1
