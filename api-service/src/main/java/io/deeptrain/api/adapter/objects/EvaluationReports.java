package io.deeptrain.api.adapter.objects;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.deeptrain.api.evaluation.Report;
import io.deeptrain.api.evaluation.Report.Counts;
import io.deeptrain.api.evaluation.Report.ImageScores;
import io.deeptrain.api.evaluation.Report.Subject;
import io.deeptrain.api.evaluation.SeenImage;
import io.deeptrain.event.ManifestEntry.Split;
import io.deeptrain.event.StoredObject;
import io.deeptrain.objects.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The reports that trainings leave beside their models, and those of evaluations on datasets. */
@ApplicationScoped
public class EvaluationReports {
    private static final Logger LOG = Logger.getLogger(EvaluationReports.class);

    /** A million values of twenty characters, and the rest. */
    private static final int REPORT_BYTES_MAX = 64 << 20;

    private static final String NAME = "report.json";
    private static final String SAMPLES = "samples.json";

    /** A hundred epochs of eight images, with ten objects and ten detections in each. */
    private static final int SAMPLES_BYTES_MAX = 8 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final ObjectStore objects;

    EvaluationReports(ObjectStore objects) {
        this.objects = objects;
    }

    /** The report of the training that left this model; nothing if it left none that can be read. */
    public Optional<Report> of(StoredObject model) {
        return at(beside(model, NAME));
    }

    /**
     * What the training that left this model said of a few images after each epoch, as it is stored; an empty list if
     * it left nothing of that.
     */
    public ArrayNode samples(StoredObject model) {
        String key = beside(model, SAMPLES);
        try (InputStream input = objects.open(key)) {
            return MAPPER.readTree(input.readNBytes(SAMPLES_BYTES_MAX)) instanceof ArrayNode samples
                    ? samples
                    : MAPPER.createArrayNode();
        } catch (NoSuchFileException missing) {
            return MAPPER.createArrayNode();
        } catch (IOException e) {
            throw new UncheckedIOException("samples %s cannot be read".formatted(key), e);
        }
    }

    private static String beside(StoredObject model, String name) {
        return model.key().substring(0, model.key().lastIndexOf('/') + 1) + name;
    }

    /** Keeps what was found on a dataset; answers where. */
    public String keep(String evaluationId, Report report) {
        ToldImages told =
                new ToldImages(report.split(), report.images(), report.concepts(), report.confusion(), report.scores());
        try {
            return objects.put(
                            "evaluations/%s/%s".formatted(evaluationId, NAME),
                            new ByteArrayInputStream(MAPPER.writeValueAsBytes(told)))
                    .key();
        } catch (IOException e) {
            throw new UncheckedIOException("the report of %s cannot be kept".formatted(evaluationId), e);
        }
    }

    /** The report that lies there; nothing if there is none that can be read. */
    public Optional<Report> at(String key) {
        try (InputStream input = objects.open(key)) {
            byte[] bytes = input.readNBytes(REPORT_BYTES_MAX + 1);
            if (bytes.length > REPORT_BYTES_MAX) {
                LOG.warnf("%s has more than %d bytes", key, REPORT_BYTES_MAX);
                return Optional.empty();
            }
            return Optional.of(read(bytes));
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("report %s cannot be read".formatted(key), e);
        }
    }

    /** The first workers told of no single images. */
    private static Report read(byte[] bytes) throws IOException {
        JsonNode tree = MAPPER.readTree(bytes);
        if (tree.has("mean_average_precision50")) {
            if (tree instanceof ObjectNode object && !object.has("detections")) {
                object.putArray("detections");
            }
            return ofDetector(MAPPER.treeToValue(tree, FoundObjects.class));
        }
        if (tree instanceof ObjectNode object && !object.has("scores")) {
            object.putArray("scores");
        }
        ToldImages told = MAPPER.treeToValue(tree, ToldImages.class);
        return new Report(told.split(), told.images(), told.concepts(), told.confusion(), told.scores());
    }

    private static Report ofDetector(FoundObjects found) {
        int size = found.concepts().size();
        return new Report(
                found.split(),
                found.images(),
                found.concepts().stream().map(FoundConcept::counts).toList(),
                Collections.nCopies(size, Collections.nCopies(size, 0L)),
                List.of(),
                new Subject.Objects(
                        found.meanAveragePrecision50(),
                        found.meanAveragePrecision(),
                        found.concepts().stream()
                                .map(FoundConcept::averagePrecision50)
                                .toList(),
                        found.detections()));
    }

    /** A classifier's report as it is stored. */
    private record ToldImages(
            Split split, long images, List<Counts> concepts, List<List<Long>> confusion, List<ImageScores> scores) {}

    /** A detector's. */
    private record FoundObjects(
            Split split,
            long images,
            double meanAveragePrecision50,
            double meanAveragePrecision,
            List<FoundConcept> concepts,
            List<SeenImage> detections) {}

    private record FoundConcept(
            String concept,
            long truePositives,
            long falsePositives,
            long falseNegatives,
            double precision,
            double recall,
            double f1,
            double averagePrecision50) {
        Counts counts() {
            return new Counts(concept, truePositives, falsePositives, falseNegatives, precision, recall, f1);
        }
    }
}
