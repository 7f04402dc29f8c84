package io.deeptrain.scheduler.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.JobId;
import io.deeptrain.event.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class TicketsTest {
    private static final Tenant TENANT = new Tenant("ada", "flowers");

    @Test
    void theFirstIsDueFirst() {
        Tickets tickets = new Tickets();
        Ticket late = ticket(2, 1);
        Ticket early = ticket(1, 2);
        tickets.add(late);
        tickets.add(early);

        assertThat(tickets.first()).contains(early);
        assertThat(tickets.inOrder()).containsExactly(early, late);
    }

    @Test
    void whoeverCameFirstGoesFirstAmongThoseDueAtOnce() {
        Tickets tickets = new Tickets();
        tickets.add(ticket(1, 2));
        tickets.add(ticket(1, 1));

        assertThat(tickets.first()).contains(ticket(1, 1));
    }

    @Test
    void oneThatLeftFromTheMiddleMayComeBack() {
        Tickets tickets = new Tickets();
        LongStream.rangeClosed(1, 5).forEach(arrival -> tickets.add(ticket(1, arrival)));
        tickets.remove(ticket(1, 2));
        tickets.add(ticket(1, 2));
        tickets.remove(ticket(1, 1));

        assertThat(tickets.first()).contains(ticket(1, 2));
    }

    @Test
    void theSameJobMayComeBackWithAnotherDueTime() {
        Tickets tickets = new Tickets();
        LongStream.rangeClosed(1, 5).forEach(arrival -> tickets.add(ticket(1, arrival)));
        tickets.remove(ticket(1, 3));
        tickets.add(ticket(0, 3));

        assertThat(tickets.first()).contains(ticket(0, 3));
        tickets.remove(ticket(0, 3));
        assertThat(tickets.inOrder()).containsExactly(ticket(1, 1), ticket(1, 2), ticket(1, 4), ticket(1, 5));
    }

    @Test
    void whateverComesAndLeavesTheyAreInTheOrderOfASortedSet() {
        Random random = new Random(11);
        Tickets tickets = new Tickets();
        TreeSet<Ticket> reference = new TreeSet<>();
        List<Ticket> gone = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            boolean grows = i / 5_000 % 2 == 0;
            if (reference.isEmpty() || random.nextInt(10) < (grows ? 7 : 3)) {
                boolean isBack = !gone.isEmpty() && random.nextInt(4) == 0;
                Ticket ticket = isBack ? gone.remove(random.nextInt(gone.size())) : ticket(random.nextInt(50), i);
                tickets.add(ticket);
                reference.add(ticket);
            } else {
                Ticket leaving = random.nextBoolean() ? reference.first() : anyOf(reference, random);
                tickets.remove(leaving);
                reference.remove(leaving);
                gone.add(leaving);
            }
            assertThat(tickets.isEmpty()).isEqualTo(reference.isEmpty());
            assertThat(tickets.first().orElse(null)).isEqualTo(reference.isEmpty() ? null : reference.first());
        }
        assertThat(tickets.inOrder()).containsExactlyElementsOf(reference);
    }

    private static Ticket anyOf(NavigableSet<Ticket> tickets, Random random) {
        Ticket above = tickets.ceiling(ticket(random.nextInt(50), 0));
        return above == null ? tickets.last() : above;
    }

    private static Ticket ticket(long dueMillis, long arrival) {
        return new Ticket(new JobId("job-" + arrival), TENANT, Shape.ofAnyClass(1), dueMillis, arrival);
    }
}
