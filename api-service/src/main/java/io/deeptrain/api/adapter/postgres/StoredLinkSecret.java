package io.deeptrain.api.adapter.postgres;

import io.deeptrain.api.adapter.door.LinkSecret;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** The table {@code link_secret}, read once. */
@ApplicationScoped
class StoredLinkSecret implements LinkSecret {
    private final Database database;
    private volatile Optional<byte[]> read = Optional.empty();

    StoredLinkSecret(Database database) {
        this.database = database;
    }

    @Override
    public byte[] value() {
        if (read.isEmpty()) {
            read = database.inTransaction(
                    connection -> Sql.first(connection, "select secret from link_secret", row -> row.getBytes(1)));
        }
        return read.orElseThrow(() -> new IllegalStateException("the table link_secret is empty"));
    }
}
