package io.deeptrain.worker.port;

/** The ranks of a gang have not learned the same, so that none of them can be relied on. */
public final class RanksDifferException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RanksDifferException(String message) {
        super(message);
    }
}
