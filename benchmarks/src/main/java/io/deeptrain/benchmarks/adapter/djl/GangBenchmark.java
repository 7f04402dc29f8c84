package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.benchmarks.adapter.djl.DigitsArchive.Sample;
import io.deeptrain.benchmarks.measure.Rounds;
import io.deeptrain.cli.images.ImageSets;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.process.ProcessGangs;
import io.deeptrain.worker.adapter.runtime.ThreadsAhead;
import io.deeptrain.worker.adapter.tcp.Membership;
import io.deeptrain.worker.adapter.tcp.TcpRing;
import io.deeptrain.worker.gang.RingAllReduce;
import io.deeptrain.worker.learning.Precision;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Trainings of one process and of two that share each batch, and how long two ranks take to add up as many gradients as
 * a ResNet-50 has.
 */
public final class GangBenchmark {
    private static final int IMAGES = 1_024;
    private static final int BATCH_SIZE = 128;
    private static final int INPUT_THREADS = 1;
    private static final int RANKS = 2;
    private static final int WARM_UPS = 1;
    private static final int ROUNDS = 5;
    private static final int GRADIENTS = 25_000_000;
    private static final int EXCHANGES = 12;
    private static final Duration SILENCE_MAX = Duration.ofMinutes(1);
    private static final double NANOS_PER_MILLI = 1e6;

    private GangBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        List<Sample> images = ImageSets.digits().first(IMAGES, 0).training().stream()
                .map(Sample::of)
                .toList();
        Path scratch = Files.createTempDirectory("deeptrain-benchmark");
        System.out.printf("%,d images of %d pixels, batches of %d%n", IMAGES, DigitsTraining.IMAGE_SIZE, BATCH_SIZE);
        try (ThreadsAhead ahead = new ThreadsAhead(INPUT_THREADS)) {
            DigitsTraining training = new DigitsTraining(images, BATCH_SIZE, scratch, ahead);
            System.out.println("Two processes of one thread, and as a reference one process of one thread:");
            System.out.print(
                    Rounds.of(WARM_UPS, ROUNDS, () -> together(training), () -> training.perSecond(new DjlLearners(1)))
                            .report("images"));
        } finally {
            Files.deleteIfExists(scratch);
        }
        List<Double> millis = exchanges();
        System.out.printf(
                "%,d gradients added up by %d ranks: %.0f ms (median of %d)%n",
                GRADIENTS, RANKS, Rounds.median(millis), millis.size());
    }

    private static double together(DigitsTraining training) {
        DjlLearners learners = new DjlLearners(1);
        return training.perSecond(learners, new ProcessGangs(learners, 1, Precision.FP32, List.of()), RANKS);
    }

    private static List<Double> exchanges() throws Exception {
        List<ServerSocketChannel> doors = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(RANKS)) {
            for (int rank = 0; rank < RANKS; rank++) {
                doors.add(ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
            }
            List<Future<List<Double>>> ranks = new ArrayList<>();
            for (int n = 0; n < RANKS; n++) {
                int rank = n;
                ranks.add(threads.submit(() -> exchanges(rank, doors)));
            }
            ranks.getLast().get();
            List<Double> millis = ranks.getFirst().get();
            return millis.subList(millis.size() / 2, millis.size());
        } finally {
            for (ServerSocketChannel door : doors) {
                door.close();
            }
        }
    }

    private static List<Double> exchanges(int rank, List<ServerSocketChannel> doors) throws IOException {
        InetSocketAddress next =
                (InetSocketAddress) doors.get((rank + 1) % RANKS).getLocalAddress();
        Membership me = new Membership("benchmark", rank, RANKS, "benchmark");
        List<Double> millis = new ArrayList<>();
        try (RingAllReduce exchange = new RingAllReduce(TcpRing.join(me, doors.get(rank), next, SILENCE_MAX))) {
            MemorySegment gradients = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(GRADIENTS * Float.BYTES));
            for (int n = 0; n < EXCHANGES; n++) {
                long begin = System.nanoTime();
                exchange.sum(gradients);
                millis.add((System.nanoTime() - begin) / NANOS_PER_MILLI);
            }
        }
        return millis;
    }
}
