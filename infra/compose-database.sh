#!/bin/bash
# What infra/postgis.sh makes for a clone, in the container of compose.yaml: the platform's role (no superuser) and its database.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$TIANYUAN_PASSWORD" -U postgres -d postgres <<'SQL'
CREATE ROLE tianyuan LOGIN PASSWORD :'password';
GRANT pg_monitor, pg_checkpoint TO tianyuan;
CREATE DATABASE tianyuan OWNER tianyuan;
\connect tianyuan
CREATE EXTENSION postgis;
CREATE EXTENSION btree_gist;
SQL
