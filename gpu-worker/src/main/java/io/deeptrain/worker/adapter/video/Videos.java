package io.deeptrain.worker.adapter.video;

import io.deeptrain.event.StoredObject;
import io.deeptrain.video.Moment;
import io.deeptrain.video.VideoLimits;
import io.deeptrain.video.adapter.process.VideoReader;
import io.deeptrain.video.adapter.process.VideoReader.Reading;
import io.deeptrain.worker.data.ImageDecoder;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.prediction.Prediction.Frame;
import io.deeptrain.worker.prediction.Predictions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What models see in videos. Frames are asked about in batches while the next are decoded. */
public final class Videos {
    private static final int BATCH_MAX = 32;

    private final Predictions models;
    private final VideoReader reader;

    public Videos(Predictions models, VideoReader reader) {
        this.models = models;
        this.reader = reader;
    }

    /** What is asked of a model. */
    public interface Question {
        List<Prediction> ask(StoredObject model, List<Outcome> images) throws IOException, CorruptObjectException;
    }

    /**
     * What the model sees in the frame of each so many milliseconds.
     *
     * @param everyMillis {@link VideoLimits#SAMPLE_MILLIS_MIN} to {@link VideoLimits#SAMPLE_MILLIS_MAX}
     */
    public Prediction predict(StoredObject model, byte[] video, int everyMillis, Question question)
            throws IOException, CorruptObjectException {
        int size = models.imageSizeOf(model);
        List<Frame> frames = new ArrayList<>();
        List<Moment> moments = new ArrayList<>();
        List<Outcome> images = new ArrayList<>();
        Reading reading;
        try {
            reading = reader.show(video, everyMillis, ImageDecoder.decodedSide(size), (moment, image) -> {
                moments.add(moment);
                images.add(ImageDecoder.of(image, size));
                if (images.size() == BATCH_MAX) {
                    ask(model, question, moments, images, frames);
                }
            });
        } catch (UnreadableModelException unreadable) {
            throw unreadable.model;
        }
        return switch (reading) {
            case Reading.Unreadable(String reason) -> new Prediction.Unusable("the video cannot be used: " + reason);
            case Reading.Shown _ -> {
                try {
                    ask(model, question, moments, images, frames);
                } catch (UnreadableModelException unreadable) {
                    throw unreadable.model;
                }
                yield new Prediction.Filmed(frames);
            }
        };
    }

    private static void ask(
            StoredObject model, Question question, List<Moment> moments, List<Outcome> images, List<Frame> frames)
            throws IOException {
        try {
            List<Prediction> seen = question.ask(model, images);
            for (int i = 0; i < seen.size(); i++) {
                frames.add(new Frame(moments.get(i), seen.get(i)));
            }
        } catch (CorruptObjectException corrupt) {
            throw new UnreadableModelException(corrupt);
        }
        moments.clear();
        images.clear();
    }

    /** Carries what a screen may not throw. */
    private static final class UnreadableModelException extends IOException {
        private static final long serialVersionUID = 1L;

        private final transient CorruptObjectException model;

        UnreadableModelException(CorruptObjectException model) {
            super(model);
            this.model = model;
        }
    }
}
