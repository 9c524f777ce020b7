#!/bin/sh
# The two databases of a Temporal server on PostgreSQL, made or brought up to date. Run again, it changes nothing:
# the tool passes over a database that exists and a schema that is current.
# The password comes in SQL_PASSWORD, which temporal-sql-tool reads itself.
set -eu

sql() {
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" "$@"
}

for database in temporal temporal_visibility; do
  case $database in
    temporal) schema=temporal ;;
    temporal_visibility) schema=visibility ;;
  esac
  sql --db "$database" create
  sql --db "$database" setup-schema -v 0.0
  sql --db "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
