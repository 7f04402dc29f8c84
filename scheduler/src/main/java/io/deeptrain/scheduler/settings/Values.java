package io.deeptrain.scheduler.settings;

import io.deeptrain.scheduler.queue.Priority;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;

/** Reads single values, and says what would be right where it cannot. */
public final class Values {
    /** More than any fleet or queue has, and still far from an overflow. */
    public static final int COUNT_MAX = 1_000_000_000;

    private Values() {}

    /** A whole number from {@code least} on. */
    public static int count(String field, String value, int least) {
        String expected = "a whole number from %d to %d".formatted(least, COUNT_MAX);
        try {
            int count = Integer.parseInt(value.strip());
            if (count >= least && count <= COUNT_MAX) {
                return count;
            }
        } catch (NumberFormatException _) {
            throw new InvalidSettingException(field, value, expected);
        }
        throw new InvalidSettingException(field, value, expected);
    }

    /** A number from 1 on. */
    public static double factor(String field, String value) {
        String expected = "a number from 1 to 1000, as 1.5,";
        try {
            double factor = Double.parseDouble(value.strip());
            if (factor >= 1 && factor <= 1000) {
                return factor;
            }
        } catch (NumberFormatException _) {
            throw new InvalidSettingException(field, value, expected);
        }
        throw new InvalidSettingException(field, value, expected);
    }

    /** In the notation of ISO 8601, up to ten years. */
    public static Duration duration(String field, String value, Duration least) {
        String expected = "a duration from %s to P3650D, as PT3S, PT10M or P2D,".formatted(least);
        try {
            Duration duration = Duration.parse(value.strip());
            if (duration.compareTo(least) >= 0 && duration.compareTo(Duration.ofDays(3650)) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException _) {
            throw new InvalidSettingException(field, value, expected);
        }
        throw new InvalidSettingException(field, value, expected);
    }

    public static boolean truth(String field, String value) {
        return switch (value.strip()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidSettingException(field, value, "true or false");
        };
    }

    /** By its name, however it is written. */
    public static Priority priority(String field, String value) {
        for (Priority priority : Priority.values()) {
            if (priority.name().equals(value.strip().toUpperCase(Locale.ROOT))) {
                return priority;
            }
        }
        throw new InvalidSettingException(field, value, "one of " + Arrays.toString(Priority.values()));
    }
}
