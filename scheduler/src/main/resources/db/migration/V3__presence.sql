-- The database session that the leader holds for as long as it leads: when its process dies the session ends at once, and
-- a standby need not wait until the term is over. Null as long as a leader of an earlier release leads.
alter table scheduler.leader add column session_pid integer;
alter table scheduler.leader add column session_began timestamptz;
