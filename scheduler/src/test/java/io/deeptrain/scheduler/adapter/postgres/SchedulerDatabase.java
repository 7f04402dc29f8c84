package io.deeptrain.scheduler.adapter.postgres;

import io.deeptrain.localservers.ServiceSchema;
import io.deeptrain.testservers.adapter.TestServers;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

/** A migrated database of its own. */
public final class SchedulerDatabase {
    private SchedulerDatabase() {}

    /** As the service sees it: with the rights of its runtime role. */
    public static DataSource create() {
        String url = TestServers.newDatabase();
        Flyway.configure()
                .dataSource(dataSource(url, ServiceSchema.SCHEDULER.ownerRole()))
                .schemas(ServiceSchema.SCHEDULER.schema())
                .createSchemas(false)
                .load()
                .migrate();
        return dataSource(url, ServiceSchema.SCHEDULER.runtimeRole());
    }

    private static DataSource dataSource(String url, String role) {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(role);
        dataSource.setPassword(role);
        return dataSource;
    }
}
