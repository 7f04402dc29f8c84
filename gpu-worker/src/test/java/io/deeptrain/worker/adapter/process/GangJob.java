package io.deeptrain.worker.adapter.process;

import io.deeptrain.event.AssignmentEvent.AttemptAssigned;
import io.deeptrain.event.FencingToken;
import io.deeptrain.event.IncarnationId;
import io.deeptrain.event.JobId;
import io.deeptrain.event.Origin;
import io.deeptrain.event.Span;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.WorkerId;
import io.deeptrain.worker.gpu.GpuHealth;
import io.deeptrain.worker.network.InitialWeights;
import io.deeptrain.worker.network.Network;
import io.deeptrain.worker.network.Tensor;
import io.deeptrain.worker.port.Learner;
import io.deeptrain.worker.training.Purpose;
import io.deeptrain.worker.training.TrainingPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** A training of four concepts on several ranks, as this worker's rank 0 is assigned it. */
record GangJob(AttemptAssigned assignment, TrainingPlan plan, Network network, List<Tensor> weights) {
    static final int CONCEPTS = 4;

    static GangJob classifier(int imageSize, int ranks) {
        return classifier(imageSize, ranks, Optional.empty());
    }

    static GangJob classifier(int imageSize, int ranks, Optional<Span> span) {
        return of("visual-classifier", "classification_cifar10_v1", imageSize, ranks, span);
    }

    static GangJob of(String modelType, String template, int imageSize, int ranks, Optional<Span> span) {
        TrainingSpec spec = new TrainingSpec(
                modelType,
                template,
                Map.of("image_size", (long) imageSize),
                IntStream.range(0, CONCEPTS).mapToObj(Integer::toString).toList(),
                new StoredObject("manifest", "0".repeat(64), 1),
                16,
                5,
                ranks,
                42);
        AttemptAssigned assignment = new AttemptAssigned(
                new JobId("job-1"),
                new FencingToken(1),
                new WorkerId("gpu-1"),
                new IncarnationId("start-1"),
                new Tenant("me", "app"),
                spec,
                new Origin.Scratch(),
                span);
        Network network = Purpose.network(spec, imageSize).orElseThrow();
        return new GangJob(assignment, TrainingPlan.of(spec), network, InitialWeights.of(network, 1, Set.of()));
    }

    Learner on(ProcessGangs gangs) {
        return on(gangs, () -> true);
    }

    Learner on(ProcessGangs gangs, BooleanSupplier isWanted) {
        return on(gangs, new GpuHealth.Healthy().places(assignment.gpusHere()), isWanted);
    }

    Learner on(ProcessGangs gangs, List<Integer> places, BooleanSupplier isWanted) {
        return gangs.learner(assignment, places, network, plan.recipe(), weights, isWanted);
    }
}
