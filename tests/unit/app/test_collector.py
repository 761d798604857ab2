"""The collector is told to look rarely, and put back as it was."""

import gc

from algotradehub.app.collector import rare_collections


def test_it_is_rare_inside_and_as_before_outside() -> None:
    before = gc.get_threshold()
    with rare_collections():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() > before
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
