package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.objects.SnapshotJson;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Evaluations;
import io.deeptrain.api.adapter.postgres.Evaluations.Images;
import io.deeptrain.api.adapter.postgres.Evaluations.StoredEvaluation;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.dataset.DatasetChoice;
import io.deeptrain.api.dataset.Evidence;
import io.deeptrain.api.dataset.FrozenInput;
import io.deeptrain.api.dataset.Snapshot;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.violation.Violation;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Dataset;
import io.deeptrain.contract.EvalMetrics;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.template.TemplateCatalogue;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Takes the orders of evaluations on datasets: what such a dataset holds now is what will be measured on. */
@ApplicationScoped
class DatasetEvaluations {
    private static final Set<String> CLASSIFIERS =
            Set.of(TemplateCatalogue.VISUAL_CLASSIFIER, TemplateCatalogue.EMBEDDING_CLASSIFIER);

    private final Database database;
    private final ObjectStore objects;
    private final TrainingSource source;

    DatasetEvaluations(Database database, ObjectStore objects, TrainingSource source) {
        this.database = database;
        this.objects = objects;
        this.source = source;
    }

    /** What will be measured, of whom, and on what. */
    record Order(StoredVersion version, String datasetId, String datasetVersionId, List<FrozenInput> images) {
        Order {
            images = List.copyOf(images);
        }
    }

    /**
     * What is asked for; nothing if no dataset is named.
     *
     * @param path of the metrics in the request
     * @throws Refusal if it cannot be made
     */
    Optional<Order> order(String path, EvalMetrics asked, StoredVersion version) {
        Dataset dataset = asked.getGroundTruthDataset();
        boolean inParams = dataset.equals(Dataset.getDefaultInstance());
        Struct params = asked.getEvalInfo().getParams();
        String datasetId = inParams ? text(params, "dataset_id") : dataset.getId();
        String datasetVersionId = inParams
                ? text(params, "dataset_version_id")
                : dataset.getVersion().getId();
        if (datasetId.isEmpty() && datasetVersionId.isEmpty()) {
            return Optional.empty();
        }
        String field = path + (inParams ? ".eval_info.params.dataset_id" : ".ground_truth_dataset.id");
        ModelMessages.trained(version);
        DatasetChoice choice = DatasetChoice.of(datasetId, datasetVersionId);
        List<FrozenInput> images =
                database.inTransaction(connection -> images(connection, field, datasetId, choice, version));
        return Optional.of(new Order(version, datasetId, datasetVersionId, images));
    }

    private List<FrozenInput> images(
            Connection connection, String field, String datasetId, DatasetChoice choice, StoredVersion version)
            throws SQLException {
        String type = Models.find(
                        connection, version.tenant(), version.modelId().value())
                .orElseThrow(() -> ModelMessages.noModel(version.modelId().value()))
                .modelTypeId();
        if (!CLASSIFIERS.contains(type)) {
            throw refusal(
                    field,
                    datasetId,
                    "left out: a %s is evaluated on the images that its training kept back".formatted(type));
        }
        if (Evaluations.queued(connection, version.tenant()) >= Evaluations.QUEUED_MAX) {
            throw new Refusal(
                    StatusCode.RATE_LIMITED,
                    "%d evaluations of this app wait already; ask again when one is there"
                            .formatted(Evaluations.QUEUED_MAX));
        }
        return switch (source.find(connection, version.tenant(), choice, conceptIds(version), Evidence.IMAGE_LABELS)) {
            case TrainingSource.Found.Unusable(var fault) -> {
                Violation wrong = fault.violation();
                throw new Refusal(
                        StatusCode.MODEL_INVALID_ARGUMENT,
                        List.of(new Violation(field, wrong.value(), wrong.legal(), wrong.nearest())));
            }
            case TrainingSource.Found.Labelled(List<FrozenInput> inputs, var _) -> {
                List<FrozenInput> labelled =
                        inputs.stream().filter(input -> input.video().isEmpty()).toList();
                if (labelled.isEmpty()) {
                    throw refusal(
                            field, datasetId, "a dataset with images that are labelled with a concept of the model");
                }
                Optional<String> tooMany = Snapshot.problem(labelled.size());
                if (tooMany.isPresent()) {
                    throw refusal(field, datasetId, tooMany.get());
                }
                yield labelled;
            }
        };
    }

    private static Refusal refusal(String field, String datasetId, String legal) {
        return new Refusal(
                StatusCode.MODEL_INVALID_ARGUMENT,
                List.of(new Violation(field, "'%s'".formatted(datasetId), legal, Optional.empty())));
    }

    static List<String> conceptIds(StoredVersion version) {
        return ModelMessages.document(version).getOutputInfo().getData().getConceptsList().stream()
                .map(Concept::getId)
                .distinct()
                .toList();
    }

    private static String text(Struct params, String name) {
        return params.getFieldsOrDefault(name, Value.getDefaultInstance()).getStringValue();
    }

    StoredEvaluation ask(Order order) {
        String id = Ids.fresh();
        Images.OfDataset images = new Images.OfDataset(order.datasetId(), order.datasetVersionId(), kept(order));
        return database.inTransaction(connection -> {
            Evaluations.insert(connection, id, order.version(), images, Instant.now());
            return Evaluations.find(connection, order.version().tenant(), id)
                    .orElseThrow(() -> ModelMessages.noVersion(
                            order.version().modelId().value(),
                            order.version().id().value()));
        });
    }

    private String kept(Order order) {
        try {
            return objects.putContent(new ByteArrayInputStream(SnapshotJson.write(order.images())))
                    .key();
        } catch (IOException e) {
            throw new UncheckedIOException("the images of an evaluation cannot be stored", e);
        }
    }
}
