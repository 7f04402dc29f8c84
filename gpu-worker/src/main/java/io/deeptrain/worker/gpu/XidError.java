package io.deeptrain.worker.gpu;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * An error that NVIDIA's driver wrote to the kernel's log.
 *
 * @param device its address on the bus, as in {@code 0000:3b:00}
 * @param code a number that "XID Errors" in NVIDIA's documentation explains
 */
public record XidError(String device, int code) {
    private static final Pattern LINE = Pattern.compile("NVRM: Xid \\(PCI:([0-9a-fA-F:.]+)\\): (\\d{1,4})");

    /**
     * Codes after which a device must not be used before it is reset or replaced: errors of memory that could not be
     * corrected or contained (48, 64, 95), of NVLink (74), a device that is off the bus (79), firmware that does not
     * answer (119, 120). The others are mostly faults of programs, which the next program does not inherit.
     */
    private static final Set<Integer> FATAL = Set.of(48, 64, 74, 79, 95, 119, 120);

    /** The errors in a piece of the log, in its order. */
    public static List<XidError> in(String kernelLog) {
        return LINE.matcher(kernelLog).results().map(XidError::of).toList();
    }

    private static XidError of(MatchResult line) {
        return new XidError(line.group(1), Integer.parseInt(line.group(2)));
    }

    public boolean isFatal() {
        return FATAL.contains(code);
    }
}
