package io.deeptrain.event;

/**
 * Grows by one with every attempt at a job and is that attempt's number. What carries an older token than the job's
 * newest changes nothing.
 */
public record FencingToken(long value) implements Comparable<FencingToken> {
    /** The token of a job that nobody has tried yet. */
    public static final FencingToken NONE = new FencingToken(0);

    public FencingToken {
        if (value < 0) {
            throw new IllegalArgumentException("fencing token is negative: " + value);
        }
    }

    public FencingToken next() {
        return new FencingToken(Math.addExact(value, 1));
    }

    @Override
    public int compareTo(FencingToken other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return Long.toString(value);
    }
}
