-- One schema and two roles per service, in the database it is run in; may be run again at any time.
-- The owner migrates the schema. The other one is what the service runs as: it sees what the migrations grant it.
-- The words :'..._password' are psql variables: psql -v scheduler_password=... -f roles.sql

do $$
declare
    service text;
    role text;
begin
    foreach service in array array ['api', 'scheduler', 'billing'] loop
        foreach role in array array ['deeptrain_' || service || '_owner', 'deeptrain_' || service] loop
            begin
                execute format('create role %I login', role);
            exception
                -- Two databases of one server may be prepared at the same time.
                when duplicate_object or unique_violation then null;
            end;
            execute format('grant connect on database %I to %I', current_database(), role);
        end loop;
        execute format('create schema if not exists %I authorization %I', service, 'deeptrain_' || service || '_owner');
        execute format('grant usage on schema %I to %I', service, 'deeptrain_' || service);
    end loop;
    execute format('revoke all on database %I from public', current_database());
end
$$;

revoke all on schema public from public;

alter role deeptrain_api_owner password :'api_owner_password';
alter role deeptrain_api password :'api_password';
alter role deeptrain_scheduler_owner password :'scheduler_owner_password';
alter role deeptrain_scheduler password :'scheduler_password';
alter role deeptrain_billing_owner password :'billing_owner_password';
alter role deeptrain_billing password :'billing_password';
