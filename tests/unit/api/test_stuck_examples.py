"""The examples of stuck orders say what the desk would say."""

from algotradehub.api.examples import ANSWERS
from algotradehub.api.views.interventions import Intervention, Interventions
from algotradehub.domain.records import LookedUp


def test_list_and_evidence_are_about_the_same_order() -> None:
    listed, whole = ANSWERS[Interventions], ANSWERS[Intervention]
    assert isinstance(listed, Interventions)
    assert isinstance(whole, Intervention)
    assert list(listed.stuck) == [whole.stuck]
    (entry,) = whole.evidence
    assert isinstance(entry.body, LookedUp)
    assert entry.body.order_id == whole.stuck.order.order_id
