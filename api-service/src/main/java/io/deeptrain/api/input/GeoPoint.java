package io.deeptrain.api.input;

import java.util.Optional;

/** Where an image was taken, in degrees. */
public record GeoPoint(float longitude, float latitude) {
    public static final float LONGITUDE_MAX = 180;
    public static final float LATITUDE_MAX = 90;

    /** Only what {@link #problem} has nothing to say about. */
    public GeoPoint {
        problem(longitude, latitude).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
    }

    /** What keeps two numbers from being a place on earth. */
    public static Optional<String> problem(float longitude, float latitude) {
        return outside("longitude", longitude, LONGITUDE_MAX).or(() -> outside("latitude", latitude, LATITUDE_MAX));
    }

    private static Optional<String> outside(String name, float value, float max) {
        return value >= -max && value <= max
                ? Optional.empty()
                : Optional.of("%s is '%s' but must be from %s to %s".formatted(name, value, -max, max));
    }
}
