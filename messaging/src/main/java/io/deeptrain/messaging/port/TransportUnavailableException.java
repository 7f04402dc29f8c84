package io.deeptrain.messaging.port;

/** The database or the log is away, or did not answer in time. Nothing is lost: the same is done again later. */
public final class TransportUnavailableException extends RuntimeException {
    public TransportUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    public TransportUnavailableException(String message) {
        super(message);
    }
}
