"""Runs scim2-tester against a SCIM server: `check-server.py ADDRESS TOKEN`. Prints each result; fails on an error."""

import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

address, token = sys.argv[1:]
client = Client(base_url=address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
results = check_server(SyncSCIMClient(client))
for result in results:
    print(result.status.name, result.resource_type or "", result.title, "-", result.reason)
failed = [result for result in results if result.status in (Status.ERROR, Status.CRITICAL)]
for result in failed:
    print("\nFAILED", result.title, "\n", result.reason, "\n", result.data)
print(f"\n{len(results) - len(failed)} passed, {len(failed)} failed")
sys.exit(1 if failed else 0)
