package io.deeptrain.worker.adapter.process;

import io.deeptrain.worker.adapter.tcp.Doors;
import io.deeptrain.worker.adapter.tcp.Membership;
import io.deeptrain.worker.adapter.tcp.TcpRing;
import io.deeptrain.worker.port.RankLostException;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * Where the ranks of other workers come to the attempts that this worker leads. It is open as long as the worker lives:
 * who comes before rank 0 is ready waits at the door.
 */
public final class Rendezvous implements AutoCloseable {
    private final Doors doors;
    private final GangSecret secret;
    private final ServerSocketChannel door;

    private Rendezvous(Doors doors, GangSecret secret, ServerSocketChannel door) {
        this.doors = doors;
        this.secret = secret;
        this.door = door;
    }

    /** Opens the door. */
    public static Rendezvous open(Doors doors, GangSecret secret) throws IOException {
        return new Rendezvous(doors, secret, doors.rendezvous());
    }

    /** Host and port under which others reach it. */
    public String address() throws IOException {
        return doors.address(door);
    }

    GangSecret secret() {
        return secret;
    }

    Doors doors() {
        return doors;
    }

    /**
     * Lets in those who are expected; whoever else comes is turned away.
     *
     * @param isWanted asked now and then whether they are still waited for
     * @throws RankLostException if not all of them come
     */
    Map<Membership, SocketChannel> admit(List<Membership> expected, Duration timeout, BooleanSupplier isWanted) {
        Map<Membership, SocketChannel> admitted = new LinkedHashMap<>();
        try {
            TcpRing.admit(expected, door, timeout, isWanted, admitted::put);
            return admitted;
        } catch (IOException failed) {
            admitted.values().forEach(RankProcess::closeQuietly);
            throw new RankLostException("not all ranks have come: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
