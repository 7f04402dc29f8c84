package io.deeptrain.scheduler.queue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Jobs in the order in which they are due: a heap with four children a place, whose keys lie in arrays of their own.
 * Each step down a tree would be a look at another place in memory, and a million jobs do not fit into any cache.
 *
 * <p>Adding, and taking the first, cost O(log n) for n jobs. Any other is only marked when it leaves, and dropped when
 * it gets to the front or when half of all are marked.
 */
final class Tickets {
    private static final int CHILDREN = 4;
    private static final int PLACES_MIN = 4;

    private int places;
    private long[] dues = new long[PLACES_MIN];
    private long[] arrivals = new long[PLACES_MIN];
    private @Nullable Ticket[] tickets = new Ticket[PLACES_MIN];
    private final Set<Ticket> marked = new HashSet<>(0);

    boolean isEmpty() {
        return places == 0;
    }

    /** The one that is due first. */
    Optional<Ticket> first() {
        return Optional.ofNullable(tickets[0]);
    }

    /** One that is not here yet. */
    void add(Ticket ticket) {
        if (!marked.isEmpty() && marked.remove(ticket)) {
            return;
        }
        if (places == tickets.length) {
            resize(places * 2);
        }
        places++;
        rise(places - 1, ticket);
    }

    /** One that is here. */
    void remove(Ticket ticket) {
        if (!ticket.equals(tickets[0])) {
            marked.add(ticket);
            if (marked.size() * 2 > places) {
                refill(inOrder());
            }
            return;
        }
        removeFirst();
        while (!marked.isEmpty() && marked.remove(tickets[0])) {
            removeFirst();
        }
    }

    /** All that are here, in order. */
    List<Ticket> inOrder() {
        List<Ticket> all = new ArrayList<>(places);
        for (Ticket ticket : tickets) {
            if (ticket != null && !marked.contains(ticket)) {
                all.add(ticket);
            }
        }
        all.sort(null);
        return all;
    }

    /** What is in order is a heap. */
    private void refill(List<Ticket> inOrder) {
        places = inOrder.size();
        marked.clear();
        Arrays.fill(tickets, null);
        resize(Math.max(PLACES_MIN, places));
        for (int place = 0; place < places; place++) {
            put(place, inOrder.get(place));
        }
    }

    private void removeFirst() {
        places--;
        Ticket last = tickets[places];
        tickets[places] = null;
        if (places > 0 && last != null) {
            sink(last);
        }
        if (tickets.length > PLACES_MIN && places * CHILDREN < tickets.length) {
            resize(tickets.length / 2);
        }
    }

    private void rise(int from, Ticket ticket) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) / CHILDREN;
            if (!isBefore(ticket.dueMillis(), ticket.arrival(), parent)) {
                break;
            }
            move(parent, place);
            place = parent;
        }
        put(place, ticket);
    }

    private void sink(Ticket ticket) {
        int place = 0;
        int child = firstChild(place);
        while (child >= 0 && !isBefore(ticket.dueMillis(), ticket.arrival(), child)) {
            move(child, place);
            place = child;
            child = firstChild(place);
        }
        put(place, ticket);
    }

    /** The child that is due first, -1 if there is none. */
    private int firstChild(int place) {
        int begin = place * CHILDREN + 1;
        if (begin >= places) {
            return -1;
        }
        int first = begin;
        for (int child = begin + 1; child < Math.min(begin + CHILDREN, places); child++) {
            if (isBefore(dues[child], arrivals[child], first)) {
                first = child;
            }
        }
        return first;
    }

    private boolean isBefore(long due, long arrival, int place) {
        return due != dues[place] ? due < dues[place] : arrival < arrivals[place];
    }

    private void move(int from, int to) {
        dues[to] = dues[from];
        arrivals[to] = arrivals[from];
        tickets[to] = tickets[from];
    }

    private void put(int place, Ticket ticket) {
        dues[place] = ticket.dueMillis();
        arrivals[place] = ticket.arrival();
        tickets[place] = ticket;
    }

    private void resize(int size) {
        dues = Arrays.copyOf(dues, size);
        arrivals = Arrays.copyOf(arrivals, size);
        tickets = Arrays.copyOf(tickets, size);
    }
}
