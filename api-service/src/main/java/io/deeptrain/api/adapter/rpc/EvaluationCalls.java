package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.objects.EvaluationReports;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Evaluations;
import io.deeptrain.api.adapter.postgres.Evaluations.Images;
import io.deeptrain.api.adapter.postgres.Evaluations.Progress;
import io.deeptrain.api.adapter.postgres.Evaluations.StoredEvaluation;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.rpc.Tenants.Reach;
import io.deeptrain.api.evaluation.Evaluation;
import io.deeptrain.api.evaluation.Report;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.contract.EvalMetrics;
import io.deeptrain.contract.FieldsValue;
import io.deeptrain.contract.GetEvaluationRequest;
import io.deeptrain.contract.GetModelVersionMetricsRequest;
import io.deeptrain.contract.ListEvaluationsRequest;
import io.deeptrain.contract.Model;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.MultiEvalMetricsResponse;
import io.deeptrain.contract.PostEvaluationsRequest;
import io.deeptrain.contract.PostModelVersionEvaluationsRequest;
import io.deeptrain.contract.PostModelVersionMetricsRequest;
import io.deeptrain.contract.SingleEvalMetricsResponse;
import io.deeptrain.contract.SingleModelVersionResponse;
import io.deeptrain.contract.UserAppIDSet;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.FrameId;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Calls about how good a version is. On the images that the training kept back the worker measured it when the training
 * ended, so there is nothing to wait for; clients that wait are told once that their question is queued. On a dataset
 * {@link EvaluationWorker} measures it.
 */
@ApplicationScoped
class EvaluationCalls {
    private static final int EVALUATIONS_MAX = 32;

    private final Database database;
    private final EvaluationReports reports;
    private final DatasetEvaluations onDatasets;

    EvaluationCalls(Database database, EvaluationReports reports, DatasetEvaluations onDatasets) {
        this.database = database;
        this.reports = reports;
        this.onDatasets = onDatasets;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostModelVersionMetrics", PostModelVersionMetricsRequest.class, this::postMetrics)
                .answer("GetModelVersionMetrics", GetModelVersionMetricsRequest.class, this::getMetrics)
                .answer("PostModelVersionEvaluations", PostModelVersionEvaluationsRequest.class, this::postOfVersion)
                .answer("PostEvaluations", PostEvaluationsRequest.class, this::post)
                .answer("ListEvaluations", ListEvaluationsRequest.class, this::list)
                .answer("GetEvaluation", GetEvaluationRequest.class, this::get);
    }

    /** An evaluation that was asked for, by this call or before. */
    private record Asked(StoredEvaluation evaluation, boolean fresh) {
        Status status() {
            return fresh
                    ? Answers.of(StatusCode.MODEL_QUEUED_FOR_EVALUATION, "")
                    : EvaluationCalls.status(evaluation.progress());
        }
    }

    private static Status status(Progress progress) {
        return switch (progress) {
            case Progress.Queued() -> Answers.of(StatusCode.MODEL_QUEUED_FOR_EVALUATION, "");
            case Progress.Made(var _, var _, String remark) -> Answers.of(StatusCode.MODEL_EVALUATED, remark);
            case Progress.Failed(String reason) -> Answers.of(StatusCode.MODEL_EVALUATION_FAILED, reason);
        };
    }

    private SingleModelVersionResponse postMetrics(Caller caller, PostModelVersionMetricsRequest request) {
        refuseOtherData("eval_info", request.getEvalInfo().getParams());
        if (request.getTestSearch().getQuery().getSerializedSize() > 0) {
            throw otherData("test_search.query", "a query");
        }
        StoredVersion version = version(caller, request.getUserAppId(), request.getModelId(), request.getVersionId());
        Asked asked = ask(version);
        return SingleModelVersionResponse.newBuilder()
                .setStatus(Answers.ok())
                .setModelVersion(ModelMessages.version(version).toBuilder()
                        .setMetrics(EvalMetrics.newBuilder()
                                .setId(asked.evaluation().id())
                                .setStatus(asked.status())))
                .build();
    }

    private SingleModelVersionResponse getMetrics(Caller caller, GetModelVersionMetricsRequest request) {
        StoredVersion version = version(caller, request.getUserAppId(), request.getModelId(), request.getVersionId());
        ModelVersion.Builder message = ModelMessages.version(version).toBuilder();
        if (version.version().state() instanceof Trained trained) {
            message.setMetrics(metrics(version.tenant(), reports.of(trained.model()), request.getFields(), ""));
        }
        return SingleModelVersionResponse.newBuilder()
                .setStatus(Answers.ok())
                .setModelVersion(message)
                .build();
    }

    private MultiEvalMetricsResponse postOfVersion(Caller caller, PostModelVersionEvaluationsRequest request) {
        if (request.getEvalMetricsCount() > EVALUATIONS_MAX) {
            throw tooMany(request.getEvalMetricsCount());
        }
        StoredVersion version =
                version(caller, request.getUserAppId(), request.getModelId(), request.getModelVersionId());
        return answer(
                request.getEvalMetricsCount() == 0
                        ? List.of(ask(version))
                        : asked(request.getEvalMetricsList(), _ -> version));
    }

    private MultiEvalMetricsResponse post(Caller caller, PostEvaluationsRequest request) {
        if (request.getEvalMetricsCount() == 0 || request.getEvalMetricsCount() > EVALUATIONS_MAX) {
            throw tooMany(request.getEvalMetricsCount());
        }
        return answer(asked(
                request.getEvalMetricsList(),
                metrics -> version(
                        caller,
                        request.getUserAppId(),
                        metrics.getModel().getId(),
                        metrics.getModel().getModelVersion().getId())));
    }

    private static Refusal tooMany(int count) {
        return new Refusal(
                StatusCode.MODEL_INVALID_REQUEST,
                "eval_metrics holds %d evaluations but must hold 1 to %d".formatted(count, EVALUATIONS_MAX));
    }

    /** All of them can be made, or none is asked for. */
    private List<Asked> asked(List<EvalMetrics> wanted, Function<EvalMetrics, StoredVersion> version) {
        List<Supplier<Asked>> orders = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            StoredVersion of = version.apply(wanted.get(i));
            Optional<DatasetEvaluations.Order> onDataset =
                    onDatasets.order("eval_metrics[%d]".formatted(i), wanted.get(i), of);
            orders.add(onDataset
                    .<Supplier<Asked>>map(order -> () -> new Asked(onDatasets.ask(order), true))
                    .orElse(() -> ask(of)));
        }
        return orders.stream().map(Supplier::get).toList();
    }

    private static MultiEvalMetricsResponse answer(List<Asked> evaluations) {
        return MultiEvalMetricsResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllEvalMetrics(evaluations.stream()
                        .map(asked -> message(asked.evaluation())
                                .setStatus(asked.status())
                                .build())
                        .toList())
                .build();
    }

    private MultiEvalMetricsResponse list(Caller caller, ListEvaluationsRequest request) {
        Page page = Page.of(caller, request.getPage(), request.getPerPage());
        List<StoredEvaluation> found = database.inTransaction(connection -> {
            Reach reach = Tenants.reach(caller, request.getUserAppId());
            return Evaluations.list(
                            connection,
                            reach.userId(),
                            reach.appId(),
                            request.getModelTypeId(),
                            request.getEvalDatasetIdsList(),
                            page)
                    .shownTo(caller);
        });
        return MultiEvalMetricsResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllEvalMetrics(found.stream()
                        .map(evaluation -> message(evaluation).build())
                        .toList())
                .build();
    }

    private SingleEvalMetricsResponse get(Caller caller, GetEvaluationRequest request) {
        String id = request.getEvaluationId();
        StoredEvaluation evaluation = database.inTransaction(connection -> Evaluations.find(
                        connection, Tenants.app(caller, request.getUserAppId()), id)
                .orElseThrow(
                        () -> new Refusal(StatusCode.DOES_NOT_EXIST, "Evaluation '%s' does not exist".formatted(id))));
        StoredVersion version = database.inTransaction(connection -> found(
                connection,
                evaluation.tenant(),
                evaluation.modelId().value(),
                evaluation.versionId().value()));
        EvalMetrics.Builder message = message(evaluation);
        if (evaluation.progress() instanceof Progress.Made made
                && version.version().state() instanceof Trained trained) {
            Optional<Report> report =
                    made.reportKey().isEmpty() ? reports.of(trained.model()) : reports.at(made.reportKey());
            message.mergeFrom(metrics(evaluation.tenant(), report, request.getFields(), made.remark()));
        }
        return SingleEvalMetricsResponse.newBuilder()
                .setStatus(Answers.ok())
                .setEvalMetrics(message)
                .build();
    }

    private static EvalMetrics.Builder message(StoredEvaluation evaluation) {
        EvalMetrics.Builder message = EvalMetrics.newBuilder()
                .setId(evaluation.id())
                .setUserId(evaluation.tenant().userId())
                .setAppId(evaluation.tenant().appId())
                .setStatus(status(evaluation.progress()))
                .setModel(Model.newBuilder()
                        .setId(evaluation.modelId().value())
                        .setUserId(evaluation.tenant().userId())
                        .setAppId(evaluation.tenant().appId())
                        .setModelVersion(ModelVersion.newBuilder()
                                .setId(evaluation.versionId().value())));
        if (evaluation.progress() instanceof Progress.Made made) {
            message.setSummary(EvaluationMessages.summary(made.summary()));
        }
        if (evaluation.images() instanceof Images.OfDataset(String datasetId, String datasetVersionId, var _)) {
            message.getGroundTruthDatasetBuilder()
                    .setId(datasetId)
                    .setUserId(evaluation.tenant().userId())
                    .setAppId(evaluation.tenant().appId());
            if (!datasetVersionId.isEmpty()) {
                message.getGroundTruthDatasetBuilder().getVersionBuilder().setId(datasetVersionId);
            }
        }
        return message;
    }

    private StoredVersion version(Caller caller, UserAppIDSet whose, String modelId, String versionId) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, whose);
            ModelCalls.found(connection, tenant, modelId);
            return found(connection, tenant, modelId, versionId);
        });
    }

    private static StoredVersion found(Connection connection, Tenant tenant, String modelId, String versionId)
            throws SQLException {
        return Versions.find(connection, tenant, modelId, versionId)
                .orElseThrow(() -> ModelMessages.noVersion(modelId, versionId));
    }

    private Asked ask(StoredVersion version) {
        Trained trained = ModelMessages.trained(version);
        Optional<StoredEvaluation> known =
                database.inTransaction(connection -> Evaluations.of(connection, version.id()));
        if (known.isPresent()) {
            return new Asked(known.get(), false);
        }
        Evaluation evaluation = reports.of(trained.model())
                .map(Evaluation::of)
                .orElseThrow(() -> new Refusal(StatusCode.MODEL_EVALUATION_FAILED, noReport(version)));
        return database.inTransaction(connection -> {
            boolean fresh = Evaluations.insert(connection, Ids.fresh(), version, evaluation.summary(), Instant.now());
            return new Asked(
                    Evaluations.of(connection, version.id())
                            .orElseThrow(() -> ModelMessages.noVersion(
                                    version.modelId().value(), version.id().value())),
                    fresh);
        });
    }

    private static String noReport(StoredVersion version) {
        return "The training of version '%s' left no report that can be read".formatted(version.id());
    }

    private EvalMetrics metrics(Tenant tenant, Optional<Report> report, FieldsValue fields, String remark) {
        Optional<Evaluation> evaluation = report.map(Evaluation::of);
        if (evaluation.isEmpty()) {
            return EvalMetrics.newBuilder()
                    .setStatus(Answers.of(StatusCode.MODEL_EVALUATION_FAILED, "There is no report that can be read"))
                    .build();
        }
        Map<String, LabelledImage> images = new HashMap<>();
        if (fields.getTestSet()) {
            List<String> ids = evaluation.get().report().scores().stream()
                    .flatMap(image -> Stream.of(image.inputId(), FrameId.inputId(image.inputId())))
                    .distinct()
                    .toList();
            database.inTransaction(connection -> Inputs.find(connection, tenant, ids))
                    .forEach(image -> images.put(image.id(), image));
        }
        return EvaluationMessages.metrics(evaluation.get(), fields, images)
                .setStatus(Answers.of(StatusCode.MODEL_EVALUATED, remark))
                .build();
    }

    private static void refuseOtherData(String field, Struct params) {
        for (String name : List.of("dataset_id", "dataset_version_id")) {
            String value =
                    params.getFieldsOrDefault(name, Value.getDefaultInstance()).getStringValue();
            if (!value.isEmpty()) {
                throw otherData("%s.params.%s".formatted(field, name), value);
            }
        }
    }

    /** Says on what it is measured rather than measure on something else than was asked for. */
    private static Refusal otherData(String field, String value) {
        return new Refusal(
                StatusCode.MODEL_INVALID_ARGUMENT,
                ("%s is '%s' but must be left out: metrics are of the images that the training kept back;"
                                + " POST .../evaluations evaluates on a dataset")
                        .formatted(field, value));
    }
}
