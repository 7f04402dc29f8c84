package io.deeptrain.scheduler.settings;

/** A setting that nobody can go by: which one, what it says, and what would be right. */
public final class InvalidSettingException extends RuntimeException {
    private final String field;
    private final String value;
    private final String expected;

    public InvalidSettingException(String field, String value, String expected) {
        super("%s is \"%s\": %s would be right".formatted(field, value, expected));
        this.field = field;
        this.value = value;
        this.expected = expected;
    }

    public String field() {
        return field;
    }

    public String value() {
        return value;
    }

    public String expected() {
        return expected;
    }
}
