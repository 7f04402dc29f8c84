package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.PublicStatus;
import io.deeptrain.api.version.VersionState;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.status.Status;
import java.util.Optional;

/** Models and versions as the contract shows them. */
public final class ModelMessages {
    private ModelMessages() {}

    /** What the model was posted with. */
    static Model document(StoredModel model) {
        try {
            return Model.parseFrom(model.document());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the document of model %s cannot be read".formatted(model.id()), e);
        }
    }

    static ModelVersion document(StoredVersion version) {
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
                .setCreatedAt(Times.stamp(model.createdAt()))
                .setModifiedAt(
                        Times.stamp(version.map(StoredVersion::modifiedAt).orElse(model.createdAt())));
        version.ifPresent(newest -> message.setModelVersion(version(newest)));
        return message.build();
    }

    static ModelVersion version(StoredVersion version) {
        ModelVersion.Builder message = document(version).toBuilder()
                .setId(version.id().value())
                .setAppId(version.tenant().appId())
                .setUserId(version.tenant().userId())
                .setCreatedAt(Times.stamp(version.createdAt()))
                .setModifiedAt(Times.stamp(version.modifiedAt()))
                .setTotalInputCount(Math.toIntExact(version.inputCount()))
                .setStatus(status(version));
        version.completedAt().ifPresent(at -> message.setCompletedAt(Times.stamp(at)));
        if (version.version().state() instanceof VersionState.Trained trained) {
            Struct.Builder metrics = Struct.newBuilder();
            trained.metrics()
                    .forEach((name, value) -> metrics.putFields(
                            name, Value.newBuilder().setNumberValue(value).build()));
            message.setMetadata(metrics);
        }
        return message.build();
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
