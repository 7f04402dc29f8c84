package io.deeptrain.standalone;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The processes of local mode, in the order in which they are started. */
public enum Part {
    POSTGRES,
    KAFKA,
    SCHEDULER,
    BILLING,
    GPU_WORKER,
    API_SERVICE;

    /** As in its module, its log and its messages. */
    public String partName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public boolean isService() {
        return this != POSTGRES && this != KAFKA;
    }

    public static List<Part> services() {
        return Arrays.stream(values()).filter(Part::isService).toList();
    }
}
