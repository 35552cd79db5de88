#!/bin/sh
# Migrates the schemas of Temporal's two databases to this server's version. It is safe to run again.
set -eu

tool() {
  database=$1
  shift
  SQL_PASSWORD="$TEMPORAL_DB_PASSWORD" temporal-sql-tool \
    --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$database" "$@"
}

schema=/etc/temporal/schema/postgresql/v12
tool temporal setup-schema -v 0.0
tool temporal update-schema -d "$schema/temporal/versioned"
tool temporal_visibility setup-schema -v 0.0
tool temporal_visibility update-schema -d "$schema/visibility/versioned"
