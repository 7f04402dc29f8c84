package io.deeptrain.worker.adapter.quarkus;

import io.deeptrain.objects.ObjectStores;
import io.deeptrain.video.adapter.process.VideoReader;
import io.deeptrain.worker.adapter.djl.DjlLearners;
import io.deeptrain.worker.adapter.objects.ObjectArchive;
import io.deeptrain.worker.adapter.video.Videos;
import io.deeptrain.worker.port.Archive;
import io.deeptrain.worker.port.Learners;
import io.deeptrain.worker.prediction.LoadedModels;
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

    @Produces
    @Singleton
    Learners learners(WorkerSettings settings) {
        return new DjlLearners(settings.worker().threads());
    }

    @Produces
    @Singleton
    LoadedModels models(Archive archive, Learners learners) {
        return new LoadedModels(archive, learners);
    }

    @Produces
    @Singleton
    Videos videos(LoadedModels models) {
        return new Videos(models, new VideoReader());
    }

    void close(@Disposes LoadedModels models) {
        models.close();
    }
}
