package io.deeptrain.billing.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;

/**
 * Chains the transactions of one tenant: the hash of each covers its own text and the hash before it, so that no
 * transaction can be changed, dropped or slipped in without every later hash telling.
 */
public final class Ledger {
    /** What stands before a tenant's first transaction. */
    public static final Head EMPTY = new Head(0, "0".repeat(64));

    private Ledger() {}

    /** The newest transaction of a tenant: how many there are, and the hash in hexadecimal digits. */
    public record Head(long number, String hash) {}

    /** A transaction in its place. */
    public record Link(long number, String previousHash, String hash, LedgerTransaction transaction) {
        public Head head() {
            return new Head(number, hash);
        }
    }

    public static Link append(Head head, LedgerTransaction transaction) {
        long number = Math.addExact(head.number(), 1);
        String hash = sha256(head.hash() + "\n" + canonical(number, transaction));
        return new Link(number, head.hash(), hash, transaction);
    }

    /** The number of the first link that is not what was once appended; empty if the whole chain is as it was. */
    public static OptionalLong firstBroken(List<Link> chain) {
        Head head = EMPTY;
        for (Link link : chain) {
            if (!append(head, link.transaction()).equals(link)) {
                return OptionalLong.of(head.number() + 1);
            }
            head = link.head();
        }
        return OptionalLong.empty();
    }

    /**
     * The text that is hashed. {@code reconciliation.sql} writes the same text from the stored rows. No id has a line
     * break in it, so that two different transactions never have the same text.
     */
    static String canonical(long number, LedgerTransaction transaction) {
        StringBuilder text = new StringBuilder()
                .append(number)
                .append('\n')
                .append(transaction.tenant().userId())
                .append('\n')
                .append(transaction.tenant().appId())
                .append('\n')
                .append(transaction.key().jobId())
                .append('\n')
                .append(transaction.key().period())
                .append('\n')
                .append(transaction.key().revision())
                .append('\n')
                .append(transaction.kind().text())
                .append('\n')
                .append(ChronoUnit.MICROS.between(Instant.EPOCH, transaction.postedAt()));
        for (LedgerEntry entry : transaction.entries()) {
            text.append('\n')
                    .append(entry.account().code())
                    .append(' ')
                    .append(entry.amount().cents())
                    .append(' ')
                    .append(entry.amount().currency());
        }
        return text.toString();
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }
}
