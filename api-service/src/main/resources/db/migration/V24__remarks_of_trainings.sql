-- An answer that is given again says what it said the first time.
alter table idempotency_key add column remarks text not null default '';
