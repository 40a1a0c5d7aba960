"""The faults of three brokers of which two are enough: whoever leads, coordinates or copies is taken away."""

import random
import time
from collections.abc import Mapping
from typing import Final

from schemas.channels import ALERTS, CHANGELOG, INPUTS, POSITIONS
from tests.chaos.faults import EVERYWHERE, Drawn, Fault
from tests.chaos.stack import PARTITIONS, ThreeBrokers
from tests.servers.cluster import COORDINATOR_PARTITIONS, COORDINATORS, NODES

WRITTEN: Final = (*INPUTS, CHANGELOG, POSITIONS, ALERTS)
"""The topics that a checkpoint writes to, and those it was read from."""
TAKEN_OVER_SECONDS: Final = 5.0
"""Within this the others have noticed that a broker does not answer, and lead what it led."""


def _kill_some(stack: ThreeBrokers, chance: random.Random, node: int) -> Drawn:
    away = chance.uniform(0, 8)
    stack.kafka.members[node].kill()
    time.sleep(away)
    stack.kafka.start()
    return {"broker": node, "away_seconds": away}


def _kill_one(stack: ThreeBrokers, chance: random.Random) -> Drawn:
    return _kill_some(stack, chance, chance.choice(NODES))


def _restart_one(stack: ThreeBrokers, chance: random.Random) -> Drawn:
    node = chance.choice(NODES)
    stack.kafka.members[node].stop()
    stack.kafka.start()
    return {"broker": node}


def _restart_each(stack: ThreeBrokers, _chance: random.Random) -> Drawn:
    """As an upgrade does it: one after the other, the next once the last is back."""
    for node in NODES:
        stack.kafka.members[node].stop()
        stack.kafka.start()
    return {}


def _kill_leader(stack: ThreeBrokers, chance: random.Random) -> Drawn:
    topic, partition = chance.choice(WRITTEN), chance.randrange(PARTITIONS)
    node = stack.kafka.leader_of(topic, partition) or chance.choice(NODES)
    return {"topic": topic, "partition": partition, **_kill_some(stack, chance, node)}


def _kill_coordinator(stack: ThreeBrokers, chance: random.Random) -> Drawn:
    """Who keeps the group's members and offsets, or the state of a transaction."""
    topic, partition = chance.choice(COORDINATORS), chance.randrange(COORDINATOR_PARTITIONS)
    node = stack.kafka.leader_of(topic, partition) or chance.choice(NODES)
    return {"topic": topic, "partition": partition, **_kill_some(stack, chance, node)}


def _freeze_one(stack: ThreeBrokers, chance: random.Random) -> Drawn:
    """It wakes in the belief that it still leads what others lead by then."""
    node, seconds = chance.choice(NODES), TAKEN_OVER_SECONDS + chance.uniform(0, 5)
    stack.kafka.members[node].freeze()
    time.sleep(seconds)
    stack.kafka.members[node].thaw()
    return {"broker": node, "seconds": seconds}


def _move_leaders(stack: ThreeBrokers, chance: random.Random) -> Drawn:
    """Again and again, while transactions are under way."""
    pauses = [chance.uniform(0.2, 2) for _ in range(chance.randint(1, 4))]
    for pause in pauses:
        stack.kafka.move_leaders((*WRITTEN, *COORDINATORS))
        time.sleep(pause)
    return {"pauses_seconds": pauses}


ON_THREE_BROKERS: Final[Mapping[str, Fault[ThreeBrokers]]] = {
    **EVERYWHERE,
    "kill a broker": Fault(_kill_one, 9),
    "restart a broker": Fault(_restart_one, 6),
    "restart each broker": Fault(_restart_each, 18),
    "kill a leader": Fault(_kill_leader, 9),
    "kill a coordinator": Fault(_kill_coordinator, 9),
    "freeze a broker": Fault(_freeze_one, 8),
    "move leaders": Fault(_move_leaders, 5),
}
