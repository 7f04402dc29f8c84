package io.deeptrain.messaging.adapter.kafka;

import io.deeptrain.messaging.OutboxRow;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * Parks a record that could not be read on {@code <topic>.dlq}: its bytes, its key and its headers as they came, and
 *
 * <ul>
 *   <li>{@code dlq_reason}, {@code dlq_topic}, {@code dlq_partition}, {@code dlq_offset}: why, and where it lay;
 *   <li>{@code dlq_key}: {@code text}, {@code base64} if the key was not text and is given in that form, or
 *       {@code absent};
 *   <li>{@code dlq_body}: {@code whole}, {@code absent}, or {@code first N of M bytes}.
 * </ul>
 *
 * A header whose value is not text is given in base64 under its name with {@code .base64} behind it. Keys and headers
 * are cut where they are absurdly long.
 */
public final class DeadLetters {
    private static final String SUFFIX = ".dlq";

    /** More than a topic takes uncompressed, so that only a body that a foreign client had compressed is ever cut. */
    static final int BODY_BYTES_MAX = 1_250_000;

    private static final int HEADERS_MAX = 64;
    private static final int TEXT_CHARS_MAX = 1_000;
    private static final int BASE64_BYTES_MAX = TEXT_CHARS_MAX / 4 * 3;

    private DeadLetters() {}

    /** The row to put into the outbox, in the transaction that stores the position behind the record. */
    public static OutboxRow of(ConsumerRecord<byte[], byte[]> kafkaRecord, String reason) {
        Map<String, String> headers = new TreeMap<>();
        for (Header header : kafkaRecord.headers()) {
            if (headers.size() < HEADERS_MAX) {
                keep(headers, header);
            }
        }
        String key = key(headers, kafkaRecord.key());
        byte[] body = body(headers, kafkaRecord.value());
        headers.put("dlq_reason", cut(reason.replace('\0', '\uFFFD')));
        headers.put("dlq_topic", kafkaRecord.topic());
        headers.put("dlq_partition", Integer.toString(kafkaRecord.partition()));
        headers.put("dlq_offset", Long.toString(kafkaRecord.offset()));
        return new OutboxRow(kafkaRecord.topic() + SUFFIX, key, headers, body);
    }

    private static void keep(Map<String, String> headers, Header header) {
        String name = cut(header.key().replace('\0', '\uFFFD'));
        byte[] value = header.value();
        if (value == null) {
            headers.put(name, "");
            return;
        }
        text(value)
                .ifPresentOrElse(
                        text -> headers.put(name, cut(text)), () -> headers.put(name + ".base64", base64(value)));
    }

    private static String key(Map<String, String> headers, byte[] key) {
        if (key == null) {
            headers.put("dlq_key", "absent");
            return "";
        }
        Optional<String> text = text(key);
        headers.put("dlq_key", text.isPresent() ? "text" : "base64");
        return text.map(DeadLetters::cut).orElseGet(() -> base64(key));
    }

    private static byte[] body(Map<String, String> headers, byte[] body) {
        if (body == null) {
            headers.put("dlq_body", "absent");
            return new byte[0];
        }
        if (body.length > BODY_BYTES_MAX) {
            headers.put("dlq_body", "first %d of %d bytes".formatted(BODY_BYTES_MAX, body.length));
            return Arrays.copyOf(body, BODY_BYTES_MAX);
        }
        headers.put("dlq_body", "whole");
        return body;
    }

    /** Text that PostgreSQL takes as well: strict UTF-8 without a null character. */
    private static Optional<String> text(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.indexOf('\0') < 0 ? Optional.of(text) : Optional.empty();
        } catch (CharacterCodingException binary) {
            return Optional.empty();
        }
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes, Math.min(bytes.length, BASE64_BYTES_MAX)));
    }

    /** Never cuts a surrogate pair in two, for half of one is not text. */
    private static String cut(String text) {
        if (text.length() <= TEXT_CHARS_MAX) {
            return text;
        }
        boolean splitsPair = Character.isHighSurrogate(text.charAt(TEXT_CHARS_MAX - 1));
        return text.substring(0, splitsPair ? TEXT_CHARS_MAX - 1 : TEXT_CHARS_MAX);
    }
}
