package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.FinishedTrainings;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.rpc.TrainingSource.Found;
import io.deeptrain.api.dataset.Freezing;
import io.deeptrain.api.dataset.FrozenInput;
import io.deeptrain.api.estimate.CalibratedEstimate;
import io.deeptrain.api.estimate.TrainingEstimate;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.ModelVersion;
import io.deeptrain.contract.MultiTrainingTimeEstimateResponse;
import io.deeptrain.contract.PostModelVersionsTrainingTimeEstimateRequest;
import io.deeptrain.event.Footage;
import io.deeptrain.event.Rate;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What a training would take. The contract has room for the time only; {@link #estimates} says the rest as well. */
@ApplicationScoped
public class EstimateCalls {
    private final Database database;
    private final TrainingSource source;
    private final Rate rate;

    EstimateCalls(
            Database database,
            TrainingSource source,
            @ConfigProperty(name = "deeptrain.rate.cents-per-gpu-hour", defaultValue = "400") long centsPerGpuHour,
            @ConfigProperty(name = "deeptrain.rate.currency", defaultValue = "USD") String currency) {
        this.database = database;
        this.source = source;
        this.rate = new Rate(centsPerGpuHour, currency);
    }

    /**
     * What one training of a tenant would take, from how many inputs, and at which rate.
     *
     * @param images as many as inputs, but that a video is as many as frames of it are looked at
     * @param warnings what the tenant should know of these inputs
     */
    public record Quote(
            Tenant tenant,
            String templateId,
            long inputs,
            long images,
            List<String> warnings,
            Wanted wanted,
            CalibratedEstimate estimate,
            Rate rate) {
        public Quote {
            warnings = List.copyOf(warnings);
        }

        public int gpus() {
            return wanted.gpus();
        }

        public long costCents() {
            return estimate.expected().costCents(rate.centsPerGpuHour(), gpus(), wanted.gpuMilli());
        }

        public long costCentsLow() {
            return new TrainingEstimate(estimate.low()).costCents(rate.centsPerGpuHour(), gpus(), wanted.gpuMilli());
        }

        public long costCentsHigh() {
            return new TrainingEstimate(estimate.high()).costCents(rate.centsPerGpuHour(), gpus(), wanted.gpuMilli());
        }
    }

    /**
     * The GPUs that a training asks for.
     *
     * @param gpuClass empty if any will do
     * @param gpuMilli thousandths of a GPU that each of them is
     */
    public record Wanted(int gpus, Optional<String> gpuClass, int gpuMilli) {}

    void addTo(RpcTable.Builder table) {
        table.answer(
                "PostModelVersionsTrainingTimeEstimate",
                PostModelVersionsTrainingTimeEstimateRequest.class,
                this::estimate);
    }

    private MultiTrainingTimeEstimateResponse estimate(
            Caller caller, PostModelVersionsTrainingTimeEstimateRequest request) {
        List<Quote> quotes = estimates(caller, request);
        String details = quotes.stream()
                .map(quote ->
                        "%s, %d cents".formatted(quote.estimate().expected().display(), quote.costCents()))
                .collect(Collectors.joining("; "));
        return MultiTrainingTimeEstimateResponse.newBuilder()
                .setStatus(Answers.of(StatusCode.SUCCESS, details))
                .addAllTrainingTimeEstimates(quotes.stream()
                        .map(quote -> Times.span(quote.estimate().expected().time()))
                        .toList())
                .build();
    }

    /** One for each version that is asked about; for the model as it is if none is. */
    public List<Quote> estimates(Caller caller, PostModelVersionsTrainingTimeEstimateRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            StoredModel model = ModelCalls.found(connection, tenant, request.getModelId());
            List<ModelVersion> versions = request.getModelVersionsCount() == 0
                    ? List.of(ModelVersion.getDefaultInstance())
                    : request.getModelVersionsList();
            List<Quote> quotes = new ArrayList<>();
            for (ModelVersion version : versions) {
                TrainingOrder order =
                        TrainingCalls.draft(model, List.of(version), "").complete();
                long asked = request.getEstimatedInputCount();
                quotes.add(
                        asked != 0
                                ? quote(connection, tenant, order, asked, asked, order.warnings(List.of()))
                                : quote(connection, tenant, order));
            }
            return quotes;
        });
    }

    private Quote quote(Connection connection, Tenant tenant, TrainingOrder order) throws SQLException {
        Found.Labelled labelled = source.labelledWith(connection, tenant, order);
        List<FrozenInput> inputs = labelled.inputs();
        long images = inputs.stream()
                .mapToLong(input -> input.video().map(Footage::frames).orElse(1))
                .sum();
        return quote(connection, tenant, order, inputs.size(), images, warnings(labelled, order));
    }

    private Quote quote(
            Connection connection, Tenant tenant, TrainingOrder order, long inputs, long images, List<String> warnings)
            throws SQLException {
        TrainingEstimate formula = TrainingEstimate.of(order.template(), order.hyperparameters(), images);
        CalibratedEstimate estimate =
                FinishedTrainings.calibration(connection, order.template().id()).correct(formula);
        return new Quote(tenant, order.template().id(), inputs, images, warnings, order.wanted(), estimate, rate);
    }

    /** What cannot be trained on is refused when it is asked for: until then time and cost may be of interest. */
    private static List<String> warnings(Found.Labelled labelled, TrainingOrder order) {
        List<String> ofOrder = switch (Freezing.ofFrozen(labelled.inputs(), order.concepts(), order.evidence())) {
            case Freezing.Frozen(var entries) -> order.warnings(entries);
            case Freezing.NoImages _ -> order.warnings(List.of());
            case Freezing.NoPositives _ -> order.warnings(List.of());
        };
        return Stream.concat(labelled.remark().stream(), ofOrder.stream()).toList();
    }
}
