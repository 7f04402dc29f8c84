-- What one submission asks of the database, without the service around it: who calls, which app and model, which labelled
-- inputs; then, in a transaction of its own, the version and the request in the outbox.
begin;
select user_id, app_id from api.api_key where key_hash = 'none';
commit;
begin;
select name, description from api.app where user_id = 'me' and app_id = 'bench';
select model_type_id, document from api.model where user_id = 'me' and app_id = 'bench' and model_id = 'm';
select i.input_id, i.object_key, i.sha256, i.size_bytes, i.url, i.metadata, i.created_at,
       coalesce(array_agg(l.concept_id order by l.concept_id) filter (where l.positive), '{}'),
       coalesce(array_agg(l.concept_id order by l.concept_id) filter (where not l.positive), '{}')
from api.input i
left join api.label l on (l.user_id, l.app_id, l.input_id) = (i.user_id, i.app_id, i.input_id)
where i.user_id = 'me' and i.app_id = 'bench'
group by i.user_id, i.app_id, i.input_id
order by i.position;
commit;
begin;
select model_type_id, document from api.model where user_id = 'me' and app_id = 'bench' and model_id = 'm' for key share;
select gen_random_uuid() as version, gen_random_uuid() as job \gset
insert into api.model_version (version_id, user_id, app_id, model_id, job_id, state, sequence, document, input_count,
                               created_at, modified_at)
values (:version, 'me', 'bench', 'm', :job, '{"kind": "waiting"}', 0, decode(repeat('00', 200), 'hex'), 20, now(), now());
insert into api.outbox (topic, record_key, headers, body)
values ('deeptrain.training.requests', :job, '{}', decode(repeat('20', 1200), 'hex'));
select state, document from api.model_version where version_id = :version;
commit;
