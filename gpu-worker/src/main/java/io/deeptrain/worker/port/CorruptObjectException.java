package io.deeptrain.worker.port;

/** Stored bytes are not what they are said to be, or not what a worker takes. */
public final class CorruptObjectException extends Exception {
    private static final long serialVersionUID = 1L;

    public CorruptObjectException(String message) {
        super(message);
    }

    public CorruptObjectException(String message, Throwable cause) {
        super(message, cause);
    }
}
