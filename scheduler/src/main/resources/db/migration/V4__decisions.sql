-- What was decided about each job and why, in words, in the transaction that decided it. Rows are never changed.
create table scheduler.job_decision (
    id bigint generated always as identity primary key,
    job_id text not null,
    at timestamptz not null,
    kind text not null,
    sentence text not null
);

create index job_decision_of on scheduler.job_decision (job_id, id);

grant select, insert on scheduler.job_decision to deeptrain_scheduler;
