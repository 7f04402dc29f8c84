package io.deeptrain.worker.adapter.runtime;

import io.deeptrain.event.StoredObject;
import io.deeptrain.worker.data.ImageDecoder.Outcome;
import io.deeptrain.worker.port.CorruptObjectException;
import io.deeptrain.worker.prediction.LoadedModels;
import io.deeptrain.worker.prediction.Prediction;
import io.deeptrain.worker.prediction.Predictions;
import io.deeptrain.worker.prediction.SharedBatches;
import io.deeptrain.worker.prediction.SharedBatches.Share;
import io.deeptrain.worker.prediction.SharedBatches.Waiting;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntConsumer;

/**
 * The one thread that asks models. Callers wait for it, and those who ask the same model at the same time share a
 * batch, as {@link SharedBatches} says.
 */
public final class PredictionThread implements Predictions, AutoCloseable {
    private static final int SIZES_MAX = 256;
    private static final boolean BY_LAST_USE = true;

    private final LoadedModels models;
    private final int imagesMax;
    private final IntConsumer batches;
    private final List<Question> line = new ArrayList<>();
    private final Map<StoredObject, Integer> sizes = new LinkedHashMap<>(SIZES_MAX, 0.75f, BY_LAST_USE) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<StoredObject, Integer> eldest) {
            return size() > SIZES_MAX;
        }
    };
    private final Thread thread =
            Thread.ofPlatform().daemon().name("predictions").unstarted(this::work);
    private boolean closed;

    /** The same model is asked for its answers and for its embeddings in different batches. */
    private record Asked(StoredObject stored, boolean embeddings) {}

    /** The answers belong to the thread until they are complete. */
    private static final class Question {
        private final Asked asked;
        private final List<Outcome> images;
        private final int conceptsMax;
        private final List<Prediction> answers = new ArrayList<>();
        private final CompletableFuture<List<Prediction>> done = new CompletableFuture<>();

        Question(Asked asked, List<Outcome> images, int conceptsMax) {
            this.asked = asked;
            this.images = images;
            this.conceptsMax = conceptsMax;
        }

        int left() {
            return images.size() - answers.size();
        }

        List<Outcome> next(int count) {
            return images.subList(answers.size(), answers.size() + count);
        }
    }

    private record Part(Question question, int images) {}

    /**
     * Closes the models when it is closed.
     *
     * @param imagesMax of one batch
     * @param batches is told how many images each batch had
     */
    public PredictionThread(LoadedModels models, int imagesMax, IntConsumer batches) {
        if (imagesMax < 1) {
            throw new IllegalArgumentException("a batch of predictions must have room for an image: " + imagesMax);
        }
        this.models = models;
        this.imagesMax = imagesMax;
        this.batches = batches;
        thread.start();
    }

    @Override
    public List<Prediction> predict(StoredObject stored, List<Outcome> images, int conceptsMax)
            throws IOException, CorruptObjectException {
        return answered(new Question(new Asked(stored, false), List.copyOf(images), conceptsMax));
    }

    @Override
    public List<Prediction> embed(StoredObject stored, List<Outcome> images)
            throws IOException, CorruptObjectException {
        return answered(new Question(new Asked(stored, true), List.copyOf(images), 0));
    }

    @Override
    public int imageSizeOf(StoredObject stored) throws IOException, CorruptObjectException {
        synchronized (sizes) {
            Integer known = sizes.get(stored);
            if (known != null) {
                return known;
            }
        }
        predict(stored, List.of(), 0);
        return models.imageSizeOf(stored);
    }

    private List<Prediction> answered(Question question) throws IOException, CorruptObjectException {
        synchronized (line) {
            if (closed) {
                throw new IOException("the worker ends and answers no more questions");
            }
            line.add(question);
            line.notifyAll();
        }
        try {
            return question.done.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a prediction was awaited");
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case IOException away -> throw away;
                case CorruptObjectException corrupt -> throw corrupt;
                case null, default -> throw new IllegalStateException("a prediction failed", failed.getCause());
            }
        }
    }

    private void work() {
        try {
            for (List<Part> batch = next(); !batch.isEmpty(); batch = next()) {
                answer(batch);
            }
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        } finally {
            models.close();
        }
    }

    /** Waits until somebody asks; nothing once it is closed and everybody has been answered. */
    private List<Part> next() throws InterruptedException {
        synchronized (line) {
            while (line.isEmpty() && !closed) {
                line.wait();
            }
            List<Part> batch = new ArrayList<>();
            for (Share share : SharedBatches.next(
                    line.stream()
                            .map(question -> new Waiting<>(question.asked, question.left()))
                            .toList(),
                    imagesMax)) {
                batch.add(new Part(line.get(share.waiting()), share.images()));
            }
            return batch;
        }
    }

    private void answer(List<Part> batch) {
        List<Question> over = new ArrayList<>();
        try {
            List<Outcome> images = new ArrayList<>();
            batch.forEach(part -> images.addAll(part.question().next(part.images())));
            Asked asked = batch.getFirst().question().asked;
            List<Prediction> seen = asked.embeddings()
                    ? models.embed(asked.stored(), images)
                    : models.predict(asked.stored(), images, conceptsMax(batch));
            int size = models.imageSizeOf(asked.stored());
            synchronized (sizes) {
                sizes.put(asked.stored(), size);
            }
            if (!images.isEmpty()) {
                batches.accept(images.size());
            }
            int from = 0;
            for (Part part : batch) {
                Question question = part.question();
                for (Prediction one : seen.subList(from, from + part.images())) {
                    question.answers.add(one.withAtMost(question.conceptsMax));
                }
                from += part.images();
                if (question.left() == 0) {
                    over.add(question);
                }
            }
            leave(over);
            over.forEach(question -> question.done.complete(List.copyOf(question.answers)));
        } catch (IOException | CorruptObjectException | RuntimeException | Error failed) {
            // Whatever it is, nobody may wait for ever, and the thread goes on.
            List<Question> concerned = batch.stream().map(Part::question).toList();
            leave(concerned);
            concerned.forEach(question -> question.done.completeExceptionally(failed));
        }
    }

    private static int conceptsMax(List<Part> batch) {
        return batch.stream()
                .mapToInt(part -> part.question().conceptsMax)
                .max()
                .orElse(0);
    }

    private void leave(List<Question> questions) {
        synchronized (line) {
            line.removeAll(questions);
        }
    }

    /** How many questions are not answered yet. */
    int waiting() {
        synchronized (line) {
            return line.size();
        }
    }

    /** Answers whoever waits already, and nobody else. */
    @Override
    public void close() {
        synchronized (line) {
            closed = true;
            line.notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
