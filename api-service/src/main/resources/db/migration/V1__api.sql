-- Everything that the front door keeps. The owner of the schema runs this; the service runs as deeptrain_api.

create table app (
    user_id             text        not null,
    app_id              text        not null,
    name                text        not null,
    description         text        not null,
    default_workflow_id text        not null,
    created_at          timestamptz not null,
    primary key (user_id, app_id)
);

-- A key is kept as its hash; the prefix lets its owner tell it from others. A key without an app opens all of the user's.
create table api_key (
    key_hash    text primary key,
    prefix      text        not null,
    user_id     text        not null,
    app_id      text,
    description text        not null,
    created_at  timestamptz not null,
    foreign key (user_id, app_id) references app on delete cascade
);
create index api_key_by_user on api_key (user_id, created_at, key_hash);

create table concept (
    user_id    text        not null,
    app_id     text        not null,
    concept_id text        not null,
    name       text        not null,
    created_at timestamptz not null,
    primary key (user_id, app_id, concept_id),
    foreign key (user_id, app_id) references app on delete cascade
);

-- position is the order of creation, in which datasets are frozen.
create table input (
    user_id    text        not null,
    app_id     text        not null,
    input_id   text        not null,
    position   bigint generated always as identity,
    object_key text        not null,
    sha256     text        not null,
    size_bytes bigint      not null,
    url        text        not null,
    metadata   jsonb       not null,
    created_at timestamptz not null,
    primary key (user_id, app_id, input_id),
    foreign key (user_id, app_id) references app on delete cascade
);
create index input_in_order on input (user_id, app_id, position);

-- What an input is known to show (positive) or not to show.
create table label (
    user_id    text    not null,
    app_id     text    not null,
    input_id   text    not null,
    concept_id text    not null,
    positive   boolean not null,
    primary key (user_id, app_id, input_id, concept_id),
    foreign key (user_id, app_id, input_id) references input on delete cascade
);

-- document is the Model as it was posted: the defaults of its versions.
create table model (
    user_id       text        not null,
    app_id        text        not null,
    model_id      text        not null,
    position      bigint generated always as identity,
    model_type_id text        not null,
    document      bytea       not null,
    created_at    timestamptz not null,
    primary key (user_id, app_id, model_id),
    foreign key (user_id, app_id) references app on delete cascade
);

-- A version that was deleted stays, unseen, for its job's history and charge still speak of it.
create table model_version (
    version_id   text primary key,
    user_id      text        not null,
    app_id       text        not null,
    model_id     text        not null,
    position     bigint generated always as identity,
    job_id       text unique,
    state        jsonb       not null,
    sequence     bigint      not null,
    progress     jsonb,
    document     bytea       not null,
    input_count  bigint      not null,
    created_at   timestamptz not null,
    modified_at  timestamptz not null,
    completed_at timestamptz,
    deleted_at   timestamptz
);
create index model_version_in_order on model_version (user_id, app_id, model_id, position);

-- The newest statement of what each job costs, as billing told it.
create table charge (
    job_id         text primary key,
    user_id        text        not null,
    app_id         text        not null,
    revision       bigint      not null,
    final          boolean     not null,
    billed_seconds bigint      not null,
    amount_cents   bigint      not null,
    statement      jsonb       not null,
    occurred_at    timestamptz not null
);
create index charge_by_tenant on charge (user_id, app_id, occurred_at);

create table idempotency_key (
    user_id         text        not null,
    app_id          text        not null,
    idempotency_key text        not null,
    request_hash    text        not null,
    version_id      text        not null,
    created_at      timestamptz not null,
    primary key (user_id, app_id, idempotency_key)
);

grant select, insert, update, delete on app, api_key, concept, input, label, model to deeptrain_api;
grant select, insert, update on model_version, charge to deeptrain_api;
grant select, insert, delete on idempotency_key to deeptrain_api;
