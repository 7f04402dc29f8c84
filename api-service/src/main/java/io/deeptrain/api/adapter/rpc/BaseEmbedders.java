package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.postgres.Apps;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes;
import io.deeptrain.api.adapter.postgres.EmbeddingIndexes.StoredIndex;
import io.deeptrain.api.adapter.postgres.Models;
import io.deeptrain.api.adapter.postgres.Models.StoredModel;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.adapter.postgres.Workflows;
import io.deeptrain.api.version.VersionState.Trained;
import io.deeptrain.api.workflow.Node;
import io.deeptrain.event.Tenant;
import io.deeptrain.template.TemplateCatalogue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Finds the model that makes embeddings for others. */
final class BaseEmbedders {
    /** An embedder is for that; the others have features that they decide by. */
    private static final List<String> TYPES = List.of(
            TemplateCatalogue.VISUAL_EMBEDDER,
            TemplateCatalogue.VISUAL_CLASSIFIER,
            TemplateCatalogue.EMBEDDING_CLASSIFIER);

    private BaseEmbedders() {}

    /** The first embedder of the app's base workflow that is trained, or else its first such classifier. */
    static Optional<StoredIndex> ofApp(Connection connection, Tenant tenant) throws SQLException {
        List<Node> nodes = Apps.find(tenant)
                .flatMap(app -> Workflows.find(tenant, app.defaultWorkflowId()))
                .map(workflow -> WorkflowMessages.nodes(WorkflowMessages.message(workflow)))
                .orElseGet(List::of);
        for (String type : TYPES) {
            for (Node node : nodes) {
                Optional<StoredModel> model = Models.find(connection, tenant, node.modelId());
                if (model.isPresent() && model.get().modelTypeId().equals(type)) {
                    Optional<StoredIndex> found = trained(connection, tenant, node.modelId(), node.modelVersionId());
                    if (found.isPresent()) {
                        return found;
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Has the app's inputs placed by what its base workflow has now; without an embedder there is nothing to do. */
    static void reindex(Connection connection, Tenant tenant) throws SQLException {
        Optional<StoredIndex> base = ofApp(connection, tenant);
        if (base.isPresent()) {
            EmbeddingIndexes.begin(connection, base.get(), Times.now());
        }
    }

    /** A model of the app that makes embeddings: its newest version that is trained. */
    static Optional<StoredIndex> named(Connection connection, Tenant tenant, String modelId) throws SQLException {
        Optional<StoredModel> model = Models.find(connection, tenant, modelId);
        return model.isPresent() && TYPES.contains(model.get().modelTypeId())
                ? trained(connection, tenant, modelId, "")
                : Optional.empty();
    }

    private static Optional<StoredIndex> trained(Connection connection, Tenant tenant, String modelId, String versionId)
            throws SQLException {
        Optional<StoredVersion> version = versionId.isEmpty()
                ? Versions.newestTrained(connection, tenant, modelId)
                : Versions.find(connection, tenant, modelId, versionId);
        return version.flatMap(known -> known.version().state() instanceof Trained trained
                ? Optional.of(new StoredIndex(tenant, modelId, known.id().value(), trained.model()))
                : Optional.empty());
    }
}
