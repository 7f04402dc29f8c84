package io.deeptrain.cli.adapter.picocli;

import io.deeptrain.cli.adapter.kafka.KafkaEventStream;
import io.deeptrain.cli.adapter.rest.RestTrainingApi;
import io.deeptrain.cli.demo.Demo;
import io.deeptrain.cli.demo.DemoSettings;
import io.deeptrain.cli.images.ImageSet;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.cli.port.EventStream;
import io.deeptrain.event.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = "Train, cancel, predict and read the bill, on the bundled digits or on your own images.")
final class DemoCommand implements Callable<Integer> {
    private static final int IMAGES_MIN = 20;
    private static final int IMAGES_MAX = 100_000;
    private static final int EPOCHS_MAX = 200;
    private static final Duration TRAINING_TIME_MAX = Duration.ofHours(2);
    private static final int APP_SUFFIX_LENGTH = 8;
    private static final List<Topic> TOPICS = List.of(Topic.JOBS, Topic.CHARGES);

    private final Environment environment;
    private final boolean terminal;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Your own images: DIR/CLASS/IMAGE.png, with or without train/ and test/ above, or IDX files.")
    private @Nullable Path data;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "6",
            description = "How often to go over the images (1 to 200; default ${DEFAULT-VALUE}).")
    private int epochs;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "3500",
            description = "How many images to train with at most (20 to 100000; default ${DEFAULT-VALUE}).")
    private int images;

    DemoCommand(Environment environment, boolean terminal) {
        this.environment = environment;
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        requireWithin("--epochs", epochs, 1, EPOCHS_MAX);
        requireWithin("--images", images, IMAGES_MIN, IMAGES_MAX);
        ImageSet set = data == null ? ImageSets.digits() : ImageSets.open(data);
        DemoSettings settings = new DemoSettings(
                "demo-" + UUID.randomUUID().toString().substring(0, APP_SUFFIX_LENGTH),
                environment.url().toString(),
                environment.home(),
                images,
                epochs,
                TRAINING_TIME_MAX,
                ZoneId.systemDefault());
        StreamScreen screen = new StreamScreen(
                spec().commandLine().getOut(),
                spec().commandLine().getErr(),
                terminal && !environment.wantsPlainText());
        RestTrainingApi api = new RestTrainingApi(environment.url(), environment.key());
        try (EventStream events = KafkaEventStream.fromNowOn(environment.kafka(), TOPICS)) {
            new Demo(api, events, screen, new SystemTime(), settings).run(set);
        }
        return ExitCode.OK.number();
    }

    private void requireWithin(String option, int value, int min, int max) {
        if (value < min || value > max) {
            throw new ParameterException(
                    spec().commandLine(), "%s must be %d to %d, not %d".formatted(option, min, max, value));
        }
    }

    /** Picocli sets it before it calls. */
    private CommandSpec spec() {
        return Optional.ofNullable(spec).orElseThrow();
    }
}
