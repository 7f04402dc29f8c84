package io.deeptrain.worker.evaluation;

import io.deeptrain.worker.detection.Box;

/** A box in fractions of an image's height and width, as people are told of it. */
public record Region(float topRow, float leftCol, float bottomRow, float rightCol) {
    static Region of(Box box) {
        return new Region((float) box.top(), (float) box.left(), (float) box.bottom(), (float) box.right());
    }
}
