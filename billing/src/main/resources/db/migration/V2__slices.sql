-- Thousandths of a GPU that a job asked for: 1000 for whole ones, which is what all had before slices were there.
alter table job_fact add column gpu_milli integer;
