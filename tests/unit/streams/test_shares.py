"""How much is read at once of each input."""

from streams.shares import BACKLOG_RECORDS, CHUNK_RECORDS, LEAST_RECORDS, Backlog, longest_first, share


def test_topics_with_a_backlog_reach_their_ends_together() -> None:
    few, many = 20_000, 100_000
    while many:
        read = min(many, 3_700)
        few -= min(few, share(Backlog("few", few), Backlog("many", many), read))
        many -= read
        if many > BACKLOG_RECORDS:
            assert abs(few / 20_000 - many / 100_000) < 0.01
    assert few == 0


def test_the_others_of_a_shard_wait_for_its_longest_backlog() -> None:
    assert share(Backlog("few", 20_000), Backlog("many", 100_000), 0) == 0


def test_what_is_new_does_not_wait_for_the_history_of_another_topic() -> None:
    assert share(Backlog("few", 3), Backlog("many", 10_000_000), 5_000) == LEAST_RECORDS


def test_without_a_backlog_or_knowledge_of_it_topics_are_read_as_they_come() -> None:
    short = Backlog("many", BACKLOG_RECORDS - 1)
    assert share(Backlog("few", 3), short, 0) == CHUNK_RECORDS
    assert share(Backlog("few", None), Backlog("many", 100_000), 0) == CHUNK_RECORDS
    assert share(Backlog("few", 3), Backlog("many", None), 0) == CHUNK_RECORDS


def test_each_shard_has_its_own_longest_backlog() -> None:
    found = longest_first({("few", 0): 5, ("many", 0): 10_000, ("few", 1): 7, ("many", 1): None})
    assert found == {
        0: [Backlog("many", 10_000), Backlog("few", 5)],
        1: [Backlog("few", 7), Backlog("many", None)],
    }
