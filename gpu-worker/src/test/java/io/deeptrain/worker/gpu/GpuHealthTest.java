package io.deeptrain.worker.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GpuHealthTest {
    private static final GpuReading WELL =
            new GpuReading(0, "GPU-1", "00000000:3B:00.0", "NVIDIA T4", 15_360L << 20, 3L << 20, 94, 0);

    private static final List<String> BOTH = List.of("0", "1");

    /** Of a worker that looks for the first time. */
    private static GpuHealth health(List<GpuReading> all, List<XidError> errors, List<String> visible) {
        return GpuHealth.of(all, errors, visible, List.of());
    }

    @Test
    void a_table_is_read_line_by_line_and_what_a_device_does_not_have_is_nothing() {
        assertThat(GpuReading.parse("""
                0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, 41, 0
                1, GPU-2, 00000000:AF:00.0, NVIDIA GeForce RTX 4090, 24564, 1024, 67, [N/A]

                """))
                .containsExactly(
                        new GpuReading(0, "GPU-1", "00000000:3B:00.0", "NVIDIA T4", 15_360L << 20, 3L << 20, 41, 0),
                        new GpuReading(
                                1,
                                "GPU-2",
                                "00000000:AF:00.0",
                                "NVIDIA GeForce RTX 4090",
                                24_564L << 20,
                                1L << 30,
                                67,
                                0));
        assertThat(GpuReading.parse("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "No devices were found",
                "0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, 41",
                "0, GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360 MiB, 3 MiB, 41, 0",
                "[N/A], GPU-1, 00000000:3B:00.0, NVIDIA T4, 15360, 3, 41, 0"
            })
    void what_is_no_such_table_is_refused_with_its_line(String table) {
        assertThatThrownBy(() -> GpuReading.parse(table))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + table + "'");
    }

    @Test
    void errors_are_found_in_the_log_whoever_caused_them() {
        String log = """
                [   12.3] usb 1-1: new device
                [ 3401.1] NVRM: Xid (PCI:0000:3b:00): 31, pid=812, name=java, Ch 00000010, MMU Fault
                [ 3402.9] NVRM: Xid (PCI:0000:af:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.
                """;
        assertThat(XidError.in(log)).containsExactly(new XidError("0000:3b:00", 31), new XidError("0000:af:00", 79));
        assertThat(XidError.in("nothing of the kind")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "48, BROKEN", "64, BROKEN", "74, BROKEN", "79, BROKEN", "95, BROKEN", "119, BROKEN", "120, BROKEN",
        "63, WORN", "92, WORN", "94, WORN", "8, OF_PROGRAM", "13, OF_PROGRAM", "31, OF_PROGRAM", "43, OF_PROGRAM",
        "45, OF_PROGRAM", "999, OTHER"
    })
    void what_an_error_means_is_told_by_its_code(int code, XidClass kind) {
        assertThat(new XidError("0000:3b:00", code).kind()).isEqualTo(kind);
    }

    @Test
    void faults_of_programs_and_wear_break_no_device() {
        assertThat(health(List.of(WELL), List.of(new XidError("0000:3b:00", 31), new XidError("0000:3b:00", 63)), BOTH))
                .isEqualTo(new GpuHealth.Healthy());
        assertThat(health(List.of(), List.of(), List.of())).isEqualTo(new GpuHealth.Healthy());
    }

    @Test
    void heat_errors_of_memory_and_a_lost_device_are_told_together_and_each_once() {
        GpuReading hot = new GpuReading(1, "GPU-2", "00000000:AF:00.0", "NVIDIA T4", 1, 1, 95, 3);
        XidError lost = new XidError("0000:af:00", 79);
        List<String> reasons = List.of(
                "GPU 1 (GPU-2) has 3 errors of its memory that could not be corrected",
                "GPU 1 (GPU-2) is at 95 degrees Celsius, 95 is too hot",
                "the driver reported Xid 79 for the GPU at 0000:af:00: it is off the bus");
        assertThat(health(List.of(WELL, hot), List.of(lost, lost), BOTH))
                .as("the other one is well")
                .isEqualTo(new GpuHealth.PartlyBroken(List.of(0), reasons));
        assertThat(health(List.of(WELL, hot), List.of(lost, lost), List.of("GPU-2")))
                .isEqualTo(new GpuHealth.Broken(reasons));
    }

    @Test
    void places_are_those_in_which_the_worker_sees_its_gpus_not_those_of_the_machine() {
        GpuReading hot = new GpuReading(1, "GPU-2", "00000000:AF:00.0", "NVIDIA T4", 1, 1, 95, 0);
        GpuReading third = new GpuReading(2, "GPU-3", "00000000:D8:00.0", "NVIDIA T4", 1, 1, 40, 0);
        GpuHealth health = health(List.of(WELL, hot, third), List.of(), List.of("2", "GPU-2", "0"));
        assertThat(health)
                .isEqualTo(new GpuHealth.PartlyBroken(
                        List.of(0, 2), List.of("GPU 1 (GPU-2) is at 95 degrees Celsius, 95 is too hot")));
        assertThat(health.places(1)).containsExactly(0);
        assertThat(health.places(3)).containsExactly(0, 2);
        assertThat(health.areUsable(List.of(0, 2))).isTrue();
        assertThat(health.areUsable(List.of(0, 1))).isFalse();
        assertThat(new GpuHealth.Healthy().places(3)).containsExactly(0, 1, 2);
        assertThat(new GpuHealth.Broken(List.of("hangs")).places(3)).isEmpty();
    }

    @Test
    void what_is_known_to_be_broken_is_that_whose_defect_is_known() {
        GpuHealth second = new GpuHealth.PartlyBroken(List.of(0, 2), List.of("too hot"));
        assertThat(second.breaks(List.of(0, 2))).isFalse();
        assertThat(second.breaks(List.of(0, 1))).isTrue();
        GpuHealth all = new GpuHealth.Broken(List.of("too hot"));
        assertThat(all.breaks(List.of(0))).isTrue();
        assertThat(all.breaks(List.of())).isFalse();
        assertThat(new GpuHealth.Healthy().breaks(List.of(0))).isFalse();
        GpuHealth unknown = new GpuHealth.Unknown(List.of("nvidia-smi does not answer"));
        assertThat(unknown.breaks(List.of(0))).isFalse();
        assertThat(unknown.areUsable(List.of(0)))
                .as("for who begins, or has failed there")
                .isFalse();
        assertThat(unknown.places(1)).isEmpty();
    }

    @Test
    void one_that_was_there_and_is_not_any_more_is_broken_and_of_the_others_nobody_knows() {
        GpuReading second = new GpuReading(1, "GPU-2", "00000000:AF:00.0", "NVIDIA T4", 1, 1, 40, 0);
        GpuReading asFirst = new GpuReading(0, "GPU-2", "00000000:AF:00.0", "NVIDIA T4", 1, 1, 40, 0);
        GpuHealth health = GpuHealth.of(List.of(asFirst), List.of(), BOTH, List.of(WELL, second));
        assertThat(health).isEqualTo(new GpuHealth.Unknown(List.of(0), List.of("GPU 0 (GPU-1) is not there any more")));
        assertThat(health.breaks(List.of(0))).isTrue();
        assertThat(health.breaks(List.of(1))).isFalse();
        assertThat(health.places(2)).isEmpty();
    }

    @Test
    void a_program_that_fails_may_say_which_it_does_not_reach_and_so_may_the_log() {
        GpuReading second = new GpuReading(1, "GPU-2", "00000000:AF:00.0", "NVIDIA T4", 1, 1, 40, 0);
        List<GpuReading> before = List.of(WELL, second);
        String lost =
                "nvidia-smi ended with 15: Unable to determine the device handle for GPU 0000:AF:00.0: GPU is lost."
                        + "  Reboot the system to recover this GPU";
        assertThat(GpuHealth.unread(lost, List.of(), before))
                .isEqualTo(new GpuHealth.Unknown(
                        List.of(1), List.of("nvidia-smi does not say how the GPUs are: " + lost)));
        assertThat(GpuHealth.unread(lost.replace("GPU 0000", "GPU0000"), List.of(), before)
                        .breaks(List.of(1)))
                .isTrue();
        assertThat(GpuHealth.unread("it did not answer", List.of(new XidError("0000:3b:00", 79)), before))
                .isEqualTo(new GpuHealth.Unknown(
                        List.of(0),
                        List.of(
                                "nvidia-smi does not say how the GPUs are: it did not answer",
                                "the driver reported Xid 79 for the GPU at 0000:3b:00: it is off the bus")));
        assertThat(GpuHealth.unread("Driver/library version mismatch", List.of(), before)
                        .breaks(List.of(0, 1)))
                .isFalse();
        assertThat(GpuHealth.unread(lost, List.of(), List.of()).breaks(List.of(0, 1)))
                .as("which place it had is not known")
                .isFalse();
    }

    @Test
    void a_name_that_is_there_twice_is_not_known_to_be_another_device() {
        assertThat(health(List.of(WELL), List.of(new XidError("0000:3b:00", 48)), List.of("0", "GPU-1")))
                .isInstanceOf(GpuHealth.Unknown.class);
    }

    @Test
    void a_worker_answers_for_the_gpus_that_it_sees_alone_as_long_as_it_knows_which_they_are() {
        GpuReading other = new GpuReading(1, "GPU-2", "00000000:AF:00.0", "NVIDIA T4", 1, 1, 95, 3);
        XidError othersError = new XidError("0000:af:00", 79);
        List<GpuReading> machine = List.of(WELL, other);
        assertThat(health(machine, List.of(othersError), List.of("0"))).isEqualTo(new GpuHealth.Healthy());
        assertThat(health(machine, List.of(othersError), List.of("GPU-1"))).isEqualTo(new GpuHealth.Healthy());
        assertThat(health(machine, List.of(), List.of("1"))).isInstanceOf(GpuHealth.Broken.class);
        assertThat(health(List.of(WELL), List.of(new XidError("0000:3b:00", 48)), List.of("0")))
                .isInstanceOf(GpuHealth.Broken.class);
        assertThat(health(List.of(WELL), List.of(othersError), BOTH))
                .as("one that it sees is there no more")
                .isInstanceOf(GpuHealth.Unknown.class);
        assertThat(health(machine, List.of(), List.of("MIG-8")))
                .as("nobody knows which it is")
                .isInstanceOf(GpuHealth.Unknown.class);
    }
}
