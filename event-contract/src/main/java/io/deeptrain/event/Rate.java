package io.deeptrain.event;

/** A price, pinned to a job when the job is accepted: integer cents per GPU and hour. */
public record Rate(long centsPerGpuHour, String currency) {
    private static final int CURRENCY_LENGTH = 3;

    public Rate {
        if (centsPerGpuHour < 0) {
            throw new IllegalArgumentException("rate is negative: " + centsPerGpuHour);
        }
        if (currency.length() != CURRENCY_LENGTH || !currency.chars().allMatch(Rate::isCapital)) {
            throw new IllegalArgumentException("currency must be three capital letters (ISO 4217): " + currency);
        }
    }

    private static boolean isCapital(int character) {
        return character >= 'A' && character <= 'Z';
    }
}
