package io.deeptrain.worker.training;

import io.deeptrain.worker.augmentation.View;
import io.deeptrain.worker.data.Mixture;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Which images each step sees, how they are seen and mixed, and how fast it learns: a function of the plan, the number
 * of images and the step alone. A resumed training therefore goes on exactly as the interrupted one would have.
 *
 * <p>Images are dealt from one shuffled deck after the other. An epoch's steps share its images evenly, so that no step
 * is much smaller than the rest. Where an image is repeated, its versions lie beside each other in the deck, and an
 * epoch gets through as much less of it. Several threads may ask at once.
 */
public final class Schedule {
    private static final long DECKS = 0x9E3779B97F4A7C15L;
    private static final long CHANCE = 0xA24BAED4963EE407L;
    private static final long FLIPS = 0xD1B54A32D192ED03L;
    private static final long MIXTURES = 0x8CB92BA72F3D8DD7L;
    private static final long VIEWS = 0xC2B2AE3D27D4EB4FL;

    private final TrainingPlan plan;
    private final int images;
    private final int itemsPerEpoch;
    private final int stepsPerEpoch;
    private volatile Deck deck = new Deck(-1, new int[0]);

    /** Images in the order in which they are dealt. */
    private static final class Deck {
        private final long number;
        private final int[] cards;

        Deck(long number, int[] cards) {
            this.number = number;
            this.cards = cards;
        }
    }

    public Schedule(TrainingPlan plan, int images) {
        if (images < 1) {
            throw new IllegalArgumentException("nothing to learn from: " + images + " images");
        }
        this.plan = plan;
        this.images = images;
        this.itemsPerEpoch = plan.itemsPerEpoch() == 0 ? images : plan.itemsPerEpoch();
        this.stepsPerEpoch = Math.ceilDiv(itemsPerEpoch, plan.batchSize());
    }

    public long steps() {
        return (long) stepsPerEpoch * plan.epochs();
    }

    /** Epochs completed when this many steps are. */
    public int epochsAfter(long steps) {
        return Math.toIntExact(steps / stepsPerEpoch);
    }

    /**
     * The positions of the images that the step learns from; the first step is 0. Versions of one image are as far from
     * each other as they can be, so that ranks, which have a part of the step each, do not see the same image only.
     */
    public int[] imagesOf(long step) {
        long epoch = step / stepsPerEpoch;
        long within = step % stepsPerEpoch;
        long from = epoch * itemsPerEpoch + within * itemsPerEpoch / stepsPerEpoch;
        long to = epoch * itemsPerEpoch + (within + 1) * itemsPerEpoch / stepsPerEpoch;
        int[] chosen = new int[Math.toIntExact(to - from)];
        int repeats = plan.augmentation().repeats();
        int next = 0;
        for (int version = 0; version < repeats; version++) {
            for (int i = version; i < chosen.length; i += repeats) {
                chosen[next++] = dealt((from + i) / repeats);
            }
        }
        return chosen;
    }

    /** For each image of the step, how it is seen. */
    public List<View> viewsOf(long step, int count) {
        SplittableRandom random = new SplittableRandom(plan.seed() ^ (VIEWS * (step + 1)));
        List<View> views = new ArrayList<>();
        for (boolean flipped : flipsOf(step, count)) {
            // Each has a generator of its own: what one image needs of it changes no other.
            views.add(plan.augmentation().view(flipped, plan.flips().mirror(), random.split()));
        }
        return views;
    }

    /** For each image of the step, whether it is mirrored. */
    private boolean[] flipsOf(long step, int count) {
        boolean[] flipped = new boolean[count];
        double probability = plan.flips().probability();
        if (probability > 0) {
            SplittableRandom random = new SplittableRandom(plan.seed() ^ (FLIPS * (step + 1)));
            for (int i = 0; i < count; i++) {
                flipped[i] = random.nextDouble() < probability;
            }
        }
        return flipped;
    }

    /** How the step's batch is mixed. */
    public Mixture mixtureOf(long step) {
        SplittableRandom random = new SplittableRandom(plan.seed() ^ (MIXTURES * (step + 1)));
        return plan.regularisation().mixing().drawn(random, plan.imageSize());
    }

    /** The seed of what the network leaves to chance in the step. */
    public long chanceOf(long step) {
        return new SplittableRandom(plan.seed() ^ (CHANCE * (step + 1))).nextLong();
    }

    /** Whether the test images are to be looked at when this many steps are done; they are at the end, anyhow. */
    public boolean testsAfter(long steps) {
        int every = plan.epochsBetweenTests();
        return every > 0 && steps > 0 && steps % ((long) stepsPerEpoch * every) == 0 && steps < steps();
    }

    public double learningRateOf(long step) {
        return plan.rates().at(step, stepsPerEpoch, steps());
    }

    private int dealt(long card) {
        long number = card / images;
        Deck dealing = deck;
        if (dealing.number != number) {
            dealing = new Deck(number, shuffled(number));
            deck = dealing;
        }
        return dealing.cards[Math.toIntExact(card % images)];
    }

    private int[] shuffled(long number) {
        SplittableRandom random = new SplittableRandom(plan.seed() ^ (DECKS * (number + 1)));
        int[] cards = new int[images];
        Arrays.setAll(cards, i -> i);
        for (int i = images - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int card = cards[i];
            cards[i] = cards[j];
            cards[j] = card;
        }
        return cards;
    }
}
