"""What makes the engine refuse or stop: each error says what, where and what to do."""


class EngineFault(Exception):
    """A reason to stop the worker. Its text is for the operator."""


class WrongSetting(EngineFault):
    """A setting has a value it cannot have."""


class WrongTopics(EngineFault):
    """Topics are missing or are not what the engine needs."""


class BrokerUnreachable(EngineFault):
    """No broker answered."""


class NotCopartitioned(EngineFault):
    """A worker was given a partition number of some input topics and not of the others, or one that nobody had."""


class StateDisagrees(EngineFault):
    """State, positions and committed offsets of a shard do not belong together."""


class RecordsLost(EngineFault):
    """Input records were deleted or skipped before they were counted."""


class Unfoldable(EngineFault):
    """The rules failed on a record that is not a bad record: a fault of the program, not of the publisher."""


class CheckpointFailed(EngineFault):
    """A checkpoint was not confirmed: what the broker holds is not known, so memory must not be used again."""


class FencedForGood(EngineFault):
    """Another producer took a shard over, and no rebalance explains it."""


class Fenced(Exception):
    """Another owner has taken the shard over: drop it and wait for the rebalance."""


class Superseded(Exception):
    """A newer rebalance made this assignment void."""
