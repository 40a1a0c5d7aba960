"""The ports of the metrics, looked at before anything starts: a worker would refuse to start half a minute later."""

import os
import socket
from collections.abc import Mapping

from abasto.local.programs import listener_on
from abasto.terminal import Failure

WHAT_TO_DO = (
    "Stop what listens there, name other ports with ABASTO_METRICS_PORT (worker) and ABASTO_PROJECTOR_METRICS_PORT "
    "(projector; 0: none), or serve no metrics with --no-metrics"
)


def require_free_metrics_ports(environment: Mapping[str, str] = os.environ) -> None:
    """Raise a `Failure` that says what to do where worker and projector could not serve their metrics."""
    from store.settings import SettingError, StoreSettings
    from streams.faults import WrongSetting
    from streams.settings import Settings

    try:
        worker = Settings.from_environment(environment)
        projector = StoreSettings.from_environment(environment)
    except (WrongSetting, SettingError) as wrong:
        raise Failure(str(wrong)) from wrong
    ports = {"worker": worker.metrics_port, "projector": projector.projector_metrics_port}
    if ports["worker"] and ports["worker"] == ports["projector"]:
        raise Failure(f"worker and projector cannot both serve metrics on port {ports['worker']}. {WHAT_TO_DO}")
    for who, port in ports.items():
        trouble = _why_not(worker.metrics_host, port) if port else None
        if trouble:
            raise Failure(
                f"the {who}'s metrics cannot be served on {worker.metrics_host}:{port}: {trouble}. {WHAT_TO_DO}"
            )


def _why_not(host: str, port: int) -> str | None:
    try:
        kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind) as probe:
            # As the server of the metrics does it: connections that are only just closing do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as refused:
        holder = listener_on(port)
        return f"{refused.strerror}, by {holder}" if holder else str(refused.strerror)
    return None
