-- How many trainings of an app wait is asked for with every training that is asked for.
create index model_version_waiting on model_version (user_id, app_id)
    where state ->> 'kind' = 'waiting' and deleted_at is null;
