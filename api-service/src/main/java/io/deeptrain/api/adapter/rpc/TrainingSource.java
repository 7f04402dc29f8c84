package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.objects.SnapshotJson;
import io.deeptrain.api.adapter.postgres.DatasetVersions;
import io.deeptrain.api.adapter.postgres.DatasetVersions.StoredDatasetVersion;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.dataset.DatasetChoice;
import io.deeptrain.api.dataset.Evidence;
import io.deeptrain.api.dataset.FrozenInput;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.event.Tenant;
import io.deeptrain.objects.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Finds the inputs that a training learns from: those of the dataset that it names, and never of another. */
@ApplicationScoped
class TrainingSource {
    private final ObjectStore objects;

    TrainingSource(ObjectStore objects) {
        this.objects = objects;
    }

    /**
     * All that say anything about any of the concepts.
     *
     * @throws Refusal if there is no such dataset, or nothing in it
     */
    List<FrozenInput> labelledWith(
            Connection connection, Tenant tenant, DatasetChoice choice, List<String> concepts, Evidence evidence)
            throws SQLException {
        return switch (choice) {
            case DatasetChoice.AllInputs() -> frozen(Inputs.labelledWith(connection, tenant, concepts, evidence));
            case DatasetChoice.Current(String id) -> {
                if (Datasets.find(tenant, id).isEmpty()) {
                    throw unknown("train_info.dataset.id is '%s' but must name a dataset of this app".formatted(id));
                }
                if (Datasets.count(connection, tenant, id) == 0) {
                    throw empty("dataset '%s'".formatted(id));
                }
                yield frozen(Inputs.labelledWith(connection, tenant, concepts, evidence, id));
            }
            case DatasetChoice.OfVersion version -> {
                List<FrozenInput> inputs = read(found(tenant, version));
                if (inputs.isEmpty()) {
                    throw empty("dataset version '%s'".formatted(version.versionId()));
                }
                yield inputs.stream()
                        .filter(input -> input.isLabelledWithAny(concepts, evidence))
                        .toList();
            }
        };
    }

    private static StoredDatasetVersion found(Tenant tenant, DatasetChoice.OfVersion version) {
        return DatasetVersions.find(tenant, version.versionId())
                .filter(found ->
                        version.datasetId().map(found.datasetId()::equals).orElse(true))
                .orElseThrow(() -> unknown("train_info.dataset.version.id is '%s' but must name a version of %s"
                        .formatted(
                                version.versionId(),
                                version.datasetId()
                                        .map("dataset '%s'"::formatted)
                                        .orElse("a dataset of this app"))));
    }

    private List<FrozenInput> read(StoredDatasetVersion version) {
        try (InputStream content = objects.open(version.content().key())) {
            return SnapshotJson.read(content);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the content of dataset version %s cannot be read".formatted(version.id()), e);
        }
    }

    private static List<FrozenInput> frozen(List<LabelledImage> images) {
        return images.stream().map(FrozenInput::of).toList();
    }

    private static Refusal unknown(String details) {
        return new Refusal(StatusCode.MODEL_TRAINING_INVALID_PARAMS, details);
    }

    private static Refusal empty(String what) {
        return new Refusal(
                StatusCode.MODEL_TRAINING_NO_DATA, "train_info.dataset is %s, which holds no inputs".formatted(what));
    }
}
