package io.deeptrain.worker.adapter.video;

import io.deeptrain.event.Footage;
import io.deeptrain.event.StoredObject;
import io.deeptrain.video.adapter.process.VideoReader;
import io.deeptrain.video.adapter.process.VideoReader.Reading;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.port.Films;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.locks.ReentrantLock;

/** The videos of an archive, decoded by the programs and within the limits of predictions. */
public final class DecodedFilms implements Films {
    private final Archive archive;

    public DecodedFilms(Archive archive) {
        this.archive = archive;
    }

    /** With a reader of its own, so that neither a training nor predictions wait for the other's videos. */
    @Override
    public Screening begin() {
        return new OneByOne(archive, new VideoReader());
    }

    /** Has one video at a time in memory. */
    private static final class OneByOne implements Screening {
        private final Archive archive;
        private final VideoReader reader;
        private final ReentrantLock turn = new ReentrantLock(true);
        private volatile boolean closed;

        OneByOne(Archive archive, VideoReader reader) {
            this.archive = archive;
            this.reader = reader;
        }

        @Override
        public Seen show(StoredObject video, Footage footage, int size) throws IOException {
            turn.lock();
            try {
                if (closed) {
                    throw new CancellationException("nobody waits for video " + video.key());
                }
                return seen(archive.video(video), footage, size);
            } catch (CorruptObjectException corrupt) {
                return new Seen.Unreadable(String.valueOf(corrupt.getMessage()));
            } finally {
                turn.unlock();
            }
        }

        private Seen seen(byte[] file, Footage footage, int size) throws IOException {
            List<Frame> frames = new ArrayList<>();
            Reading reading = reader.show(
                    file,
                    footage.everyMillis(),
                    ImageDecoder.decodedSide(size),
                    (moment, image) -> frames.add(new Frame(moment, ImageDecoder.square(image, size))));
            return switch (reading) {
                case Reading.Unreadable(String reason) -> new Seen.Unreadable("the video cannot be used: " + reason);
                case Reading.Shown _ -> new Seen.Frames(frames);
            };
        }

        @Override
        public void close() {
            closed = true;
            reader.close();
        }
    }
}
