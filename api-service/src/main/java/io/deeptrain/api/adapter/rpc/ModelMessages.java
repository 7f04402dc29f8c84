package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.Addresses;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.PublicStatus;
import io.deeptrain.api.version.VersionState;
import io.deeptrain.contract.EvalMetrics;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Models and versions as the contract shows them. */
public final class ModelMessages {
    /** Below a version: what its training said, as text. */
    public static final String LOG = "/log";

    /** Below a version: its model. */
    public static final String EXPORT = "/export/file";

    private ModelMessages() {}

    /** What the model was posted with. */
    static Model document(StoredModel model) {
        try {
            return Model.parseFrom(model.document());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the document of model %s cannot be read".formatted(model.id()), e);
        }
    }

    public static ModelVersion document(StoredVersion version) {
        try {
            return ModelVersion.parseFrom(version.document());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the document of version %s cannot be read".formatted(version.id()), e);
        }
    }

    static Model model(StoredModel model, Optional<StoredVersion> version) {
        Model.Builder message = document(model).toBuilder()
                .setId(model.id().value())
                .setAppId(model.tenant().appId())
                .setUserId(model.tenant().userId())
                .setModelTypeId(model.modelTypeId())
                .setName(model.name())
                .setCreatedAt(Times.stamp(model.createdAt()))
                .setModifiedAt(Times.stamp(version.map(StoredVersion::modifiedAt)
                        .filter(model.modifiedAt()::isBefore)
                        .orElse(model.modifiedAt())));
        version.ifPresent(newest -> message.setModelVersion(version(newest)));
        return message.build();
    }

    static ModelVersion version(StoredVersion version) {
        ModelVersion document = document(version);
        ModelVersion.Builder message = document.toBuilder()
                .setId(version.id().value())
                .setAppId(version.tenant().appId())
                .setUserId(version.tenant().userId())
                .setCreatedAt(Times.stamp(version.createdAt()))
                .setModifiedAt(Times.stamp(version.modifiedAt()))
                .setTotalInputCount(Math.toIntExact(version.inputCount()))
                .setStatus(status(version))
                .setMetrics(EvalMetrics.newBuilder().setStatus(evaluationStatus(version)));
        version.jobId().ifPresent(_ -> message.setTrainLog(Addresses.link(path(version) + LOG)));
        version.completedAt().ifPresent(at -> message.setCompletedAt(Times.stamp(at)));
        if (version.version().state() instanceof VersionState.Trained trained) {
            Struct.Builder metrics = document.getMetadata().toBuilder();
            trained.metrics()
                    .forEach((name, value) -> metrics.putFields(
                            name, Value.newBuilder().setNumberValue(value).build()));
            message.setMetadata(metrics);
        }
        return message.build();
    }

    /** What the training of a version left. */
    public static VersionState.Trained trained(StoredVersion version) {
        if (version.version().state() instanceof VersionState.Trained trained) {
            return trained;
        }
        throw new Refusal(
                StatusCode.MODEL_INVALID_REQUEST,
                "Version '%s' of model '%s' is not trained: %s"
                        .formatted(
                                version.id(), version.modelId(), status(version).getDescription()));
    }

    /** A version's place in the tree of paths. */
    static String path(StoredVersion version) {
        return path(version.tenant(), version.modelId().value(), version.id().value());
    }

    /** Written in one way only, so that a signature of it holds however a client writes the path. */
    public static String path(Tenant tenant, String modelId, String versionId) {
        return "/v2/users/%s/apps/%s/models/%s/versions/%s"
                .formatted(segment(tenant.userId()), segment(tenant.appId()), segment(modelId), segment(versionId));
    }

    private static String segment(String id) {
        return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A training ends with an evaluation, so that every trained version is evaluated. */
    static Status evaluationStatus(StoredVersion version) {
        return Answers.of(
                version.version().state() instanceof VersionState.Trained
                        ? StatusCode.MODEL_EVALUATED
                        : StatusCode.MODEL_NOT_EVALUATED,
                "");
    }

    /** The status of a version that was not deleted. */
    public static Status status(StoredVersion version) {
        PublicStatus known = PublicStatus.of(version.version().state())
                .orElseThrow(
                        () -> noVersion(version.modelId().value(), version.id().value()));
        Status.Builder status =
                Answers.of(known.code(), known.details()).toBuilder().setPercentCompleted(known.percent());
        known.left().ifPresent(left -> status.setTimeRemaining(Math.toIntExact(left.toSeconds())));
        return status.build();
    }

    static Refusal noModel(String modelId) {
        return new Refusal(StatusCode.MODEL_DOES_NOT_EXIST, "Model '%s' does not exist".formatted(modelId));
    }

    /** The refusal that a version which is not there, or not the caller's, is answered with. */
    public static Refusal noVersion(String modelId, String versionId) {
        return new Refusal(
                StatusCode.MODEL_DOES_NOT_EXIST,
                "Version '%s' of model '%s' does not exist".formatted(versionId, modelId));
    }
}
