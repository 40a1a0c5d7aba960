"""The faults of one broker, and of the network and the disk that it depends on."""

import random
import time
from collections.abc import Mapping
from typing import Final

from tests.chaos.faults import EVERYWHERE, SESSION_SECONDS, Drawn, Fault, ended_within, kill_both_workers
from tests.chaos.stack import OneBroker

BROKER_NOTICES_SECONDS: Final = 10.0
"""Within this a broker on a full disk has met a write that fails, and ended."""


def _kill_broker(stack: OneBroker, chance: random.Random) -> Drawn:
    away = chance.uniform(0, 3)
    stack.kafka.kill()
    time.sleep(away)
    stack.kafka.start()
    return {"away_seconds": away}


def _restart_broker(stack: OneBroker, _chance: random.Random) -> Drawn:
    stack.kafka.stop()
    stack.kafka.start()
    return {}


def _kill_all(stack: OneBroker, chance: random.Random) -> Drawn:
    """As when the machine loses its power, but for what the disk had not yet written."""
    kill_both_workers(stack, chance)
    stack.projector.kill()
    stack.postgres.stop(at_once=True)
    stack.kafka.kill()
    stack.postgres.start()
    stack.kafka.start()
    return {}


def _slow_broker(stack: OneBroker, chance: random.Random) -> Drawn:
    delay, seconds = chance.uniform(0.02, 0.4), chance.uniform(3, 8)
    stack.proxy.slow_down(delay)
    time.sleep(seconds)
    stack.proxy.slow_down(0)
    return {"delay_seconds": delay, "seconds": seconds}


def _cut_connections(stack: OneBroker, chance: random.Random) -> Drawn:
    pauses = [chance.uniform(0.1, 1.0) for _ in range(chance.randint(1, 6))]
    for pause in pauses:
        stack.proxy.cut()
        time.sleep(pause)
    return {"pauses_seconds": pauses}


def _network_gone(stack: OneBroker, chance: random.Random) -> Drawn:
    seconds = chance.uniform(1, SESSION_SECONDS + 4)
    stack.proxy.close()
    time.sleep(seconds)
    stack.proxy.reopen()
    return {"seconds": seconds}


def _disk_full(stack: OneBroker, _chance: random.Random) -> Drawn:
    """The broker's disk is full until somebody makes room; it then ended, or met no write that failed."""
    assert stack.disk is not None
    stack.disk.fill()
    ended = ended_within(lambda: None if stack.kafka.is_running else 0, BROKER_NOTICES_SECONDS)
    stack.disk.free()
    if not ended:
        stack.kafka.kill()
    stack.kafka.start()
    return {"broker_ended": ended}


ON_ONE_BROKER: Final[Mapping[str, Fault[OneBroker]]] = {
    **EVERYWHERE,
    "kill broker": Fault(_kill_broker, 6),
    "restart broker": Fault(_restart_broker, 5),
    "kill all": Fault(_kill_all, 6),
    "slow broker": Fault(_slow_broker, 6),
    "cut connections": Fault(_cut_connections, 2),
    "network gone": Fault(_network_gone, 6),
    "disk full": Fault(_disk_full, 8, needs_disk=True),
}
