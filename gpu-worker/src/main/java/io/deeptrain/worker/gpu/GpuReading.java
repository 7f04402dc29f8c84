package io.deeptrain.worker.gpu;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What {@code nvidia-smi} reads of one GPU.
 *
 * @param uuid names the device for its life
 * @param bus its address, as in {@code 00000000:3B:00.0}
 * @param memoryUsedBytes by all processes
 * @param celsius of its core
 * @param uncorrectedErrors errors of its memory since the driver was loaded that could not be corrected; 0 where it
 *     does not count them
 */
public record GpuReading(
        int index,
        String uuid,
        String bus,
        String name,
        long memoryBytes,
        long memoryUsedBytes,
        int celsius,
        long uncorrectedErrors) {
    /** The columns that {@link #parse} takes, as the program calls them. */
    public static final String COLUMNS =
            "index,uuid,pci.bus_id,name,memory.total,memory.used,temperature.gpu,ecc.errors.uncorrected.volatile.total";

    private static final int COLUMN_COUNT = COLUMNS.split(",").length;
    private static final long MEBIBYTE = 1L << 20;

    /**
     * The GPUs in a table without header and units, a line each. Numbers that a device does not have are in brackets.
     *
     * @throws IllegalArgumentException if a line is none of such a table
     */
    public static List<GpuReading> parse(String table) {
        List<GpuReading> readings = new ArrayList<>();
        for (String line : table.lines().filter(text -> !text.isBlank()).toList()) {
            String[] columns = line.split(",", -1);
            if (columns.length != COLUMN_COUNT) {
                throw new IllegalArgumentException(
                        "a line of nvidia-smi must have %d columns: '%s'".formatted(COLUMN_COUNT, line));
            }
            readings.add(new GpuReading(
                    (int) number(columns[0], line).orElseThrow(() -> unreadable(line)),
                    columns[1].strip(),
                    columns[2].strip(),
                    columns[3].strip(),
                    number(columns[4], line).orElse(0) * MEBIBYTE,
                    number(columns[5], line).orElse(0) * MEBIBYTE,
                    (int) number(columns[6], line).orElse(0),
                    number(columns[7], line).orElse(0)));
        }
        return readings;
    }

    /** Whether it goes by this name in {@link VisibleGpus#VARIABLE}: its index, or how its UUID begins. */
    boolean isCalled(String visible) {
        return visible.equals(Integer.toString(index)) || (visible.startsWith("GPU-") && uuid.startsWith(visible));
    }

    /** Whether the driver names this device in the kernel's log: with a shorter domain and without the function. */
    boolean isAt(String device) {
        return bus.toLowerCase(Locale.ROOT).contains(device.toLowerCase(Locale.ROOT));
    }

    private static OptionalLong number(String column, String line) {
        String text = column.strip();
        if (text.startsWith("[") && text.endsWith("]")) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException noNumber) {
            throw unreadable(line);
        }
    }

    private static IllegalArgumentException unreadable(String line) {
        return new IllegalArgumentException(
                "a line of nvidia-smi has no number where one must be: '%s'".formatted(line));
    }
}
