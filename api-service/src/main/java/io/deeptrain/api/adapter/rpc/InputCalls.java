package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Paging.Mark;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.AddJobs;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.rpc.InputIntake.Outcome;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.DeleteInputRequest;
import io.deeptrain.contract.DeleteInputsRequest;
import io.deeptrain.contract.GetInputCountRequest;
import io.deeptrain.contract.GetInputRequest;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.InputCount;
import io.deeptrain.contract.InputIDConflictResolution;
import io.deeptrain.contract.ListInputsRequest;
import io.deeptrain.contract.MultiInputResponse;
import io.deeptrain.contract.PatchInputsRequest;
import io.deeptrain.contract.PostInputsRequest;
import io.deeptrain.contract.SingleInputCountResponse;
import io.deeptrain.contract.SingleInputResponse;
import io.deeptrain.contract.status.BaseResponse;
import io.deeptrain.contract.status.Status;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Calls about inputs. What cannot be a training image is refused by itself; the others of the call are kept. */
@ApplicationScoped
class InputCalls {
    static final int INPUTS_MAX = 128;

    private final Database database;
    private final InputIntake intake;

    InputCalls(Database database, InputIntake intake) {
        this.database = database;
        this.intake = intake;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostInputs", PostInputsRequest.class, this::post)
                .answer("ListInputs", ListInputsRequest.class, this::list)
                .answer("GetInput", GetInputRequest.class, this::get)
                .answer("GetInputCount", GetInputCountRequest.class, this::count)
                .answer("PatchInputs", PatchInputsRequest.class, this::patch)
                .answer("DeleteInput", DeleteInputRequest.class, this::delete)
                .answer("DeleteInputs", DeleteInputsRequest.class, this::deleteSome);
    }

    private MultiInputResponse post(Caller caller, PostInputsRequest request) {
        requireCount(request.getInputsCount());
        InputIDConflictResolution resolution = request.getInputIdConflictResolution();
        if (resolution == InputIDConflictResolution.UNRECOGNIZED) {
            throw new Refusal(
                    StatusCode.INPUT_INVALID_REQUEST,
                    "input_id_conflict_resolution is '%d' but must be one of %s"
                            .formatted(request.getInputIdConflictResolutionValue(), resolutions()));
        }
        Instant now = Times.now();
        Tenant tenant = database.inTransaction(connection -> {
            Tenant found = Tenants.app(caller, request.getUserAppId());
            if (!request.getInputsAddJobId().isEmpty()) {
                AddJobCalls.open(connection, found, request.getInputsAddJobId(), now);
            }
            return found;
        });
        List<Outcome> examined = request.getInputsList().stream()
                .map(posted -> intake.examine(posted, now))
                .toList();
        return database.inTransaction(connection -> {
            List<Outcome> outcomes = InputIntake.keep(connection, tenant, examined, resolution, now);
            long refused =
                    outcomes.stream().filter(Outcome.Refused.class::isInstance).count();
            long kept = outcomes.size() - refused;
            MultiInputResponse.Builder answer = MultiInputResponse.newBuilder()
                    .setStatus(overall(kept, outcomes.size(), "kept"))
                    .addAllInputs(InputIntake.answers(connection, tenant, outcomes));
            if (!request.getInputsAddJobId().isEmpty()) {
                AddJobs.count(connection, tenant, request.getInputsAddJobId(), kept, refused, now);
                answer.setInputsAddJob(AddJobCalls.found(connection, tenant, request.getInputsAddJobId()));
            }
            return answer.build();
        });
    }

    private static String resolutions() {
        return Arrays.stream(InputIDConflictResolution.values())
                .filter(resolution -> resolution != InputIDConflictResolution.UNRECOGNIZED)
                .map(resolution -> "%d (%s)".formatted(resolution.getNumber(), resolution))
                .collect(Collectors.joining(", "));
    }

    private static void requireCount(int count) {
        if (count == 0 || count > INPUTS_MAX) {
            throw new Refusal(
                    StatusCode.INPUT_INVALID_REQUEST,
                    "inputs holds %d inputs but must hold 1 to %d".formatted(count, INPUTS_MAX));
        }
    }

    private static Status overall(long done, long all, String what) {
        if (done == all) {
            return Answers.ok();
        }
        return done == 0
                ? Answers.of(
                        StatusCode.FAILURE, "None of the inputs was %s; the status of each says why".formatted(what))
                : Answers.of(
                        StatusCode.MIXED_STATUS,
                        "%d of %d inputs were %s; the status of the others says why".formatted(done, all, what));
    }

    private MultiInputResponse patch(Caller caller, PatchInputsRequest request) {
        requireCount(request.getInputsCount());
        PatchAction action = Actions.of(request.getAction(), StatusCode.INPUT_INVALID_REQUEST);
        Instant now = Times.now();
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            List<Optional<Status>> refusals = patched(connection, tenant, action, request.getInputsList(), now);
            return patchAnswer(connection, tenant, request.getInputsList(), refusals);
        });
    }

    /** Why each was refused, if it was. Inputs that are named twice are changed twice, in the order of the list. */
    private static List<Optional<Status>> patched(
            Connection connection, Tenant tenant, PatchAction action, List<Input> posted, Instant now)
            throws SQLException {
        Set<String> there = Inputs.hold(
                connection, tenant, posted.stream().map(Input::getId).toList());
        Set<String> datasets = Datasets.known(
                connection,
                tenant,
                posted.stream()
                        .flatMap(input -> input.getDatasetIdsList().stream())
                        .collect(Collectors.toSet()));
        List<Optional<Status>> refusals = new ArrayList<>();
        Map<String, InputChanges.Patch> round = new LinkedHashMap<>();
        for (Input input : posted) {
            try {
                requireKnown(input, there, datasets);
                InputChanges.Patch patch = InputChanges.Patch.of(input, action);
                if (round.containsKey(input.getId())) {
                    InputChanges.apply(connection, tenant, action, round, now);
                    round.clear();
                }
                round.put(input.getId(), patch);
                refusals.add(Optional.empty());
            } catch (Refusal refusal) {
                StatusCode code = there.contains(input.getId()) ? StatusCode.INPUT_INVALID : refusal.status();
                refusals.add(Optional.of(Answers.of(code, refusal.details())));
            }
        }
        InputChanges.apply(connection, tenant, action, round, now);
        return refusals;
    }

    private static void requireKnown(Input input, Set<String> there, Set<String> datasets) {
        if (!there.contains(input.getId())) {
            throw new Refusal(
                    StatusCode.INPUT_DOES_NOT_EXIST,
                    "id is '%s' but must be the id of an input of this app".formatted(input.getId()));
        }
        for (String dataset : input.getDatasetIdsList()) {
            if (!datasets.contains(dataset)) {
                throw new Refusal(
                        StatusCode.INPUT_INVALID,
                        "dataset_ids is '%s' but must name a dataset of this app".formatted(dataset));
            }
        }
    }

    private static MultiInputResponse patchAnswer(
            Connection connection, Tenant tenant, List<Input> posted, List<Optional<Status>> refusals)
            throws SQLException {
        Map<String, Input> after = new HashMap<>();
        Set<String> ids = posted.stream().map(Input::getId).collect(Collectors.toCollection(TreeSet::new));
        InputMessages.of(connection, tenant, Inputs.find(connection, tenant, ids))
                .forEach(input -> after.put(input.getId(), input));
        MultiInputResponse.Builder answer = MultiInputResponse.newBuilder();
        int done = 0;
        for (int i = 0; i < posted.size(); i++) {
            Input input = posted.get(i);
            if (refusals.get(i).isPresent()) {
                answer.addInputs(input.toBuilder().setStatus(refusals.get(i).get()));
            } else {
                answer.addInputs(Objects.requireNonNull(after.get(input.getId())));
                done++;
            }
        }
        return answer.setStatus(overall(done, posted.size(), "changed")).build();
    }

    private MultiInputResponse list(Caller caller, ListInputsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            int wanted = request.getStatus().getCode();
            List<LabelledImage> found;
            if (wanted != 0 && wanted != StatusCode.INPUT_DOWNLOAD_SUCCESS.code()) {
                // Every input that is kept is ready.
                found = List.of();
            } else if (request.getIdsCount() > 0) {
                found = Inputs.find(connection, tenant, request.getIdsList());
            } else {
                Page page = Page.of(caller, request.getPage(), request.getPerPage());
                found = Inputs.list(connection, tenant, page);
                if (found.size() == page.size()) {
                    caller.paging()
                            .goesOnAfter(Mark.at(Inputs.position(
                                    connection, tenant, found.getLast().id())));
                }
            }
            return MultiInputResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllInputs(InputMessages.of(connection, tenant, found))
                    .build();
        });
    }

    private SingleInputResponse get(Caller caller, GetInputRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            LabelledImage image = Inputs.find(connection, tenant, request.getInputId())
                    .orElseThrow(() -> noInput(request.getInputId()));
            return SingleInputResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setInput(
                            InputMessages.of(connection, tenant, List.of(image)).getFirst())
                    .build();
        });
    }

    private SingleInputCountResponse count(Caller caller, GetInputCountRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            EmbeddingIndexes.Counts placed = EmbeddingIndexes.counts(connection, tenant);
            return SingleInputCountResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .setCounts(InputCount.newBuilder()
                            .setProcessed(Math.toIntExact(Inputs.count(connection, tenant)))
                            .setReindexed(Math.toIntExact(placed.placed()))
                            .setToReindex(Math.toIntExact(placed.waiting()))
                            .setReindexErrors(Math.toIntExact(placed.failed())))
                    .build();
        });
    }

    private BaseResponse delete(Caller caller, DeleteInputRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            if (Inputs.delete(connection, tenant, List.of(request.getInputId())) == 0) {
                throw noInput(request.getInputId());
            }
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    /** An empty list deletes nothing: a published client sends one when there is nothing to delete. */
    private BaseResponse deleteSome(Caller caller, DeleteInputsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            if (request.getDeleteAll()) {
                Inputs.deleteAll(connection, tenant);
            } else {
                Inputs.delete(connection, tenant, request.getIdsList());
            }
            return BaseResponse.newBuilder().setStatus(Answers.ok()).build();
        });
    }

    private static Refusal noInput(String id) {
        return new Refusal(StatusCode.DOES_NOT_EXIST, "Input '%s' does not exist".formatted(id));
    }
}
