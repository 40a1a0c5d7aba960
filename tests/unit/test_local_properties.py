"""What the one broker is told, and how Java reads it."""

from pathlib import Path

from abasto.local.properties import log4j_properties, properties_text, read_properties, server_properties


def test_the_broker_listens_to_this_machine_only() -> None:
    settings = server_properties(port=9092, controller_port=40_001, storage=Path("/srv/kafka/data"))
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:40001"
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9092"


def test_a_misspelt_topic_is_not_made_in_passing() -> None:
    settings = server_properties(port=1, controller_port=2, storage=Path("/x"))
    assert settings["auto.create.topics.enable"] == "false"


def test_nothing_asks_for_a_second_copy() -> None:
    settings = server_properties(port=1, controller_port=2, storage=Path("/x"))
    copies = {name: value for name, value in settings.items() if name.endswith((".factor", ".isr"))}
    assert len(copies) == 5
    assert set(copies.values()) == {"1"}


def test_a_folder_with_accents_and_backslashes_reads_the_same_in_every_locale() -> None:
    text = properties_text({"log.dirs": "/almacén/oncología\\ñ 𝛼"})
    assert text == "log.dirs=/almac\\u00e9n/oncolog\\u00eda\\\\\\u00f1 \\ud835\\udefc\n"


def test_the_log_cannot_fill_the_disk() -> None:
    settings = log4j_properties(Path("/srv/broker.log"))
    assert settings["appender.file.policies.size"] == "10MB"
    assert settings["appender.file.strategy.max"] == "2"


def test_kafkas_own_notes_are_read_without_their_comments(tmp_path: Path) -> None:
    note = tmp_path / "meta.properties"
    note.write_text("#\n#Sun Nov 22 08:47:39 UTC 2026\nnode.id=1\ncluster.id=4L6g3nShT-eMCtK--X86sw\n")
    assert read_properties(note) == {"node.id": "1", "cluster.id": "4L6g3nShT-eMCtK--X86sw"}
