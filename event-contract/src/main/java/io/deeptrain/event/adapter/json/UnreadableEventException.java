package io.deeptrain.event.adapter.json;

/**
 * Bytes that are not the event which they claim to be: not JSON, not complete, with a value that this build does not
 * know, or with one that cannot be. The record is to be parked with this message as the reason.
 */
public final class UnreadableEventException extends Exception {
    private static final int MESSAGE_LENGTH_MAX = 500;

    public UnreadableEventException(String message) {
        super(shortened(message));
    }

    public UnreadableEventException(String message, Throwable cause) {
        super(shortened(message), cause);
    }

    /** The message quotes what was read, and that may be a megabyte of junk. */
    private static String shortened(String message) {
        if (message.length() <= MESSAGE_LENGTH_MAX) {
            return message;
        }
        // Half of a surrogate pair is not text, and no database would store it.
        boolean splitsPair = Character.isHighSurrogate(message.charAt(MESSAGE_LENGTH_MAX - 1));
        return message.substring(0, splitsPair ? MESSAGE_LENGTH_MAX - 1 : MESSAGE_LENGTH_MAX) + "...";
    }
}
