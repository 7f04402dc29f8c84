package io.deeptrain.scheduler.adapter.recording;

import io.deeptrain.scheduler.engine.Decisions;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** The SHA-256 of everything that an engine has decided so far. */
final class DecisionDigest {
    private final MessageDigest digest = sha256();

    void add(Decisions decisions) {
        for (Object part : List.of(
                decisions.history(),
                decisions.remarks(),
                decisions.assignments(),
                decisions.changedJobs(),
                decisions.controls())) {
            digest.update(part.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    String soFar() {
        try {
            return HexFormat.of().formatHex(((MessageDigest) digest.clone()).digest());
        } catch (CloneNotSupportedException impossible) {
            throw new IllegalStateException("Java's own SHA-256 can be copied", impossible);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
