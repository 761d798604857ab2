"""What becomes of one request to the scripted venue, told once."""

from collections.abc import Callable

from algotradehub.domain.commands import Amend, Cancel, Place
from algotradehub.domain.errors import ErrorCategory
from algotradehub.domain.evidence import CommandKind, Lost, NotSent, OrderEvidence, Refused
from algotradehub.domain.ids import ClientOrderId
from algotradehub.domain.records import Requested
from algotradehub.ports.venue import Word
from algotradehub.simulation.encoding import outcome

Request = Place | Amend | Cancel


class Answer:
    """The one outcome of a request: what comes first counts."""

    def __init__(
        self, receive: Callable[[Word], None], kind: CommandKind, client_order_id: ClientOrderId
    ) -> None:
        self._receive = receive
        self._kind = kind
        self._client_order_id = client_order_id
        self._given = False
        self.request: Requested | None = None  # once it went out

    def give(self, evidence: OrderEvidence) -> None:
        if not self._given:
            self._given = True
            if self.request is not None:
                self._receive(outcome(self.request, evidence))
            self._receive(evidence)

    def lose(self, reason: str) -> None:
        lost = Lost(
            command=self._kind,
            client_order_id=self._client_order_id,
            reason=reason,
        )
        self.give(lost)


def kind_of(command: Request) -> CommandKind:
    match command:
        case Place():
            return CommandKind.PLACE
        case Amend():
            return CommandKind.AMEND
        case Cancel():
            return CommandKind.CANCEL


def lost(command: Request, reason: str) -> Lost:
    return Lost(command=kind_of(command), client_order_id=command.client_order_id, reason=reason)


def not_sent(command: Request, reason: str) -> NotSent:
    return NotSent(command=kind_of(command), client_order_id=command.client_order_id, reason=reason)


def throttled(command: Request) -> Refused:
    return Refused(
        command=kind_of(command),
        client_order_id=command.client_order_id,
        code="429",
        reason="too many requests",
        category=ErrorCategory.RATE_LIMITED,
    )
