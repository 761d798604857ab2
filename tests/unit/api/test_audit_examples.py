"""Examples of the audit log agree with each other."""

from algotradehub.api.audit_examples import AUDIT
from algotradehub.api.views.audit import AuditHead, Operations


def test_an_answer_answers_its_request() -> None:
    (page,) = (each for each in AUDIT if isinstance(each, Operations))
    (shown,) = page.operations
    assert shown.response is not None
    assert shown.request.seq < shown.response.seq
    assert shown.request.body.request_id == shown.response.body.request_id  # type: ignore[union-attr]
    assert str(shown.latency_ms) == "41.000000"


def test_the_head_is_of_a_record() -> None:
    (head,) = (each for each in AUDIT if isinstance(each, AuditHead))
    assert head.head.startswith(f"{head.seq}:")
