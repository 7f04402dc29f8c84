package io.deeptrain.worker.port;

/** A rank of a gang has ended, is silent or is not what it should be: the gang cannot go on. */
public final class RankLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RankLostException(String message) {
        super(message);
    }

    public RankLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
