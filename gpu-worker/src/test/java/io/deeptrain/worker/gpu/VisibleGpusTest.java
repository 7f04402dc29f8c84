package io.deeptrain.worker.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.attempt.WorkerIdentity;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class VisibleGpusTest {
    @Test
    void gpus_are_called_as_the_variable_calls_them_or_else_by_their_number() {
        assertThat(VisibleGpus.names(3, Optional.empty())).containsExactly("0", "1", "2");
        assertThat(VisibleGpus.names(2, Optional.of(" "))).containsExactly("0", "1");
        assertThat(VisibleGpus.names(2, Optional.of("3, GPU-5a"))).containsExactly("3", "GPU-5a");
        assertThat(VisibleGpus.names(0, Optional.of("3"))).isEmpty();
        // What the driver does not know hides what stands after it.
        assertThat(VisibleGpus.names(1, Optional.of("3,99"))).containsExactly("3");
    }

    @Test
    void a_worker_offers_all_that_it_sees_or_fewer() {
        List<String> two = List.of("0", "1");
        assertThat(VisibleGpus.count(two, OptionalInt.empty())).isEqualTo(2);
        assertThat(VisibleGpus.count(two, OptionalInt.of(1))).isEqualTo(1);
        assertThatThrownBy(() -> VisibleGpus.count(two, OptionalInt.of(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deeptrain.worker.gpus must be 1 to 2: 3");
    }

    @Test
    void a_slice_is_what_the_operator_says_in_thousandths() {
        assertThat(VisibleGpus.slice(OptionalDouble.empty())).isEmpty();
        assertThat(VisibleGpus.slice(OptionalDouble.of(1))).isEmpty();
        assertThat(VisibleGpus.slice(OptionalDouble.of(1.0 / 7))).contains(143);
        assertThat(VisibleGpus.slice(OptionalDouble.of(0.0001))).contains(1);
        assertThatThrownBy(() -> VisibleGpus.slice(OptionalDouble.of(1.5)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deeptrain.worker.gpu-fraction must be above 0 and at most 1: 1.5");
        assertThatThrownBy(() -> new WorkerIdentity(
                        new WorkerId("w"), new IncarnationId("one"), "a100", 2, Optional.empty(), Optional.of(143)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deeptrain.worker.gpus must be 1 with deeptrain.worker.gpu-fraction below 1: 2");
    }

    @Test
    void a_machine_without_gpus_offers_one_process_or_as_many_as_wanted() {
        assertThat(VisibleGpus.count(List.of(), OptionalInt.empty())).isEqualTo(1);
        assertThat(VisibleGpus.count(List.of(), OptionalInt.of(2))).isEqualTo(2);
        assertThatThrownBy(() -> VisibleGpus.count(List.of(), OptionalInt.of(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("deeptrain.worker.gpus must be at least 1: 0");
    }
}
