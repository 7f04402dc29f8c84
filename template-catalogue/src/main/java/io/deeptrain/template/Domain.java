package io.deeptrain.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The values that a hyperparameter may have. */
public sealed interface Domain {

    /**
     * The value in its own type ({@code Long}, {@code Double}, {@code Boolean} or {@code String}), or nothing if
     * illegal.
     */
    Optional<Object> legal(Object given);

    /** The legal values in words, as in {@code a whole number from 1 to 128}. */
    String words();

    /** The legal value closest to an illegal one, if "closest" means anything. */
    default Optional<Object> nearest(Object given) {
        return Optional.empty();
    }

    /** Whole numbers {@code min, min + step, ...} up to {@code max}. */
    record WholeNumber(long min, long max, long step) implements Domain {
        public WholeNumber {
            if (min > max || step < 1) {
                throw new IllegalArgumentException("no whole number from %d to %d by %d".formatted(min, max, step));
            }
        }

        @Override
        public Optional<Object> legal(Object given) {
            return number(given)
                    .filter(value -> value == Math.rint(value) && value >= min && value <= max)
                    .map(Double::longValue)
                    .filter(value -> (value - min) % step == 0)
                    .map(Object.class::cast);
        }

        @Override
        public Optional<Object> nearest(Object given) {
            return number(given).map(value -> {
                double inside = Math.clamp(value, (double) min, (double) max);
                long steps = Math.round((inside - min) / step);
                return Math.min(min + steps * step, max - (max - min) % step);
            });
        }

        @Override
        public String words() {
            String range = "a whole number from %d to %d".formatted(min, max);
            return step == 1 ? range : range + " in steps of " + step;
        }
    }

    /** Numbers from {@code min} to {@code max}, both included. */
    record RealNumber(double min, double max) implements Domain {
        public RealNumber {
            if (!(min <= max)) {
                throw new IllegalArgumentException("no number from %s to %s".formatted(min, max));
            }
        }

        @Override
        public Optional<Object> legal(Object given) {
            return number(given).filter(value -> value >= min && value <= max).map(Object.class::cast);
        }

        @Override
        public Optional<Object> nearest(Object given) {
            return number(given).map(value -> Math.clamp(value, min, max));
        }

        @Override
        public String words() {
            return "a number from %s to %s".formatted(plain(min), plain(max));
        }

        private static String plain(double value) {
            return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
        }
    }

    /** True or false. */
    record Flag() implements Domain {
        @Override
        public Optional<Object> legal(Object given) {
            return given instanceof Boolean ? Optional.of(given) : Optional.empty();
        }

        @Override
        public String words() {
            return "true or false";
        }
    }

    /** One of some words. */
    record Choice(List<String> options) implements Domain {
        public Choice {
            options = List.copyOf(options);
        }

        @Override
        public Optional<Object> legal(Object given) {
            return given instanceof String word && options.contains(word) ? Optional.of(word) : Optional.empty();
        }

        @Override
        public String words() {
            return "one of " + String.join(", ", options);
        }
    }

    /** A list of numbers, each from {@code min} to {@code max}. */
    record Numbers(int lengthMax, double min, double max) implements Domain {
        public Numbers {
            if (lengthMax < 1 || !(min <= max)) {
                throw new IllegalArgumentException("no %d numbers from %s to %s".formatted(lengthMax, min, max));
            }
        }

        @Override
        public Optional<Object> legal(Object given) {
            if (!(given instanceof List<?> list) || list.size() > lengthMax) {
                return Optional.empty();
            }
            List<Double> numbers = new ArrayList<>();
            for (Object item : list) {
                number(item).filter(value -> value >= min && value <= max).ifPresent(numbers::add);
            }
            return numbers.size() == list.size() ? Optional.of(List.copyOf(numbers)) : Optional.empty();
        }

        @Override
        public String words() {
            return "a list of at most %d numbers from %s to %s"
                    .formatted(lengthMax, RealNumber.plain(min), RealNumber.plain(max));
        }
    }

    /** Any text up to a length. */
    record Text(int lengthMax) implements Domain {
        @Override
        public Optional<Object> legal(Object given) {
            return given instanceof String text && text.length() <= lengthMax ? Optional.of(text) : Optional.empty();
        }

        @Override
        public String words() {
            return "a text of at most %d characters".formatted(lengthMax);
        }
    }

    private static Optional<Double> number(Object given) {
        return given instanceof Number value && Double.isFinite(value.doubleValue())
                ? Optional.of(value.doubleValue())
                : Optional.empty();
    }
}
