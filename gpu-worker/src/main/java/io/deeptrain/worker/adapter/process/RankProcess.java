package io.deeptrain.worker.adapter.process;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.worker.adapter.tcp.Doors;
import io.deeptrain.worker.adapter.tcp.Membership;
import io.deeptrain.worker.adapter.tcp.TcpRing;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.network.LearnerState;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.OtherRanks.Part;
import io.deeptrain.worker.port.RankLostException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** One rank's process as rank 0's worker sees it: a child of its own, or one that another worker has started. */
final class RankProcess implements AutoCloseable {
    static final int READY = 1;
    static final int DIGEST = 2;
    static final int FAILED = 3;

    private static final Logger LOG = Logger.getLogger(RankProcess.class);
    private static final int BUFFER = 1 << 16;

    /** Who is lost has so long to say why, and who is let go to end. */
    private static final int LAST_WORDS_MILLIS = 2_000;

    private final Membership me;
    private final Optional<Process> child;
    private final Socket connection;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final String door;

    private RankProcess(Membership me, Optional<Process> child, Socket connection) throws IOException {
        this.me = me;
        this.child = child;
        this.connection = connection;
        this.out = new DataOutputStream(new BufferedOutputStream(connection.getOutputStream(), BUFFER));
        this.in = new DataInputStream(new BufferedInputStream(connection.getInputStream()));
        connection.setSoTimeout(LAST_WORDS_MILLIS);
        this.door = in.readUTF();
    }

    /** One that has come from another worker. */
    static RankProcess ofPartner(Membership me, Socket connection) {
        try {
            return new RankProcess(me, Optional.empty(), connection);
        } catch (IOException failed) {
            throw new RankLostException("%s does not say where it is".formatted(me), failed);
        }
    }

    /** A process that was started and has not come yet. */
    record Starting(Membership me, Process process, ServerSocketChannel door) implements AutoCloseable {
        /** Waits until it has said who it is. */
        RankProcess connected(Duration timeout) {
            try (door) {
                return new RankProcess(
                        me,
                        Optional.of(process),
                        TcpRing.admitted(me, door, timeout).socket());
            } catch (IOException failed) {
                process.destroyForcibly();
                throw new RankLostException("%s did not start: %s".formatted(me, failed.getMessage()), failed);
            }
        }

        /** It need not come any more, if it has not. */
        @Override
        public void close() {
            process.destroyForcibly();
            closeQuietly(door);
        }
    }

    /**
     * Starts a process; what it prints goes where the worker's own output goes.
     *
     * @param command which runs {@link RankMain}
     * @param doors where it may let in the rank before it
     */
    static Starting start(ProcessBuilder command, Membership me, int threads, Duration silenceMax, Doors doors)
            throws IOException {
        Doors here = Doors.here();
        ServerSocketChannel door = here.rendezvous();
        Process process;
        try {
            process =
                    started(command, new RankMain.Start(here.address(door), me, threads, silenceMax.toMillis(), doors));
        } catch (IOException failed) {
            closeQuietly(door);
            throw failed;
        }
        Starting starting = new Starting(me, process, door);
        // Nobody need wait for who has ended.
        Thread.ofVirtual().start(() -> {
            process.onExit().join();
            closeQuietly(door);
        });
        return starting;
    }

    /** What is written to it stays open as long as this process lives, and so does the child. */
    static Process started(ProcessBuilder command, RankMain.Start start) throws IOException {
        Process process = command.redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            Writer input = process.outputWriter(StandardCharsets.UTF_8);
            input.write(start.lines());
            input.flush();
            return process;
        } catch (IOException failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception failed) {
            LOG.debug("it does not close", failed);
        }
    }

    /** Where it runs, in words. */
    String place() {
        return child.map(process -> "process " + process.pid()).orElse("at " + connection.getInetAddress());
    }

    /** Host and port where it lets in the rank before it. */
    String door() {
        return door;
    }

    void prepare(AttemptAssigned assignment, String next, Precision precision, List<Tensor> network) {
        say(stream -> RankCommand.prepare(stream, assignment, next, precision, network));
    }

    void learn(Part part) {
        say(stream -> RankCommand.learn(stream, part));
    }

    void restore(LearnerState state) {
        say(stream -> RankCommand.restore(stream, state));
    }

    void compare() {
        say(RankCommand::compare);
    }

    private interface Saying {
        void to(DataOutputStream stream) throws IOException;
    }

    private void say(Saying what) {
        try {
            what.to(out);
        } catch (IOException failed) {
            throw new RankLostException("%s does not hear".formatted(me), failed);
        }
    }

    void awaitReady(Duration timeout) {
        await(READY, timeout);
    }

    byte[] awaitDigest(Duration timeout) {
        await(DIGEST, timeout);
        try {
            byte[] digest = new byte[StateDigest.BYTES];
            in.readFully(digest);
            return digest;
        } catch (IOException failed) {
            throw new RankLostException("%s does not answer".formatted(me), failed);
        }
    }

    private void await(int expected, Duration timeout) {
        try {
            connection.setSoTimeout(Math.toIntExact(timeout.toMillis()));
            int answer = in.readByte();
            if (answer == FAILED) {
                throw new RankLostException("%s failed: %s".formatted(me, in.readUTF()));
            }
            if (answer != expected) {
                throw new RankLostException("%s answers with %d, not with %d".formatted(me, answer, expected));
            }
        } catch (IOException failed) {
            throw new RankLostException("%s does not answer".formatted(me), failed);
        }
    }

    /** What became of it, as far as can be found out. */
    String fate() throws InterruptedException {
        String who = "rank %d (%s) ".formatted(me.rank(), place());
        try {
            connection.setSoTimeout(LAST_WORDS_MILLIS);
            int answer = in.read();
            if (answer == FAILED) {
                return who + "failed: " + in.readUTF();
            }
        } catch (SocketTimeoutException silent) {
            return who + "is silent";
        } catch (IOException broken) {
            LOG.debugf(broken, "%s says nothing", who);
        }
        if (child.isEmpty()) {
            return who + "has ended, or is cut off";
        }
        return child.get().waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)
                ? who + "ended with exit code " + child.get().exitValue()
                : who + "does not answer";
    }

    /** Lets it go, and makes sure that it does. */
    @Override
    public void close() {
        closeQuietly(connection);
        child.ifPresent(this::end);
    }

    private void end(Process process) {
        try {
            if (!process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.warnf("process %d of %s does not end by itself", process.pid(), me);
                process.destroyForcibly();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
