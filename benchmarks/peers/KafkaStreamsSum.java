import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The peer: Kafka Streams' `aggregate` with its RocksDB store and changelog topic, exactly once, as its guide writes it.
 *
 * <p>It does the simplest version of the job: pieces per key as a running sum. Arguments: BROKER FOLDER EVENTS; it
 * counts until it is killed.
 */
public final class KafkaStreamsSum {

    /** What the peer reads of an event. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Movement(double quantity) {}

    private static final List<String> TOPICS =
            List.of("abasto.inventory.v1", "abasto.arrivals.v1", "abasto.consumption.v1");

    private static Movement read(ObjectReader reader, byte[] value) {
        try {
            return reader.readValue(value);
        } catch (IOException wrong) {
            throw new UncheckedIOException(wrong);
        }
    }

    public static void main(String[] arguments) {
        ObjectReader reader = new ObjectMapper().readerFor(Movement.class);
        Deserializer<Movement> deserializer = (topic, value) -> read(reader, value);
        Serde<Movement> movements = Serdes.serdeFrom((topic, movement) -> new byte[0], deserializer);

        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(TOPICS, Consumed.with(Serdes.String(), movements))
                .groupByKey(Grouped.with(Serdes.String(), movements))
                .aggregate(
                        () -> 0.0,
                        (key, movement, pieces) -> pieces + movement.quantity(),
                        Materialized.<String, Double, KeyValueStore<Bytes, byte[]>>as("pieces")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(Serdes.Double()));

        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, "kafka-streams");
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments[0]);
        settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments[1]);
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        // 100 by default with exactly once. Fewer commits are faster, and Abasto makes fewer under backlog too.
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        new KafkaStreams(builder.build(), settings).start();
    }
}
