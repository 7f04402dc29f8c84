package io.deeptrain.worker.training;

import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.Origin;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.worker.attempt.TrainerReport;
import io.deeptrain.worker.attempt.TrainerReport.Advanced;
import io.deeptrain.worker.attempt.TrainerReport.CheckpointWritten;
import io.deeptrain.worker.attempt.TrainerReport.Finished;
import io.deeptrain.worker.attempt.TrainerReport.Prepared;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.Answers;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.Directions;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.port.Observations;
import io.deeptrain.worker.port.Predictor;
import io.deeptrain.worker.training.TrainingRun.Surroundings;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * A process that trains until it comes to a labelled point, says so, and waits there to be killed. What it reported
 * until then stands in a file, as in the log that a real worker writes to.
 *
 * <p>The points lie in the ports around the training. Three epochs have four steps each.
 */
final class KilledTraining {
    /** How a process ends that gets signal 9. */
    static final int KILLED = 128 + 9;

    /** What is printed at the point. */
    static final String ARRIVED = "arrived";

    static final int STEPS_PER_EPOCH = 4;
    static final int EPOCHS = 3;
    private static final int BATCH = 8;

    private final String deadly;
    private final Path told;
    private long steps;

    private KilledTraining(String deadly, Path told) {
        this.deadly = deadly;
        this.told = told;
    }

    /** The same training, whoever asks: the same images, settings and seed. */
    static TrainingBench bench(TrainingBench empty) throws IOException {
        return empty.digits(STEPS_PER_EPOCH * BATCH, Split.TRAIN)
                .digits(4, Split.TEST)
                .set("batch_size", (long) BATCH)
                .set("num_epochs", (long) EPOCHS);
    }

    /** Arguments: a folder to train in, a file for what is told, the point to end at. */
    public static void main(String[] arguments) throws IOException {
        KilledTraining killed = new KilledTraining(arguments[2], Path.of(arguments[1]));
        TrainingBench bench = bench(new TrainingBench(Path.of(arguments[0]), killed::watched));
        Surroundings world = bench.surroundings();
        TrainingRun.run(
                bench.assignment(1, new Origin.Scratch()),
                new Surroundings(
                        world.archive(),
                        killed.watched(world.learners()),
                        world.clock(),
                        killed.observations(),
                        world.scratch(),
                        world.pretrained(),
                        world.ahead(),
                        world.devices()),
                killed.directions(),
                killed::tell);
    }

    private void pass(String point) {
        if (point.equals(deadly)) {
            System.out.println(ARRIVED);
            while (true) {
                LockSupport.park();
            }
        }
    }

    private Directions directions() {
        return new Directions() {
            @Override
            public Direction now() {
                pass("asked after step " + steps);
                return new Direction.Proceed();
            }

            @Override
            public Direction awaitBegin() {
                return now();
            }
        };
    }

    private Observations observations() {
        return new Observations() {
            @Override
            public void began() {
                pass("began");
            }

            @Override
            public void ended() {
                pass("ended");
            }

            @Override
            public void stepped(int images, long inputWaitNanos, long stepNanos) {
                pass("observed step " + steps);
            }

            @Override
            public void checkpointWritten(StoredObject checkpoint, long writeNanos) {
                pass("observed checkpoint " + steps);
            }
        };
    }

    /** A line for each report that others act by; it is durable before the training goes on. */
    private void tell(TrainerReport report) {
        if (report instanceof TrainerReport.Placed || report instanceof TrainerReport.InputsRead) {
            return;
        }
        String line = switch (report) {
            case TrainerReport.Placed _, TrainerReport.InputsRead _ ->
                throw new IllegalStateException("nobody acts by it: " + report);
            case Prepared _ -> "prepared";
            case Advanced(var _, var progress) -> "step %d %s".formatted(progress.step(), progress.loss());
            case CheckpointWritten(var _, int epoch, long step, long _, StoredObject object) ->
                "checkpoint %d %d %s %s %d".formatted(step, epoch, object.key(), object.sha256(), object.sizeBytes());
            case Finished _ -> "finished";
            case TrainerReport.Failed failed -> "failed " + failed;
            case TrainerReport.Released _ -> "released";
        };
        String point = line.split(" ", 2)[0] + " at " + steps;
        pass("before telling " + point);
        try {
            Files.writeString(
                    told, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.DSYNC);
        } catch (IOException broken) {
            throw new IllegalStateException("cannot tell", broken);
        }
        pass("after telling " + point);
    }

    private Learners watched(Learners learners) {
        return new Learners() {
            @Override
            public Learner learner(Network network, Recipe recipe, List<Tensor> state, GradientExchange exchange) {
                return watched(learners.learner(network, recipe, state, exchange));
            }

            @Override
            public long memoryBytes() {
                return learners.memoryBytes();
            }

            @Override
            public Predictor predictor(Network network, List<Tensor> state) {
                return learners.predictor(network, state);
            }
        };
    }

    private Learner watched(Learner learner) {
        return new Learner() {
            @Override
            public float step(Batch batch, Step step) {
                pass("before step " + (steps + 1));
                float loss = learner.step(batch, step);
                steps++;
                pass("after step " + steps);
                return loss;
            }

            @Override
            public LearnerState state() {
                pass("before copying " + steps);
                LearnerState state = learner.state();
                pass("after copying " + steps);
                return state;
            }

            @Override
            public void restore(LearnerState state) {
                learner.restore(state);
            }

            @Override
            public Answers answers(Pixels pixels) {
                pass("evaluating after " + steps);
                return learner.answers(pixels);
            }

            @Override
            public void close() {
                learner.close();
            }
        };
    }

    private ObjectStore watched(ObjectStore store) {
        return new ObjectStore() {
            @Override
            public StoredBlob put(String key, InputStream content) throws IOException {
                String file = key.substring(key.lastIndexOf('/') + 1);
                pass("before storing " + file);
                StoredBlob blob = store.put(key, new FilterInputStream(content) {
                    private long read;

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        int count = super.read(bytes, offset, length);
                        read += Math.max(0, count);
                        if (read > 500_000) {
                            pass("while storing " + file);
                        }
                        return count;
                    }
                });
                pass("after storing " + file);
                return blob;
            }

            @Override
            public StoredBlob putContent(InputStream content) throws IOException {
                return store.putContent(content);
            }

            @Override
            public InputStream open(String key) throws IOException {
                return store.open(key);
            }

            @Override
            public boolean exists(String key) throws IOException {
                return store.exists(key);
            }

            @Override
            public void delete(String prefix) throws IOException {
                store.delete(prefix);
            }
        };
    }
}
