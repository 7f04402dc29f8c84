package io.deeptrain.cli.port;

import io.deeptrain.cli.images.LabelledImage;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The part of the public API that the command line uses. A refusal is an {@link ApiRefusedException}. */
public interface TrainingApi {
    /** The most images that one call takes. */
    int IMAGES_PER_CALL_MAX = 128;

    void createApp(String app) throws IOException;

    /** Adds at most {@link #IMAGES_PER_CALL_MAX} images, each labelled with its class: all of them, or it throws. */
    void addImages(String app, List<LabelledImage> images) throws IOException;

    void createModel(String app, NewModel model) throws IOException;

    Estimate estimate(String app, String model, long inputs) throws IOException;

    /** Starts a training and returns the version that it trains. */
    VersionPath train(String app, String model) throws IOException;

    Sight look(VersionPath version) throws IOException;

    /** The job that trains a version, also of one that was deleted. */
    JobId jobOf(VersionPath version) throws IOException;

    /** Nothing while no meter has run. Can be asked for after the version is deleted, too. */
    Optional<Bill> bill(VersionPath version) throws IOException;

    /** Cancels the training, if it is under way, and deletes the version. */
    void delete(VersionPath version) throws IOException;

    /** For each image the guesses, the likeliest first. */
    List<List<Guess>> predict(VersionPath version, List<LabelledImage> images) throws IOException;

    /**
     * A model to create.
     *
     * @param concepts the classes to tell apart
     */
    record NewModel(String id, String modelTypeId, String template, int epochs, List<String> concepts) {
        public NewModel {
            concepts = List.copyOf(concepts);
        }
    }

    /**
     * How long a training will take, and what it will cost.
     *
     * @param low about one in ten is faster
     * @param high about one in ten is slower
     * @param basis how that is known, in words
     */
    record Estimate(Duration time, Duration low, Duration high, long costCents, String basis) {}

    /**
     * How a version's training goes at this moment.
     *
     * @param progress nothing before the worker has reported any
     * @param meterMillis what the meter of the newest attempt reads, 0 before it runs
     */
    record Sight(VersionStatus status, Optional<Progress> progress, long meterMillis) {}

    /** Where a version is. */
    record VersionPath(String app, String model, String version) {}

    /**
     * What an image may show.
     *
     * @param probability 0 to 1
     */
    record Guess(String concept, double probability) {}
}
