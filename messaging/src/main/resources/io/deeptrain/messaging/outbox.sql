-- The tables of messaging, once per service. A service copies this into its first migration, with its own schema and
-- runtime role in place of the two placeholders; the tests of messaging run it as it stands here.

-- Records to be published. The relay deletes what the broker has acknowledged, so the table is empty most of the time.
create table ${schema}.outbox (
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
create function ${schema}.notify_outbox() returns trigger language plpgsql as $$
begin
    perform pg_notify('${schema}_outbox', '');
    return null;
end
$$;

create trigger outbox_inserted after insert on ${schema}.outbox
    for each statement execute function ${schema}.notify_outbox();

-- How far each partition has been processed, written in the transaction of the effects.
create table ${schema}.inbox_offset (
    topic text not null,
    partition int not null,
    next_offset bigint not null check (next_offset >= 0),
    primary key (topic, partition)
);

grant select, insert, delete on ${schema}.outbox to ${runtime};
grant select, insert, update on ${schema}.inbox_offset to ${runtime};
