package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Searches;
import io.deeptrain.api.adapter.postgres.Searches.Placed;
import io.deeptrain.api.adapter.postgres.Searches.Scored;
import io.deeptrain.api.adapter.rpc.Likenesses.Split;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.search.InputSearch;
import io.deeptrain.api.search.Likeness;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Hit;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.MultiSearchResponse;
import io.deeptrain.contract.Pagination;
import io.deeptrain.contract.PostInputsSearchesRequest;
import io.deeptrain.contract.PostSearchesRequest;
import io.deeptrain.contract.Search;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Calls that look for inputs. */
@ApplicationScoped
class SearchCalls {
    private final Database database;
    private final Likenesses likenesses;

    SearchCalls(Database database, Likenesses likenesses) {
        this.database = database;
        this.likenesses = likenesses;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostInputsSearches", PostInputsSearchesRequest.class, this::search)
                .answer("PostSearches", PostSearchesRequest.class, this::searchInOlderWords);
    }

    private MultiSearchResponse search(Caller caller, PostInputsSearchesRequest request) {
        requireOne(request.getSearchesCount());
        Search search = request.getSearches(0);
        Tenant tenant = database.inTransaction(_ -> Tenants.app(caller, request.getUserAppId()));
        Split split = likenesses.split(tenant, search);
        return database.inTransaction(connection -> {
            MultiSearchResponse.Builder answer = request.getOnlyCount()
                    ? counted(connection, tenant, split)
                    : found(caller, connection, tenant, split, request.getPagination());
            return answer.addSearches(search).build();
        });
    }

    private MultiSearchResponse searchInOlderWords(Caller caller, PostSearchesRequest request) {
        if (request.getSearchesCount() > 0) {
            requireOne(request.getSearchesCount());
        }
        Search search = request.getSearchesCount() > 0
                ? request.getSearches(0)
                : Search.newBuilder().setQuery(request.getQuery()).build();
        Tenant tenant = database.inTransaction(_ -> Tenants.app(caller, request.getUserAppId()));
        Split split = likenesses.split(tenant, search);
        return database.inTransaction(connection -> found(caller, connection, tenant, split, request.getPagination())
                .setQuery(search.getQuery())
                .build());
    }

    private static List<Placed> like(Connection connection, Tenant tenant, InputSearch wanted, Likeness likeness)
            throws SQLException {
        List<Placed> placed;
        try {
            placed = Searches.like(connection, tenant, wanted, likeness);
        } catch (IllegalArgumentException otherSize) {
            throw new Refusal(StatusCode.SEARCH_INVALID_REQUEST, String.valueOf(otherSize.getMessage()));
        }
        if (placed.size() > Likeness.INPUTS_MAX) {
            throw new Refusal(
                    StatusCode.SEARCH_INVALID_REQUEST,
                    "More than %d inputs would have to be compared; search by a dataset or concept too"
                            .formatted(Likeness.INPUTS_MAX));
        }
        return placed;
    }

    /** One page. Whoever comes back with its cursor sees nothing twice, also if inputs have come in that fit better. */
    private static List<Scored> some(
            Caller caller, Connection connection, Tenant tenant, List<Placed> placed, Page page) throws SQLException {
        List<Placed> wanted = placed.stream()
                .filter(hit -> page.after().map(hit::isBehind).orElse(true))
                .skip(page.offset())
                .limit(page.size())
                .toList();
        if (wanted.size() == page.size()) {
            caller.paging().goesOnAfter(wanted.getLast().mark());
        }
        Map<String, LabelledImage> images =
                Inputs.find(
                                connection,
                                tenant,
                                wanted.stream().map(Placed::inputId).toList())
                        .stream()
                        .collect(Collectors.toMap(LabelledImage::id, Function.identity()));
        List<Scored> some = new ArrayList<>();
        for (Placed hit : wanted) {
            LabelledImage image = images.get(hit.inputId());
            if (image != null) {
                some.add(new Scored(image, hit.score()));
            }
        }
        return some;
    }

    private static void requireOne(int count) {
        if (count != 1) {
            throw new Refusal(
                    StatusCode.SEARCH_INVALID_REQUEST,
                    "searches holds %d searches but must hold exactly one".formatted(count));
        }
    }

    private static MultiSearchResponse.Builder counted(Connection connection, Tenant tenant, Split split)
            throws SQLException {
        InputSearch wanted = SearchMessages.read(connection, tenant, split.rest());
        long count = split.likeness().isPresent()
                ? like(connection, tenant, wanted, split.likeness().get()).size()
                : Searches.count(connection, tenant, wanted);
        return MultiSearchResponse.newBuilder()
                .setId(Ids.fresh())
                .setStatus(Answers.of(StatusCode.SUCCESS, "%d hits".formatted(count)));
    }

    private static MultiSearchResponse.Builder found(
            Caller caller, Connection connection, Tenant tenant, Split split, Pagination pagination)
            throws SQLException {
        InputSearch wanted = SearchMessages.read(connection, tenant, split.rest());
        Page page = Page.of(caller, pagination.getPage(), pagination.getPerPage());
        List<Scored> hits = split.likeness().isPresent()
                ? some(
                        caller,
                        connection,
                        tenant,
                        like(connection, tenant, wanted, split.likeness().get()),
                        page)
                : Searches.find(connection, tenant, wanted, page).shownTo(caller);
        List<Input> inputs = InputMessages.of(
                connection, tenant, hits.stream().map(Scored::image).toList());
        MultiSearchResponse.Builder answer =
                MultiSearchResponse.newBuilder().setId(Ids.fresh()).setStatus(Answers.ok());
        for (int i = 0; i < hits.size(); i++) {
            answer.addHits(Hit.newBuilder()
                    .setScore(hits.get(i).score())
                    .setInput(inputs.get(i))
                    .setUserId(tenant.userId())
                    .setAppId(tenant.appId()));
        }
        return answer;
    }
}
