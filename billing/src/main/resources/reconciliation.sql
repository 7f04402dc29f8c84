-- Recomputes every charge from the stored history alone, and compares it with the ledger and with what was last said.
-- It shares no code with the service. Each row that comes back is a difference; the target is none.
with recursive
accepted as (
    select job_id, cents_per_gpu_hour, gpus, coalesce(gpu_milli, 1000) as gpu_milli, cap_cents
    from billing.job_fact where type = 'io.deeptrain.job.queued.v1'
),
ended as (
    select job_id, type, cancelled_at, fault, occurred_at from billing.job_fact
    where type in ('io.deeptrain.job.succeeded.v1', 'io.deeptrain.job.failed.v1', 'io.deeptrain.job.cancelled.v1')
),
-- Each attempt whose meter started, with the first entry that stopped it.
attempt as (
    select started.job_id, started.attempt, started.occurred_at as started_at,
           started.resumed_attempt, started.resumed_reading_millis,
           least(coalesce(started.gpus, accepted.gpus), accepted.gpus) as gpus,
           stopped.type = 'io.deeptrain.job.requeued.v1' as lost, stopped.reading_millis,
           greatest(0, floor(1000 * extract(epoch from
               least(stopped.occurred_at, ended.cancelled_at) - started.occurred_at)))::bigint as span_millis
    from billing.job_fact as started
    join ended using (job_id)
    join accepted using (job_id)
    cross join lateral (
        select stop.type, stop.occurred_at, stop.reading_millis from billing.job_fact as stop
        where stop.job_id = started.job_id and stop.attempt = started.attempt and stop.sequence > started.sequence
          and stop.type in ('io.deeptrain.job.requeued.v1', 'io.deeptrain.job.finishing.v1',
              'io.deeptrain.job.succeeded.v1', 'io.deeptrain.job.failed.v1', 'io.deeptrain.job.cancelled.v1')
        order by stop.sequence limit 1) as stopped
    where started.type = 'io.deeptrain.job.started.v1'
),
-- The newest attempt, and back along what each really resumed from.
lineage as (
    (select distinct on (job_id) *, case when lost then 0 else reading_millis end as counted_millis
     from attempt order by job_id, attempt desc)
    union all
    select earlier.*, lineage.resumed_reading_millis
    from lineage
    join attempt as earlier on earlier.job_id = lineage.job_id and earlier.attempt = lineage.resumed_attempt
    where earlier.attempt < lineage.attempt
),
-- Seconds of all the GPUs that were agreed on: an attempt on fewer counts for its share, and so does a slice.
useful as (
    select job_id, floor(sum(least(counted_millis, span_millis) * lineage.gpus) * accepted.gpu_milli
               / (1000 * 1000 * accepted.gpus::bigint))::bigint as seconds
    from lineage join accepted using (job_id) group by job_id, accepted.gpus, accepted.gpu_milli
),
billed as (
    select accepted.job_id, cents_per_gpu_hour * gpus as cents_per_hour,
           case when ended.fault in ('PLATFORM', 'CAPACITY') then 0
                when cap_cents is null or cents_per_gpu_hour = 0 then coalesce(seconds, 0)
                else least(coalesce(seconds, 0), cap_cents::numeric * 3600 / (cents_per_gpu_hour * gpus))
           end::numeric as exact_seconds
    from accepted join ended using (job_id) left join useful using (job_id)
),
recomputed as (
    select job_id, floor(cents_per_hour * floor(exact_seconds) / 3600)::bigint as cents from billed
),
posted as (
    select job_id, sum(amount_cents)::bigint as cents
    from billing.ledger_tx join billing.ledger_entry on tx_id = id
    where account = 'receivable' group by job_id
),
chained as (
    select ledger_tx.id, job_id, number, hash, previous_hash,
           lag(hash, 1, repeat('0', 64)) over (partition by user_id, app_id order by number) as hash_before,
           row_number() over (partition by user_id, app_id order by number) as place,
           encode(sha256(convert_to(
               previous_hash || E'\n' || number || E'\n' || user_id || E'\n' || app_id || E'\n'
               || job_id || E'\n' || period || E'\n' || revision || E'\n' || kind || E'\n'
               || (extract(epoch from posted_at) * 1000000)::bigint
               || (select string_agg(E'\n' || account || ' ' || amount_cents || ' ' || currency, '' order by line)
                   from billing.ledger_entry where tx_id = ledger_tx.id), 'UTF8')), 'hex') as hash_of_row
    from billing.ledger_tx
)
select job_id, 'ledger' as difference, recomputed.cents::text as expected, coalesce(posted.cents::text, 'none') as found
from recomputed full join posted using (job_id)
where recomputed.cents is distinct from posted.cents
union all
select job_id, 'statement', recomputed.cents::text, case when final then amount_cents::text else 'not final' end
from recomputed join billing.job_usage using (job_id)
where not final or amount_cents <> recomputed.cents
union all
select job_id, 'entries of transaction ' || id, '0', sum(amount_cents)::text
from billing.ledger_tx join billing.ledger_entry on tx_id = id group by job_id, id having sum(amount_cents) <> 0
union all
select job_id, 'hash of transaction ' || id, hash_of_row, hash
from chained where hash <> hash_of_row or previous_hash <> hash_before or number <> place
order by job_id, difference;
