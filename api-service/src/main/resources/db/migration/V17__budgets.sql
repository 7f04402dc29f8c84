-- The most that a user allows to be spent in a month: in one app, or in all of them (no app). Whoever accepts a training
-- holds the rows that it counts on, so that two do not take the same cents.
create table budget (
    budget_id    bigint generated always as identity primary key,
    user_id      text        not null,
    app_id       text,
    amount_cents bigint      not null check (amount_cents >= 0),
    alerts       int[]       not null,
    hard         boolean     not null,
    created_at   timestamptz not null default clock_timestamp(),
    modified_at  timestamptz not null default clock_timestamp(),
    unique nulls not distinct (user_id, app_id),
    foreign key (user_id, app_id) references app on delete cascade
);

-- Which thresholds were told, once a month each.
create table budget_alert (
    budget_id bigint      not null references budget on delete cascade,
    month     text        not null,
    percent   int         not null,
    told_at   timestamptz not null default clock_timestamp(),
    primary key (budget_id, month, percent)
);

-- What is set aside for each training until its charge is final.
create table training_hold (
    job_id    text    primary key,
    user_id   text    not null,
    app_id    text    not null,
    cents     bigint  not null check (cents >= 0),
    cap_cents bigint,
    open      boolean not null default true
);
create index training_hold_open on training_hold (user_id, app_id) where open;

-- For trainings that were accepted before there were budgets nothing was set aside; they count by what they cost.
insert into training_hold (job_id, user_id, app_id, cents)
select v.job_id, v.user_id, v.app_id, 0 from model_version v left join charge c on c.job_id = v.job_id
where v.job_id is not null and v.state->>'kind' in ('waiting', 'training', 'sealed') and not coalesce(c.final, false);

create index invoice_line_by_app on invoice_line (user_id, app_id, month);
create index invoice_line_by_change on invoice_line (changed_at);

grant select, insert, update, delete on budget to deeptrain_api;
grant select, insert on budget_alert to deeptrain_api;
grant select, insert, update on training_hold to deeptrain_api;
