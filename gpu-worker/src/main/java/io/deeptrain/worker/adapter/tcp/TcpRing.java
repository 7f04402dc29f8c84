package io.deeptrain.worker.adapter.tcp;

import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RingLink;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** A rank's two connections: to the next rank, and from the one before. */
public final class TcpRing implements RingLink {
    private static final Logger LOG = Logger.getLogger(TcpRing.class);
    private static final int WELCOME = 1;

    /** Who has connected says at once who it is. */
    private static final int GREETING_MILLIS = 5_000;

    /** How often who waits is asked whether it still should. */
    private static final int WANTED_MILLIS = 1_000;

    /** So much is handed to the system at once: it copies what does not lie in memory of its own. */
    private static final int SLICE_BYTES = 1 << 20;

    /** Who looks whether a neighbour is there may hear some of what it says next. */
    private static final int EARLY_BYTES = 256;

    private final Membership me;
    private final SocketChannel next;
    private final SocketChannel previous;
    private final Selector selector;
    private final SelectionKey toNext;
    private final SelectionKey fromPrevious;
    private final Duration silenceMax;

    /** What has come before it was asked for. */
    private final ByteBuffer early = ByteBuffer.allocate(EARLY_BYTES).flip();

    private TcpRing(Membership me, SocketChannel next, SocketChannel previous, Duration silenceMax) throws IOException {
        this.me = me;
        this.next = next;
        this.previous = previous;
        this.silenceMax = silenceMax;
        next.configureBlocking(false);
        previous.configureBlocking(false);
        selector = Selector.open();
        toNext = next.register(selector, 0);
        fromPrevious = previous.register(selector, 0);
    }

    /**
     * Joins the ring; returns when both neighbours have said that they are who they should be.
     *
     * @param door where the rank before connects to; stays open
     * @param silenceMax a neighbour that neither says nor takes anything for so long is lost
     * @throws RankLostException if a neighbour does not come, or refuses this rank
     */
    public static TcpRing join(
            Membership me, ServerSocketChannel door, InetSocketAddress nextDoor, Duration silenceMax) {
        int nextRank = (me.rank() + 1) % me.ranks();
        long deadlineNanos = System.nanoTime() + silenceMax.toNanos();
        @Nullable SocketChannel next = null;
        @Nullable SocketChannel previous = null;
        boolean complete = false;
        try {
            next = connected(nextDoor, remainingMillis(deadlineNanos));
            me.write(new DataOutputStream(next.socket().getOutputStream()));
            previous = admitted(me.ofRank(Math.floorMod(me.rank() - 1, me.ranks())), door, deadlineNanos);
            next.socket().setSoTimeout(remainingMillis(deadlineNanos));
            if (next.socket().getInputStream().read() != WELCOME) {
                throw new RankLostException("rank %d refuses %s".formatted(nextRank, me));
            }
            TcpRing ring = new TcpRing(me, next, previous, silenceMax);
            complete = true;
            return ring;
        } catch (IOException failed) {
            throw new RankLostException("%s finds no ring: %s".formatted(me, failed.getMessage()), failed);
        } finally {
            if (!complete) {
                close(next);
                close(previous);
            }
        }
    }

    private static SocketChannel connected(InetSocketAddress door, int timeoutMillis) throws IOException {
        SocketChannel channel = SocketChannel.open();
        try {
            channel.socket().connect(door, timeoutMillis);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            return channel;
        } catch (IOException failed) {
            channel.close();
            throw failed;
        }
    }

    /**
     * Lets in the one process that is who it should be; whoever else comes is turned away.
     *
     * @param expected who that is
     * @param timeout to wait for it
     */
    public static SocketChannel admitted(Membership expected, ServerSocketChannel door, Duration timeout)
            throws IOException {
        return admitted(expected, door, System.nanoTime() + timeout.toNanos());
    }

    private static SocketChannel admitted(Membership expected, ServerSocketChannel door, long deadlineNanos)
            throws IOException {
        List<SocketChannel> admitted = new ArrayList<>();
        admit(List.of(expected), door, deadlineNanos, () -> true, (_, guest) -> admitted.add(guest));
        return admitted.getFirst();
    }

    /**
     * The same for several processes, in whatever order they come.
     *
     * @param isWanted asked about once a second whether they are still waited for
     * @param admitted told of each
     * @throws IOException if not all of them come; those who did stay connected
     */
    public static void admit(
            Collection<Membership> expected,
            ServerSocketChannel door,
            Duration timeout,
            BooleanSupplier isWanted,
            BiConsumer<Membership, SocketChannel> admitted)
            throws IOException {
        admit(expected, door, System.nanoTime() + timeout.toNanos(), isWanted, admitted);
    }

    private static void admit(
            Collection<Membership> expected,
            ServerSocketChannel door,
            long deadlineNanos,
            BooleanSupplier isWanted,
            BiConsumer<Membership, SocketChannel> admitted)
            throws IOException {
        Set<Membership> missing = new LinkedHashSet<>(expected);
        while (!missing.isEmpty()) {
            if (!isWanted.getAsBoolean()) {
                throw new IOException("%s need not come any more".formatted(Membership.words(missing)));
            }
            if (deadlineNanos - System.nanoTime() <= 0) {
                throw new SocketTimeoutException("%s does not come".formatted(Membership.words(missing)));
            }
            door.socket().setSoTimeout(Math.min(WANTED_MILLIS, remainingMillis(deadlineNanos)));
            SocketChannel guest;
            try {
                guest = door.socket().accept().getChannel();
            } catch (SocketTimeoutException late) {
                continue;
            }
            try {
                guest.socket().setSoTimeout(Math.min(GREETING_MILLIS, remainingMillis(deadlineNanos)));
                Membership member = Membership.requireOneOf(
                        missing, new DataInputStream(guest.socket().getInputStream()));
                guest.socket().getOutputStream().write(WELCOME);
                guest.socket().setSoTimeout(0);
                guest.setOption(StandardSocketOptions.TCP_NODELAY, true);
                missing.remove(member);
                admitted.accept(member, guest);
            } catch (IOException refused) {
                LOG.warnf(
                        "%s was expected, and another was turned away: %s",
                        Membership.words(missing), refused.getMessage());
                guest.close();
            }
        }
    }

    private static int remainingMillis(long deadlineNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        // 0 would be for ever.
        return Math.toIntExact(Math.clamp(millis, 1, Integer.MAX_VALUE));
    }

    @Override
    public int rank() {
        return me.rank();
    }

    @Override
    public int ranks() {
        return me.ranks();
    }

    @Override
    public void pass(ByteBuffer send, ByteBuffer receive) {
        takeEarly(receive);
        try {
            while (send.hasRemaining() || receive.hasRemaining()) {
                awaitEither(send.hasRemaining(), receive.hasRemaining());
                if (send.hasRemaining()) {
                    sendSome(send);
                }
                if (receive.hasRemaining()) {
                    receiveSome(receive);
                }
            }
        } catch (IOException broken) {
            throw lost(broken);
        }
    }

    private void takeEarly(ByteBuffer receive) {
        int bytes = Math.min(early.remaining(), receive.remaining());
        receive.put(early.slice(early.position(), bytes));
        early.position(early.position() + bytes);
    }

    @Override
    public void requireNeighbours() {
        try {
            early.compact();
            int heard;
            try {
                heard = previous.read(early);
            } finally {
                early.flip();
            }
            // The next rank says nothing on this connection but its end.
            if (heard < 0 || next.read(ByteBuffer.allocate(1)) < 0) {
                throw new IOException("it has left");
            }
        } catch (IOException broken) {
            throw lost(broken);
        }
    }

    private RankLostException lost(IOException broken) {
        return new RankLostException("%s lost a neighbour: %s".formatted(me, broken.getMessage()), broken);
    }

    private void awaitEither(boolean sends, boolean receives) throws IOException {
        if (!selector.isOpen()) {
            throw new IOException("the ring is closed");
        }
        toNext.interestOps(sends ? SelectionKey.OP_WRITE : 0);
        fromPrevious.interestOps(receives ? SelectionKey.OP_READ : 0);
        if (selector.select(silenceMax.toMillis()) == 0) {
            throw new IOException(
                    Thread.currentThread().isInterrupted()
                            ? "interrupted"
                            : "neither takes nor says anything for " + silenceMax);
        }
        selector.selectedKeys().clear();
    }

    private void sendSome(ByteBuffer send) throws IOException {
        int limit = send.limit();
        send.limit(Math.min(limit, send.position() + SLICE_BYTES));
        try {
            next.write(send);
        } finally {
            send.limit(limit);
        }
    }

    private void receiveSome(ByteBuffer receive) throws IOException {
        int limit = receive.limit();
        receive.limit(Math.min(limit, receive.position() + SLICE_BYTES));
        try {
            if (previous.read(receive) < 0) {
                throw new IOException("it has left");
            }
        } finally {
            receive.limit(limit);
        }
    }

    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException failed) {
            LOG.debug("a selector does not close", failed);
        }
        close(next);
        close(previous);
    }

    private static void close(@Nullable SocketChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException failed) {
            LOG.debug("a connection does not close", failed);
        }
    }
}
