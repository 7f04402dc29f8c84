-- Where each stands in its list, in the order of creation: a list goes on behind a position.
do $$
declare
    kept record;
begin
    for kept in
        select * from (values
            ('app', 'user_id, app_id'),
            ('api_key', 'key_hash'),
            ('concept', 'user_id, app_id, concept_id'),
            ('dataset', 'user_id, app_id, dataset_id'),
            ('dataset_version', 'user_id, app_id, version_id')) of_these(name, key)
    loop
        execute format('alter table %I add column position bigint', kept.name);
        execute format(
            'update %1$I set position = ordered.number
             from (select %2$s, row_number() over (order by created_at, %2$s) as number from %1$I) ordered
             where (%3$s) = (%4$s)',
            kept.name, kept.key,
            regexp_replace(kept.key, '(\w+)', kept.name || '.\1', 'g'),
            regexp_replace(kept.key, '(\w+)', 'ordered.\1', 'g'));
        execute format('alter table %I alter column position set not null', kept.name);
        execute format('alter table %I alter column position add generated always as identity', kept.name);
        execute format(
            'select setval(pg_get_serial_sequence(%1$L, ''position''), (select coalesce(max(position), 0) + 1 from %1$I), false)',
            kept.name);
    end loop;
end $$;

create index app_in_order on app (user_id, position);
create index api_key_in_order on api_key (user_id, position);
create index concept_in_order on concept (user_id, app_id, position);
create index concept_by_name on concept (user_id, app_id, name, concept_id);
create index dataset_in_order on dataset (user_id, app_id, position);
create index dataset_by_change on dataset (user_id, app_id, modified_at, position);
drop index api_key_by_user;
drop index dataset_version_in_order;
create index dataset_version_in_order on dataset_version (user_id, app_id, dataset_id, position);
