package io.deeptrain.video;

import java.io.IOException;

/** The bytes are no video that can be used; the message says why, to whoever uploaded them. */
public final class UnreadableVideoException extends IOException {
    private static final long serialVersionUID = 1L;

    public UnreadableVideoException(String reason) {
        super(reason);
    }
}
