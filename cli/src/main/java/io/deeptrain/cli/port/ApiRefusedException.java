package io.deeptrain.cli.port;

import java.io.IOException;

/** The server answered with a failure: its stable code and its own words. */
public final class ApiRefusedException extends IOException {
    private static final int NOT_FOUND = 404;

    private final int httpStatus;
    private final int code;

    public ApiRefusedException(int httpStatus, int code, String words) {
        super(words);
        this.httpStatus = httpStatus;
        this.code = code;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public int code() {
        return code;
    }

    public boolean meansNotFound() {
        return httpStatus == NOT_FOUND;
    }
}
