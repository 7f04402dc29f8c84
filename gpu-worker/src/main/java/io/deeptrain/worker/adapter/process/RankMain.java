package io.deeptrain.worker.adapter.process;

import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.djl.EngineNccl;
import io.deeptrain.worker.adapter.nccl.NcclAllReduce;
import io.deeptrain.worker.adapter.process.RankCommand.Compare;
import io.deeptrain.worker.adapter.process.RankCommand.Learn;
import io.deeptrain.worker.adapter.process.RankCommand.Prepare;
import io.deeptrain.worker.adapter.process.RankCommand.Restore;
import io.deeptrain.worker.adapter.tcp.Doors;
import io.deeptrain.worker.adapter.tcp.Membership;
import io.deeptrain.worker.adapter.tcp.TcpRing;
import io.deeptrain.worker.learning.Recipe;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.port.GradientExchange;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.training.Purpose;
import io.deeptrain.worker.training.TrainingPlan;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The process of a rank other than 0. It does what rank 0 tells it through one connection, and ends when that closes,
 * or its standard input does: it never outlives the worker that leads the attempt, nor the one that has started it,
 * whatever it is doing.
 *
 * <p>Who it is and where it connects to stands in its standard input, a line each: see {@link Start}.
 */
public final class RankMain {
    /** How it ends when it has failed, and has said so. */
    static final int FAILED = 70;

    private final Start start;
    private final DataOutputStream answers;
    private final BlockingQueue<RankCommand> commands = new LinkedBlockingQueue<>();

    private RankMain(Start start, DataOutputStream answers) {
        this.start = start;
        this.answers = answers;
    }

    /**
     * What the process is told at its start.
     *
     * @param leader host and port where rank 0's worker waits for it
     * @param threads of one operation
     * @param silenceMaxMillis a neighbour in the ring that is silent for so long is lost
     * @param doors where it may let in the rank before it
     */
    record Start(String leader, Membership me, int threads, long silenceMaxMillis, Doors doors) {
        String lines() {
            return "%s%n%s%n%d%n%d%n%s%n%d%n%d%n%s%n%d%n"
                    .formatted(
                            leader,
                            me.attempt(),
                            me.rank(),
                            me.ranks(),
                            me.secret(),
                            threads,
                            silenceMaxMillis,
                            doors.host(),
                            doors.port());
        }

        static Start read(BufferedReader lines) throws IOException {
            return new Start(
                    line(lines),
                    new Membership(
                            line(lines), Integer.parseInt(line(lines)), Integer.parseInt(line(lines)), line(lines)),
                    Integer.parseInt(line(lines)),
                    Long.parseLong(line(lines)),
                    new Doors(line(lines), Integer.parseInt(line(lines))));
        }

        private static String line(BufferedReader lines) throws IOException {
            String line = lines.readLine();
            if (line == null) {
                throw new IOException("a rank is started by a worker, which tells it who it is");
            }
            return line;
        }
    }

    /** Takes no arguments. */
    public static void main(String[] arguments) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Start start = Start.read(input);
        Thread.ofPlatform().daemon().name("parent").start(() -> awaitEnd(input));
        InetSocketAddress leader = Doors.at(start.leader());
        try (ServerSocketChannel door = start.doors().ofRank();
                Socket worker = new Socket(leader.getAddress(), leader.getPort())) {
            worker.setTcpNoDelay(true);
            DataOutputStream answers = new DataOutputStream(worker.getOutputStream());
            DataInputStream commands = new DataInputStream(new BufferedInputStream(worker.getInputStream()));
            start.me().write(answers);
            // A welcome: it is not for a process to doubt who has started it.
            commands.readByte();
            answers.writeUTF(start.doors().address(door));
            answers.flush();
            new RankMain(start, answers).run(door, commands);
        }
    }

    private void run(ServerSocketChannel door, DataInputStream in) {
        Thread.ofPlatform().daemon().name("commands").start(() -> listen(in));
        // A signal to all processes of a terminal is the worker's to obey: it saves first.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(RankMain::outlastSignals));
        try {
            learn(door);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | OutOfMemoryError failed) {
            fail(failed);
        }
    }

    /** Nothing more is said there: its end is that of the worker which has started this process. */
    private static void awaitEnd(BufferedReader input) {
        try {
            input.transferTo(Writer.nullWriter());
        } catch (IOException closed) {
            System.err.println(closed);
        }
        Runtime.getRuntime().halt(0);
    }

    /** The connection's end is the process's, whatever its other threads are at. */
    private void listen(DataInputStream in) {
        try {
            while (true) {
                commands.add(RankCommand.read(in));
            }
        } catch (IOException closed) {
            Runtime.getRuntime().halt(0);
        }
    }

    private static void outlastSignals() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void fail(Throwable failed) {
        try {
            answers.writeByte(RankProcess.FAILED);
            answers.writeUTF(String.valueOf(failed));
            answers.flush();
        } catch (IOException unheard) {
            failed.addSuppressed(unheard);
            System.err.println(failed);
        }
        Runtime.getRuntime().halt(FAILED);
    }

    private void learn(ServerSocketChannel door) throws InterruptedException {
        if (!(commands.take() instanceof Prepare prepare)) {
            throw new IllegalStateException("told to learn before it was told what");
        }
        TrainingPlan plan = TrainingPlan.of(prepare.assignment().spec());
        Network network =
                Purpose.network(prepare.assignment().spec(), plan.imageSize()).orElseThrow();
        Recipe recipe = plan.recipe();
        InetSocketAddress next = Doors.at(prepare.next());
        Duration silenceMax = Duration.ofMillis(start.silenceMaxMillis());
        DjlLearners learners = new DjlLearners(start.threads(), prepare.precision());
        // It sees its own device alone.
        try (GradientExchange exchange = NcclAllReduce.orRing(
                        TcpRing.join(start.me(), door, next, silenceMax), EngineNccl.at(0), silenceMax);
                Learner learner = learners.learner(
                        network, recipe, Wire.tensors(network.tensors(), prepare.network()), exchange)) {
            answer(RankProcess.READY, new byte[0]);
            while (true) {
                switch (commands.take()) {
                    case Learn(var part) -> learner.step(part.batch(), part.step());
                    case Restore(var state, var optimizer, var lossScale) ->
                        learner.restore(new LearnerState(
                                Wire.tensors(network.tensors(), state),
                                Wire.tensors(recipe.optimizer().tensors(network), optimizer),
                                lossScale));
                    case Compare() -> answer(RankProcess.DIGEST, StateDigest.of(learner.state()));
                    case Prepare _ -> throw new IllegalStateException("told twice what to learn");
                }
            }
        }
    }

    private void answer(int kind, byte[] content) {
        try {
            answers.writeByte(kind);
            answers.write(content);
            answers.flush();
        } catch (IOException closed) {
            throw new IllegalStateException("the worker does not listen", closed);
        }
    }
}
