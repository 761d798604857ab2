"""How long messages take."""

from random import Random

from algotradehub.matching.latency import JitteredLatency


def test_messages_take_their_mean_more_or_less_and_a_seed_repeats() -> None:
    def asked() -> list[tuple[float, float]]:
        latency = JitteredLatency(request_s=1.0, answer_s=2.0, jitter=0.25, random=Random(7))
        return [(latency.request_s(), latency.answer_s()) for _ in range(1_000)]

    times = asked()
    assert times == asked()
    for mean_s, taken in zip((1.0, 2.0), zip(*times, strict=True), strict=True):
        assert 0.75 * mean_s <= min(taken) < 0.76 * mean_s
        assert 1.24 * mean_s < max(taken) <= 1.25 * mean_s
        assert abs(sum(taken) / len(taken) - mean_s) < 0.01 * mean_s
