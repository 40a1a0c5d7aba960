"""Keys go where every other Kafka client of the default kind puts them."""

import warnings

from aiokafka.partitioner import murmur2 as murmur2_of_aiokafka
from hypothesis import given
from hypothesis import strategies as st

from streams.partitioning import murmur2, partition_of

with warnings.catch_warnings():
    # See tests/servers/kafka.py: kafka-python warns in the name of the standard library when it is imported.
    warnings.filterwarnings("ignore", "open_text is deprecated", DeprecationWarning)
    from kafka.partitioner.default import murmur2 as murmur2_of_kafka_python


@given(st.binary(max_size=80))
def test_murmur2_is_that_of_the_other_clients(key: bytes) -> None:
    assert murmur2(key) == murmur2_of_kafka_python(key) & 0xFFFFFFFF == murmur2_of_aiokafka(key) & 0xFFFFFFFF


def test_murmur2_is_that_of_java() -> None:
    """Values of org.apache.kafka.common.utils.UtilsTest, unsigned."""
    expected = {b"21": -973932308, b"foobar": -790332482, b"a-little-bit-long-string": -985981536, b"abc": 479470107}
    assert {key: murmur2(key) for key in expected} == {key: value & 0xFFFFFFFF for key, value in expected.items()}


def test_a_position_has_one_partition() -> None:
    key = "DFIMS000604|010.000.5432.00"
    assert {partition_of(key, 8) for _ in range(3)} == {murmur2_of_kafka_python(key.encode()) % (1 << 31) % 8}
