-- Servers of tenants that want to be told, and what they are told. A secret signs what is sent to its server; it cannot be
-- kept as a hash.
create table webhook (
    webhook_id      text primary key,
    user_id         text        not null,
    app_id          text        not null,
    url             text        not null,
    secret          text        not null,
    event_types     text[]      not null,
    disabled_reason text        not null,
    created_at      timestamptz not null,
    foreign key (user_id, app_id) references app on delete cascade
);
create index webhook_by_app on webhook (user_id, app_id, created_at);

create table webhook_delivery (
    delivery_id     bigint generated always as identity primary key,
    webhook_id      text        not null references webhook on delete cascade,
    message_id      text        not null,
    event_type      text        not null,
    body            text        not null,
    state           text        not null default 'WAITING',
    attempts        int         not null default 0,
    last_status     int,
    last_error      text        not null default '',
    created_at      timestamptz not null default clock_timestamp(),
    next_attempt_at timestamptz,
    unique (webhook_id, message_id)
);
create index webhook_delivery_due on webhook_delivery (next_attempt_at) where next_attempt_at is not null;

grant select, insert, update, delete on webhook, webhook_delivery to deeptrain_api;
