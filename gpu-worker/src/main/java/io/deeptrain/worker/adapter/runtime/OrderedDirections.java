package io.deeptrain.worker.adapter.runtime;

import io.deeptrain.worker.attempt.TrainerOrder;
import io.deeptrain.worker.port.Directions;

/**
 * Directions as orders set them, from another thread than the one that follows them. A stop is never taken back, and
 * who is to finish early still waits for the word to begin.
 */
final class OrderedDirections implements Directions {
    private Direction direction = new Direction.Wait();
    private boolean begun;

    synchronized void obey(TrainerOrder order) {
        direction = switch (order) {
            case TrainerOrder.Prepare _ -> direction;
            case TrainerOrder.Begin _ -> {
                begun = true;
                yield direction instanceof Direction.Wait ? new Direction.Proceed() : direction;
            }
            case TrainerOrder.FinishEarly early -> isStop() ? direction : new Direction.FinishEarly(early.completion());
            case TrainerOrder.SaveAndStop _ -> isStop() ? direction : new Direction.SaveAndStop();
            case TrainerOrder.StopNow _ -> new Direction.StopNow();
        };
        notifyAll();
    }

    private boolean isStop() {
        return direction instanceof Direction.SaveAndStop || direction instanceof Direction.StopNow;
    }

    @Override
    public synchronized Direction now() {
        return direction;
    }

    @Override
    public synchronized Direction awaitBegin() throws InterruptedException {
        while (!begun && !isStop()) {
            wait();
        }
        return direction;
    }
}
