-- For compose.yaml: what the database's container does once, at its first start. The console's role has a database of its
-- own and no right beyond it: it is no superuser, who could read files and start programs.
\set password `cat /run/secrets/database`
CREATE ROLE console LOGIN PASSWORD :'password';
CREATE DATABASE console OWNER console;
REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;
