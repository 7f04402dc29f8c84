package io.deeptrain.worker.adapter.quarkus;

import io.deeptrain.objects.ObjectStores;
import io.deeptrain.video.adapter.process.VideoReader;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.adapter.runtime.PredictionThread;
import io.deeptrain.worker.adapter.video.Videos;
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

    @Produces
    @Singleton
    Learners learners(WorkerSettings settings) {
        return new DjlLearners(settings.worker().threads(), precision(settings));
    }

    @Produces
    @Singleton
    PredictionThread predictions(Archive archive, Learners learners, WorkerSettings settings, MeterRegistry registry) {
        DistributionSummary batches = DistributionSummary.builder("deeptrain.prediction.batch.images")
                .description("Images that went through a model together.")
                .register(registry);
        return new PredictionThread(
                new LoadedModels(archive, learners), settings.worker().predictionBatch(), batches::record);
    }

    @Produces
    @Singleton
    Videos videos(Predictions predictions) {
        return new Videos(predictions, new VideoReader());
    }

    void close(@Disposes PredictionThread predictions) {
        predictions.close();
    }
}
