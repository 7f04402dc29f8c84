package io.deeptrain.worker.adapter.quarkus;

import io.deeptrain.objects.ObjectStores;
import io.deeptrain.video.adapter.process.VideoReader;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.nvidia.NvidiaDriver;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.adapter.runtime.GpuWatch;
import io.deeptrain.worker.adapter.runtime.PredictionThread;
import io.deeptrain.worker.adapter.video.Videos;
import io.deeptrain.worker.gpu.VisibleGpus;
import io.deeptrain.worker.learning.Precision;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Predictions;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Makes what is shared between training and predicting. */
public class WorkerParts {
    @Produces
    @Singleton
    Archive archive(WorkerSettings settings) throws IOException {
        return new ObjectArchive(ObjectStores.open(settings.objects()));
    }

    static Precision precision(WorkerSettings settings) {
        return settings.worker().precision().orElseGet(DjlLearners::precisionOfDevice);
    }

    /** Names of the GPUs that are the worker's; none on a machine without. */
    static List<String> devices(WorkerSettings settings) {
        List<String> visible =
                VisibleGpus.names(DjlLearners.gpus(), Optional.ofNullable(System.getenv(VisibleGpus.VARIABLE)));
        return visible.stream()
                .limit(VisibleGpus.count(visible, settings.worker().gpus()))
                .toList();
    }

    @Produces
    @Singleton
    GpuWatch gpus(WorkerSettings settings) {
        return new GpuWatch(
                new NvidiaDriver(settings.worker().programs(), devices(settings))::health,
                settings.worker().gpuCheck());
    }

    @Produces
    @Singleton
    Learners learners(WorkerSettings settings) {
        return new DjlLearners(settings.worker().threads(), precision(settings));
    }

    @Produces
    @Singleton
    PredictionThread predictions(
            Archive archive, Learners learners, GpuWatch gpus, WorkerSettings settings, MeterRegistry registry) {
        DistributionSummary batches = DistributionSummary.builder("deeptrain.prediction.batch.images")
                .description("Images that went through a model together.")
                .register(registry);
        return new PredictionThread(
                new LoadedModels(archive, learners, gpus::known),
                settings.worker().predictionBatch(),
                batches::record);
    }

    @Produces
    @Singleton
    Videos videos(Predictions predictions) {
        return new Videos(predictions, new VideoReader());
    }

    void close(@Disposes GpuWatch gpus) {
        gpus.close();
    }

    void close(@Disposes PredictionThread predictions) {
        predictions.close();
    }
}
