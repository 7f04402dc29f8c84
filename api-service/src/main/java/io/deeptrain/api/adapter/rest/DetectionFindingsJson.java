package io.deeptrain.api.adapter.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.evaluation.DetectionFindings;
import io.deeptrain.api.evaluation.DetectionFindings.FalsePositive;
import io.deeptrain.api.evaluation.DetectionFindings.Localised;
import io.deeptrain.api.evaluation.DetectionFindings.Missed;
import io.deeptrain.api.evaluation.DetectionFindings.OfConcept;
import io.deeptrain.api.evaluation.Report;
import io.deeptrain.api.evaluation.SeenImage.Detected;
import io.deeptrain.api.evaluation.SeenImage.Region;
import java.util.List;
import java.util.Locale;

/** Findings of detectors as they are answered. */
final class DetectionFindingsJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final List<String> concepts;

    private DetectionFindingsJson(List<String> concepts) {
        this.concepts = concepts;
    }

    static ObjectNode of(Report report, Report.Subject.Objects objects) {
        List<String> concepts =
                report.concepts().stream().map(Report.Counts::concept).toList();
        ObjectNode json = new DetectionFindingsJson(concepts).json(DetectionFindings.of(concepts, objects.seen()));
        return json.put("split", report.split().name().toLowerCase(Locale.ROOT));
    }

    private ObjectNode json(DetectionFindings findings) {
        ObjectNode json = MAPPER.createObjectNode();
        json.put("images", findings.images());
        ArrayNode ofConcepts = json.putArray("concepts");
        for (OfConcept each : findings.concepts()) {
            ObjectNode node = ofConcepts
                    .addObject()
                    .put("concept", each.concept())
                    .put("objects", each.objects())
                    .put("found", each.found())
                    .put("false_positives", each.falsePositives());
            each.falsePositiveInputs().forEach(node.putArray("false_positive_input_ids")::add);
            each.missedInputs().forEach(node.putArray("missed_input_ids")::add);
        }
        ArrayNode wrong = json.putArray("false_positives");
        for (FalsePositive each : findings.falsePositives()) {
            detection(wrong, each.inputId(), each.detection())
                    .put("error", each.mistake().name().toLowerCase(Locale.ROOT));
        }
        ArrayNode missed = json.putArray("missed");
        for (Missed each : findings.missed()) {
            ObjectNode node = missed.addObject()
                    .put("input_id", each.inputId())
                    .put("concept", concepts.get(each.object().concept()));
            node.set("region", region(each.object().region()));
        }
        ArrayNode worst = json.putArray("worst_localised");
        for (Localised each : findings.worstLocalised()) {
            detection(worst, each.inputId(), each.detection()).set("labelled_region", region(each.object()));
        }
        return json;
    }

    private ObjectNode detection(ArrayNode list, String inputId, Detected detection) {
        ObjectNode node = list.addObject()
                .put("input_id", inputId)
                .put("concept", concepts.get(detection.concept()))
                .put("value", detection.score());
        node.set("region", region(detection.region()));
        return node.put("overlap", detection.overlap());
    }

    private static ObjectNode region(Region region) {
        return MAPPER.createObjectNode()
                .put("top_row", region.topRow())
                .put("left_col", region.leftCol())
                .put("bottom_row", region.bottomRow())
                .put("right_col", region.rightCol());
    }
}
