package io.deeptrain.api.adapter.rpc;

import com.google.protobuf.Struct;
import io.deeptrain.api.adapter.door.Answers;
import io.deeptrain.api.adapter.door.Refusal;
import io.deeptrain.api.adapter.postgres.Concepts;
import io.deeptrain.api.annotation.Contents;
import io.deeptrain.api.input.BoundingBox;
import io.deeptrain.api.input.GeoPoint;
import io.deeptrain.api.input.Label;
import io.deeptrain.api.input.LabelledImage;
import io.deeptrain.api.input.Region;
import io.deeptrain.api.status.StatusCode;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Geo;
import io.deeptrain.contract.Image;
import io.deeptrain.contract.Input;
import io.deeptrain.contract.RegionInfo;
import io.deeptrain.contract.Video;
import io.deeptrain.contract.VideoInfo;
import io.deeptrain.event.Tenant;
import io.deeptrain.video.Clip;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Inputs, and what is said of them, as the contract writes them. */
final class InputMessages {
    private InputMessages() {}

    /** Names of concepts by their ids; a concept that is not known by name is called by its id. */
    record Names(Map<String, String> byId) {
        Names {
            byId = Map.copyOf(byId);
        }

        static Names of(Connection connection, Tenant tenant, Collection<String> conceptIds) throws SQLException {
            return new Names(Concepts.names(connection, tenant, conceptIds));
        }

        Concept concept(Label label) {
            return Concept.newBuilder()
                    .setId(label.conceptId())
                    .setName(byId.getOrDefault(label.conceptId(), label.conceptId()))
                    .setValue(label.positive() ? 1 : 0)
                    .build();
        }
    }

    static List<Input> of(Connection connection, Tenant tenant, Collection<LabelledImage> images) throws SQLException {
        Set<String> conceptIds = new TreeSet<>();
        images.forEach(image -> conceptIds.addAll(conceptIds(image.labels(), image.regions())));
        Names names = Names.of(connection, tenant, conceptIds);
        return images.stream().map(image -> of(image, names)).toList();
    }

    static Set<String> conceptIds(List<Label> labels, List<Region> regions) {
        Set<String> ids = new TreeSet<>();
        labels.forEach(label -> ids.add(label.conceptId()));
        regions.forEach(region -> region.labels().forEach(label -> ids.add(label.conceptId())));
        return ids;
    }

    private static Input of(LabelledImage image, Names names) {
        Data.Builder data = seen(image);
        says(data, image.labels(), image.regions(), names);
        Struct metadata = Metadata.read(image.metadata());
        if (metadata.getFieldsCount() > 0) {
            data.setMetadata(metadata);
        }
        image.geo()
                .ifPresent(point -> data.setGeo(Geo.newBuilder()
                        .setGeoPoint(io.deeptrain.contract.GeoPoint.newBuilder()
                                .setLongitude(point.longitude())
                                .setLatitude(point.latitude()))));
        return Input.newBuilder()
                .setId(image.id())
                .setData(data)
                .addAllDatasetIds(image.datasetIds())
                .setCreatedAt(Times.stamp(image.createdAt()))
                .setModifiedAt(Times.stamp(image.modifiedAt()))
                .setStatus(Answers.of(StatusCode.INPUT_DOWNLOAD_SUCCESS, ""))
                .build();
    }

    /** What is to be seen: the image or the video. */
    static Data.Builder seen(LabelledImage image) {
        return image.video()
                .map(clip -> Data.newBuilder().setVideo(video(image.url(), clip)))
                .orElseGet(() -> Data.newBuilder().setImage(Image.newBuilder().setUrl(image.url())));
    }

    private static Video video(String url, Clip clip) {
        VideoInfo.Builder info = VideoInfo.newBuilder()
                .setVideoFormat(clip.format())
                .setWidth(clip.width())
                .setHeight(clip.height())
                .setFrameCount(clip.frames())
                .setDurationSeconds((float) (clip.millis() / 1000.0));
        if (clip.millis() > 0) {
            info.setFps((float) (clip.frames() * 1000.0 / clip.millis()));
        }
        return Video.newBuilder().setUrl(url).setVideoInfo(info).build();
    }

    /** Adds labels and regions to what is shown. */
    static void says(Data.Builder data, List<Label> labels, List<Region> regions, Names names) {
        labels.forEach(label -> data.addConcepts(names.concept(label)));
        for (Region region : regions) {
            BoundingBox box = region.box();
            Data.Builder shown = Data.newBuilder();
            region.labels().forEach(label -> shown.addConcepts(names.concept(label)));
            data.addRegions(io.deeptrain.contract.Region.newBuilder()
                    .setId(region.id())
                    .setRegionInfo(RegionInfo.newBuilder()
                            .setBoundingBox(io.deeptrain.contract.BoundingBox.newBuilder()
                                    .setTopRow(box.top())
                                    .setLeftCol(box.left())
                                    .setBottomRow(box.bottom())
                                    .setRightCol(box.right())))
                    .setData(shown));
        }
    }

    /** What is said with {@code data}. A region without an id gets one. */
    static Contents contents(Data data) {
        return new Contents(labels("data.concepts", data), regions(data, region -> {
            io.deeptrain.contract.BoundingBox box = region.getRegionInfo().getBoundingBox();
            if (!region.getRegionInfo().hasBoundingBox()) {
                throw invalid("data.regions.region_info.bounding_box is missing but must be there");
            }
            Optional<String> problem =
                    BoundingBox.problem(box.getTopRow(), box.getLeftCol(), box.getBottomRow(), box.getRightCol());
            if (problem.isPresent()) {
                throw invalid("data.regions.region_info.bounding_box." + problem.get());
            }
            return new Region(
                    Ids.givenOrFresh("data.regions.id", region.getId()),
                    new BoundingBox(box.getTopRow(), box.getLeftCol(), box.getBottomRow(), box.getRightCol()),
                    labels("data.regions.data.concepts", region.getData()));
        }));
    }

    /** What {@code data} names to be removed: for regions their ids are enough. */
    static Contents named(Data data) {
        return new Contents(
                labels("data.concepts", data),
                regions(
                        data,
                        region -> new Region(
                                Ids.checked("data.regions.id", region.getId()),
                                new BoundingBox(0, 0, 1, 1),
                                List.of())));
    }

    private static List<Label> labels(String path, Data data) {
        if (data.getConceptsCount() > Contents.LABELS_MAX) {
            throw invalid("%s holds %d concepts but must hold at most %d"
                    .formatted(path, data.getConceptsCount(), Contents.LABELS_MAX));
        }
        Map<String, Label> labels = new LinkedHashMap<>();
        for (Concept concept : data.getConceptsList()) {
            String id = Ids.checked(path + ".id", concept.getId());
            labels.put(id, Label.of(id, concept.getValue()));
        }
        return List.copyOf(labels.values());
    }

    private interface RegionReading {
        Region of(io.deeptrain.contract.Region region);
    }

    private static List<Region> regions(Data data, RegionReading reading) {
        if (data.getRegionsCount() > Contents.REGIONS_MAX) {
            throw invalid("data.regions holds %d regions but must hold at most %d"
                    .formatted(data.getRegionsCount(), Contents.REGIONS_MAX));
        }
        Map<String, Region> regions = new LinkedHashMap<>();
        for (io.deeptrain.contract.Region posted : data.getRegionsList()) {
            Region region = reading.of(posted);
            if (regions.put(region.id(), region) != null) {
                throw invalid(
                        "data.regions.id is '%s', which another region of the same list has".formatted(region.id()));
            }
        }
        return List.copyOf(regions.values());
    }

    /** The concepts that are named in {@code data}, of the whole and of regions, as they are given. */
    static List<Concept> concepts(Data data) {
        List<Concept> concepts = new ArrayList<>(data.getConceptsList());
        data.getRegionsList().forEach(region -> concepts.addAll(region.getData().getConceptsList()));
        return concepts;
    }

    static Optional<GeoPoint> geo(Data data) {
        if (!data.getGeo().hasGeoPoint()) {
            return Optional.empty();
        }
        io.deeptrain.contract.GeoPoint point = data.getGeo().getGeoPoint();
        Optional<String> problem = GeoPoint.problem(point.getLongitude(), point.getLatitude());
        if (problem.isPresent()) {
            throw invalid("data.geo.geo_point." + problem.get());
        }
        return Optional.of(new GeoPoint(point.getLongitude(), point.getLatitude()));
    }

    static String metadata(Data data) {
        return Metadata.written("data.metadata", data.getMetadata());
    }

    private static Refusal invalid(String details) {
        return new Refusal(StatusCode.INPUT_INVALID, details);
    }
}
