package io.deeptrain.benchmarks.openb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.deeptrain.event.WorkerId;
import io.deeptrain.scheduler.placement.Capacity;
import io.deeptrain.scheduler.placement.Demand;
import io.deeptrain.scheduler.placement.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenbReplayTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeTrace() throws IOException {
        Files.writeString(folder.resolve("openb_node_list_gpu_node.csv"), """
                sn,cpu_milli,memory_mib,gpu,model
                n0,8000,1000,2,T4
                """);
        writeTasks("t0,4000,500,1,600,,LS,Running,0,1,0\nt1,1,1,0,,,BE,Running,0,1,0\n");
    }

    @Test
    void nodes_and_tasks_are_read_as_published() throws IOException {
        assertThat(OpenbTrace.read(folder))
                .isEqualTo(new OpenbTrace(
                        List.of(new Capacity(new WorkerId("n0"), "T4", 2, 8_000, 1_000, Topology.UNKNOWN)),
                        List.of(new Demand(1, 600, 4_000, 500), new Demand(0, 1000, 1, 1))));
    }

    @Test
    void a_row_that_cannot_be_read_is_named() throws IOException {
        writeTasks("t0,4000,500,many,600,,LS,Running,0,1,0\n");
        assertThatThrownBy(() -> OpenbTrace.read(folder))
                .hasMessageStartingWith(
                        "line 2 of %s/openb_pod_list_default.csv is not a row of name,".formatted(folder));
    }

    @Test
    void tasks_that_do_not_fit_are_dropped_and_what_was_placed_stays() throws IOException {
        writeTasks("t0,1000,100,1,600,,LS,Running,0,1,0\n");
        OpenbReplay replay = new OpenbReplay(OpenbTrace.read(folder), 1);
        assertThat(replay.allocatedAt(50)).isEqualTo(60);
        assertThat(replay.allocatedAt(100)).isEqualTo(60);
        assertThat(replay.placements()).isEqualTo(4);
    }

    private void writeTasks(String rows) throws IOException {
        Files.writeString(
                folder.resolve("openb_pod_list_default.csv"),
                "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,"
                        + "scheduled_time\n" + rows);
    }
}
