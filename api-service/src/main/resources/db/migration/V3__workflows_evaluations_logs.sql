-- What models and versions are found by besides their ids, and what a version was trained on.
alter table model add column name text not null default '';
alter table model add column modified_at timestamptz;
update model set modified_at = created_at;
alter table model alter column modified_at set not null;
alter table model_version add column concept_ids text[] not null default '{}';
alter table model_version add column manifest jsonb;

-- document is the Workflow as it was posted and patched. revision_id is new with every change of the nodes.
create table workflow (
    user_id     text        not null,
    app_id      text        not null,
    workflow_id text        not null,
    position    bigint generated always as identity,
    revision_id text        not null,
    document    bytea       not null,
    created_at  timestamptz not null,
    modified_at timestamptz not null,
    primary key (user_id, app_id, workflow_id),
    foreign key (user_id, app_id) references app on delete cascade
);
create index workflow_in_order on workflow (user_id, app_id, position);

-- That somebody asked how well a version does, and the answer in short. The rest lies in the report that its training
-- left.
create table evaluation (
    version_id    text primary key references model_version,
    evaluation_id text        not null unique,
    user_id       text        not null,
    app_id        text        not null,
    model_id      text        not null,
    position      bigint generated always as identity,
    summary       jsonb       not null,
    created_at    timestamptz not null
);
create index evaluation_in_order on evaluation (user_id, app_id, position);

-- That somebody asked for a version's model as a file.
create table model_export (
    version_id text primary key references model_version,
    created_at timestamptz not null
);

-- What happened to a job, in the words of its tenant. number counts a job's lines from 1.
create table log_line (
    job_id      text        not null,
    number      integer     not null,
    occurred_at timestamptz not null,
    message     text        not null,
    primary key (job_id, number)
);

grant select, insert, update, delete on workflow to deeptrain_api;
grant select, insert, update on evaluation, model_export to deeptrain_api;
grant select, insert on log_line to deeptrain_api;
