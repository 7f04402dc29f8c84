package io.deeptrain.event.adapter.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.deeptrain.event.ManifestEntry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A frozen dataset as bytes: one {@link ManifestEntry} in JSON a line, UTF-8, each line ended by a line feed. Equal
 * entries give equal bytes, so the same dataset has the same hash.
 */
public final class ManifestJson {
    /** A line is an image's id, place and labels. */
    public static final int LINE_BYTES_MAX = 1 << 20;

    /** More images than the largest public image sets have, and what a worker still holds in memory. */
    public static final int ENTRIES_MAX = 20_000_000;

    private static final JsonMapper MAPPER = ContractMapper.create();
    private static final ObjectReader READER = MAPPER.readerFor(ManifestEntry.class);
    private static final int BUFFER_BYTES = 1 << 16;

    private ManifestJson() {}

    public static byte[] write(List<ManifestEntry> entries) {
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (ManifestEntry entry : entries) {
            try {
                lines.writeBytes(MAPPER.writeValueAsBytes(entry));
            } catch (JsonProcessingException notSerialisable) {
                throw new IllegalStateException("cannot be written as JSON: " + entry, notSerialisable);
            }
            lines.write('\n');
        }
        return lines.toByteArray();
    }

    /** Reads to the end of {@code input}, which stays open. */
    public static List<ManifestEntry> read(InputStream input) throws IOException, UnreadableEventException {
        List<ManifestEntry> entries = new ArrayList<>();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int length = input.read(buffer); length >= 0; length = input.read(buffer)) {
            int start = 0;
            for (int at = 0; at < length; at++) {
                if (buffer[at] == '\n') {
                    append(line, buffer, start, at, entries.size());
                    entries.add(entry(line.toByteArray(), entries.size()));
                    line.reset();
                    start = at + 1;
                }
            }
            append(line, buffer, start, length, entries.size());
        }
        if (line.size() > 0) {
            throw new UnreadableEventException(
                    "manifest ends inside line %d: the last line feed is missing".formatted(entries.size() + 1));
        }
        return List.copyOf(entries);
    }

    private static void append(ByteArrayOutputStream line, byte[] buffer, int start, int end, int linesBefore)
            throws UnreadableEventException {
        if (line.size() + (end - start) > LINE_BYTES_MAX) {
            throw new UnreadableEventException(
                    "manifest line %d has more than %d bytes".formatted(linesBefore + 1, LINE_BYTES_MAX));
        }
        line.write(buffer, start, end - start);
    }

    private static ManifestEntry entry(byte[] line, int linesBefore) throws IOException, UnreadableEventException {
        if (linesBefore == ENTRIES_MAX) {
            throw new UnreadableEventException("manifest has more than %d lines".formatted(ENTRIES_MAX));
        }
        try {
            ManifestEntry entry = READER.readValue(line);
            if (entry == null) {
                throw new UnreadableEventException("manifest line %d is null".formatted(linesBefore + 1));
            }
            return entry;
        } catch (JsonProcessingException unreadable) {
            throw new UnreadableEventException(
                    "manifest line %d: %s".formatted(linesBefore + 1, ContractMapper.reason(unreadable)), unreadable);
        }
    }
}
