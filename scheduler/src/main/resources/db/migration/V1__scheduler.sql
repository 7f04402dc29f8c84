-- A job's record: all that a scheduler needs to go on where another one stopped. The columns beside the two documents
-- are what is searched or sorted by. They are json, not jsonb: what is read is to the letter what was written.
create table scheduler.job (
    job_id text primary key,
    arrival bigint not null unique check (arrival > 0),
    user_id text not null,
    app_id text not null,
    state_kind text not null,
    sequence bigint not null check (sequence > 0),
    request json not null,
    state json not null,
    tenant_gpu_millis bigint not null,
    tenant_use_hour bigint not null,
    ended_at timestamptz
) with (
    -- A running job is written once a second: leave room beside it, and clean up soon.
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.02
);

create index job_open on scheduler.job (arrival) where ended_at is null;
create index job_ended on scheduler.job (ended_at desc) where ended_at is not null;

-- Who schedules. One row: a new holder has a new epoch, and what an older epoch would commit changes nothing.
create table scheduler.leader (
    only_row boolean primary key default true check (only_row),
    holder text not null,
    epoch bigint not null check (epoch >= 0),
    expires_at timestamptz not null
);

insert into scheduler.leader (holder, epoch, expires_at) values ('nobody', 0, '-infinity');

grant select, insert, update on scheduler.job to deeptrain_scheduler;
grant select, update on scheduler.leader to deeptrain_scheduler;
