-- The nodes of the profile "cluster" in docker-compose.yml, as the coordinator knows them. Naming a node that is known changes nothing.
SELECT citus_set_coordinator_host('coordinator', 5432);
SELECT citus_add_node('worker-1', 5432);
SELECT citus_add_node('worker-2', 5432);
