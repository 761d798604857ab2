"""A request's target: names quoted, what is left out left out."""

from algotradehub.client import Request, operations


def test_names_in_a_path_are_quoted() -> None:
    assert operations.get_order("../fills?x=1").target == "/api/v1/orders/..%2Ffills%3Fx%3D1"


def test_a_query_leaves_out_none_and_repeats_lists() -> None:
    wanted = operations.list_orders(symbol="BTC/USDT", status=["OPEN", "FILLED"])
    assert wanted.target == "/api/v1/orders?symbol=BTC%2FUSDT&status=OPEN&status=FILLED"
    assert operations.list_orders().target == "/api/v1/orders"


def test_yes_and_no_are_written_as_json_has_them() -> None:
    assert operations.list_positions(flat=False).target == "/api/v1/positions?flat=false"
    assert operations.list_positions(flat=True).target == "/api/v1/positions?flat=true"


def test_another_page_is_the_same_request_with_another_cursor() -> None:
    first: Request[object] = Request(
        method="GET", path="/p", answer="", repeatable=True, query={"a": 1, "cursor": "x"}
    )
    assert first.asking(cursor="y", limit=2).target == "/p?a=1&cursor=y&limit=2"
    assert first.asking(cursor=None).target == "/p?a=1"
    assert first.target == "/p?a=1&cursor=x"
