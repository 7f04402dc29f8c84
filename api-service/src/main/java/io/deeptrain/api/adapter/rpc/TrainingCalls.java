package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.door.SubmissionLimits;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes.StoredIndex;
import io.deeptrain.api.adapter.postgres.FinishedTrainings;
import io.deeptrain.api.adapter.postgres.LogLines;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.SubmissionKeys;
import io.deeptrain.api.adapter.postgres.SubmissionKeys.Answered;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.dataset.Freezing;
import io.deeptrain.api.estimate.TrainingEstimate;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.Submission;
import io.deeptrain.api.violation.Fault;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.PostModelVersionsRequest;
import io.deeptrain.contract.SingleModelResponse;
import io.deeptrain.event.JobId;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ModelVersionId;
import io.deeptrain.event.Rate;
import io.deeptrain.event.RequestEvent.TrainingRequested;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import io.deeptrain.event.TrainingSpec;
import io.deeptrain.event.adapter.json.ManifestJson;
import io.deeptrain.objects.ObjectStore;
import io.deeptrain.objects.StoredBlob;
import io.deeptrain.template.TemplateCatalogue;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * The call that trains.
 *
 * <ol>
 *   <li>Everything that can be known is checked: template, hyperparameters, concepts, labels.
 *   <li>The dataset is frozen into a manifest in the object store. If the rest fails it lies there unused.
 *   <li>One transaction: the version, its idempotency key, what is set aside for it, and what the scheduler is told.
 * </ol>
 */
@ApplicationScoped
class TrainingCalls {
    private static final Logger LOG = Logger.getLogger(TrainingCalls.class);

    private final Database database;
    private final ObjectStore objects;
    private final TrainingSource source;
    private final TrainingHolds holds;
    private final SubmissionLimits limits;
    private final Rate rate;

    TrainingCalls(
            Database database,
            ObjectStore objects,
            TrainingSource source,
            TrainingHolds holds,
            SubmissionLimits limits,
            @ConfigProperty(name = "deeptrain.rate.cents-per-gpu-hour", defaultValue = "400") long centsPerGpuHour,
            @ConfigProperty(name = "deeptrain.rate.currency", defaultValue = "USD") String currency) {
        this.database = database;
        this.objects = objects;
        this.source = source;
        this.holds = holds;
        this.limits = limits;
        this.rate = new Rate(centsPerGpuHour, currency);
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostModelVersions", PostModelVersionsRequest.class, this::post);
    }

    /** What is known before anything is written. */
    private record Facts(
            Tenant tenant,
            StoredModel model,
            TrainingOrder order,
            List<ManifestEntry> entries,
            Optional<String> leftOut,
            Optional<StoredObject> base,
            Optional<SingleModelResponse> answeredEarlier) {}

    private SingleModelResponse post(Caller caller, PostModelVersionsRequest request) {
        String requestHash = sha256(request);
        Facts facts = database.inTransaction(connection -> facts(connection, caller, request, requestHash));
        if (facts.answeredEarlier().isPresent()) {
            return facts.answeredEarlier().get();
        }
        limits.take(facts.tenant());
        TrainingOrder order = facts.order();
        List<ManifestEntry> entries = facts.entries();
        StoredObject manifest = stored(ManifestJson.write(entries));
        TrainingSpec spec = new TrainingSpec(
                order.modelTypeId(),
                order.template().id(),
                facts.base()
                        .map(base -> TrainingSpec.withBaseModel(order.hyperparameters(), base))
                        .orElseGet(order::hyperparameters),
                order.concepts(),
                manifest,
                entries.size(),
                order.invalidDataTolerancePercent(),
                order.gpus(),
                order.seed());
        List<String> warnings = order.warnings(entries);
        return database.inTransaction(connection -> submit(connection, caller, facts, spec, warnings, requestHash));
    }

    /** What the tenant should know of a dataset that can be trained on. */
    private static String remarks(Facts facts, List<String> warnings) {
        List<String> remarks = new ArrayList<>();
        facts.leftOut().ifPresent(remarks::add);
        remarks.addAll(warnings);
        return sentences(remarks);
    }

    private static String sentences(List<String> each) {
        return String.join(". ", each);
    }

    private Facts facts(Connection connection, Caller caller, PostModelVersionsRequest request, String requestHash)
            throws SQLException {
        Tenant tenant = Tenants.app(caller, request.getUserAppId());
        StoredModel model = ModelCalls.found(connection, tenant, request.getModelId());
        Optional<SingleModelResponse> earlier = Optional.empty();
        if (caller.idempotencyKey().isPresent()) {
            String key = Ids.checked("Idempotency-Key", caller.idempotencyKey().get());
            earlier = answeredEarlier(
                    connection, model, SubmissionKeys.submission(connection, tenant, key, requestHash), key);
        }
        TrainingDraft draft = draft(model, request.getModelVersionsList(), request.getDescription());
        if (earlier.isPresent()) {
            return new Facts(tenant, model, draft.complete(), List.of(), Optional.empty(), Optional.empty(), earlier);
        }
        List<Fault> faults = new ArrayList<>();
        TrainingSource.Found found =
                source.find(connection, tenant, draft.dataset(), draft.concepts(), draft.evidence());
        List<ManifestEntry> entries = entries(found, draft, faults);
        Optional<String> leftOut =
                found instanceof TrainingSource.Found.Labelled labelled ? labelled.remark() : Optional.empty();
        Optional<StoredObject> base = base(connection, tenant, draft, faults);
        return new Facts(tenant, model, draft.toTrain().with(faults).complete(), entries, leftOut, base, earlier);
    }

    /** The model that a transfer learning begins with. Its version may be deleted later: the published object stays. */
    private static Optional<StoredObject> base(
            Connection connection, Tenant tenant, TrainingDraft draft, List<Fault> faults) throws SQLException {
        if (!draft.modelTypeId().equals(TemplateCatalogue.EMBEDDING_CLASSIFIER)
                || draft.isWrongAbout(TrainingDraft.EMBED_MODEL_PATH)) {
            return Optional.empty();
        }
        String named = draft.embedModel();
        Optional<StoredIndex> base = named.isEmpty()
                ? BaseEmbedders.ofApp(connection, tenant)
                : BaseEmbedders.named(connection, tenant, named);
        if (base.isEmpty()) {
            faults.add(Fault.of(
                    StatusCode.MODEL_TRAINING_INVALID_PARAMS,
                    TrainingDraft.EMBED_MODEL_PATH,
                    "'%s'".formatted(named),
                    named.isEmpty()
                            ? "the id of a model that makes embeddings, for the app's base workflow has none: train a"
                                    + " visual-embedder or visual-classifier, then name it here or put it into the base"
                                    + " workflow"
                            : "the id of a visual-embedder or visual-classifier of this app with a trained version"));
        }
        return base.map(StoredIndex::model);
    }

    private static Optional<SingleModelResponse> answeredEarlier(
            Connection connection, StoredModel model, Submission<Answered> submission, String key) throws SQLException {
        return switch (submission) {
            case Submission.Fresh<Answered>() -> Optional.empty();
            case Submission.Repeated<Answered>(Answered(ModelVersionId version, String remarks)) -> {
                String modelId = model.id().value();
                StoredVersion known = Versions.find(connection, model.tenant(), modelId, version.value())
                        .orElseThrow(() -> ModelMessages.noVersion(modelId, version.value()));
                yield Optional.of(answer(model, known, remarks));
            }
            case Submission.KeyReused<Answered>() ->
                throw new Refusal(
                        StatusCode.IDEMPOTENCY_KEY_REUSED,
                        "Idempotency-Key '%s' was used with another request".formatted(key));
        };
    }

    static TrainingDraft draft(StoredModel model, List<ModelVersion> asked, String description) {
        if (asked.size() > 1) {
            throw new Refusal(
                    StatusCode.MODEL_INVALID_REQUEST,
                    "model_versions holds %d versions but must hold at most one".formatted(asked.size()));
        }
        ModelVersion version = asked.isEmpty()
                ? ModelVersion.newBuilder().setDescription(description).build()
                : asked.getFirst();
        return TrainingDraft.of(model.modelTypeId(), ModelMessages.document(model), version);
    }

    /** The dataset, frozen; empty if anything is wrong with it. */
    private static List<ManifestEntry> entries(TrainingSource.Found found, TrainingDraft draft, List<Fault> faults) {
        return switch (found) {
            case TrainingSource.Found.Unusable(Fault fault) -> {
                faults.add(fault);
                yield List.of();
            }
            case TrainingSource.Found.Labelled labelled ->
                draft.concepts().isEmpty() ? List.of() : frozen(labelled, draft, faults);
        };
    }

    private static List<ManifestEntry> frozen(
            TrainingSource.Found.Labelled labelled, TrainingDraft draft, List<Fault> faults) {
        String what = switch (draft.evidence()) {
            case IMAGE_LABELS -> "input";
            case REGION_LABELS -> "region of an input";
        };
        return switch (Freezing.ofFrozen(labelled.inputs(), draft.concepts(), draft.evidence())) {
            case Freezing.Frozen(List<ManifestEntry> entries) -> entries;
            case Freezing.NoImages() -> {
                faults.add(Fault.of(
                        StatusCode.MODEL_TRAINING_NO_DATA,
                        TrainingDraft.CONCEPTS,
                        listed(draft.concepts()),
                        "concepts with labels: no %s that this training may use is labelled with any of these%s"
                                .formatted(
                                        what,
                                        labelled.remark().map("; "::concat).orElse(""))));
                yield List.of();
            }
            case Freezing.NoPositives(List<String> unseen) -> {
                faults.add(Fault.of(
                        StatusCode.MODEL_TRAINING_NO_POSITIVES,
                        TrainingDraft.CONCEPTS,
                        listed(unseen),
                        "concepts with examples: label at least one %s with each of these".formatted(what)));
                yield List.of();
            }
        };
    }

    private static String listed(List<String> names) {
        return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
    }

    private SingleModelResponse submit(
            Connection connection,
            Caller caller,
            Facts facts,
            TrainingSpec spec,
            List<String> warnings,
            String requestHash)
            throws SQLException {
        String modelId = facts.model().id().value();
        StoredModel model =
                Models.hold(connection, facts.tenant(), modelId).orElseThrow(() -> ModelMessages.noModel(modelId));
        ModelVersionId versionId = new ModelVersionId(Ids.fresh());
        Instant now = Instant.now();
        String remarks = remarks(facts, warnings);
        if (caller.idempotencyKey().isPresent()) {
            String key = caller.idempotencyKey().get();
            if (!SubmissionKeys.takeKey(
                    connection, facts.tenant(), key, requestHash, new Answered(versionId, remarks), now)) {
                return answeredEarlier(
                                connection,
                                model,
                                SubmissionKeys.submission(connection, facts.tenant(), key, requestHash),
                                key)
                        .orElseThrow();
            }
        }
        limits.admit(facts.tenant(), atMost -> Versions.waiting(connection, facts.tenant(), atMost));
        TrainingEstimate formula = TrainingEstimate.of(
                facts.order().template(), spec.hyperparameters(), ManifestEntry.images(facts.entries()));
        TrainingRequested request = new TrainingRequested(
                new JobId(Ids.fresh()),
                facts.tenant(),
                model.id(),
                versionId,
                spec,
                rate,
                facts.order().cap(),
                FinishedTrainings.calibration(connection, spec.template())
                        .correct(formula)
                        .expected()
                        .time(),
                now);
        holds.setAside(connection, request);
        StoredVersion version =
                Versions.request(connection, request, facts.order().document().toByteArray(), formula.time());
        if (!warnings.isEmpty()) {
            LogLines.append(connection, request.jobId(), now, sentences(warnings));
        }
        LOG.infof(
                "job %s trains version %s of model %s for %s", request.jobId(), versionId, model.id(), facts.tenant());
        return answer(model, version, remarks);
    }

    private StoredObject stored(byte[] manifest) {
        try {
            StoredBlob blob = objects.putContent(new ByteArrayInputStream(manifest));
            return new StoredObject(blob.key(), blob.sha256(), blob.sizeBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("a manifest cannot be stored", e);
        }
    }

    private static SingleModelResponse answer(StoredModel model, StoredVersion version, String remarks) {
        return SingleModelResponse.newBuilder()
                .setStatus(remarks.isEmpty() ? Answers.ok() : Answers.of(StatusCode.SUCCESS, remarks))
                .setModel(ModelMessages.model(model, Optional.of(version)))
                .build();
    }

    /** Maps are written in the order of their keys, so that the same request has the same hash. */
    private static String sha256(Message request) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream output = CodedOutputStream.newInstance(bytes);
            output.useDeterministicSerialization();
            request.writeTo(output);
            output.flush();
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
        } catch (IOException | NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("a message cannot be hashed in memory", impossible);
        }
    }
}
