package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.search.Condition;
import io.deeptrain.api.search.Criterion;
import io.deeptrain.api.search.InputSearch;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.And;
import io.deeptrain.contract.Annotation;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Filter;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.Query;
import io.deeptrain.contract.Rank;
import io.deeptrain.contract.Search;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what is looked for, in the words of both generations of clients: {@code query.ands} of the older,
 * {@code query.filters} and {@code query.ranks} of the newer. Both are about what is known of inputs by their labels;
 * what they should look like {@link Likenesses} has taken out before. A concept that the older clients look for in
 * outputs is looked for there too, for outputs are not kept.
 */
final class SearchMessages {
    private final Connection connection;
    private final Tenant tenant;

    private SearchMessages(Connection connection, Tenant tenant) {
        this.connection = connection;
        this.tenant = tenant;
    }

    static InputSearch read(Connection connection, Tenant tenant, Search search) throws SQLException {
        Query query = search.getQuery();
        InputSearch.problem(query.getAndsCount() + query.getFiltersCount() + query.getRanksCount())
                .ifPresent(problem -> {
                    throw invalid(problem);
                });
        SearchMessages reader = new SearchMessages(connection, tenant);
        List<Condition> filters = new ArrayList<>();
        for (And and : query.getAndsList()) {
            filters.add(reader.condition(and));
        }
        for (Filter filter : query.getFiltersList()) {
            List<Criterion> criteria = reader.criteria("query.filters.annotation", filter.getAnnotation());
            criteria.addAll(reader.criteria("query.filters.input", filter.getInput()));
            filters.add(condition("query.filters", criteria, filter.getNegate()));
        }
        List<Condition> ranks = new ArrayList<>();
        for (Rank rank : query.getRanksList()) {
            ranks.add(condition(
                    "query.ranks", reader.criteria("query.ranks.annotation", rank.getAnnotation()), rank.getNegate()));
        }
        return new InputSearch(filters, ranks, search.getMinValue());
    }

    private Condition condition(And and) throws SQLException {
        if (and.getOutput().getInput().getData().hasImage()) {
            throw notIndexed("query.ands.output.input.data.image");
        }
        Data wanted = and.getInput().getData();
        List<Criterion> criteria = new ArrayList<>();
        if (!wanted.getImage().getUrl().isEmpty()) {
            criteria.add(new Criterion.FromUrl(wanted.getImage().getUrl()));
        }
        if (!wanted.getVideo().getUrl().isEmpty()) {
            criteria.add(new Criterion.FromUrl(wanted.getVideo().getUrl()));
        }
        criteria.addAll(criteria(
                "query.ands.input",
                and.getInput().toBuilder()
                        .setData(
                                wanted.getImage().getUrl().isEmpty()
                                        ? wanted
                                        : wanted.toBuilder().clearImage().build())
                        .build()));
        criteria.addAll(criteria("query.ands.output", and.getOutput().getData()));
        criteria.addAll(criteria("query.ands.annotation", and.getAnnotation()));
        return condition("query.ands", criteria, and.getNegate());
    }

    private List<Criterion> criteria(String path, Input input) throws SQLException {
        List<Criterion> criteria = criteria(path, input.getData());
        if (!input.getId().isEmpty()) {
            criteria.add(new Criterion.WithId(input.getId()));
        }
        input.getDatasetIdsList().forEach(id -> criteria.add(new Criterion.InDataset(id)));
        return criteria;
    }

    private List<Criterion> criteria(String path, Annotation annotation) throws SQLException {
        List<Criterion> criteria = criteria(path, annotation.getData());
        if (!annotation.getInputId().isEmpty()) {
            criteria.add(new Criterion.WithId(annotation.getInputId()));
        }
        return criteria;
    }

    private List<Criterion> criteria(String path, Data data) throws SQLException {
        if (data.hasImage() || data.getEmbeddingsCount() > 0) {
            throw notIndexed(path + ".data." + (data.hasImage() ? "image" : "embeddings"));
        }
        if (data.hasGeo() || data.hasText() || data.getRegionsCount() > 0) {
            throw invalid(path + ".data must hold only concepts and metadata, which is what inputs can be searched by");
        }
        List<Criterion> criteria = new ArrayList<>();
        for (Concept concept : data.getConceptsList()) {
            List<String> ids = concept.getId().isEmpty()
                    ? Concepts.named(connection, tenant, concept.getName())
                    : List.of(concept.getId());
            boolean positive = Label.of(concept.getId(), concept.getValue()).positive();
            criteria.add(new Criterion.Labelled(ids, positive));
        }
        if (data.hasMetadata()) {
            criteria.add(new Criterion.WithMetadata(Metadata.written(path + ".data.metadata", data.getMetadata())));
        }
        return criteria;
    }

    private static Condition condition(String path, List<Criterion> criteria, boolean negated) {
        if (criteria.isEmpty()) {
            throw invalid(path + " holds a condition that names nothing but must name concepts, metadata, an input"
                    + " or a dataset");
        }
        return new Condition(criteria, negated);
    }

    private static Refusal notIndexed(String path) {
        return invalid(path + " asks for inputs that look like something, which only query.ranks.annotation and"
                + " query.ands.output.input of PostInputsSearches and PostSearches can; search by concepts, metadata,"
                + " input ids or datasets");
    }

    private static Refusal invalid(String details) {
        return new Refusal(StatusCode.SEARCH_INVALID_REQUEST, details);
    }
}
