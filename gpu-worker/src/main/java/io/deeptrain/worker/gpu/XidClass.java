package io.deeptrain.worker.gpu;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an Xid means for whoever uses the device, by NVIDIA's catalogue of "Xid Errors". */
public enum XidClass {
    /** The device must not be used before it is reset or replaced. */
    BROKEN(Map.of(
            48, "memory with an error that could not be corrected",
            64, "memory that could not be repaired",
            74, "NVLink has failed",
            79, "it is off the bus",
            95, "an error of memory that could not be contained",
            119, "its firmware does not answer",
            120, "its firmware has failed")),
    /** It goes on, and should be reset, and watched, when it is idle: its memory wears out. */
    WORN(Map.of(
            63, "memory was repaired and wants a reset",
            92, "many errors of memory were corrected",
            94, "an error of memory was contained, which ended one program")),
    /** Mostly a fault of the program, which the next one does not inherit. */
    OF_PROGRAM(Map.of(
            8, "it stopped processing",
            13, "a program's exception",
            31, "a program's access to memory that it has not",
            43, "a program's work was stopped",
            45, "a program was ended")),
    /** None of these is known of it. */
    OTHER(Map.of());

    private static final Map<Integer, XidClass> BY_CODE = Stream.of(values())
            .flatMap(kind -> kind.words.keySet().stream().map(code -> Map.entry(code, kind)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

    private final Map<Integer, String> words;

    XidClass(Map<Integer, String> words) {
        this.words = words;
    }

    static XidClass of(int code) {
        return BY_CODE.getOrDefault(code, OTHER);
    }

    /** What the code says of the device. */
    String words(int code) {
        return words.getOrDefault(code, "see NVIDIA's list of Xid errors");
    }
}
