package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.http.Predictions;
import io.deeptrain.api.adapter.http.Predictions.NoWorkerException;
import io.deeptrain.api.adapter.http.Predictions.Picture;
import io.deeptrain.api.adapter.http.Predictions.Sight;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes.StoredIndex;
import io.deeptrain.api.adapter.rpc.ImagePredictions.Look;
import io.deeptrain.api.search.Embedding;
import io.deeptrain.api.search.Likeness;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.And;
import io.deeptrain.contract.Annotation;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.Query;
import io.deeptrain.contract.Rank;
import io.deeptrain.contract.Search;
import io.deeptrain.event.Tenant;
import io.deeptrain.video.VideoLimits;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes out of a search what inputs should look like, and asks a worker where that lies: an image, an embedding or an
 * input of the app, in {@code query.ranks.annotation} of the newer clients and {@code query.ands.output.input} of the
 * older. All else of the search remains.
 */
@ApplicationScoped
class Likenesses {
    private final Database database;
    private final Predictions predictions;
    private final ImagePredictions images;

    Likenesses(Database database, Predictions predictions, ImagePredictions images) {
        this.database = database;
        this.predictions = predictions;
        this.images = images;
    }

    /** What is left of a search, and what its hits should look like. */
    record Split(Search rest, Optional<Likeness> likeness) {}

    /** What a search wants its hits to look like: an input whose data may hold an image or an embedding. */
    private record Wanted(String path, Input like) {}

    Split split(Tenant tenant, Search search) {
        List<Wanted> wanted = new ArrayList<>();
        Query.Builder rest = search.getQuery().toBuilder().clearAnds().clearRanks();
        for (And and : search.getQuery().getAndsList()) {
            Input like = and.getOutput().getInput();
            if (isLike(like.getData()) || !like.getId().isEmpty()) {
                requireOnly(!and.hasInput() && !and.hasAnnotation() && !and.getNegate(), "query.ands");
                wanted.add(new Wanted("query.ands.output.input", like));
            } else {
                rest.addAnds(and);
            }
        }
        for (Rank rank : search.getQuery().getRanksList()) {
            Annotation like = rank.getAnnotation();
            if (isLike(like.getData()) || (!like.hasData() && !like.getInputId().isEmpty())) {
                requireOnly(!rank.getNegate(), "query.ranks");
                wanted.add(new Wanted(
                        "query.ranks.annotation",
                        Input.newBuilder()
                                .setId(like.getInputId())
                                .setData(like.getData())
                                .build()));
            } else {
                rest.addRanks(rank);
            }
        }
        if (wanted.isEmpty()) {
            return new Split(search, Optional.empty());
        }
        if (wanted.size() > 1) {
            throw invalid("query asks for %d likenesses but can ask for one".formatted(wanted.size()));
        }
        StoredIndex index = database.inTransaction(connection -> EmbeddingIndexes.find(connection, tenant))
                .orElseThrow(
                        () -> invalid(wanted.getFirst().path() + " asks for inputs that look like something, but no"
                                + " embeddings are indexed: train a visual-embedder or visual-classifier, put it into the app's"
                                + " base workflow and patch that with reindex: true"));
        return new Split(
                search.toBuilder().setQuery(rest).build(),
                Optional.of(new Likeness(
                        embedding(tenant, index, wanted.getFirst()),
                        index.model().sha256(),
                        rest.getRanksCount())));
    }

    private static boolean isLike(Data data) {
        return data.getEmbeddingsCount() > 0
                || !data.getImage().getBase64().isEmpty()
                || !data.getImage().getUrl().isEmpty();
    }

    private static void requireOnly(boolean alone, String path) {
        if (!alone) {
            throw invalid(path + " asks for a likeness and for something else but must ask for that in a condition of"
                    + " its own, and a likeness cannot be negated");
        }
    }

    private Embedding embedding(Tenant tenant, StoredIndex index, Wanted wanted) {
        Data data = wanted.like().getData();
        if (data.getEmbeddingsCount() > 0) {
            return given(wanted.path(), data.getEmbeddings(0).getVectorList());
        }
        if (!isLike(data)) {
            Optional<Embedding> placed = database.inTransaction(connection ->
                    EmbeddingIndexes.embedding(connection, index, wanted.like().getId()));
            if (placed.isPresent()) {
                return placed.get();
            }
        }
        return switch (images.looks(tenant, List.of(wanted.like()), VideoLimits.SAMPLE_MILLIS_DEFAULT)
                .getFirst()) {
            case Look.Refused(StatusCode _, String reason) -> throw invalid(wanted.path() + ": " + reason);
            case Look.At(Picture.Film _) ->
                throw invalid(wanted.path() + " names a video, which has no one likeness; name an image");
            case Look.At(Picture picture) -> seen(wanted.path(), index, picture);
        };
    }

    private Embedding seen(String path, StoredIndex index, Picture picture) {
        try {
            return switch (predictions.embed(index.model(), List.of(picture)).getFirst()) {
                case Sight.Embedding(List<Float> vector) -> given(path, vector);
                case Sight.Unreadable(String reason) -> throw invalid(path + ": " + reason);
                case Sight.Concepts _, Sight.Regions _, Sight.Film _ ->
                    throw new IllegalStateException("a worker was asked for an embedding and gave something else");
            };
        } catch (NoWorkerException away) {
            throw new Refusal(StatusCode.MODEL_BUSY_PLEASE_RETRY, String.valueOf(away.getMessage()));
        }
    }

    private static Embedding given(String path, List<Float> vector) {
        try {
            return Embedding.of(vector);
        } catch (IllegalArgumentException nowhere) {
            throw invalid(path + ": " + nowhere.getMessage());
        }
    }

    private static Refusal invalid(String details) {
        return new Refusal(StatusCode.SEARCH_INVALID_REQUEST, details);
    }
}
