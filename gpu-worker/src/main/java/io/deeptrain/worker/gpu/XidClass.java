package io.deeptrain.worker.gpu;

import java.util.Map;

/** What an Xid means for whoever uses the device, by NVIDIA's catalogue of "Xid Errors". */
public enum XidClass {
    /** The device must not be used before it is reset or replaced. */
    BROKEN,
    /** It goes on, and should be reset, and watched, when it is idle: its memory wears out. */
    WORN,
    /** Mostly a fault of the program, which the next one does not inherit. */
    OF_PROGRAM,
    /** None of these is known of it. */
    OTHER;

    private record Known(XidClass kind, String words) {}

    private static final Map<Integer, Known> BY_CODE = Map.ofEntries(
            Map.entry(48, new Known(BROKEN, "memory with an error that could not be corrected")),
            Map.entry(64, new Known(BROKEN, "memory that could not be repaired")),
            Map.entry(74, new Known(BROKEN, "NVLink has failed")),
            Map.entry(79, new Known(BROKEN, "it is off the bus")),
            Map.entry(95, new Known(BROKEN, "an error of memory that could not be contained")),
            Map.entry(119, new Known(BROKEN, "its firmware does not answer")),
            Map.entry(120, new Known(BROKEN, "its firmware has failed")),
            Map.entry(63, new Known(WORN, "memory was repaired and wants a reset")),
            Map.entry(92, new Known(WORN, "many errors of memory were corrected")),
            Map.entry(94, new Known(WORN, "an error of memory was contained, which ended one program")),
            Map.entry(8, new Known(OF_PROGRAM, "it stopped processing")),
            Map.entry(13, new Known(OF_PROGRAM, "a program's exception")),
            Map.entry(31, new Known(OF_PROGRAM, "a program's access to memory that it has not")),
            Map.entry(43, new Known(OF_PROGRAM, "a program's work was stopped")),
            Map.entry(45, new Known(OF_PROGRAM, "a program was ended")));

    private static final Known UNKNOWN = new Known(OTHER, "see NVIDIA's list of Xid errors");

    static XidClass of(int code) {
        return BY_CODE.getOrDefault(code, UNKNOWN).kind();
    }

    /** What the code says of the device. */
    static String words(int code) {
        return BY_CODE.getOrDefault(code, UNKNOWN).words();
    }
}
