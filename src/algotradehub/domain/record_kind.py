"""What the records of the journal are sorted by, for readers that want only a part."""

from enum import StrEnum


class Kind(StrEnum):
    INTENT = "intent"
    PLAN = "plan"
    LEG = "leg"
    EVENT = "event"
    REQUEST = "request"
    RESPONSE = "response"
    COMMAND = "command"
    CORRECTION = "correction"
    CHECKPOINT = "checkpoint"
