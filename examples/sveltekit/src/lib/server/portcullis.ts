import { env } from "$env/dynamic/private";

/** Where this server reaches Portcullis; browsers need not. */
export const portcullis = env.PORTCULLIS ?? "http://localhost:8080";
