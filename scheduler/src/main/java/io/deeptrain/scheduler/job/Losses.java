package io.deeptrain.scheduler.job;

import io.deeptrain.event.WorkerId;
import java.util.List;
import java.util.stream.Stream;

/** Where a job's attempts were lost, oldest first. As long as its retry budget at most. */
public record Losses(List<WorkerId> workers) {
    public static final Losses NONE = new Losses(List.of());

    public Losses {
        workers = List.copyOf(workers);
    }

    public int count() {
        return workers.size();
    }

    public Losses and(WorkerId worker) {
        return new Losses(Stream.concat(workers.stream(), Stream.of(worker)).toList());
    }
}
