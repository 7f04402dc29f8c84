-- Everything that billing keeps. The owner of the schema runs this; the service runs as deeptrain_billing, which gets no
-- more than is granted here: the history, the readings and the ledger it may add to, and never change or delete.

-- One row per job: how far its history is read, and what was last said about its charge. Locked while a batch that
-- speaks of the job is worked in.
create table job_usage (
    job_id         text primary key,
    user_id        text        not null,
    app_id         text        not null,
    accepted_at    timestamptz not null,
    sequence       bigint      not null,
    revision       bigint      not null,
    next_update_at timestamptz not null,
    final          boolean     not null,
    billed_seconds bigint      not null,
    amount_cents   bigint      not null,
    currency       text        not null
);
create index job_usage_by_tenant on job_usage (user_id, app_id, accepted_at, job_id);

-- The entries of a job's history that can change its charge, as they were read (body) and taken apart for
-- reconciliation.sql, which recomputes every charge from these columns and shares no code with the service.
create table job_fact (
    job_id                 text        not null references job_usage,
    sequence               bigint      not null,
    type                   text        not null,
    occurred_at            timestamptz not null,
    attempt                bigint,
    reading_millis         bigint,
    resumed_attempt        bigint,
    resumed_reading_millis bigint,
    cancelled_at           timestamptz,
    fault                  text,
    cents_per_gpu_hour     bigint,
    gpus                   integer,
    cap_cents              bigint,
    body                   bytea       not null,
    primary key (job_id, sequence)
);

-- What a worker last showed of an attempt under way. The history overrules it.
create table attempt_reading (
    job_id         text   not null references job_usage,
    attempt        bigint not null,
    step           bigint not null,
    phase          text   not null,
    reading_millis bigint not null,
    primary key (job_id, attempt)
);

-- The ledger. The hash covers the transaction and the hash of the one before it of the same tenant.
create table ledger_tx (
    id            bigint generated always as identity primary key,
    user_id       text        not null,
    app_id        text        not null,
    number        bigint      not null,
    job_id        text        not null references job_usage,
    period        text        not null check (period ~ '^[0-9]{4}-[0-9]{2}$'),
    revision      integer     not null check (revision >= 1),
    kind          text        not null,
    posted_at     timestamptz not null,
    previous_hash text        not null,
    hash          text        not null,
    unique (job_id, period, revision),
    unique (user_id, app_id, number)
);
create table ledger_entry (
    tx_id        bigint  not null references ledger_tx,
    line         integer not null,
    account      text    not null,
    amount_cents bigint  not null,
    currency     text    not null,
    primary key (tx_id, line)
);

create function ledger_must_balance() returns trigger language plpgsql set search_path = billing as $$
declare
    transaction_id bigint := case tg_table_name when 'ledger_tx' then (to_jsonb(new) ->> 'id')::bigint
                                                else (to_jsonb(new) ->> 'tx_id')::bigint end;
    entries bigint;
    unbalanced bigint;
begin
    select count(*) into entries from ledger_entry where tx_id = transaction_id;
    select count(*) into unbalanced from (
        select 1 from ledger_entry where tx_id = transaction_id group by currency having sum(amount_cents) <> 0) as c;
    if entries = 0 or unbalanced > 0 then
        raise exception 'ledger transaction % does not balance', transaction_id using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger ledger_tx_balances after insert on ledger_tx
    deferrable initially deferred for each row execute function ledger_must_balance();
create constraint trigger ledger_entry_balances after insert on ledger_entry
    deferrable initially deferred for each row execute function ledger_must_balance();

-- Even the owner appends only: a mistake is corrected by a reversal.
create function ledger_is_append_only() returns trigger language plpgsql set search_path = billing as $$
begin
    raise exception 'the ledger is append-only' using errcode = 'insufficient_privilege';
end
$$;
create trigger ledger_tx_append_only before update or delete or truncate on ledger_tx
    for each statement execute function ledger_is_append_only();
create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
    for each statement execute function ledger_is_append_only();

grant select, insert, update on job_usage, attempt_reading to deeptrain_billing;
grant select, insert on job_fact, ledger_tx, ledger_entry to deeptrain_billing;
