"""Names of things. Each is text with its own type, so that none is passed for another."""

import re
from struct import Struct
from typing import Final, NewType

TenantId = NewType("TenantId", str)
VenueId = NewType(
    "VenueId", str
)  # includes the environment: binance, binance:sandbox, paper:binance
AccountId = NewType("AccountId", str)
StrategyId = NewType("StrategyId", str)
Symbol = NewType(
    "Symbol", str
)  # unified: BTC/USDT, BTC/USDT:USDT, BTC/USDT:USDT-261225, RELIANCE/INR
Asset = NewType("Asset", str)  # BTC, USDT, INR

# An order has the id of its first leg: one name finds it here, in the journal and at the venue.
ClientOrderId = NewType("ClientOrderId", str)  # 128 bit, UUIDv7 layout, 32 lower-case hex digits
VenueOrderId = NewType("VenueOrderId", str)
ExecutionId = NewType("ExecutionId", str)
IdempotencyKey = NewType("IdempotencyKey", str)  # 1-64 printable characters, scope (tenant, key)

MAIN_CALLER: Final = "api"  # the name of whoever holds the token of the installation itself
_FIELDS: Final = Struct(">IHHHHI").pack

# ms, version 7, counter, variant, tag, random
_LAYOUT: Final = re.compile(r"[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}")


def pack_client_order_id(*, ms: int, counter: int, tag: int, random: int) -> ClientOrderId:
    """Lay out a client order id (order-path 1).

    Args:
        ms: Milliseconds since the Unix epoch, 48 bit.
        counter: Rises within one millisecond, 12 bit.
        tag: The installation's tag, 16 bit: what is ours is told by it after a restore.
        random: 46 random bits.

    Returns:
        32 lower-case hex digits that sort by time: ms, version 7, counter, variant, tag, random.
    """
    # The variant's two bits (binary 10) must open the low half (RFC 9562); two random bits fill
    # the digit, so that the tag is the four hex digits 17 to 20.
    variant = 0x8 | (random >> 44 & 0x3)
    packed = _FIELDS(
        ms >> 16 & 0xFFFFFFFF,
        ms & 0xFFFF,
        0x7000 | (counter & 0xFFF),
        variant << 12 | (tag >> 4 & 0xFFF),
        (tag & 0xF) << 12 | (random >> 32 & 0xFFF),
        random & 0xFFFFFFFF,
    )
    return ClientOrderId(packed.hex())


def installation_tag(client_order_id: ClientOrderId) -> int | None:
    """Return the 16-bit installation tag, or None if the text is not an id of ours."""
    if _LAYOUT.fullmatch(client_order_id) is None:
        return None
    return int(client_order_id[17:21], 16)
