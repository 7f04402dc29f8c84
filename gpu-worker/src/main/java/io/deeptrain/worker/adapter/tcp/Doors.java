package io.deeptrain.worker.adapter.tcp;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.ServerSocketChannel;

/**
 * Where the processes of one worker let those of others in.
 *
 * @param host under which others reach this machine
 * @param port of rank 0's rendezvous; the ranks take the first free ones behind it. With 0 the system chooses all of
 *     them
 */
public record Doors(String host, int port) {
    /** Ports behind the rendezvous that ranks look for a free one among. */
    public static final int RANK_PORTS = 64;

    /** Others than the ranks of an attempt wait here too if somebody knocks who has no business there. */
    private static final int WAITING_MAX = 1_024;

    private static final int PORT_MAX = 65_535;

    public Doors {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host must be a name or an address");
        }
        if (port < 0 || port > PORT_MAX - RANK_PORTS) {
            throw new IllegalArgumentException("port must be 0 to %d: %d".formatted(PORT_MAX - RANK_PORTS, port));
        }
    }

    /** For processes of this machine alone. */
    public static Doors here() {
        return new Doors(InetAddress.getLoopbackAddress().getHostAddress(), 0);
    }

    /** Opens the one door that has this port. */
    public ServerSocketChannel rendezvous() throws IOException {
        return opened(port);
    }

    /** Opens a door for one rank. */
    public ServerSocketChannel ofRank() throws IOException {
        if (port == 0) {
            return opened(0);
        }
        for (int candidate = port + 1; candidate <= port + RANK_PORTS; candidate++) {
            try {
                return opened(candidate);
            } catch (BindException taken) {
                if (candidate == port + RANK_PORTS) {
                    throw taken;
                }
            }
        }
        throw new IllegalStateException("there are ports behind " + port);
    }

    /** What others are told to reach a door of this worker. */
    public String address(ServerSocketChannel door) throws IOException {
        int bound = ((InetSocketAddress) door.getLocalAddress()).getPort();
        return (host.indexOf(':') < 0 ? "%s:%d" : "[%s]:%d").formatted(host, bound);
    }

    /** Where {@link #address} leads; looks the name up. */
    public static InetSocketAddress at(String address) {
        int colon = address.lastIndexOf(':');
        return new InetSocketAddress(
                address.substring(0, colon).replaceAll("[\\[\\]]", ""), Integer.parseInt(address.substring(colon + 1)));
    }

    /** An address that is not this machine's own, as behind a translation of addresses, says nothing about which. */
    private ServerSocketChannel opened(int number) throws IOException {
        InetAddress named = InetAddress.getByName(host);
        boolean isOwn = named.isLoopbackAddress() || NetworkInterface.getByInetAddress(named) != null;
        ServerSocketChannel door = ServerSocketChannel.open();
        try {
            return door.bind(isOwn ? new InetSocketAddress(named, number) : new InetSocketAddress(number), WAITING_MAX);
        } catch (IOException failed) {
            door.close();
            throw failed;
        }
    }
}
