#!/usr/bin/env bash
# Creates roles without superuser rights and their databases. It runs once, when PostgreSQL's volume is empty.
set -euo pipefail

psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$LASTDAY_OWNER_PASSWORD" \
  --set app_password="$LASTDAY_APP_PASSWORD" \
  --set temporal_password="$TEMPORAL_DB_PASSWORD" <<'SQL'
-- Owns and migrates Lastday's database.
CREATE ROLE lastday_owner LOGIN PASSWORD :'owner_password';
-- The application. The migration grants it reading and writing, but no changes to audit entries.
CREATE ROLE lastday LOGIN PASSWORD :'app_password';
-- Temporal's server.
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';

CREATE DATABASE lastday OWNER lastday_owner;
CREATE DATABASE temporal OWNER temporal;
CREATE DATABASE temporal_visibility OWNER temporal;

REVOKE CONNECT ON DATABASE lastday, temporal, temporal_visibility FROM PUBLIC;
GRANT CONNECT ON DATABASE lastday TO lastday;
SQL
