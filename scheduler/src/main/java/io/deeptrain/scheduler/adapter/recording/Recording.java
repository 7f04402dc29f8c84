package io.deeptrain.scheduler.adapter.recording;

import io.deeptrain.scheduler.adapter.json.ControlJson;
import io.deeptrain.scheduler.configuration.SettingsReader;
import io.deeptrain.scheduler.engine.EngineSettings;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.engine.SchedulerEngine;
import io.deeptrain.scheduler.job.JobRecord;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A recorded log, told to an engine of this build. */
public final class Recording {
    private final RecordingFormat format = new RecordingFormat();
    private final Path file;

    public Recording(Path file) {
        this.file = file;
    }

    /**
     * What came of it.
     *
     * @param jobs that the engine was restored from
     * @param inputs that were committed
     * @param commits of which all were the same, but perhaps the last one
     * @param decided the SHA-256 of all decisions up to the last commit
     * @param deviation where this engine first decided otherwise than the recorded one, empty if nowhere
     */
    public record Replayed(long jobs, long inputs, long commits, String decided, Optional<Deviation> deviation) {}

    /**
     * The recorded engine decided something else here.
     *
     * @param line of the recording, from 1
     * @param after the last input before
     */
    public record Deviation(long line, String after) {}

    /**
     * Tells an engine what the recorded one was told, up to the last commit or the first deviation. What is after the
     * last commit of a process that was killed is passed over.
     *
     * @throws IOException if it is no recording, or one of another format, with the line
     */
    public Replayed replay() throws IOException {
        try (UnfinishedStream bytes = new UnfinishedStream(new GZIPInputStream(Files.newInputStream(file)));
                BufferedReader lines = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8))) {
            return new Run(bytes, lines).replay();
        }
    }

    private final class Run {
        private final UnfinishedStream bytes;
        private final BufferedReader lines;
        private final List<JobRecord> jobs = new ArrayList<>();
        private final List<ControlJson.Row> controls = new ArrayList<>();
        private final DecisionDigest digest = new DecisionDigest();
        private long line;
        private long inputs;
        private long inputsCommitted;
        private long commits;
        private String decided = digest.soFar();
        private String last = "the restore";

        Run(UnfinishedStream bytes, BufferedReader lines) {
            this.bytes = bytes;
            this.lines = lines;
        }

        Replayed replay() throws IOException {
            if (!(next() instanceof Line.Began began) || began.format() != RecordingFormat.FORMAT) {
                throw new IOException("%s is no recording of format %d".formatted(file, RecordingFormat.FORMAT));
            }
            EngineSettings settings =
                    SettingsReader.over(EngineSettings.ofService(began.leaseTerm()), began.properties());
            Line read = next();
            while (read instanceof Line.Job || read instanceof Line.Control) {
                if (read instanceof Line.Job job) {
                    jobs.add(format.job(job));
                } else if (read instanceof Line.Control control) {
                    controls.add(format.row(control));
                }
                read = next();
            }
            SchedulerEngine engine = SchedulerEngine.restore(jobs, new ControlJson().controls(controls), settings);
            for (; read != null; read = next()) {
                if (read instanceof Line.Committed(var recorded)) {
                    decided = digest.soFar();
                    commits++;
                    inputsCommitted = inputs;
                    if (!decided.equals(recorded)) {
                        return result(Optional.of(new Deviation(line, last)));
                    }
                } else {
                    Input input = input(read);
                    digest.add(engine.apply(input));
                    inputs++;
                    last = input.toString();
                }
            }
            return result(Optional.empty());
        }

        private Replayed result(Optional<Deviation> deviation) {
            return new Replayed(jobs.size(), inputsCommitted, commits, decided, deviation);
        }

        private Input input(Line read) throws IOException {
            return switch (read) {
                case Line.Heard heard -> format.heard(heard);
                case Line.Ordered ordered -> format.ordered(ordered);
                case Line.Tick(var now, var heardUpTo) -> new Input.Tick(now, heardUpTo);
                case Line.Began _, Line.Job _, Line.Control _, Line.Committed _ ->
                    throw new IOException("line %d of %s does not belong there".formatted(line, file));
            };
        }

        private @Nullable Line next() throws IOException {
            String text = lines.readLine();
            line++;
            if (text == null) {
                return null;
            }
            try {
                return format.line(text);
            } catch (IOException unreadable) {
                if (bytes.isCut && lines.readLine() == null) {
                    return null;
                }
                throw new IOException(
                        "line %d of %s cannot be read: %s".formatted(line, file, unreadable.getMessage()), unreadable);
            }
        }
    }

    /** What a process had written that did not come to the end. */
    private static final class UnfinishedStream extends FilterInputStream {
        private boolean isCut;

        UnfinishedStream(InputStream compressed) {
            super(compressed);
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            try {
                return super.read(into, from, length);
            } catch (EOFException cut) {
                isCut = true;
                return -1;
            }
        }
    }
}
