package io.deeptrain.api.evaluation;

import io.deeptrain.api.evaluation.Report.ImageScores;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a classifier is right as often as it says it is.
 *
 * <p>What it says is put into ten bins of equal width; in each, the mean of what was said is compared with how often it
 * was so (reliability diagrams, Niculescu-Mizil and Caruana 2005). The expected error is the mean of the differences,
 * weighed by the bins' sizes (expected calibration error, Guo et al. 2017). Where concepts exclude each other only the
 * highest value of an image counts, else the value of each concept.
 *
 * @param expectedError 0 to 1; 0 if nothing was said
 * @param bins in ascending order, those that hold something
 */
public record Calibration(double expectedError, List<Bin> bins) {
    private static final int BINS = 10;

    public Calibration {
        bins = List.copyOf(bins);
    }

    /**
     * The values from one bound up to the next; the last bin holds 1 too.
     *
     * @param said how many values lie in it
     * @param meanValue of these values
     * @param shareRight how many of them are of concepts that their image shows, 0 to 1
     */
    public record Bin(double from, double to, long said, double meanValue, double shareRight) {}

    /** @param exclusive whether an image shows one of the concepts only */
    @SuppressWarnings("MissingSummary") // The class says it.
    static Calibration of(List<ImageScores> scores, boolean exclusive) {
        long[] said = new long[BINS];
        long[] right = new long[BINS];
        double[] sum = new double[BINS];
        for (ImageScores image : scores) {
            int highest = image.highest();
            for (int concept = 0; concept < image.values().size(); concept++) {
                if (!exclusive || concept == highest) {
                    double value = image.values().get(concept);
                    int bin = Math.clamp((int) (value * BINS), 0, BINS - 1);
                    said[bin]++;
                    right[bin] += image.shown().contains(concept) ? 1 : 0;
                    sum[bin] += value;
                }
            }
        }
        List<Bin> bins = new ArrayList<>();
        double error = 0;
        long all = 0;
        for (int n = 0; n < BINS; n++) {
            if (said[n] > 0) {
                bins.add(new Bin(
                        (double) n / BINS,
                        (double) (n + 1) / BINS,
                        said[n],
                        sum[n] / said[n],
                        (double) right[n] / said[n]));
                error += Math.abs(right[n] - sum[n]);
                all += said[n];
            }
        }
        return new Calibration(all == 0 ? 0 : error / all, bins);
    }
}
