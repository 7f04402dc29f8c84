-- The model that places an app's inputs among each other. Its version may be deleted: the model's object stays.
-- worked_at is when a replica last said that it embeds the app's inputs.
create table embedding_index (
    user_id    text        not null,
    app_id     text        not null,
    model_id   text        not null,
    version_id text        not null,
    object_key text        not null,
    sha256     text        not null,
    size_bytes bigint      not null,
    worked_at  timestamptz not null,
    created_at timestamptz not null,
    primary key (user_id, app_id),
    foreign key (user_id, app_id) references app on delete cascade
);

-- vector holds numbers of four bytes, the most significant first, of length 1 as a vector; nothing if the model cannot
-- read the input. model_sha256 tells of which model: what another made counts as missing.
create table input_embedding (
    user_id      text  not null,
    app_id       text  not null,
    input_id     text  not null,
    model_sha256 text  not null,
    vector       bytea not null,
    primary key (user_id, app_id, input_id),
    foreign key (user_id, app_id, input_id) references input on delete cascade
);
-- Vectors are short of what would be moved out of line, and do not compress.
alter table input_embedding alter column vector set storage external;

grant select, insert, update, delete on embedding_index, input_embedding to deeptrain_api;
