-- What the links to logs and models are signed with. All replicas have the same; a new one ends all links.
create table link_secret (
    only_one boolean primary key default true check (only_one),
    secret bytea not null
);
insert into link_secret (secret)
values (decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));

grant select on link_secret to deeptrain_api;
