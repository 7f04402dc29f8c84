-- What a key may do, under the public names of scopes, and until when.
alter table api_key add column scopes text[] not null default '{All}';
alter table api_key add column expires_at timestamptz;

alter table app add column notes text not null default '';
alter table app add column metadata jsonb not null default '{}';
alter table app add column modified_at timestamptz;
update app set modified_at = created_at;
alter table app alter column modified_at set not null;
