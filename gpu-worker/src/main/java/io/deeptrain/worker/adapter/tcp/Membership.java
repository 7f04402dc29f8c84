package io.deeptrain.worker.adapter.tcp;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Who a process is in its gang, as it says when it connects.
 *
 * @param attempt that the gang runs
 * @param secret that only the gang's processes know
 */
public record Membership(String attempt, int rank, int ranks, String secret) {
    /** Changes with what is said afterwards, so that ranks of other builds are turned away. */
    private static final int GREETING = 0x44545248;

    private static final int TEXT_MAX = 1 << 10;

    public Membership {
        if (rank < 0 || rank >= ranks) {
            throw new IllegalArgumentException("rank must be 0 to %d: %d".formatted(ranks - 1, rank));
        }
        if (attempt.length() > TEXT_MAX || secret.isEmpty() || secret.length() > TEXT_MAX) {
            throw new IllegalArgumentException(
                    "attempt and secret must have at most %d characters, the secret at least one".formatted(TEXT_MAX));
        }
    }

    /** The same gang's process of another rank. */
    public Membership ofRank(int other) {
        return new Membership(attempt, other, ranks, secret);
    }

    /** Says who it is. */
    public void write(DataOutputStream out) throws IOException {
        out.writeInt(GREETING);
        out.writeUTF(attempt);
        out.writeInt(rank);
        out.writeInt(ranks);
        out.writeUTF(secret);
        out.flush();
    }

    /** Reads who the other side says it is: one of those; a refusal names what is wrong, and no secret. */
    static Membership requireOneOf(Collection<Membership> expected, DataInputStream in) throws IOException {
        if (in.readInt() != GREETING) {
            throw new IOException("it does not greet as a rank does");
        }
        String otherAttempt = in.readUTF();
        int otherRank = in.readInt();
        int otherRanks = in.readInt();
        String otherSecret = in.readUTF();
        if (expected.stream().noneMatch(member -> member.hasSecret(otherSecret))) {
            throw new IOException("it does not know the gang's secret");
        }
        return expected.stream()
                .filter(member -> member.hasSecret(otherSecret)
                        && otherAttempt.equals(member.attempt)
                        && otherRank == member.rank
                        && otherRanks == member.ranks)
                .findFirst()
                .orElseThrow(() -> new IOException("it is rank %d of %d of attempt %s, and %s was expected"
                        .formatted(otherRank, otherRanks, otherAttempt, words(expected))));
    }

    private boolean hasSecret(String other) {
        return MessageDigest.isEqual(other.getBytes(StandardCharsets.UTF_8), secret.getBytes(StandardCharsets.UTF_8));
    }

    static String words(Collection<Membership> members) {
        return members.stream().map(Membership::toString).collect(Collectors.joining(" or "));
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "rank %d of %d of attempt %s".formatted(rank, ranks, attempt);
    }
}
