"""The wire of the scripted venue: the secret is in every request, and in nothing that is told."""

import json

import pytest

from algotradehub.domain.commands import Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import Acknowledged, CommandKind, Lost, NotSent, Refused
from algotradehub.domain.ids import ClientOrderId
from algotradehub.simulation.encoding import (
    SECRET,
    answered,
    encode,
    failed,
    outcome,
    without_secret,
)

ID = ClientOrderId("1e" * 16)
SENT, TOLD = encode(2, 7, Operation.ORDER_CANCEL, {"order": ID}, ID)


def test_only_the_venue_gets_the_secret() -> None:
    assert SECRET.encode() in SENT
    assert SECRET.encode() not in TOLD.body
    assert without_secret(SENT) == TOLD.body
    assert json.loads(TOLD.body) == {
        "life": 2,
        "id": 7,
        "do": "ORDER_CANCEL",
        "what": {"order": ID},
    }
    assert (TOLD.request_id, TOLD.client_order_id) == (7, ID)


def test_an_answer_carries_the_number_of_its_request() -> None:
    for told in (answered(TOLD, [1]), failed(TOLD, "HTTP 503")):
        assert (told.request_id, told.operation) == (7, Operation.ORDER_CANCEL)
        assert told.client_order_id == ID
    assert answered(TOLD, [1]).body == b"[1]"
    assert failed(TOLD, "x", body=b"<html>").body == b"<html>"


def test_what_evidence_says_of_the_request() -> None:
    done = outcome(TOLD, Acknowledged(command=CommandKind.CANCEL, client_order_id=ID))
    assert (done.category, done.error) == (None, "")
    lost = Lost(command=CommandKind.CANCEL, client_order_id=ID, reason="no answer in time")
    assert outcome(TOLD, lost) == failed(TOLD, "no answer in time")
    refused = outcome(
        TOLD,
        Refused(
            command=CommandKind.CANCEL,
            client_order_id=ID,
            code="429",
            reason="too many",
            category=ErrorCategory.RATE_LIMITED,
        ),
    )
    assert (refused.category, refused.error) == (ErrorCategory.RATE_LIMITED, "too many")
    assert b"429" in refused.body
    with pytest.raises(TypeError, match="answers no request"):
        outcome(TOLD, NotSent(command=CommandKind.CANCEL, client_order_id=ID, reason="late"))
