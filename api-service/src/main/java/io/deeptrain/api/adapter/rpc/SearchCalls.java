package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Searches;
import io.deeptrain.api.adapter.postgres.Searches.Scored;
import io.deeptrain.api.search.InputSearch;
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
import java.util.List;

/** Calls that look for inputs. */
@ApplicationScoped
class SearchCalls {
    private final Database database;

    SearchCalls(Database database) {
        this.database = database;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("PostInputsSearches", PostInputsSearchesRequest.class, this::search)
                .answer("PostSearches", PostSearchesRequest.class, this::searchInOlderWords);
    }

    private MultiSearchResponse search(Caller caller, PostInputsSearchesRequest request) {
        requireOne(request.getSearchesCount());
        Search search = request.getSearches(0);
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            MultiSearchResponse.Builder answer = request.getOnlyCount()
                    ? counted(connection, tenant, search)
                    : found(caller, connection, tenant, search, request.getPagination());
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
        return database.inTransaction(connection -> found(
                        caller,
                        connection,
                        Tenants.app(caller, request.getUserAppId()),
                        search,
                        request.getPagination())
                .setQuery(search.getQuery())
                .build());
    }

    private static void requireOne(int count) {
        if (count != 1) {
            throw new Refusal(
                    StatusCode.SEARCH_INVALID_REQUEST,
                    "searches holds %d searches but must hold exactly one".formatted(count));
        }
    }

    private static MultiSearchResponse.Builder counted(Connection connection, Tenant tenant, Search search)
            throws SQLException {
        long count = Searches.count(connection, tenant, SearchMessages.read(connection, tenant, search));
        return MultiSearchResponse.newBuilder()
                .setId(Ids.fresh())
                .setStatus(Answers.of(StatusCode.SUCCESS, "%d hits".formatted(count)));
    }

    private static MultiSearchResponse.Builder found(
            Caller caller, Connection connection, Tenant tenant, Search search, Pagination pagination)
            throws SQLException {
        InputSearch wanted = SearchMessages.read(connection, tenant, search);
        List<Scored> hits = Searches.find(
                        connection, tenant, wanted, Page.of(caller, pagination.getPage(), pagination.getPerPage()))
                .shownTo(caller);
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
