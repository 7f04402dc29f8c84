-- What a video is: its format, width, height, frames and milliseconds. Null of an image.
alter table input add column video jsonb;

-- The videos of an app, which are few, are counted when a training leaves them out.
create index input_video on input (user_id, app_id) where video is not null;
