package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Reservation.InUse;
import io.deeptrain.scheduler.placement.Reservation.Offer;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReservationTest {
    private static final long SEED = Long.getLong("simulation.seed", 42);
    private static final int SCENARIOS = 2_000;
    private static final int GPUS = 8;

    @Test
    void the_shadow_time_is_when_enough_has_ended() {
        Reservation reservation = reserve(
                8,
                List.of(offer("a", 4), offer("b", 1), offer("c", 0)),
                List.of(
                        new InUse(worker("b"), 3, 500),
                        new InUse(worker("c"), 8, 300),
                        new InUse(worker("a"), 4, 900)));
        assertThat(reservation.shadowMillis()).isEqualTo(300);
        assertThat(reservation.reserved()).containsExactly(new Share(worker("c"), 8));
    }

    @Test
    void several_workers_are_reserved_together_if_they_can_share_an_attempt() {
        List<InUse> inUse = List.of(new InUse(worker("a"), 2, 500), new InUse(worker("b"), 2, 300));
        Reservation reservation = reserve(4, List.of(joint("a", 0), joint("b", 0), offer("c", 2)), inUse);
        assertThat(reservation.shadowMillis()).isEqualTo(500);
        assertThat(reservation.reserved())
                .containsExactlyInAnyOrder(new Share(worker("a"), 2), new Share(worker("b"), 2));
        assertThat(Reservation.of(4, GpuClasses.ANY, List.of(joint("a", 0), offer("b", 0)), inUse, 0))
                .isEmpty();
    }

    @Test
    void nobody_waits_for_a_job_that_nobody_knows_the_end_of() {
        List<Offer> offers = List.of(offer("a", 0), offer("b", 0));
        List<InUse> inUse = List.of(new InUse(worker("a"), 4, Long.MAX_VALUE), new InUse(worker("b"), 4, 700));
        assertThat(reserve(4, offers, inUse).reserved()).containsExactly(new Share(worker("b"), 4));
        assertThat(Reservation.of(5, GpuClasses.ANY, offers, inUse, 0)).isEmpty();
    }

    @Test
    void a_job_may_run_before_where_it_ends_in_time_or_leaves_what_is_reserved() {
        Reservation reservation =
                reserve(6, List.of(offer("a", 4), offer("b", 4)), List.of(new InUse(worker("a"), 4, 500)));
        assertThat(reservation.shadowMillis()).isEqualTo(500);
        assertThat(reservation.admits(worker("a"), 4, 500)).isTrue();
        assertThat(reservation.admits(worker("a"), 3, 501)).isFalse();
        assertThat(reservation.admits(worker("a"), 2, 501)).isTrue();
        assertThat(reservation.admits(worker("b"), 4, 9_000)).isTrue();
    }

    @Test
    void where_nobody_knows_when_a_job_starts_all_that_it_could_get_is_reserved_and_nothing_else() {
        Reservation reservation = Reservation.ofAll(List.of(offer("a", 4)));
        assertThat(reservation.admits(worker("a"), 1, 1)).isFalse();
        assertThat(reservation.spareOf(worker("a"), 4)).isZero();
        assertThat(reservation.admits(worker("b"), 4, 9_000)).isTrue();
        assertThat(reservation.spareOf(worker("b"), 4)).isEqualTo(4);
    }

    @Test
    void what_one_job_takes_of_the_spare_no_other_gets() {
        Reservation reservation = reserve(6, List.of(offer("a", 4)), List.of(new InUse(worker("a"), 4, 500)));
        reservation.started(worker("a"), 2, 500);
        reservation.started(worker("a"), 1, 501);
        assertThat(reservation.admits(worker("a"), 2, 501)).isFalse();
        assertThat(reservation.admits(worker("a"), 1, 501)).isTrue();
        assertThatThrownBy(() -> reservation.started(worker("a"), 2, 501))
                .hasMessage("2 GPUs on a until 501 delay what is reserved from 500 on");
    }

    @Test
    void an_end_that_is_past_counts_as_now_and_what_never_fits_is_not_reserved() {
        List<Offer> offers = List.of(offer("a", 0));
        List<InUse> inUse = List.of(new InUse(worker("a"), 4, 50));
        assertThat(Reservation.of(4, GpuClasses.ANY, offers, inUse, 100).map(Reservation::shadowMillis))
                .contains(100L);
        assertThat(Reservation.of(5, GpuClasses.ANY, offers, inUse, 100)).isEmpty();
    }

    /** Whatever is drawn: the reserved gang has its place at the shadow time, though jobs ran before it. */
    @Test
    void a_reserved_gang_never_starts_later_because_of_a_job_that_ran_before_it() {
        int backfilled = 0;
        for (int scenario = 0; scenario < SCENARIOS; scenario++) {
            backfilled += new Scenario(SEED + scenario).run();
        }
        assertThat(backfilled).as("jobs that ran before the reserved one").isGreaterThan(SCENARIOS / 2);
    }

    private static final class Scenario {
        private final long seed;
        private final boolean isJoint;
        private final SplittableRandom random;
        private final TreeMap<WorkerId, Integer> free = new TreeMap<>();
        private final List<InUse> running = new ArrayList<>();

        Scenario(long seed) {
            this.seed = seed;
            isJoint = seed % 4 != 0;
            random = new SplittableRandom(seed);
            int workers = 2 + random.nextInt(6);
            for (int number = 0; number < workers; number++) {
                int gpus = 1 + random.nextInt(GPUS);
                free.put(worker("w" + number), GPUS - gpus);
                while (gpus > 0) {
                    int each = 1 + random.nextInt(gpus);
                    running.add(new InUse(worker("w" + number), each, 1 + random.nextInt(1_000)));
                    gpus -= each;
                }
            }
        }

        /** Answers how many jobs ran before the reserved one. */
        int run() {
            int gang = 1 + random.nextInt(free.size() * GPUS);
            if (reservation(gang, List.of(), 0).isPresent()) {
                return 0;
            }
            Reservation reservation = reservation(gang, running, 0).orElse(null);
            return reservation == null ? 0 : backfill(gang, reservation);
        }

        private int backfill(int gang, Reservation reservation) {
            int backfilled = 0;
            for (long now = 0; now < reservation.shadowMillis(); now += 1 + random.nextInt(100)) {
                end(now);
                WorkerId workerId = worker("w" + random.nextInt(free.size()));
                int gpus = 1 + random.nextInt(GPUS);
                long latestEnd = now + 1 + random.nextInt(1_000);
                if (gpus <= free.getOrDefault(workerId, 0) && reservation.admits(workerId, gpus, latestEnd)) {
                    reservation.started(workerId, gpus, latestEnd);
                    running.add(new InUse(workerId, gpus, latestEnd));
                    free.merge(workerId, -gpus, Integer::sum);
                    backfilled++;
                }
            }
            end(reservation.shadowMillis());
            assertThat(reservation(gang, List.of(), 0))
                    .as("a place for %d at %d, seed %d", gang, reservation.shadowMillis(), seed)
                    .isPresent();
            for (Share share : reservation.reserved()) {
                assertThat(free.getOrDefault(share.workerId(), 0))
                        .as("free at the shadow time for %s, seed %d", share, seed)
                        .isGreaterThanOrEqualTo(share.gpus());
            }
            return backfilled;
        }

        private Optional<Reservation> reservation(int gang, List<InUse> inUse, long now) {
            return Reservation.of(gang, GpuClasses.ANY, offers(), inUse, now);
        }

        private void end(long now) {
            running.removeIf(each -> {
                boolean isOver = each.latestEndMillis() <= now;
                if (isOver) {
                    free.merge(each.workerId(), each.gpus(), Integer::sum);
                }
                return isOver;
            });
        }

        private List<Offer> offers() {
            List<Offer> offers = new ArrayList<>();
            for (Map.Entry<WorkerId, Integer> each : free.entrySet()) {
                String rack = "r" + (each.getKey().value().charAt(1) - '0') / 3;
                offers.add(new Offer(each.getKey(), "any", new Topology(rack, ""), each.getValue(), isJoint));
            }
            return offers;
        }
    }

    private static Reservation reserve(int gpus, List<Offer> offers, List<InUse> inUse) {
        return Reservation.of(gpus, GpuClasses.ANY, offers, inUse, 0).orElseThrow();
    }

    private static Offer offer(String name, int gpusFree) {
        return new Offer(worker(name), "any", Topology.UNKNOWN, gpusFree, false);
    }

    private static Offer joint(String name, int gpusFree) {
        return new Offer(worker(name), "any", Topology.UNKNOWN, gpusFree, true);
    }

    private static WorkerId worker(String name) {
        return new WorkerId(name);
    }
}
