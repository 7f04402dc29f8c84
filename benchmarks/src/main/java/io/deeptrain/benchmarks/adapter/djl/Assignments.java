package io.deeptrain.benchmarks.adapter.djl;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import java.util.List;
import java.util.stream.IntStream;

/** Trainings as a worker is given them: the first attempt, from scratch. */
final class Assignments {
    private Assignments() {}

    static AttemptAssigned of(TrainingSpec spec) {
        return new AttemptAssigned(
                new JobId("job"),
                new FencingToken(1),
                new WorkerId("worker"),
                new IncarnationId("one"),
                new Tenant("me", "app"),
                spec,
                new Origin.Scratch());
    }

    /** The first digits, by name. */
    static List<String> concepts(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }
}
