package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Caller;
import io.deeptrain.api.adapter.door.RpcTable;
import io.deeptrain.api.adapter.objects.Manifests;
import io.deeptrain.api.adapter.postgres.Database;
import io.deeptrain.api.adapter.postgres.Inputs;
import io.deeptrain.api.adapter.postgres.Page;
import io.deeptrain.api.adapter.postgres.Slice;
import io.deeptrain.api.adapter.postgres.Versions;
import io.deeptrain.api.adapter.postgres.Versions.StoredVersion;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.BoundingBox;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Image;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.ListModelConceptsRequest;
import io.deeptrain.contract.ListModelInputsRequest;
import io.deeptrain.contract.MultiConceptResponse;
import io.deeptrain.contract.MultiInputResponse;
import io.deeptrain.contract.OutputInfo;
import io.deeptrain.contract.Region;
import io.deeptrain.contract.RegionInfo;
import io.deeptrain.contract.Video;
import io.deeptrain.event.ManifestEntry;
import io.deeptrain.event.ManifestEntry.LabelledRegion;
import io.deeptrain.event.StoredObject;
import io.deeptrain.event.Tenant;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Calls about what a model is made of: the concepts that it tells apart, and the inputs that it learned from. */
@ApplicationScoped
class ModelContentCalls {
    private final Database database;
    private final Manifests manifests;

    ModelContentCalls(Database database, Manifests manifests) {
        this.database = database;
        this.manifests = manifests;
    }

    void addTo(RpcTable.Builder table) {
        table.answer("ListModelConcepts", ListModelConceptsRequest.class, this::concepts)
                .answer("ListModelInputs", ListModelInputsRequest.class, this::inputs);
    }

    private MultiConceptResponse concepts(Caller caller, ListModelConceptsRequest request) {
        return database.inTransaction(connection -> {
            Tenant tenant = Tenants.app(caller, request.getUserAppId());
            OutputInfo output = output(connection, tenant, request.getModelId(), request.getVersionId());
            String search = request.getSearch().replace("*", "").toLowerCase(Locale.ROOT);
            Page page = Page.ofFixed(caller, request.getPage(), request.getPerPage());
            List<Concept> concepts = output.getData().getConceptsList().stream()
                    .map(concept -> message(tenant, concept))
                    .filter(concept -> concept.getId().toLowerCase(Locale.ROOT).contains(search)
                            || concept.getName().toLowerCase(Locale.ROOT).contains(search))
                    .skip(page.offset())
                    .limit(page.size())
                    .toList();
            return MultiConceptResponse.newBuilder()
                    .setStatus(Answers.ok())
                    .addAllConcepts(Slice.ofFixed(concepts, page).shownTo(caller))
                    .build();
        });
    }

    private static OutputInfo output(Connection connection, Tenant tenant, String modelId, String versionId)
            throws SQLException {
        var model = ModelCalls.found(connection, tenant, modelId);
        return versionId.isEmpty()
                ? ModelMessages.document(model).getOutputInfo()
                : ModelMessages.document(version(connection, tenant, modelId, versionId))
                        .getOutputInfo();
    }

    private static StoredVersion version(Connection connection, Tenant tenant, String modelId, String versionId)
            throws SQLException {
        return Versions.find(connection, tenant, modelId, versionId)
                .orElseThrow(() -> ModelMessages.noVersion(modelId, versionId));
    }

    private static Concept message(Tenant tenant, Concept concept) {
        return Concept.newBuilder()
                .setId(concept.getId())
                .setName(concept.getName().isEmpty() ? concept.getId() : concept.getName())
                .setValue(1)
                .setAppId(tenant.appId())
                .setUserId(tenant.userId())
                .build();
    }

    /** As they were when the training was asked for, also if inputs were changed or deleted since. */
    private MultiInputResponse inputs(Caller caller, ListModelInputsRequest request) {
        Page page = Page.ofFixed(caller, request.getPage(), request.getPerPage());
        Tenant tenant = database.inTransaction(_ -> Tenants.app(caller, request.getUserAppId()));
        Optional<StoredObject> manifest = database.inTransaction(connection -> {
            ModelCalls.found(connection, tenant, request.getModelId());
            return request.getVersionId().isEmpty()
                    ? Versions.newest(connection, tenant, request.getModelId()).flatMap(StoredVersion::manifest)
                    : version(connection, tenant, request.getModelId(), request.getVersionId())
                            .manifest();
        });
        List<ManifestEntry> entries = Slice.ofFixed(
                        manifest.map(stored -> manifests.entries(stored, page.offset(), page.size()))
                                .orElse(List.of()),
                        page)
                .shownTo(caller);
        Map<String, LabelledImage> known = new HashMap<>();
        database.inTransaction(connection -> Inputs.find(
                        connection,
                        tenant,
                        entries.stream().map(ManifestEntry::inputId).toList()))
                .forEach(image -> known.put(image.id(), image));
        return MultiInputResponse.newBuilder()
                .setStatus(Answers.ok())
                .addAllInputs(entries.stream()
                        .map(entry -> message(entry, Optional.ofNullable(known.get(entry.inputId()))))
                        .toList())
                .build();
    }

    private static Input message(ManifestEntry entry, Optional<LabelledImage> known) {
        String url = known.map(LabelledImage::url).orElse("");
        Data.Builder data = entry.video().isPresent()
                ? Data.newBuilder().setVideo(Video.newBuilder().setUrl(url))
                : Data.newBuilder().setImage(Image.newBuilder().setUrl(url));
        entry.positives().forEach(id -> data.addConcepts(label(id, 1)));
        entry.negatives().forEach(id -> data.addConcepts(label(id, 0)));
        entry.regions().forEach(region -> data.addRegions(message(region)));
        Input.Builder input = Input.newBuilder()
                .setId(entry.inputId())
                .setData(data)
                .setStatus(Answers.of(StatusCode.INPUT_DOWNLOAD_SUCCESS, ""));
        known.ifPresent(image -> input.setCreatedAt(Times.stamp(image.createdAt())));
        return input.build();
    }

    private static Region message(LabelledRegion region) {
        return Region.newBuilder()
                .setRegionInfo(RegionInfo.newBuilder()
                        .setBoundingBox(BoundingBox.newBuilder()
                                .setTopRow((float) region.top())
                                .setLeftCol((float) region.left())
                                .setBottomRow((float) region.bottom())
                                .setRightCol((float) region.right())))
                .setData(Data.newBuilder().addConcepts(label(region.concept(), 1)))
                .build();
    }

    private static Concept label(String id, float value) {
        return Concept.newBuilder().setId(id).setName(id).setValue(value).build();
    }
}
