package io.deeptrain.worker.training;

import io.deeptrain.event.ManifestEntry;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Films;
import java.io.IOException;
import java.util.List;

/** What an input is to whoever learns from it. */
sealed interface Shown {
    /** One image, or all frames of a video that are looked at. */
    record Images(List<Image> images) implements Shown {
        public Images {
            images = List.copyOf(images);
        }
    }

    /** Nothing, and why. */
    record Unreadable(String reason) implements Shown {}

    /** @param entry with the id under which the image is known */
    @SuppressWarnings("MissingSummary") // The name says it.
    record Image(ManifestEntry entry, ImageDecoder.Pixels pixels) {}

    /**
     * Fetches and decodes an input.
     *
     * @param side of the squares that it is scaled to
     */
    static Shown of(ManifestEntry entry, Archive archive, Films.Screening films, int side) throws IOException {
        if (entry.video().isPresent()) {
            return switch (films.show(entry.image(), entry.video().get(), side)) {
                case Films.Seen.Frames(List<Films.Frame> frames) ->
                    new Images(frames.stream()
                            .map(frame -> new Image(
                                    entry.frame(frame.moment().millis()),
                                    ImageDecoder.of(frame.image(), side).pixels()))
                            .toList());
                case Films.Seen.Unreadable(String reason) -> new Unreadable(reason);
            };
        }
        if (entry.image().sizeBytes() > ImageDecoder.BYTES_MAX) {
            return new Unreadable(
                    "image has %d bytes, more than %d".formatted(entry.image().sizeBytes(), ImageDecoder.BYTES_MAX));
        }
        try {
            return switch (ImageDecoder.decode(archive.image(entry.image()), side)) {
                case Outcome.Decoded(ImageDecoder.Pixels pixels) -> new Images(List.of(new Image(entry, pixels)));
                case Outcome.Invalid(String reason) -> new Unreadable(reason);
            };
        } catch (CorruptObjectException corrupt) {
            return new Unreadable(TrainingRun.message(corrupt));
        }
    }
}
