package io.deeptrain.api.dataset;

/** In which order datasets are listed. */
public record DatasetOrder(By by, boolean ascending) {
    /** What the order goes by; datasets of the same moment go by their ids. */
    public enum By {
        CREATION,
        CHANGE
    }
}
