package io.deeptrain.worker.adapter.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.worker.gang.RingAllReduce;
import io.deeptrain.worker.port.RankLostException;
import io.deeptrain.worker.port.RingLink;
import io.deeptrain.worker.port.RingLinkContract;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class TcpRingTest extends RingLinkContract {
    private static final Duration HASTY = Duration.ofMillis(500);
    private static final String SECRET = "a secret";

    private static Membership member(int rank, int ranks) {
        return new Membership("job-1/1", rank, ranks, SECRET);
    }

    private static ServerSocketChannel door() throws IOException {
        return ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static InetSocketAddress address(ServerSocketChannel door) throws IOException {
        return (InetSocketAddress) door.getLocalAddress();
    }

    @Override
    protected List<RingLink> ring(int ranks, Duration silenceMax) throws Exception {
        return ring(ranks, silenceMax, List.of());
    }

    /** A ring, at whose doors others have knocked first. */
    private static List<RingLink> ring(int ranks, Duration silenceMax, List<byte[]> knocks) throws Exception {
        List<ServerSocketChannel> doors = new ArrayList<>();
        List<Socket> strangers = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(ranks)) {
            for (int rank = 0; rank < ranks; rank++) {
                doors.add(door());
                for (byte[] knock : knocks) {
                    Socket stranger = new Socket();
                    stranger.connect(address(doors.getLast()));
                    stranger.getOutputStream().write(knock);
                    stranger.shutdownOutput();
                    strangers.add(stranger);
                }
            }
            List<Future<RingLink>> joining = new ArrayList<>();
            for (int n = 0; n < ranks; n++) {
                int rank = n;
                joining.add(threads.submit(() -> TcpRing.join(
                        member(rank, ranks), doors.get(rank), address(doors.get((rank + 1) % ranks)), silenceMax)));
            }
            List<RingLink> links = new ArrayList<>();
            for (Future<RingLink> link : joining) {
                links.add(link.get());
            }
            return links;
        } finally {
            for (Socket stranger : strangers) {
                stranger.close();
            }
            for (ServerSocketChannel door : doors) {
                door.close();
            }
        }
    }

    private static byte[] greeting(Membership who) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        who.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    static List<byte[]> strangers() throws IOException {
        return List.of(
                greeting(new Membership("job-1/1", 1, 2, "another secret")),
                greeting(new Membership("job-1/2", 1, 2, SECRET)),
                greeting(new Membership("job-1/1", 0, 2, SECRET)),
                greeting(new Membership("job-1/1", 1, 3, SECRET)),
                "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                new byte[0]);
    }

    @Test
    void strangers_are_turned_away_and_the_ring_closes_without_them() throws Exception {
        List<Float> sums = onEach(ring(4, Duration.ofSeconds(30), strangers()), link -> {
            MemorySegment values = values(1, 2);
            new RingAllReduce(link).sum(values);
            return numbers(values).getFirst();
        });
        assertThat(sums).containsExactly(4f, 4f, 4f, 4f);
    }

    @ParameterizedTest
    @MethodSource("strangers")
    void who_is_not_the_rank_before_is_not_welcome(byte[] knock) throws Exception {
        try (ServerSocketChannel door = door();
                ServerSocketChannel next = door();
                ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<RingLink> joining = threads.submit(() -> TcpRing.join(member(0, 2), door, address(next), HASTY));
            try (Socket stranger = new Socket()) {
                stranger.connect(address(door));
                OutputStream out = stranger.getOutputStream();
                out.write(knock);
                stranger.shutdownOutput();
                assertThat(isWelcome(stranger)).isFalse();
            }
            assertThatThrownBy(joining::get)
                    .cause()
                    .isInstanceOf(RankLostException.class)
                    .hasMessageContaining("rank 1 of 2 of attempt job-1/1 does not come");
        }
    }

    private static boolean isWelcome(Socket stranger) {
        try {
            return stranger.getInputStream().read() >= 0;
        } catch (IOException reset) {
            return false;
        }
    }

    @Test
    void a_rank_that_is_refused_says_so() throws Exception {
        try (ServerSocketChannel mine = door();
                ServerSocketChannel theirs = door();
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<RingLink> impostor = threads.submit(
                    () -> TcpRing.join(new Membership("job-1/1", 1, 2, "guessed"), mine, address(theirs), HASTY));
            Future<RingLink> real = threads.submit(() -> TcpRing.join(member(0, 2), theirs, address(mine), HASTY));
            assertThatThrownBy(real::get).cause().isInstanceOf(RankLostException.class);
            assertThatThrownBy(impostor::get).cause().isInstanceOf(RankLostException.class);
        }
    }

    @Test
    void a_membership_keeps_its_secret() {
        assertThat(member(1, 2)).hasToString("rank 1 of 2 of attempt job-1/1");
        assertThatThrownBy(() -> member(2, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rank must be 0 to 1: 2");
    }
}
