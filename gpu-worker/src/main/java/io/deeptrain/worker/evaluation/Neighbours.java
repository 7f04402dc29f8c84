package io.deeptrain.worker.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts how often an image's nearest neighbours show what it shows: recall@k of Jegou et al. 2011, as the literature
 * of metric learning uses it. It is the share of images that have, among the {@code k} others that are nearest by
 * cosine, at least one with a concept of their own. An image whose concepts no other image shows is not asked.
 */
final class Neighbours {
    private static final String RECALL_AT = "recall_at_";

    /** The measure that looks at one neighbour. */
    static final String NEAREST = RECALL_AT + 1;

    /** Looking for neighbours takes the square of this many dot products. */
    static final int IMAGES_MAX = 10_000;

    private static final int[] RANKS = {1, 5, 10};

    private final List<float[]> embeddings = new ArrayList<>();
    private final List<BitSet> shown = new ArrayList<>();

    /**
     * Adds one image; those above {@link #IMAGES_MAX} are left out.
     *
     * @param embedding of length 1
     * @param concepts positions of those that the image shows
     */
    void add(float[] embedding, List<Integer> concepts) {
        if (embeddings.size() == IMAGES_MAX) {
            return;
        }
        BitSet positions = new BitSet();
        concepts.forEach(positions::set);
        embeddings.add(embedding);
        shown.add(positions);
    }

    /**
     * By rank, as in {@code recall_at_5}. Without any image that can be asked about, all are 0.
     *
     * @param looked told of each image whose neighbours were looked for
     */
    Map<String, Double> recalls(Runnable looked) {
        int asked = 0;
        int[] found = new int[RANKS.length];
        for (int query = 0; query < embeddings.size(); query++) {
            int rank = rankOfFirst(query);
            looked.run();
            if (rank == 0) {
                continue;
            }
            asked++;
            for (int i = 0; i < RANKS.length; i++) {
                found[i] += rank <= RANKS[i] ? 1 : 0;
            }
        }
        Map<String, Double> recalls = new TreeMap<>();
        for (int i = 0; i < RANKS.length; i++) {
            recalls.put(RECALL_AT + RANKS[i], ImageReport.share(found[i], asked));
        }
        return recalls;
    }

    /**
     * 1 if the nearest other image shows a concept of the query; 0 if no other does. Who is as near counts as nearer.
     */
    private int rankOfFirst(int query) {
        double nearest = Double.NEGATIVE_INFINITY;
        double[] strangers = new double[embeddings.size()];
        int count = 0;
        for (int other = 0; other < embeddings.size(); other++) {
            if (other == query) {
                continue;
            }
            double cosine = cosine(embeddings.get(query), embeddings.get(other));
            if (shown.get(query).intersects(shown.get(other))) {
                nearest = Math.max(nearest, cosine);
            } else {
                strangers[count++] = cosine;
            }
        }
        if (nearest == Double.NEGATIVE_INFINITY) {
            return 0;
        }
        double limit = nearest;
        return 1
                + (int) Arrays.stream(strangers, 0, count)
                        .filter(cosine -> cosine >= limit)
                        .count();
    }

    private static double cosine(float[] left, float[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }
}
