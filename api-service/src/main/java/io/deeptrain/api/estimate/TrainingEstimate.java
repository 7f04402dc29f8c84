package io.deeptrain.api.estimate;

import io.deeptrain.event.GpuShare;
import io.deeptrain.template.Hyperparameter;
import io.deeptrain.template.Template;
import java.time.Duration;
import java.util.Map;

/**
 * How long a training will take, by the published formula
 *
 * <pre>
 * seconds = int(round(A * num_inputs * num_epochs + B))
 * </pre>
 *
 * with A and B from the template. Rounding is half to even, as in Python 3. Beyond the formula, which knows the
 * defaults only: an epoch of {@code num_items_per_epoch} counts as so many inputs, time grows with the area of the
 * image, and GPUs share the inputs.
 */
public record TrainingEstimate(Duration time) {
    private static final long DISPLAY_STEP_SECONDS = 900;
    private static final long SECONDS_PER_HOUR = 3600;
    private static final long SECONDS_PER_MINUTE = 60;

    public TrainingEstimate {
        if (time.isNegative()) {
            throw new IllegalArgumentException("estimate is negative: " + time);
        }
    }

    /** The estimate for complete hyperparameters, defaults filled in. */
    public static TrainingEstimate of(Template template, Map<String, Object> hyperparameters, long inputs) {
        double epochs = number(hyperparameters, "num_epochs", 1);
        double itemsPerEpoch = number(hyperparameters, "num_items_per_epoch", 0);
        double items = itemsPerEpoch > 0 ? itemsPerEpoch : inputs;
        double area = Math.pow(number(hyperparameters, "image_size", 1) / defaultImageSize(template), 2);
        return byFormula(
                template.cost().secondsPerInput() * area / gpus(hyperparameters),
                items,
                epochs,
                template.cost().secondsAtLeast());
    }

    /** How many GPUs complete hyperparameters ask for; where that is left to the platform, one. */
    public static int gpus(Map<String, Object> hyperparameters) {
        return Math.max(1, (int) number(hyperparameters, "num_gpus", 1));
    }

    /** The formula itself. */
    static TrainingEstimate byFormula(double a, double inputs, double epochs, double b) {
        return new TrainingEstimate(Duration.ofSeconds((long) Math.rint(a * inputs * epochs + b)));
    }

    /** Rounded down to 15 minutes, as it stands above the Train button: {@code 1 h 15 min}, {@code under 15 min}. */
    public String display() {
        long shown = time.toSeconds() / DISPLAY_STEP_SECONDS * DISPLAY_STEP_SECONDS;
        if (shown == 0) {
            return "under 15 min";
        }
        long hours = shown / SECONDS_PER_HOUR;
        long minutes = shown % SECONDS_PER_HOUR / SECONDS_PER_MINUTE;
        String minutesText = minutes + " min";
        if (hours == 0) {
            return minutesText;
        }
        return minutes == 0 ? hours + " h" : hours + " h " + minutesText;
    }

    /** What it will cost on whole GPUs, not rounded down to 15 minutes. */
    public long costCents(long centsPerGpuHour, int gpus) {
        return costCents(centsPerGpuHour, gpus, GpuShare.WHOLE);
    }

    /**
     * What it will cost, not rounded down to 15 minutes.
     *
     * @param gpuMilli thousandths of a GPU that each of them is
     */
    public long costCents(long centsPerGpuHour, int gpus, int gpuMilli) {
        long gpuSeconds = Math.multiplyExact(time.toSeconds(), gpuMilli) / GpuShare.WHOLE;
        return Math.multiplyExact(Math.multiplyExact(centsPerGpuHour, gpus), gpuSeconds) / SECONDS_PER_HOUR;
    }

    private static double defaultImageSize(Template template) {
        return template.hyperparameter("image_size")
                .map(Hyperparameter::defaultValue)
                .filter(Number.class::isInstance)
                .map(size -> ((Number) size).doubleValue())
                .orElse(1.0);
    }

    private static double number(Map<String, Object> hyperparameters, String name, double otherwise) {
        return hyperparameters.get(name) instanceof Number value ? value.doubleValue() : otherwise;
    }
}
