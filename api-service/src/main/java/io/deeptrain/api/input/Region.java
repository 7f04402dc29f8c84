package io.deeptrain.api.input;

import java.util.List;

/** A part of an image and what it shows. */
public record Region(String id, BoundingBox box, List<Label> labels) {
    public Region {
        labels = List.copyOf(labels);
    }
}
