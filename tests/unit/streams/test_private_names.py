"""Contracts of the private names of Faust and aiokafka that the engine relies on: a release that changes one of them
fails here by name."""

import inspect
import re

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import ConnectionGroup
from aiokafka.consumer import fetcher
from aiokafka.producer import sender
from aiokafka.producer.transaction_manager import TransactionManager
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from faust.tables.recovery import Recovery
from faust.transport import consumer as faust_consumer
from faust.transport.drivers import aiokafka as driver


def parameters(function: object) -> list[str]:
    assert callable(function)
    return list(inspect.signature(function).parameters)


def test_faust_makes_its_consumer_thread_in_one_place() -> None:
    """`_new_consumer_thread` and `_thread`: our thread takes the place of Faust's."""
    assert parameters(driver.Consumer._new_consumer_thread) == ["self"]
    made = inspect.getsource(faust_consumer.ThreadDelegateConsumer.__init__)
    assert "self._thread = self._new_consumer_thread()" in made


def test_faust_makes_its_aiokafka_consumer_in_one_place() -> None:
    """`_create_worker_consumer`: ours reads committed records only, and 0.1 s instead of 1.5 s at a time."""
    assert parameters(driver.AIOKafkaConsumerThread._create_worker_consumer) == ["self", "transport"]
    assert "return self._create_worker_consumer(transport)" in inspect.getsource(
        driver.AIOKafkaConsumerThread._create_consumer
    )


def test_faust_turns_what_was_fetched_into_messages_in_one_place() -> None:
    """`_to_message`: called for each of the objects that `getmany` gave; the generation is set there."""
    assert parameters(driver.Consumer._to_message) == ["self", "tp", "record"]
    assert "generation_id=self.app.consumer_generation_id" in inspect.getsource(driver.Consumer._to_message)
    read = inspect.getsource(faust_consumer.Consumer.getmany)
    assert "to_message = self._to_message" in read
    assert "yield tp, to_message(tp, record)" in read


def test_faust_skips_messages_of_another_generation() -> None:
    assert "message.generation_id != self.app.consumer_generation_id" in inspect.getsource(faust.streams)


def test_faust_commits_through_one_method() -> None:
    """`_commit`: ours refuses, and `commit` does nothing."""
    assert parameters(driver.Consumer._commit) == ["self", "offsets"]
    assert parameters(driver.Consumer.commit) == ["self", "topics", "start_new_transaction"]


def test_faust_drops_messages_below_the_last_offset() -> None:
    """Why messages are numbered anew: a chunk after a seek back would be dropped."""
    assert "offset >= r_offset" in inspect.getsource(faust_consumer.Consumer._drain_messages)


def test_faust_waits_for_the_shards_before_it_seeks_and_fetches() -> None:
    steps = inspect.getsource(Recovery._resume_streams)
    order = [
        steps.index(step)
        for step in ("await app.on_rebalance_complete.send()", "consumer.perform_seek()", "consumer.resume_flow()")
    ]
    assert order == sorted(order)


def test_aiokafka_unpacks_batches_in_one_place() -> None:
    """`PartitionRecords`: its loop sees a whole batch as one record, and asks only for the offset of it."""
    unpacking = inspect.getsource(fetcher.PartitionRecords._unpack_records)
    assert parameters(fetcher.PartitionRecords._consumer_record)[1:] == ["tp", "record"]
    assert "for record in next_batch:" in unpacking
    assert "self._consumer_record(tp, record)" in unpacking
    assert set(re.findall(r"\brecord\.(\w+)", unpacking)) == {"offset"}
    assert set(re.findall(r"\brecords\.(\w+)", unpacking)) == {"has_next", "next_batch"}
    assert "self._records_iterator = self._unpack_records()" in inspect.getsource(fetcher.PartitionRecords.__init__)


def test_aiokafka_hands_records_over_in_one_place() -> None:
    """`FetchResult.getall`: ours takes them by the batch."""
    assert parameters(fetcher.FetchResult.getall) == ["self", "max_records"]
    assert "type(res_or_error) is FetchResult" in inspect.getsource(fetcher.Fetcher.fetched_records)
    assert "res_or_error.getall(max_records)" in inspect.getsource(fetcher.Fetcher.fetched_records)
    made = inspect.getsource(fetcher.Fetcher._proc_fetch_request)
    assert "partition_records = PartitionRecords(" in made
    assert "self._records[tp] = FetchResult(" in made


def test_a_record_of_a_batch_has_what_a_shard_reads() -> None:
    builder = DefaultRecordBatchBuilder(
        2, 0, is_transactional=0, producer_id=-1, producer_epoch=-1, base_sequence=0, batch_size=1000
    )
    builder.append(0, 1234, b"k", b"v", [("h", b"x"), ("n", None)])
    batch = MemoryRecords(bytes(builder.build())).next_batch()
    assert isinstance(batch, DefaultRecordBatch)
    (record,) = batch
    assert (record.offset, record.timestamp, record.key, record.value) == (0, 1234, b"k", b"v")
    assert [tuple(header) for header in record.headers] == [("h", b"x"), ("n", None)]


def test_an_empty_batch_takes_a_record_larger_than_a_batch() -> None:
    """Why an oversize dead letter travels alone instead of stopping the checkpoint."""
    builder = DefaultRecordBatchBuilder(
        2, 0, is_transactional=1, producer_id=-1, producer_epoch=-1, base_sequence=0, batch_size=1000
    )
    assert builder.append(0, 1, b"k", b"v" * 5000, []) is not None
    assert builder.append(1, 1, b"k", b"v", []) is None


async def test_a_producer_ends_a_transaction_by_the_requests_that_are_made_here() -> None:
    """`_txn_manager`, and `_find_coordinator` and `_coordinator_dead` of `_sender`: asked outside of a transaction."""
    made = inspect.getsource(AIOKafkaProducer.__init__) + inspect.getsource(AIOKafkaProducer.start)
    assert "self._txn_manager = TransactionManager(" in made
    assert "self._sender = Sender(" in made
    assert {"transactional_id", "producer_id", "producer_epoch"} <= {
        *vars(TransactionManager("shard", 1000)),
        *dir(TransactionManager),
    }
    assert parameters(sender.Sender._find_coordinator) == ["self", "coordinator_type", "coordinator_key"]
    assert parameters(sender.Sender._coordinator_dead) == ["self", "coordinator_type"]
    asked = inspect.getsource(sender.BaseHandler.do)
    assert "self._sender.client.send(node_id, req, group=self.group)" in asked
    for handler in (sender.AddPartitionsToTxnHandler, sender.AddOffsetsToTxnHandler, sender.EndTxnHandler):
        assert handler.group is ConnectionGroup.COORDINATION


def test_a_known_position_is_told_without_waiting() -> None:
    """`ChunkThread._position` asks `AIOKafkaConsumer.position` for one step only."""
    asked = inspect.getsource(AIOKafkaConsumer.position)
    assert asked.index("if not tp_state.has_valid_position") < asked.index("await")
    assert asked.rstrip().endswith("return tp_state.position")
