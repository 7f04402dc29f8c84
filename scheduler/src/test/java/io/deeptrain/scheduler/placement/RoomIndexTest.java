package io.deeptrain.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.RoomIndex.Share;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoomIndexTest {
    private static final Set<WorkerId> NONE = Set.of();

    private final RoomIndex index = new RoomIndex();

    @Test
    void a_job_goes_where_it_leaves_the_least_to_spare_and_by_name_among_equals() {
        room("a", 8);
        room("d", 4);
        room("c", 4);
        assertThat(index.bestFit(GpuClasses.ANY, 3, NONE)).contains(worker("c"));
    }

    @Test
    void a_worker_to_be_avoided_is_a_last_resort_even_where_it_fits_better() {
        room("a", 4);
        room("b", 8);
        assertThat(index.bestFit(GpuClasses.ANY, 4, Set.of(worker("a")))).contains(worker("b"));
        assertThat(index.bestFit(GpuClasses.ANY, 4, Set.of(worker("a"), worker("b"))))
                .contains(worker("a"));
    }

    @Test
    void among_classes_the_best_fit_counts_and_an_avoided_worker_comes_last() {
        index.put(worker("a"), "a100", Topology.UNKNOWN, 4);
        index.put(worker("h"), "h100", Topology.UNKNOWN, 2);
        assertThat(index.bestFit(GpuClasses.ANY, 2, NONE)).contains(worker("h"));
        assertThat(index.bestFit(GpuClasses.ANY, 2, Set.of(worker("h")))).contains(worker("a"));
        assertThat(index.bestFit(GpuClasses.of("a100"), 2, NONE)).contains(worker("a"));
        assertThat(index.bestFit(GpuClasses.of("t4"), 1, NONE)).isEmpty();
    }

    @Test
    void a_worker_is_found_by_the_room_that_it_has_now() {
        room("a", 4);
        room("a", 1);
        assertThat(index.bestFit(GpuClasses.ANY, 2, NONE)).isEmpty();
        assertThat(index.gpusMax()).isEqualTo(1);
        index.put(worker("a"), "t4", Topology.UNKNOWN, 1);
        assertThat(index.gpusMax(GpuClasses.of("any"))).isZero();
        room("a", 0);
        assertThat(index.gpusMax()).isZero();
    }

    @Test
    void a_worker_that_claims_an_absurd_number_of_gpus_does_no_harm() {
        room("a", Integer.MAX_VALUE);
        assertThat(index.gpusMax()).isEqualTo(RoomIndex.GPUS_MAX);
        room("a", 1);
        assertThat(index.gpusMax()).isEqualTo(1);
    }

    @Test
    void a_gang_that_one_worker_can_hold_stays_on_it() {
        rack("a", 2, "r1", "");
        rack("b", 2, "r1", "");
        rack("c", 4, "r2", "");
        assertThat(gang(2, 2, Together.ANYWHERE)).containsExactly(new Share(worker("c"), 4));
    }

    @Test
    void a_gang_prefers_an_nvlink_domain_to_a_rack_and_a_rack_to_anywhere() {
        rack("a", 2, "r1", "");
        rack("b", 2, "r1", "");
        rack("c", 2, "r2", "n1");
        rack("d", 2, "r3", "n1");
        assertThat(gang(2, 2, Together.ANYWHERE)).containsExactly(new Share(worker("c"), 2), new Share(worker("d"), 2));
        room("d", 0);
        assertThat(gang(2, 2, Together.ANYWHERE)).containsExactly(new Share(worker("a"), 2), new Share(worker("b"), 2));
        room("b", 0);
        assertThat(gang(2, 2, Together.ANYWHERE)).containsExactly(new Share(worker("a"), 2), new Share(worker("c"), 2));
        assertThat(gang(2, 2, Together.RACK)).isEmpty();
    }

    @Test
    void a_gang_takes_the_rack_that_has_the_least_to_spare() {
        for (int number = 0; number < 4; number++) {
            rack("a" + number, 1, "roomy", "");
        }
        for (int number = 0; number < 3; number++) {
            rack("b" + number, 1, "tight", "");
        }
        assertThat(gang(3, 1, Together.RACK))
                .extracting(Share::workerId)
                .containsExactly(worker("b0"), worker("b1"), worker("b2"));
        assertThat(index.slotsMax(GpuClasses.ANY, 1, Together.RACK)).isEqualTo(4);
        assertThat(gang(5, 1, Together.RACK)).isEmpty();
    }

    @Test
    void a_gang_uses_few_workers_and_puts_the_rest_where_it_leaves_the_least_to_spare() {
        room("a", 8);
        room("b", 8);
        room("c", 8);
        room("d", 3);
        assertThat(gang(9, 2, Together.ANYWHERE))
                .containsExactly(new Share(worker("a"), 8), new Share(worker("b"), 8), new Share(worker("d"), 2));
    }

    @Test
    void a_gang_gets_all_or_nothing_and_all_of_one_class() {
        index.put(worker("a"), "a100", Topology.UNKNOWN, 2);
        index.put(worker("h"), "h100", Topology.UNKNOWN, 2);
        assertThat(gang(4, 1, Together.ANYWHERE)).isEmpty();
        assertThat(gang(2, 1, Together.ANYWHERE)).containsExactly(new Share(worker("a"), 2));
    }

    @Test
    void a_gang_gets_the_class_that_has_the_fewest_places_for_it() {
        for (String name : List.of("a1", "a2", "a3")) {
            index.put(worker(name), "a100", Topology.UNKNOWN, 2);
        }
        index.put(worker("h1"), "h100", Topology.UNKNOWN, 2);
        index.put(worker("h2"), "h100", Topology.UNKNOWN, 2);
        assertThat(gang(2, 2, Together.ANYWHERE))
                .containsExactly(new Share(worker("h1"), 2), new Share(worker("h2"), 2));
    }

    @Test
    void a_rack_that_has_exactly_enough_is_enough() {
        rack("a", 1, "r1", "");
        rack("b", 1, "r1", "");
        assertThat(gang(2, 1, Together.RACK)).hasSize(2);
        assertThat(index.slotsMax(GpuClasses.ANY, 1, Together.RACK)).isEqualTo(2);
        rack("c", 1, "r1", "");
        assertThat(gang(3, 1, Together.RACK)).hasSize(3);
    }

    @Test
    void a_gang_avoids_workers_while_it_is_whole_without_them() {
        room("a", 2);
        room("b", 2);
        room("c", 2);
        assertThat(index.gang(GpuClasses.ANY, 2, 2, Together.ANYWHERE, Set.of(worker("a"))))
                .contains(List.of(new Share(worker("b"), 2), new Share(worker("c"), 2)));
        assertThat(index.gang(GpuClasses.ANY, 3, 2, Together.ANYWHERE, Set.of(worker("a"))))
                .hasValueSatisfying(shares -> assertThat(shares).hasSize(3));
    }

    private List<Share> gang(int slots, int gpus, Together farthest) {
        return index.gang(GpuClasses.ANY, slots, gpus, farthest, NONE).orElse(List.of());
    }

    private void room(String name, int gpus) {
        rack(name, gpus, "", "");
    }

    private void rack(String name, int gpus, String rack, String nvlinkDomain) {
        index.put(worker(name), "any", new Topology(rack, nvlinkDomain), gpus);
    }

    private static WorkerId worker(String name) {
        return new WorkerId(name);
    }
}
