-- Annotations, datasets, uploads. The owner of the schema runs this; the service runs as deeptrain_api.

alter table input
    add column longitude   real,
    add column latitude    real,
    add column modified_at timestamptz;
update input set modified_at = created_at;
alter table input alter column modified_at set not null;
create index input_by_metadata on input using gin (metadata jsonb_path_ops);

-- What somebody says that an input shows. claims: [{"label": {"conceptId", "positive"}, "at"}] about the whole of it;
-- regions: [{"id", "box", "labels"}]. One annotation of an input, the input-level one, holds what was said with the input.
create table annotation (
    user_id       text        not null,
    app_id        text        not null,
    annotation_id text        not null,
    input_id      text        not null,
    position      bigint generated always as identity,
    input_level   boolean     not null,
    claims        jsonb       not null,
    regions       jsonb       not null,
    info          jsonb       not null,
    created_at    timestamptz not null,
    modified_at   timestamptz not null,
    primary key (user_id, app_id, annotation_id),
    foreign key (user_id, app_id, input_id) references input on delete cascade
);
create index annotation_of_input on annotation (user_id, app_id, input_id, position);
create index annotation_in_order on annotation (user_id, app_id, position);
create unique index annotation_of_input_level on annotation (user_id, app_id, input_id) where input_level;
create index annotation_by_region on annotation using gin (regions jsonb_path_ops);

insert into annotation (user_id, app_id, annotation_id, input_id, input_level, claims, regions, info, created_at, modified_at)
select l.user_id, l.app_id, replace(gen_random_uuid()::text, '-', ''), l.input_id, true,
       jsonb_agg(jsonb_build_object(
           'label', jsonb_build_object('conceptId', l.concept_id, 'positive', l.positive),
           'at', to_char(i.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) order by l.concept_id),
       '[]', '{}', min(i.created_at), min(i.created_at)
from label l join input i using (user_id, app_id, input_id)
group by l.user_id, l.app_id, l.input_id;

-- From here on a label is derived: of all that the annotations of an input say of a concept, the newest.
comment on table label is 'derived from annotation.claims: the newest claim about each concept';
create index label_by_concept on label (user_id, app_id, concept_id, positive);

-- metadata holds a JSON object.
create table dataset (
    user_id     text        not null,
    app_id      text        not null,
    dataset_id  text        not null,
    description text        not null,
    notes       text        not null,
    metadata    text        not null,
    visibility  integer     not null,
    created_at  timestamptz not null,
    modified_at timestamptz not null,
    primary key (user_id, app_id, dataset_id),
    foreign key (user_id, app_id) references app on delete cascade
);

create table dataset_input (
    user_id    text        not null,
    app_id     text        not null,
    dataset_id text        not null,
    input_id   text        not null,
    position   bigint generated always as identity,
    created_at timestamptz not null,
    primary key (user_id, app_id, dataset_id, input_id),
    foreign key (user_id, app_id, dataset_id) references dataset on delete cascade,
    foreign key (user_id, app_id, input_id) references input on delete cascade
);
create index dataset_input_in_order on dataset_input (user_id, app_id, dataset_id, position);
create index dataset_of_input on dataset_input (user_id, app_id, input_id);

-- The frozen content lies in the object store under its hash. metadata and metrics hold JSON objects.
create table dataset_version (
    user_id     text        not null,
    app_id      text        not null,
    version_id  text        not null,
    dataset_id  text        not null,
    description text        not null,
    metadata    text        not null,
    visibility  integer     not null,
    object_key  text        not null,
    sha256      text        not null,
    size_bytes  bigint      not null,
    metrics     text        not null,
    created_at  timestamptz not null,
    modified_at timestamptz not null,
    primary key (user_id, app_id, version_id),
    foreign key (user_id, app_id, dataset_id) references dataset on delete cascade
);
create index dataset_version_in_order on dataset_version (user_id, app_id, dataset_id, created_at, version_id);

-- Inputs that are added together. The counts are of the inputs that were posted; those of archives are in extraction.
create table inputs_add_job (
    user_id       text        not null,
    app_id        text        not null,
    job_id        text        not null,
    position      bigint generated always as identity,
    call_back_url text        not null,
    cancelled     boolean     not null,
    succeeded     bigint      not null,
    failed        bigint      not null,
    created_at    timestamptz not null,
    modified_at   timestamptz not null,
    primary key (user_id, app_id, job_id),
    foreign key (user_id, app_id) references app on delete cascade
);
create index inputs_add_job_in_order on inputs_add_job (user_id, app_id, position);

-- A file that is sent in parts. completed_at is when its last missing byte came.
create table upload (
    user_id        text        not null,
    app_id         text        not null,
    upload_id      text        not null,
    content_name   text        not null,
    content_length bigint      not null,
    created_at     timestamptz not null,
    modified_at    timestamptz not null,
    expires_at     timestamptz not null,
    completed_at   timestamptz,
    primary key (user_id, app_id, upload_id),
    foreign key (user_id, app_id) references app on delete cascade
);
create index upload_by_expiry on upload (expires_at);

create table upload_part (
    user_id     text   not null,
    app_id      text   not null,
    upload_id   text   not null,
    range_start bigint not null,
    size_bytes  bigint not null,
    object_key  text   not null,
    primary key (user_id, app_id, upload_id, range_start),
    foreign key (user_id, app_id, upload_id) references upload on delete cascade
);

-- An archive whose images become inputs. Whoever works on it says so now and then (worked_at); when nobody has for a while,
-- the next one begins again. input_template is an Input of the contract. The upload is forgotten before the extraction is.
create table extraction (
    user_id        text        not null,
    app_id         text        not null,
    extraction_id  text        not null,
    job_id         text        not null,
    upload_id      text        not null,
    position       bigint generated always as identity,
    input_template bytea       not null,
    state          text        not null check (state in ('waiting', 'running', 'completed', 'failed', 'cancelled')),
    details        text        not null,
    pending        bigint      not null,
    succeeded      bigint      not null,
    failed         bigint      not null,
    worker         text        not null,
    created_at     timestamptz not null,
    modified_at    timestamptz not null,
    worked_at      timestamptz,
    primary key (user_id, app_id, extraction_id),
    foreign key (user_id, app_id, job_id) references inputs_add_job on delete cascade
);
create index extraction_of_job on extraction (user_id, app_id, job_id, position);
create index extraction_to_do on extraction (position) where state in ('waiting', 'running');

grant select, insert, update, delete on
    annotation, dataset, dataset_input, dataset_version, inputs_add_job, upload, upload_part, extraction to deeptrain_api;
