import { AuthProvider } from "@portcullis/sdk/react";
import { readSession } from "@portcullis/sdk/server";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";

import { portcullis } from "../portcullis";
import "./style.css";

export const metadata: Metadata = { title: "Notes", icons: "data:," };
export const viewport: Viewport = { colorScheme: "light dark" };

export default async function Layout({ children }: { children: ReactNode }) {
  const cookie = (await headers()).get("cookie");
  const session = await readSession({ server: portcullis, cookie });
  // On both sides the same: so the first paint is right, and stays.
  return (
    <html lang="en">
      <body>
        <main>
          <AuthProvider session={session}>{children}</AuthProvider>
        </main>
      </body>
    </html>
  );
}
