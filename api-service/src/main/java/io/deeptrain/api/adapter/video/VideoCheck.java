package io.deeptrain.api.adapter.video;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.video.adapter.process.VideoReader;
import io.deeptrain.video.adapter.process.VideoReader.BusyException;
import io.deeptrain.video.adapter.process.VideoReader.Reading;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Whether bytes are a video that a worker can read. */
@ApplicationScoped
public class VideoCheck {
    private final VideoReader reader = new VideoReader();

    /**
     * Reads where all frames lie, and decodes the first.
     *
     * @throws Refusal if too many others wait for that
     */
    public Reading probe(byte[] bytes) {
        try {
            return reader.probe(bytes);
        } catch (BusyException busy) {
            throw new Refusal(StatusCode.UNAVAILABLE, String.valueOf(busy.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("no process decodes a video", e);
        }
    }
}
