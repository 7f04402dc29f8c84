-- Archives that are fetched instead of uploaded. The URL may be a secret in itself, and is forgotten with the end.
alter table extraction add column source_url text not null default '';
