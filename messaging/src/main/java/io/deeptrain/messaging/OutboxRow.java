package io.deeptrain.messaging;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * A record that is to be published, as it lies in the outbox.
 *
 * @param id grows with the order of insertion, 0 before it
 * @param key records of one key are published in the order of their ids
 * @param partition where it must go, or empty to go by the key
 * @param body not copied, for it may be a megabyte: nobody changes it
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode look into the body, and nobody changes it.
public record OutboxRow(
        long id, String topic, String key, OptionalInt partition, Map<String, String> headers, byte[] body) {
    /** What a topic takes, less what Kafka adds. A row above it would block all that follow, so there cannot be one. */
    public static final int BYTES_MAX = 2_000_000;

    private static final int UTF8_BYTES_MAX = 3;

    public OutboxRow {
        headers = Collections.unmodifiableMap(new TreeMap<>(headers));
        // Written in UTF-8 a text has three bytes a character at most: nearly no row is near the limit.
        if (characters(topic, key, headers) * UTF8_BYTES_MAX + body.length > BYTES_MAX) {
            long bytes = size(topic, key, headers, body);
            if (bytes > BYTES_MAX) {
                throw new IllegalArgumentException(
                        "a record for %s has %d bytes, at most %d are allowed".formatted(topic, bytes, BYTES_MAX));
            }
        }
        if (hasNull(key)
                || headers.entrySet().stream().anyMatch(each -> hasNull(each.getKey()) || hasNull(each.getValue()))) {
            throw new IllegalArgumentException("a key or header for " + topic + " has a null character");
        }
    }

    public OutboxRow(String topic, String key, Map<String, String> headers, byte[] body) {
        this(0, topic, key, OptionalInt.empty(), headers, body);
    }

    private static boolean hasNull(String text) {
        return text.indexOf('\0') >= 0;
    }

    private static long characters(String topic, String key, Map<String, String> headers) {
        long characters = (long) topic.length() + key.length();
        for (Map.Entry<String, String> header : headers.entrySet()) {
            characters += header.getKey().length() + header.getValue().length();
        }
        return characters;
    }

    private static long size(String topic, String key, Map<String, String> headers, byte[] body) {
        long texts = utf8Length(topic) + utf8Length(key);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            texts += utf8Length(header.getKey()) + utf8Length(header.getValue());
        }
        return texts + body.length;
    }

    private static long utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OutboxRow row
                && id == row.id
                && topic.equals(row.topic)
                && key.equals(row.key)
                && partition.equals(row.partition)
                && headers.equals(row.headers)
                && Arrays.equals(body, row.body);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, topic, key, partition, headers, Arrays.hashCode(body));
    }

    @Override
    public String toString() {
        return "OutboxRow[id=%d, topic=%s, key=%s, partition=%s, headers=%s, body of %d bytes]"
                .formatted(id, topic, key, partition, headers, body.length);
    }
}
