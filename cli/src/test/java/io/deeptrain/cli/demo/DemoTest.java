package io.deeptrain.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.deeptrain.cli.demo.DemoFailedException.Reason;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.cli.port.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class DemoTest {
    private static final Path TRANSCRIPT = Path.of("src/test/golden/demo.txt");
    private static final DemoSettings SETTINGS = new DemoSettings(
            "demo-1", "http://localhost:8080", "/home/ada/.deeptrain", 300, 2, Duration.ofMinutes(5), ZoneOffset.UTC);

    @Test
    void the_demo_shows_the_whole_life_of_two_trainings() throws IOException {
        ScriptedDeepTrain deepTrain = ScriptedDeepTrain.thatWorks();
        RecordingScreen screen = new RecordingScreen();

        run(deepTrain, screen);

        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(TRANSCRIPT, screen.text.toString());
        }
        assertThat(screen.text).hasToString(Files.readString(TRANSCRIPT));
    }

    @Test
    void no_call_has_more_images_than_the_api_takes() throws IOException {
        ScriptedDeepTrain deepTrain = ScriptedDeepTrain.thatWorks();

        run(deepTrain, new RecordingScreen());

        assertThat(deepTrain.callSizes()).containsExactly(128, 128, 44, 128, 128, 128, 116);
    }

    @Test
    void a_training_that_fails_ends_the_demo_with_the_servers_reason_and_the_charge() {
        DemoFailedException failure = catchThrowableOfType(
                DemoFailedException.class, () -> run(ScriptedDeepTrain.whoseTrainingsFail(), new RecordingScreen()));

        assertThat(failure).hasMessage("the training failed: too few images (DATA, USER fault)");
        assertThat(failure.reason()).isEqualTo(Reason.TRAINING_FAILED);
        assertThat(failure.fix()).startsWith("The charge is $0.00.");
    }

    @Test
    void a_training_that_does_not_end_is_waited_for_no_longer_than_the_limit() {
        DemoFailedException failure = catchThrowableOfType(
                DemoFailedException.class, () -> run(ScriptedDeepTrain.thatNeverEnds(), new RecordingScreen()));

        assertThat(failure).hasMessage("the training has not ended within 5 min 00 s");
        assertThat(failure.reason()).isEqualTo(Reason.OVERDUE);
    }

    private static void run(ScriptedDeepTrain deepTrain, Screen screen) throws IOException {
        new Demo(deepTrain, deepTrain, screen, deepTrain, SETTINGS).run(ImageSets.digits());
    }

    /** What a person sees where lines cannot be replaced. */
    private static final class RecordingScreen implements Screen {
        private final StringBuilder text = new StringBuilder();

        @Override
        public void line(String line) {
            text.append(line).append('\n');
        }

        @Override
        public void live(String line) {}

        @Override
        public void milestone(String line) {
            line(line);
        }

        @Override
        public void endLive() {}
    }
}
