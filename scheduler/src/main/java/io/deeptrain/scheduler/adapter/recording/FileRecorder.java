package io.deeptrain.scheduler.adapter.recording;

import io.deeptrain.scheduler.adapter.json.ControlJson;
import io.deeptrain.scheduler.control.Controls;
import io.deeptrain.scheduler.engine.Decisions;
import io.deeptrain.scheduler.engine.Input;
import io.deeptrain.scheduler.job.JobRecord;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.jboss.logging.Logger;

/**
 * Writes a compressed file of JSON lines. What is committed is in the file at once, so that it can be read up to there
 * however the process ends. If it cannot be written any more, it ends there and the scheduler goes on.
 */
public final class FileRecorder implements Recorder {
    private static final Logger LOG = Logger.getLogger(FileRecorder.class);
    private static final int BUFFER = 1 << 16;

    private final RecordingFormat format = new RecordingFormat();
    private final ControlJson controlJson = new ControlJson();
    private final DecisionDigest digest = new DecisionDigest();
    private final Path file;
    private final BufferedWriter lines;
    private boolean broken;

    private FileRecorder(Path file, BufferedWriter lines) {
        this.file = file;
        this.lines = lines;
    }

    /**
     * Files of this folder, one for each engine.
     *
     * @param leaseTerm that the engines have
     * @param properties what the operator has written
     * @throws UncheckedIOException if the folder cannot be made
     */
    public static Recorder.Factory into(Path folder, Duration leaseTerm, Map<String, String> properties) {
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new UncheckedIOException("recordings cannot be written into " + folder, failed);
        }
        return epoch -> open(folder, new Line.Began(RecordingFormat.FORMAT, epoch, leaseTerm, properties));
    }

    private static Recorder open(Path folder, Line.Began began) {
        String time = Instant.now().toString().replace(":", "");
        Path file = folder.resolve("epoch-%06d-%s.jsonl.gz".formatted(began.epoch(), time));
        try {
            GZIPOutputStream compressed =
                    new GZIPOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), BUFFER, true);
            FileRecorder recorder = new FileRecorder(
                    file, new BufferedWriter(new OutputStreamWriter(compressed, StandardCharsets.UTF_8), BUFFER));
            recorder.write(began);
            LOG.infof("what this scheduler is told is recorded in %s", file);
            return recorder;
        } catch (IOException failed) {
            LOG.errorf(failed, "nothing is recorded in %s", file);
            return Recorder.NONE;
        }
    }

    @Override
    public void restored(Collection<JobRecord> jobs, Controls controls) {
        jobs.forEach(job -> write(format.of(job)));
        controlJson.rows(controls).forEach(row -> write(format.of(row)));
    }

    @Override
    public void folded(Input input, Decisions decisions) {
        if (!broken) {
            write(format.of(input));
            digest.add(decisions);
        }
    }

    @Override
    public void committed() {
        if (!broken) {
            write(new Line.Committed(digest.soFar()));
            attempt(lines::flush);
        }
    }

    @Override
    public void close() {
        attempt(lines::close);
    }

    private void write(Line line) {
        attempt(() -> {
            lines.write(format.text(line));
            lines.newLine();
        });
    }

    private void attempt(Step step) {
        if (!broken) {
            try {
                step.run();
            } catch (IOException failed) {
                broken = true;
                LOG.errorf(failed, "the recording %s ends here", file);
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
