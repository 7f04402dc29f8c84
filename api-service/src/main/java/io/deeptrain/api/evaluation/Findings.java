package io.deeptrain.api.evaluation;

import io.deeptrain.api.evaluation.Report.ImageScores;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a classifier's scores tell beyond counts: which images it confuses, whether its probabilities can be taken at
 * their word, and which labels are probably wrong. All are of the images that the report holds scores of.
 *
 * @param concepts in the order of their positions
 * @param images how many
 * @param confusion cells that hold images, by the concept that is shown and then the one that was highest
 * @param doubts worst first, at most {@link #DOUBTS_MAX}
 */
public record Findings(
        List<String> concepts, int images, List<Cell> confusion, Calibration calibration, List<LabelDoubt> doubts) {
    /** As many as somebody looks through in one go. */
    static final int DOUBTS_MAX = 100;

    static final int CELL_IMAGES_MAX = 100;

    public Findings {
        concepts = List.copyOf(concepts);
        confusion = List.copyOf(confusion);
        doubts = List.copyOf(doubts);
    }

    /**
     * One cell of the confusion matrix.
     *
     * @param shown position of the concept that the images show
     * @param said position of the one that was highest
     * @param inputIds of the first of them, at most {@link #CELL_IMAGES_MAX}
     */
    public record Cell(int shown, int said, long images, List<String> inputIds) {
        public Cell {
            inputIds = List.copyOf(inputIds);
        }
    }

    /** @param exclusive whether an image shows one of the concepts only, so that the highest one is said */
    @SuppressWarnings("MissingSummary") // The class says it.
    public static Findings of(Report report, boolean exclusive) {
        List<String> concepts =
                report.concepts().stream().map(Report.Counts::concept).toList();
        List<ImageScores> scores = report.scores();
        return new Findings(
                concepts,
                scores.size(),
                cells(scores),
                Calibration.of(scores, exclusive),
                LabelDoubt.of(scores, concepts.size(), exclusive, DOUBTS_MAX));
    }

    private static List<Cell> cells(List<ImageScores> scores) {
        Map<Integer, Map<Integer, List<String>>> rows = new TreeMap<>();
        for (ImageScores image : scores) {
            for (int shown : image.shown()) {
                rows.computeIfAbsent(shown, _ -> new TreeMap<>())
                        .computeIfAbsent(image.highest(), _ -> new ArrayList<>())
                        .add(image.inputId());
            }
        }
        List<Cell> cells = new ArrayList<>();
        rows.forEach((shown, row) -> row.forEach((said, ids) ->
                cells.add(new Cell(shown, said, ids.size(), ids.subList(0, Math.min(CELL_IMAGES_MAX, ids.size()))))));
        return cells;
    }
}
