"""What the figures were taken on: enough to compare with, nothing that says whose machine it is."""

import os
import platform
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies

from abasto.local.errors import LocalKafkaError
from abasto.local.java import find_java
from abasto.local.kafka_lock import kafka_lock


def machine() -> str:
    """Cores, model of the processor and memory."""
    memory_gib = psutil.virtual_memory().total / 2**30
    return f"{os.cpu_count()} cores ({_model()}), {memory_gib:.0f} GiB of memory"


def platforms() -> str:
    """What all programs of the comparison stand on."""
    try:
        java = f"Java {find_java().major}"
    except LocalKafkaError:
        java = "no Java"
    return f"Python {platform.python_version()}, Apache Kafka {kafka_lock().version}, {java}"


def _model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # only Linux has it
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
