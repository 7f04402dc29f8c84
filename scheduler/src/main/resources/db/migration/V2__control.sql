-- What operators have ordered and which workers have failed lately, so that a successor goes on by it. Rows of the kinds
-- group, user and app are limits of queues, condition is a worker out of service, standing a worker with faults.
create table scheduler.control (
    kind text not null check (kind in ('group', 'user', 'app', 'condition', 'standing')),
    name text not null,
    value json not null,
    primary key (kind, name)
);

-- What operators did. Rows are added in the transaction that carries out the order, and never changed.
create table scheduler.control_audit (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    operator text not null,
    action text not null,
    target text not null,
    before json not null,
    after json not null
);

-- What an operator wants of one job; null if nothing.
alter table scheduler.job add column directives json;

grant select, insert, update, delete on scheduler.control to deeptrain_scheduler;
grant select, insert on scheduler.control_audit to deeptrain_scheduler;
