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
import io.deeptrain.api.violation.Fault;
import io.deeptrain.event.Tenant;
import io.deeptrain.objects.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Finds the inputs that a training learns from: those of the dataset that it names, and never of another. */
@ApplicationScoped
class TrainingSource {
    private static final String VERSION_ID = "train_info.dataset.version.id";

    private final ObjectStore objects;

    TrainingSource(ObjectStore objects) {
        this.objects = objects;
    }

    /** What the choice of a dataset comes to. */
    sealed interface Found {
        /**
         * The inputs that say anything about any of the concepts.
         *
         * @param videosLeftOut how many videos do so too, and are not among them: who learns from regions of images has
         *     no use for them
         */
        record Labelled(List<FrozenInput> inputs, long videosLeftOut) implements Found {
            public Labelled {
                inputs = List.copyOf(inputs);
            }

            /** What the tenant should know of it. */
            Optional<String> remark() {
                return videosLeftOut == 0
                        ? Optional.empty()
                        : Optional.of("%d labelled %s left out: detectors learn from boxes in images"
                                .formatted(videosLeftOut, videosLeftOut == 1 ? "video is" : "videos are"));
            }
        }

        /** There is no such dataset, or nothing in it. */
        record Unusable(Fault fault) implements Found {}
    }

    /**
     * All that say anything about any of the concepts.
     *
     * @throws Refusal if there is no such dataset, or nothing in it
     */
    Found.Labelled labelledWith(Connection connection, Tenant tenant, TrainingOrder order) throws SQLException {
        return switch (find(connection, tenant, order.dataset(), order.concepts(), order.evidence())) {
            case Found.Labelled labelled -> labelled;
            case Found.Unusable(Fault fault) -> throw new Refusal(fault.status(), List.of(fault.violation()));
        };
    }

    Found find(Connection connection, Tenant tenant, DatasetChoice choice, List<String> concepts, Evidence evidence)
            throws SQLException {
        return switch (choice) {
            case DatasetChoice.AllInputs() ->
                frozen(
                        Inputs.labelledWith(connection, tenant, concepts, evidence),
                        evidence.isInVideos() ? 0 : Inputs.videosLabelledWith(connection, tenant, concepts));
            case DatasetChoice.Current(String id) -> {
                if (Datasets.find(tenant, id).isEmpty()) {
                    yield unknown("train_info.dataset.id", id, "a dataset of this app");
                }
                if (Datasets.count(connection, tenant, id) == 0) {
                    yield empty("train_info.dataset.id", id, "a dataset that holds inputs, and this one holds none");
                }
                yield frozen(
                        Inputs.labelledWith(connection, tenant, concepts, evidence, id),
                        evidence.isInVideos() ? 0 : Inputs.videosLabelledWith(connection, tenant, concepts, id));
            }
            case DatasetChoice.OfVersion version -> {
                Optional<StoredDatasetVersion> found = found(tenant, version);
                if (found.isEmpty()) {
                    yield unknown(
                            VERSION_ID,
                            version.versionId(),
                            "a version of "
                                    + version.datasetId()
                                            .map("dataset '%s'"::formatted)
                                            .orElse("a dataset of this app"));
                }
                List<FrozenInput> inputs = read(found.get());
                yield inputs.isEmpty()
                        ? empty(
                                VERSION_ID,
                                version.versionId(),
                                "a dataset version that holds inputs, and this one holds none")
                        : labelled(inputs, concepts, evidence);
            }
        };
    }

    private static Optional<StoredDatasetVersion> found(Tenant tenant, DatasetChoice.OfVersion version) {
        return DatasetVersions.find(tenant, version.versionId())
                .filter(found ->
                        version.datasetId().map(found.datasetId()::equals).orElse(true));
    }

    private List<FrozenInput> read(StoredDatasetVersion version) {
        try (InputStream content = objects.open(version.content().key())) {
            return SnapshotJson.read(content);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the content of dataset version %s cannot be read".formatted(version.id()), e);
        }
    }

    private static Found frozen(List<LabelledImage> inputs, long videosLeftOut) {
        return new Found.Labelled(inputs.stream().map(FrozenInput::of).toList(), videosLeftOut);
    }

    private static Found labelled(List<FrozenInput> inputs, List<String> concepts, Evidence evidence) {
        return new Found.Labelled(
                inputs.stream()
                        .filter(input -> evidence.isInVideos() || input.video().isEmpty())
                        .filter(input -> input.isLabelledWithAny(concepts, evidence))
                        .toList(),
                inputs.stream()
                        .filter(input -> !evidence.isInVideos() && input.video().isPresent())
                        .filter(input -> input.isLabelledWithAny(concepts, Evidence.IMAGE_LABELS))
                        .count());
    }

    private static Found unknown(String field, String id, String legal) {
        return new Found.Unusable(
                Fault.of(StatusCode.MODEL_TRAINING_INVALID_PARAMS, field, "'%s'".formatted(id), legal));
    }

    private static Found empty(String field, String id, String legal) {
        return new Found.Unusable(Fault.of(StatusCode.MODEL_TRAINING_NO_DATA, field, "'%s'".formatted(id), legal));
    }
}
