-- What invoices are made of: a row for what a job used in a month, and one for each correction of a month that was closed,
-- which stands on a later one (corrects names the month that it is about, and is empty otherwise).
create table invoice_line (
    job_id         text        not null references charge,
    month          text        not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    corrects       text        not null check (corrects = '' or corrects < month),
    user_id        text        not null,
    app_id         text        not null,
    position       bigint generated always as identity,
    billed_seconds bigint      not null,
    amount_cents   bigint      not null check (corrects = '' or amount_cents <= 0),
    currency       text        not null,
    changed_at     timestamptz not null default clock_timestamp(),
    primary key (job_id, month, corrects)
);
create index invoice_line_in_order on invoice_line (user_id, month, currency, position);

-- Up to which statement of billing the lines of a job are.
alter table charge add column divided_revision bigint not null default 0;

-- How the training ended, once it has.
alter table model_version add column outcome text not null default 'OPEN';
alter table model_version add column outcome_reason text not null default '';
update model_version set outcome = case state->>'kind' when 'trained' then 'SUCCEEDED' when 'failed' then 'FAILED'
                                                       else 'CANCELLED' end,
                         outcome_reason = coalesce(state->>'fault', '')
where state->>'kind' in ('trained', 'failed', 'cancelled');

-- What was charged before billing told the months lies in the month in which it was last stated.
insert into invoice_line (job_id, month, corrects, user_id, app_id, billed_seconds, amount_cents, currency)
select job_id, to_char(occurred_at at time zone 'UTC', 'YYYY-MM'), '', user_id, app_id, billed_seconds, amount_cents,
       statement->'rate'->>'currency'
from charge order by occurred_at, job_id;

grant select, insert, update, delete on invoice_line to deeptrain_api;
