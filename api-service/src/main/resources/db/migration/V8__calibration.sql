-- What a version is trained with, and how long that takes by the template's formula.
alter table model_version add column template_id text;
alter table model_version add column formula_seconds double precision;

-- How long trainings took that ran to their end in one go. The estimate learns from these, of whichever tenant they are.
create table finished_training (
    job_id          text primary key,
    template_id     text             not null,
    formula_seconds double precision not null,
    real_seconds    double precision not null,
    finished_at     timestamptz      not null
);
create index finished_training_by_template on finished_training (template_id, finished_at);

grant select, insert on finished_training to deeptrain_api;
