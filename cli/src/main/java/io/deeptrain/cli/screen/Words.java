package io.deeptrain.cli.screen;

import io.deeptrain.event.Rate;
import java.time.Duration;
import java.util.Locale;

/** Amounts, times and shares as people read them. */
public final class Words {
    private static final long SECONDS_PER_MINUTE = 60;
    private static final long MINUTES_PER_HOUR = 60;
    private static final long CENTS = 100;

    private Words() {}

    /** As in {@code 8 s}, {@code 2 min 05 s} or {@code 1 h 04 min}. */
    public static String time(Duration duration) {
        long seconds = duration.toSeconds();
        long minutes = seconds / SECONDS_PER_MINUTE;
        if (minutes == 0) {
            return seconds + " s";
        }
        return minutes < MINUTES_PER_HOUR
                ? "%d min %02d s".formatted(minutes, seconds % SECONDS_PER_MINUTE)
                : "%d h %02d min".formatted(minutes / MINUTES_PER_HOUR, minutes % MINUTES_PER_HOUR);
    }

    /** To the millisecond, as a meter reads: {@code 8.213 s}. */
    public static String reading(long millis) {
        return "%d.%03d s".formatted(millis / 1_000, millis % 1_000);
    }

    /** As in {@code $0.14}, or {@code 0.14 EUR}. */
    public static String amount(long cents, String currency) {
        String number = "%d.%02d".formatted(cents / CENTS, cents % CENTS);
        return currency.equals("USD") ? "$" + number : number + " " + currency;
    }

    /** As in {@code $4.00/h}. */
    public static String rate(Rate rate) {
        return amount(rate.centsPerGpuHour(), rate.currency()) + "/h";
    }

    public static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    /** As in {@code 1 image} or {@code 3,500 images}. */
    public static String count(long number, String thing) {
        return number == 1 ? "1 " + thing : "%,d %ss".formatted(number, thing);
    }
}
