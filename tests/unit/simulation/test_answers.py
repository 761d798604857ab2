"""Of all that could become of a request, what comes first is told, once."""

from algotradehub.domain.commands import Cancel, Operation
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import CommandKind, Lost, NotSent
from algotradehub.domain.instrument import Side
from algotradehub.domain.records import Responded
from algotradehub.ports.venue import Word
from algotradehub.simulation.answers import Answer, kind_of, lost, not_sent, throttled
from algotradehub.simulation.encoding import encode
from algotradehub.simulation.venue import SYMBOL
from tests.unit.simulation.commands import client_id, place

CANCEL = Cancel(client_order_id=client_id(1), venue_order_id=None, symbol=SYMBOL, side=Side.BUY)


def test_the_first_word_counts() -> None:
    heard: list[Word] = []
    answer = Answer(heard.append, CommandKind.CANCEL, client_id(1))
    answer.give(not_sent(CANCEL, "no connection"))
    answer.lose("no answer in time")
    assert heard == [not_sent(CANCEL, "no connection")]


def test_what_went_out_is_told_with_what_came_back() -> None:
    heard: list[Word] = []
    answer = Answer(heard.append, CommandKind.CANCEL, client_id(1))
    _, answer.request = encode(1, 7, Operation.ORDER_CANCEL, CANCEL, client_id(1))
    answer.lose("no answer in time")
    response, word = heard
    assert isinstance(response, Responded)
    assert (response.request_id, response.error) == (7, "no answer in time")
    assert word == lost(CANCEL, "no answer in time")


def test_every_outcome_names_its_request() -> None:
    command = place(1)
    assert kind_of(command) is CommandKind.PLACE
    assert throttled(command).category is ErrorCategory.RATE_LIMITED
    for word, kind in ((lost(command, "x"), Lost), (not_sent(command, "x"), NotSent)):
        assert isinstance(word, kind)
        assert (word.command, word.client_order_id, word.reason) == (
            CommandKind.PLACE,
            command.client_order_id,
            "x",
        )
