-- The tables of messaging, in the schema of every service that has this module on its class path. It is run behind the
-- service's own migrations, and again whenever it was changed: each statement must be safe to repeat.

-- Records to be published. The relay deletes what the broker has acknowledged, so the table is empty most of the time.
create table if not exists ${flyway:defaultSchema}.outbox (
    id bigint generated always as identity primary key,
    topic text not null,
    record_key text not null,
    partition int,
    headers jsonb not null,
    body bytea not null,
    created_at timestamptz not null default clock_timestamp()
) with (
    -- Every row is inserted and deleted soon after: clean up by count, not by share of the table.
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 2000
);

-- Wakes the relay at the commit.
create or replace function ${flyway:defaultSchema}.notify_outbox() returns trigger language plpgsql as $$
begin
    perform pg_notify('${flyway:defaultSchema}_outbox', '');
    return null;
end
$$;

create or replace trigger outbox_inserted after insert on ${flyway:defaultSchema}.outbox
    for each statement execute function ${flyway:defaultSchema}.notify_outbox();

-- How far each partition has been processed, written in the transaction of the effects.
create table if not exists ${flyway:defaultSchema}.inbox_offset (
    topic text not null,
    partition int not null,
    next_offset bigint not null check (next_offset >= 0),
    primary key (topic, partition)
);

grant select, insert, delete on ${flyway:defaultSchema}.outbox to deeptrain_${flyway:defaultSchema};
grant select, insert, update on ${flyway:defaultSchema}.inbox_offset to deeptrain_${flyway:defaultSchema};
