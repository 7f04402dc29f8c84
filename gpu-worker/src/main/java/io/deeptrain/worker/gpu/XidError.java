package io.deeptrain.worker.gpu;

import java.util.List;
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

    /** The errors in a piece of the log, in its order. */
    public static List<XidError> in(String kernelLog) {
        return LINE.matcher(kernelLog).results().map(XidError::of).toList();
    }

    private static XidError of(MatchResult line) {
        return new XidError(line.group(1), Integer.parseInt(line.group(2)));
    }

    /** What it means. */
    public XidClass kind() {
        return XidClass.of(code);
    }

    /** A sentence for the operator. */
    public String told() {
        return "the driver reported Xid %d for the GPU at %s: %s".formatted(code, device, XidClass.words(code));
    }
}
