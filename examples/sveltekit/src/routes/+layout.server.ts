import { portcullis } from "$lib/server/portcullis";
import { readSession } from "@portcullis/sdk/server";

import type { LayoutServerLoad } from "./$types";

export const load: LayoutServerLoad = async ({ request, setHeaders }) => {
  // It belongs to one person.
  setHeaders({ "cache-control": "private, no-store" });
  const cookie = request.headers.get("cookie");
  return { session: await readSession({ server: portcullis, cookie }) };
};
