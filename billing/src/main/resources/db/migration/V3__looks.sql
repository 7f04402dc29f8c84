-- Work of an attempt that shows no step: how often it had looked at an image to measure what it has learned.
alter table attempt_reading add column looks bigint not null default 0;
