package io.deeptrain.worker.adapter.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;

class DoorsTest {
    private static int port(ServerSocketChannel door) throws Exception {
        return ((InetSocketAddress) door.getLocalAddress()).getPort();
    }

    @Test
    void a_door_is_where_its_address_says() throws Exception {
        try (ServerSocketChannel door = Doors.here().rendezvous()) {
            String address = Doors.here().address(door);
            assertThat(Doors.at(address)).isEqualTo(door.getLocalAddress());
        }
        assertThat(Doors.at("[::1]:7400").getPort()).isEqualTo(7400);
        assertThat(Doors.at("[::1]:7400").getAddress().isLoopbackAddress()).isTrue();
    }

    @Test
    void ranks_take_the_free_ports_behind_the_rendezvous() throws Exception {
        int free = freeRange();
        Doors doors = new Doors("127.0.0.1", free);
        try (ServerSocketChannel rendezvous = doors.rendezvous();
                ServerSocketChannel first = doors.ofRank();
                ServerSocketChannel second = doors.ofRank()) {
            assertThat(port(rendezvous)).isEqualTo(free);
            assertThat(port(first)).isGreaterThan(free).isLessThanOrEqualTo(free + Doors.RANK_PORTS);
            assertThat(port(second)).isGreaterThan(port(first)).isLessThanOrEqualTo(free + Doors.RANK_PORTS);
        }
    }

    /** A free port; those behind it may be taken in part. */
    private static int freeRange() throws Exception {
        try (ServerSocketChannel door = Doors.here().rendezvous()) {
            return Math.min(port(door), 65_535 - Doors.RANK_PORTS);
        }
    }

    @Test
    void a_host_that_is_not_this_machine_is_one_that_leads_here_from_outside() throws Exception {
        Doors translated = new Doors("192.0.2.7", 0);
        try (ServerSocketChannel door = translated.rendezvous()) {
            assertThat(translated.address(door)).isEqualTo("192.0.2.7:" + port(door));
        }
    }

    @Test
    void a_port_must_have_room_behind_it() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Doors("gpu-1", 65_500))
                .withMessage("port must be 0 to 65471: 65500");
        assertThatIllegalArgumentException().isThrownBy(() -> new Doors(" ", 0)).withMessageContaining("host");
    }
}
