package io.deeptrain.scheduler.placement;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The domains of one level, ranked by how many slots of a size they have. A size is ranked from the first time that
 * somebody asks for it; before that it costs nothing.
 */
final class Domains {
    private final Together level;
    private final Map<String, Domain> byName = new HashMap<>();
    private final TreeMap<Integer, TreeSet<Rank>> ranksBySize = new TreeMap<>();

    private record Rank(int slots, Domain domain) implements Comparable<Rank> {
        private static final Comparator<Rank> ORDER = Comparator.comparingInt(Rank::slots)
                .thenComparing(rank -> rank.domain().name());

        @Override
        public int compareTo(Rank other) {
            return ORDER.compare(this, other);
        }
    }

    Domains(Together level) {
        this.level = level;
    }

    void add(Room room) {
        String name = room.topology().domain(level);
        if (!name.isEmpty()) {
            Domain domain = byName.computeIfAbsent(name, Domain::new);
            unrank(domain);
            domain.add(room);
            rank(domain);
        }
    }

    void remove(Room room) {
        Domain domain = byName.get(room.topology().domain(level));
        if (domain != null) {
            unrank(domain);
            domain.remove(room);
            if (domain.isEmpty()) {
                byName.remove(domain.name());
            } else {
                rank(domain);
            }
        }
    }

    /** The domain with the fewest slots that has enough of them, by name among equals. */
    Optional<Domain> bestFit(int slots, int gpus) {
        return Optional.ofNullable(ranks(gpus).ceiling(new Rank(slots, new Domain(""))))
                .map(Rank::domain);
    }

    /** The most slots that one domain has. */
    int slotsMax(int gpus) {
        NavigableSet<Rank> ranks = ranks(gpus);
        return ranks.isEmpty() ? 0 : ranks.last().slots();
    }

    private NavigableSet<Rank> ranks(int gpus) {
        return ranksBySize.computeIfAbsent(gpus, size -> {
            TreeSet<Rank> ranks = new TreeSet<>();
            byName.values().forEach(domain -> ranks.add(new Rank(domain.slots(size), domain)));
            return ranks;
        });
    }

    private void rank(Domain domain) {
        ranksBySize.forEach((size, ranks) -> ranks.add(new Rank(domain.slots(size), domain)));
    }

    private void unrank(Domain domain) {
        ranksBySize.forEach((size, ranks) -> ranks.remove(new Rank(domain.slots(size), domain)));
    }
}
