-- Counts the changes of a version, so that a client that was away can tell what it has seen.
alter table model_version add column revision bigint not null default 0;
