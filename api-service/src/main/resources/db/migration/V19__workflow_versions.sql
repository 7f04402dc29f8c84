-- What a workflow was at each change of its nodes. document is a Workflow of the contract.
create table workflow_version (
    user_id     text        not null,
    app_id      text        not null,
    workflow_id text        not null,
    version_id  text        not null,
    position    bigint generated always as identity,
    document    bytea       not null,
    created_at  timestamptz not null,
    primary key (user_id, app_id, workflow_id, version_id),
    foreign key (user_id, app_id, workflow_id) references workflow on delete cascade
);
create index workflow_version_in_order on workflow_version (user_id, app_id, workflow_id, position);
grant select, insert, update, delete on workflow_version to deeptrain_api;

insert into workflow_version (user_id, app_id, workflow_id, version_id, document, created_at)
select user_id, app_id, workflow_id, revision_id, document, modified_at from workflow;
