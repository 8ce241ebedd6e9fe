/** Clients that come without types. */

declare module "express-session";
declare module "passport";
declare module "passport-openidconnect";
