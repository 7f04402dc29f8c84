package io.deeptrain.worker.adapter.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.deeptrain.event.Footage;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.ObjectStores;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.video.Moment;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.port.Films.Frame;
import io.deeptrain.worker.port.Films.Screening;
import io.deeptrain.worker.port.Films.Seen;
import io.deeptrain.worker.training.DrawnVideo;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecodedFilmsTest {
    @TempDir
    Path folder;

    private ObjectStore store;
    private DecodedFilms films;

    @BeforeEach
    void open() throws IOException {
        store = ObjectStores.open(folder.toUri());
        films = new DecodedFilms(new ObjectArchive(store));
    }

    private StoredObject stored(byte[] file) throws IOException {
        StoredBlob blob = store.putContent(new ByteArrayInputStream(file));
        return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
    }

    /** The number of frames is what a manifest says beforehand. */
    @Test
    void a_video_shows_a_frame_of_each_moment() throws Exception {
        try (Screening screening = films.begin()) {
            for (int halfSeconds : new int[] {1, 2, 3, 90}) {
                Footage footage = Footage.of(500L * halfSeconds);
                Seen seen = screening.show(stored(DrawnVideo.mp4(halfSeconds)), footage, 8);
                assertThat(((Seen.Frames) seen).frames())
                        .hasSize(footage.frames())
                        .allSatisfy(
                                frame -> assertThat(frame.image().getWidth()).isEqualTo(8))
                        .allSatisfy(
                                frame -> assertThat(frame.image().getHeight()).isEqualTo(8));
            }
            Seen seen = screening.show(stored(DrawnVideo.mp4(5)), Footage.of(2500), 8);
            assertThat(((Seen.Frames) seen).frames())
                    .extracting(Frame::moment)
                    .containsExactly(new Moment(0, 0, 0), new Moment(1, 2, 1000), new Moment(2, 4, 2000));
        }
    }

    @Test
    void a_video_that_cannot_be_used_says_why() throws Exception {
        try (Screening screening = films.begin()) {
            assertThat(screening.show(stored(new byte[] {1, 2}), Footage.of(1), 8))
                    .isInstanceOfSatisfying(
                            Seen.Unreadable.class,
                            unreadable -> assertThat(unreadable.reason())
                                    .startsWith("the video cannot be used: its bytes are no video; "));
            assertThat(screening.show(new StoredObject("none", "ab".repeat(32), 1), Footage.of(1), 8))
                    .isEqualTo(new Seen.Unreadable("none is not there"));
            assertThat(screening.show(stored(DrawnVideo.mp4(2)), Footage.of(1000), 8))
                    .as("the next one")
                    .isInstanceOf(Seen.Frames.class);
        }
    }

    @Test
    void who_has_ended_the_screening_sees_nothing_more_and_others_do() throws Exception {
        StoredObject video = stored(DrawnVideo.mp4(2));
        Screening ended = films.begin();
        ended.close();
        assertThatExceptionOfType(CancellationException.class).isThrownBy(() -> ended.show(video, Footage.of(1000), 8));
        try (Screening another = films.begin()) {
            assertThat(another.show(video, Footage.of(1000), 8)).isInstanceOf(Seen.Frames.class);
        }
    }
}
