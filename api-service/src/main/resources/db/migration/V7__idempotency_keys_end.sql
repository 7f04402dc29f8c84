-- A key that is used anew after a day takes over the row of the old one.
grant update on idempotency_key to deeptrain_api;
