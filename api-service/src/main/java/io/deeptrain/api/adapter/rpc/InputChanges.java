package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import io.deeptrain.api.adapter.postgres.Annotations;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.adapter.postgres.Concepts.StoredConcept;
import io.deeptrain.api.adapter.postgres.Datasets;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.annotation.Annotation;
import io.deeptrain.api.annotation.Contents;
import io.deeptrain.api.annotation.InputPatch;
import io.deeptrain.api.input.GeoPoint;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.PatchAction;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Input;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Changes many inputs in one transaction, in batches. */
final class InputChanges {
    private InputChanges() {}

    /**
     * What a patch of one input names.
     *
     * @param concepts those that its labels name, as they were posted
     */
    record Patch(
            Contents contents,
            List<Concept> concepts,
            Optional<Struct> metadata,
            Optional<GeoPoint> geo,
            List<String> datasetIds) {
        Patch {
            concepts = List.copyOf(concepts);
            datasetIds = List.copyOf(datasetIds);
        }

        static Patch of(Input posted, PatchAction action) {
            InputMessages.metadata(posted.getData());
            boolean says = action != PatchAction.REMOVE;
            return new Patch(
                    says ? InputMessages.contents(posted.getData()) : InputMessages.named(posted.getData()),
                    says ? InputMessages.concepts(posted.getData()) : List.of(),
                    posted.getData().hasMetadata()
                            ? Optional.of(posted.getData().getMetadata())
                            : Optional.empty(),
                    InputMessages.geo(posted.getData()),
                    posted.getDatasetIdsList().stream().distinct().toList());
        }

        static Patch metadata(Struct metadata) {
            return new Patch(
                    new Contents(List.of(), List.of()), List.of(), Optional.of(metadata), Optional.empty(), List.of());
        }

        static Patch contents(Contents contents, List<Concept> concepts) {
            return new Patch(contents, concepts, Optional.empty(), Optional.empty(), List.of());
        }
    }

    /** Applies to each input, by its id, its patch. The inputs are held and their datasets are known. */
    static void apply(Connection connection, Tenant tenant, PatchAction action, Map<String, Patch> patches, Instant now)
            throws SQLException {
        Set<String> ids = patches.keySet();
        List<LabelledImage> changed = new ArrayList<>();
        for (LabelledImage image : Inputs.find(connection, tenant, ids)) {
            changed.add(patched(image, action, of(patches, image.id()), now));
        }
        Inputs.update(connection, tenant, changed);
        annotate(connection, tenant, action, patches, now);
        enlist(connection, tenant, action, patches, now);
    }

    private static Patch of(Map<String, Patch> patches, String id) {
        return Optional.ofNullable(patches.get(id)).orElseThrow();
    }

    private static LabelledImage patched(LabelledImage image, PatchAction action, Patch patch, Instant now) {
        Optional<GeoPoint> geo =
                patch.geo().isEmpty() ? image.geo() : action == PatchAction.REMOVE ? Optional.empty() : patch.geo();
        String metadata = patch.metadata()
                .map(named -> Metadata.written(
                        "data.metadata", Metadata.patched(Metadata.read(image.metadata()), action, named)))
                .orElse(image.metadata());
        return new LabelledImage(
                image.id(),
                image.image(),
                image.video(),
                image.url(),
                metadata,
                geo,
                image.labels(),
                image.regions(),
                image.datasetIds(),
                image.createdAt(),
                now);
    }

    private static void annotate(
            Connection connection, Tenant tenant, PatchAction action, Map<String, Patch> patches, Instant now)
            throws SQLException {
        Map<String, List<Annotation>> before = Annotations.of(connection, tenant, patches.keySet());
        Map<String, StoredConcept> concepts = new TreeMap<>();
        List<Annotation> saved = new ArrayList<>();
        List<String> deleted = new ArrayList<>();
        Set<String> touched = new TreeSet<>();
        patches.forEach((id, patch) -> {
            if (!patch.contents().isEmpty()) {
                InputPatch outcome = InputPatch.of(
                        id, before.getOrDefault(id, List.of()), action, patch.contents(), Ids.fresh(), now);
                saved.addAll(outcome.saved());
                deleted.addAll(outcome.deleted());
                touched.add(id);
                patch.concepts()
                        .forEach(concept -> concepts.putIfAbsent(concept.getId(), ConceptCalls.of(concept, now)));
            }
        });
        Concepts.insert(connection, tenant, concepts.values());
        Annotations.delete(connection, tenant, deleted);
        Annotations.save(connection, tenant, saved);
        Annotations.relabel(connection, tenant, touched);
    }

    private static void enlist(
            Connection connection, Tenant tenant, PatchAction action, Map<String, Patch> patches, Instant now)
            throws SQLException {
        Map<String, List<String>> byDataset = new TreeMap<>();
        List<String> enlisted = new ArrayList<>();
        patches.forEach((id, patch) -> {
            patch.datasetIds()
                    .forEach(dataset -> byDataset
                            .computeIfAbsent(dataset, _ -> new ArrayList<>())
                            .add(id));
            if (!patch.datasetIds().isEmpty()) {
                enlisted.add(id);
            }
        });
        if (action == PatchAction.OVERWRITE) {
            Datasets.removeFromAll(connection, tenant, enlisted);
        }
        for (Map.Entry<String, List<String>> dataset : byDataset.entrySet()) {
            if (action == PatchAction.REMOVE) {
                Datasets.remove(connection, tenant, dataset.getKey(), dataset.getValue());
            } else {
                Datasets.add(connection, tenant, dataset.getKey(), dataset.getValue(), now);
            }
        }
    }
}
