"""How much is read at once of each input."""

from streams.shares import CHUNK_RECORDS, LEAST_RECORDS, shares

FEW, MANY = ("inventory", 0), ("consumption", 0)


def test_topics_with_a_backlog_reach_their_ends_together() -> None:
    left = {FEW: 20_000, MANY: 100_000}
    rounds = 0
    while any(left.values()):
        most = shares(left)
        left = {each: max(0, behind - most[each]) for each, behind in left.items()}
        rounds += 1
        if left[MANY]:
            assert abs(left[FEW] / 20_000 - left[MANY] / 100_000) < 0.01
    assert rounds == 100_000 // CHUNK_RECORDS


def test_what_is_new_does_not_wait_for_the_history_of_another_topic() -> None:
    assert shares({FEW: 3, MANY: 10_000_000}) == {FEW: LEAST_RECORDS, MANY: CHUNK_RECORDS}


def test_the_longest_backlog_of_a_shard_is_no_measure_for_another_shard() -> None:
    other = ("inventory", 1)
    assert shares({FEW: 10, MANY: 1_000_000, other: 10})[other] == CHUNK_RECORDS


def test_a_topic_whose_end_is_not_known_is_read_as_it_comes() -> None:
    assert shares({FEW: None, MANY: 100}) == {FEW: CHUNK_RECORDS, MANY: CHUNK_RECORDS}
    assert shares({FEW: 0, MANY: 0}) == {FEW: CHUNK_RECORDS, MANY: CHUNK_RECORDS}
