package io.deeptrain.worker.adapter.process;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** One rank's process, as the worker sees it. */
final class RankProcess implements AutoCloseable {
    static final int READY = 1;
    static final int DIGEST = 2;
    static final int FAILED = 3;

    private static final Logger LOG = Logger.getLogger(RankProcess.class);
    private static final int BUFFER = 1 << 16;

    /** Who is lost has so long to say why, and who is let go to end. */
    private static final int LAST_WORDS_MILLIS = 2_000;

    private final Membership me;
    private final Process process;
    private final Socket connection;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final int ringPort;

    private RankProcess(Membership me, Process process, Socket connection) throws IOException {
        this.me = me;
        this.process = process;
        this.connection = connection;
        this.out = new DataOutputStream(new BufferedOutputStream(connection.getOutputStream(), BUFFER));
        this.in = new DataInputStream(new BufferedInputStream(connection.getInputStream()));
        this.ringPort = in.readInt();
    }

    /** A process that was started and has not come yet. */
    record Starting(Membership me, Process process, ServerSocketChannel door) implements AutoCloseable {
        /** Waits until it has said who it is. */
        RankProcess connected(Duration timeout) {
            try (door) {
                return new RankProcess(
                        me, process, TcpRing.admitted(me, door, timeout).socket());
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
     */
    static Starting start(ProcessBuilder command, Membership me, int threads, Precision precision, Duration silenceMax)
            throws IOException {
        ServerSocketChannel door =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        int port = ((InetSocketAddress) door.getLocalAddress()).getPort();
        Process process = command.redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Starting starting = new Starting(me, process, door);
        try (Writer input = process.outputWriter(StandardCharsets.UTF_8)) {
            input.write(new RankMain.Start(port, me, threads, precision, silenceMax.toMillis()).lines());
        } catch (IOException failed) {
            starting.close();
            throw failed;
        }
        // Nobody need wait for who has ended.
        Thread.ofVirtual().start(() -> {
            process.onExit().join();
            closeQuietly(door);
        });
        return starting;
    }

    static void closeQuietly(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception failed) {
            LOG.debug("it does not close", failed);
        }
    }

    long pid() {
        return process.pid();
    }

    int ringPort() {
        return ringPort;
    }

    void prepare(AttemptAssigned assignment, int nextPort, List<Tensor> network) {
        say(stream -> RankCommand.prepare(stream, assignment, nextPort, network));
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
        String who = "rank %d (process %d) ".formatted(me.rank(), process.pid());
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
        return process.waitFor(LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS)
                ? who + "ended with exit code " + process.exitValue()
                : who + "does not answer";
    }

    /** Lets it go, and makes sure that it does. */
    @Override
    public void close() {
        closeQuietly(connection);
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
