-- A version has one evaluation on the images that its training kept back, and any number on datasets. Without a summary
-- and a failure it is still to be made; worked_at says when somebody last worked on it.
alter table evaluation drop constraint evaluation_pkey;
alter table evaluation drop constraint evaluation_evaluation_id_key;
alter table evaluation add primary key (evaluation_id);
alter table evaluation alter column summary drop not null;
alter table evaluation
    add column dataset_id         text        not null default '',
    add column dataset_version_id text        not null default '',
    add column images_key         text        not null default '',
    add column report_key         text        not null default '',
    add column remark             text        not null default '',
    add column failed             boolean     not null default false,
    add column worked_at          timestamptz not null default '1970-01-01T00:00:00Z';
create unique index evaluation_of_training on evaluation (version_id) where images_key = '';
create index evaluation_of_version on evaluation (version_id);
create index evaluation_to_make on evaluation (worked_at) where summary is null and not failed;
