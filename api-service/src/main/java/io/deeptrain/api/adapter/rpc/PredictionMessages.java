package io.deeptrain.api.adapter.rpc;

import io.deeptrain.api.adapter.http.Predictions;
import io.deeptrain.api.adapter.http.Predictions.Found;
import io.deeptrain.api.adapter.http.Predictions.Seen;
import io.deeptrain.api.adapter.http.Predictions.Sight;
import io.deeptrain.api.adapter.http.Predictions.Sight.Content;
import io.deeptrain.contract.BoundingBox;
import io.deeptrain.contract.Concept;
import io.deeptrain.contract.Data;
import io.deeptrain.contract.Embedding;
import io.deeptrain.contract.Frame;
import io.deeptrain.contract.FrameInfo;
import io.deeptrain.contract.OutputConfig;
import io.deeptrain.contract.Region;
import io.deeptrain.contract.RegionInfo;
import io.deeptrain.event.Tenant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a model said, as the contract writes it, and what of it a caller wants to hear. */
final class PredictionMessages {
    private PredictionMessages() {}

    /** What the call asks for and, of what it leaves open, what the version was made with. */
    static OutputConfig config(OutputConfig ofVersion, OutputConfig asked) {
        OutputConfig.Builder config = asked.toBuilder();
        if (asked.getMaxConcepts() == 0) {
            config.setMaxConcepts(ofVersion.getMaxConcepts());
        }
        if (asked.getMinValue() == 0) {
            config.setMinValue(ofVersion.getMinValue());
        }
        if (asked.getSampleMs() == 0) {
            config.setSampleMs(ofVersion.getSampleMs());
        }
        return config.build();
    }

    /**
     * The concepts to show, the most probable first; or the regions, those with the most probable concept first, each
     * with as many concepts as are wanted; or the whole embedding; or all that of each moment of a video.
     */
    static Data data(Tenant tenant, Content sight, OutputConfig config) {
        Data.Builder data = Data.newBuilder();
        switch (sight) {
            case Sight.Concepts(List<Seen> seen) -> data.addAllConcepts(chosen(tenant, seen, config));
            case Sight.Regions(List<Found> found) -> data.addAllRegions(regions(tenant, found, config));
            case Sight.Embedding(List<Float> vector) ->
                data.addEmbeddings(Embedding.newBuilder().addAllVector(vector).setNumDimensions(vector.size()));
            case Sight.Film(List<Predictions.Frame> frames) ->
                frames.forEach(frame -> data.addFrames(Frame.newBuilder()
                        .setId(Ids.fresh())
                        .setFrameInfo(FrameInfo.newBuilder()
                                .setIndex(frame.index())
                                .setNumber(frame.number())
                                .setTime(Math.toIntExact(frame.timeMillis())))
                        .setData(data(tenant, frame.seen(), config))));
        }
        return data.build();
    }

    private static List<Concept> chosen(Tenant tenant, List<Seen> seen, OutputConfig config) {
        Set<String> selected = config.getSelectConceptsList().stream()
                .map(concept -> concept.getId().isEmpty() ? concept.getName() : concept.getId())
                .collect(Collectors.toSet());
        return seen.stream()
                .filter(concept -> selected.isEmpty() || selected.contains(concept.conceptId()))
                .filter(concept -> concept.value() >= config.getMinValue())
                .sorted(Comparator.comparingDouble(Seen::value).reversed().thenComparing(Seen::conceptId))
                .limit(config.getMaxConcepts() == 0 ? seen.size() : config.getMaxConcepts())
                .map(concept -> Concept.newBuilder()
                        .setId(concept.conceptId())
                        .setName(concept.conceptId())
                        .setValue((float) concept.value())
                        .setAppId(tenant.appId())
                        .build())
                .toList();
    }

    /** What was found in the same box is one region with several concepts. */
    private static List<Region> regions(Tenant tenant, List<Found> found, OutputConfig config) {
        Map<BoundingBox, List<Seen>> byBox = found.stream()
                .collect(Collectors.groupingBy(
                        PredictionMessages::box,
                        LinkedHashMap::new,
                        Collectors.mapping(Found::seen, Collectors.toList())));
        return byBox.entrySet().stream()
                .map(entry -> region(entry.getKey(), chosen(tenant, entry.getValue(), config)))
                .filter(region -> region.getData().getConceptsCount() > 0)
                .sorted(Comparator.comparingDouble(Region::getValue).reversed())
                .toList();
    }

    private static Region region(BoundingBox box, List<Concept> concepts) {
        Region.Builder region = Region.newBuilder()
                .setId(Ids.fresh())
                .setRegionInfo(RegionInfo.newBuilder().setBoundingBox(box))
                .setData(Data.newBuilder().addAllConcepts(concepts));
        if (!concepts.isEmpty()) {
            region.setValue(concepts.getFirst().getValue());
        }
        return region.build();
    }

    private static BoundingBox box(Found found) {
        return BoundingBox.newBuilder()
                .setTopRow((float) found.top())
                .setLeftCol((float) found.left())
                .setBottomRow((float) found.bottom())
                .setRightCol((float) found.right())
                .build();
    }
}
