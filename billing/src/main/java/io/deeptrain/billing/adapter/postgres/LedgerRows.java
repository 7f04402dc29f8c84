package io.deeptrain.billing.adapter.postgres;

import io.deeptrain.billing.ledger.Ledger;
import io.deeptrain.billing.ledger.LedgerEntry;
import io.deeptrain.billing.ledger.LedgerTransaction;
import io.deeptrain.event.Tenant;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Appends to the tables {@code ledger_tx} and {@code ledger_entry}; there is nothing else that one may do with them.
 */
public final class LedgerRows {
    private LedgerRows() {}

    public static void append(Connection connection, Collection<LedgerTransaction> transactions) throws SQLException {
        SortedMap<Tenant, Ledger.Head> heads = new TreeMap<>();
        // Tenants are locked in order, so that two batches wait for one another and never in a circle.
        for (Tenant tenant : transactions.stream()
                .map(LedgerTransaction::tenant)
                .distinct()
                .sorted()
                .toList()) {
            heads.put(tenant, lockedHead(connection, tenant));
        }
        for (LedgerTransaction transaction : transactions) {
            Ledger.Link link = Ledger.append(heads.getOrDefault(transaction.tenant(), Ledger.EMPTY), transaction);
            insert(connection, link);
            heads.put(transaction.tenant(), link.head());
        }
    }

    /** The end of the tenant's chain, which nobody else appends to until the end of this transaction. */
    private static Ledger.Head lockedHead(Connection connection, Tenant tenant) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("select pg_advisory_xact_lock(hashtextextended(?, 0))")) {
            lock.setString(1, "billing/ledger/" + tenant);
            lock.execute();
        }
        try (PreparedStatement select = connection.prepareStatement("""
                select number, hash from billing.ledger_tx where user_id = ? and app_id = ?
                order by number desc limit 1""")) {
            select.setString(1, tenant.userId());
            select.setString(2, tenant.appId());
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? new Ledger.Head(row.getLong(1), row.getString(2)) : Ledger.EMPTY;
            }
        }
    }

    private static void insert(Connection connection, Ledger.Link link) throws SQLException {
        LedgerTransaction transaction = link.transaction();
        long id;
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into billing.ledger_tx (user_id, app_id, number, job_id, period, revision, kind, posted_at,
                    previous_hash, hash)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id""")) {
            insert.setString(1, transaction.tenant().userId());
            insert.setString(2, transaction.tenant().appId());
            insert.setLong(3, link.number());
            insert.setString(4, transaction.key().jobId().value());
            insert.setString(5, transaction.key().period().toString());
            insert.setInt(6, transaction.key().revision());
            insert.setString(7, transaction.kind().text());
            insert.setObject(8, transaction.postedAt().atOffset(ZoneOffset.UTC));
            insert.setString(9, link.previousHash());
            insert.setString(10, link.hash());
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                id = row.getLong(1);
            }
        }
        insertEntries(connection, id, transaction.entries());
    }

    private static void insertEntries(Connection connection, long id, List<LedgerEntry> entries) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                insert into billing.ledger_entry (tx_id, line, account, amount_cents, currency)
                values (?, ?, ?, ?, ?)""")) {
            int line = 0;
            for (LedgerEntry entry : entries) {
                line++;
                insert.setLong(1, id);
                insert.setInt(2, line);
                insert.setString(3, entry.account().code());
                insert.setLong(4, entry.amount().cents());
                insert.setString(5, entry.amount().currency());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }
}
