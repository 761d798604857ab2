"""Recorded market data, as the command line works with it: described, previewed, imported."""

from algotradehub.storage.timeseries.cursor import BadRecording
from algotradehub.storage.timeseries.importing import (
    ImportSummary,
    Preview,
    import_recording,
    preview,
)
from algotradehub.storage.timeseries.layout import ReadAs
from algotradehub.storage.timeseries.summary import RecordingInfo, info

__all__ = [
    "BadRecording",
    "ImportSummary",
    "Preview",
    "ReadAs",
    "RecordingInfo",
    "import_recording",
    "info",
    "preview",
]
