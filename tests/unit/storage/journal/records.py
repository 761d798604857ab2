"""Records of many kinds, for the tests of what the journal writes."""

from hypothesis import strategies as st

from algotradehub.domain.commands import Operation
from algotradehub.domain.evidence import CommandKind, Execution, NotSent
from algotradehub.domain.ids import AccountId, ClientOrderId, ExecutionId, Symbol, VenueOrderId
from algotradehub.domain.instrument import Side
from algotradehub.domain.records import (
    FORMAT_VERSION,
    Body,
    Checkpoint,
    Doubted,
    HaltSet,
    Observed,
    Record,
    Requested,
)

ORDER = ClientOrderId("0123456789abcdef0123456789abcdef")
texts = st.text(max_size=20)
numbers = st.integers(1, 2**60)
amounts = st.decimals(min_value="0.00000001", max_value="1e20", places=8)
bodies: st.SearchStrategy[Body] = st.one_of(
    st.builds(
        Requested,
        request_id=numbers,
        operation=st.sampled_from(Operation),
        client_order_id=st.none() | st.just(ORDER),
        body=st.binary(max_size=300),
    ),
    st.builds(HaltSet, halted=st.booleans(), reason=texts, by=texts),
    st.builds(
        Checkpoint,
        account_seqs=st.dictionaries(texts.map(AccountId), numbers, max_size=4),
        previous_size=numbers,
        previous_crc32=st.integers(0, 2**32 - 1),
        previous_sha256=texts,
    ),
    st.builds(
        lambda price, quantity: Observed(
            order_id=ORDER,
            evidence=Execution(
                client_order_id=ORDER,
                venue_order_id=VenueOrderId("V1"),
                execution_id=ExecutionId("E1"),
                symbol=Symbol("BTC/USDT"),
                side=Side.BUY,
                price=price,
                quantity=quantity,
                fee=None,
                fee_asset=None,
                venue_time_ns=1,
            ),
        ),
        amounts,
        amounts,
    ),
    st.builds(
        lambda reason: Observed(
            order_id=ORDER,
            evidence=NotSent(command=CommandKind.PLACE, client_order_id=ORDER, reason=reason),
        ),
        texts,
    ),
)


def record(body: Body, *, seq: int = 7, v: int = FORMAT_VERSION) -> Record:
    return Record(
        v=v, seq=seq, at_ns=99, account=AccountId("a"), account_seq=3, kind=body.kind, body=body
    )


def note(text: str = "x") -> Doubted:
    return Doubted(order_id=ORDER, what=text)
