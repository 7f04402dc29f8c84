package io.deeptrain.worker.adapter.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.FencingToken;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.video.Moment;
import io.deeptrain.video.adapter.process.VideoReader;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.artifact.Publications;
import io.deeptrain.worker.artifact.TrainedModel;
import io.deeptrain.worker.attempt.AttemptId;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.evaluation.ImageReport;
import io.deeptrain.worker.network.Activation;
import io.deeptrain.worker.network.Architectures;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.objective.Objective;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.training.DrawnVideo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VideosTest {
    private static final List<String> CONCEPTS = List.of("ape", "bee");

    @TempDir
    Path folder;

    private LoadedModels models;
    private Videos videos;
    private StoredObject model;

    @BeforeEach
    void publish() throws IOException {
        ObjectArchive archive = new ObjectArchive(ObjectStores.open(folder.toUri()));
        models = new LoadedModels(archive, new DjlLearners(1));
        videos = new Videos(models, new VideoReader());
        Network network =
                Architectures.named("cifar-resnet-20", CONCEPTS.size()).orElseThrow();
        model = archive.publish(
                new AttemptId(new JobId("job"), new FencingToken(1)),
                Publications.of(
                        new TrainedModel(
                                "cifar-resnet-20",
                                CONCEPTS,
                                32,
                                new Objective.Classification(Activation.SOFTMAX),
                                InitialWeights.of(network, 1, Set.of())),
                        new ImageReport(Split.TEST, 0, 0, List.of(), List.of(), List.of())));
    }

    @AfterEach
    void close() {
        models.close();
    }

    @Test
    void a_video_is_answered_moment_by_moment_whatever_the_batches_are() throws Exception {
        List<Integer> batches = new ArrayList<>();
        Prediction prediction = videos.predict(model, DrawnVideo.mp4(17), 250, (asked, images) -> {
            batches.add(images.size());
            return models.predict(asked, images, 1);
        });
        assertThat(batches).containsExactly(32, 2);
        assertThat(prediction).isInstanceOf(Prediction.Filmed.class);
        List<Prediction.Frame> frames = ((Prediction.Filmed) prediction).frames();
        assertThat(frames).hasSize(34);
        assertThat(frames.get(33).moment()).isEqualTo(new Moment(33, 16, 8250));
        // Two moments of one frame see the same, other frames something else.
        assertThat(frames.get(0).seen())
                .isEqualTo(frames.get(1).seen())
                .isNotEqualTo(frames.get(33).seen());
        assertThat(frames.get(0).seen()).isInstanceOf(Prediction.Seen.class);
    }

    @Test
    void a_video_that_cannot_be_read_has_no_frames() throws Exception {
        assertThat(videos.predict(model, new byte[] {1, 2}, 1000, VideosTest::unasked))
                .isEqualTo(new Prediction.Unusable(
                        "the video cannot be used: its bytes are no video; " + VideoReader.FORMATS + " are read"));
        assertThat(videos.predict(model, DrawnVideo.mp4(100), 100, VideosTest::unasked))
                .isEqualTo(new Prediction.Unusable("the video cannot be used: a video of 50000 ms has 500 moments at "
                        + "sample_ms 100 but at most 300 are looked at: sample_ms must be at least 167"));
    }

    @Test
    void a_model_that_cannot_be_read_is_said_to_be_so() {
        assertThatThrownBy(() -> videos.predict(model, DrawnVideo.mp4(2), 1000, (_, _) -> {
                    throw new CorruptObjectException("gone");
                }))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessage("gone");
    }

    private static List<Prediction> unasked(StoredObject model, List<Outcome> images) {
        return List.of();
    }
}
