/** Where this server reaches Portcullis; browsers need not. */
export const portcullis = process.env.PORTCULLIS ?? "http://localhost:8080";
