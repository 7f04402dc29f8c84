package io.deeptrain.cli.images;

import java.io.IOException;

/** Images cannot be read as they lie: says which file, what is wrong with it, and what would be right. */
public final class UnreadableImagesException extends IOException {
    private final String fix;

    public UnreadableImagesException(String place, String problem, String fix) {
        super(place + ": " + problem);
        this.fix = fix;
    }

    public UnreadableImagesException(String place, String problem, String fix, Throwable cause) {
        super(place + ": " + problem, cause);
        this.fix = fix;
    }

    /** What to do about it. */
    public String fix() {
        return fix;
    }
}
